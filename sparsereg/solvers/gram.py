"""The Gram of a design: formed when it is first needed, or taken from the user after it was checked against X."""

from functools import cached_property

import numpy as np

# A Gram matrix of the user's may deviate so much from X, relative to its diagonal: the rounding of float32. What
# is left of the deviation is repaired by refinement from X.
AGREEMENT = 1e-5


class Gram:
    """G = X~'S X~/n of a design, shared by all its targets.

    Parameters
    ----------
    design : Standardized
    matrix : float64 array (p, p) or None      None: formed when it is first asked for
    n_targets : int
    """

    def __init__(self, design, matrix=None, n_targets=1):
        self._design, self.n_targets = design, n_targets
        if matrix is not None:
            self.matrix = matrix

    @property
    def is_formed(self):
        """Whether the whole of G is there."""
        return "matrix" in vars(self)

    @cached_property
    def matrix(self):
        """G (p, p), C order: for callers who know that it fits the memory."""
        return self._design.gram()

    @cached_property
    def single(self):
        """G (p, p) float64 as accurate as float32 is, for designs that have a `single_gram`."""
        return self._design.single_gram()

    def drop_single(self):
        """Give back the memory of `single`."""
        vars(self).pop("single", None)

    @cached_property
    def diagonal(self):
        """G_jj (p,): from G where it is there, else from X."""
        if self.is_formed:
            return np.maximum(self.matrix.diagonal(), 0.0)
        return self._design.mean_squares()

    def block(self, features):
        """G_JJ (|J|, |J|) for an index array: from G where it is there, else from X."""
        if self.is_formed:
            return self.matrix[np.ix_(features, features)]
        return self._design.gram(features)


def matches(design, gram):
    """Whether gram v = X~'S X~ v for a random v: a wrong entry anywhere shows with probability one."""
    size = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
    probe = np.random.default_rng(0).standard_normal((design.n_features, 1))
    probe[size > 0] /= size[size > 0, None]
    expected = design.correlate(design.predict(probe))[:, 0]
    unit = np.maximum(size, size.max(initial=0.0) * np.finfo(float).eps) * np.sqrt(design.n_features)
    return bool(np.all(np.abs(gram @ probe[:, 0] - expected) <= AGREEMENT * unit))


def adopt_gram(design, precompute):
    """A Gram matrix of the user's, X'X or X'SX, in units of the design.

    Returns
    -------
    gram : float64 array (p, p), or None if it is X'X of an X that still has to be centred: compute it anew

    Raises
    ------
    ValueError
        If it is neither.
    """
    scale = design.scale
    gram = precompute / design.n_samples / scale / scale[:, None]
    if design.centered:
        gram[design.constant] = 0.0
        gram[:, design.constant] = 0.0
    if matches(design, gram):
        return np.ascontiguousarray(0.5 * (gram + gram.T))
    if design.centered and matches(design.uncentered(), precompute / design.n_samples):
        return None
    raise ValueError(
        "precompute must be the Gram matrix X.T @ X of this X (weighted as sample_weight says), but its product with "
        "a random vector differs from that of X; pass precompute=True to have it computed"
    )
