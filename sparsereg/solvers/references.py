"""Directions of residuals whose correlations with all features are known, and what they say of other residuals.

The residuals of a path lie so close to a few directions that the correlations of those few, and the length of what is
left of a residual, settle for most features that their condition holds:

    r = sum_m a_m q_m + e,    |x_j'Sr/n| <= |sum_m a_m x_j'Sq_m/n| + ||x_j|| ||e||,    ||v||^2 = v'Sv/n.

So a path needs reads of all of X for these only, not for each of its alphas.
"""

import numpy as np

from ..kernels.screening import mark_unsafe
from .problem import EPS, weighted_squares, weights_of

# Directions kept at most; when more are needed half as many are kept, the most useful now.
MOST = 8
# The square of what is left of a residual is uncertain by this part of r'r, and EPS for each row.
HIDDEN = 1e-14


class References:
    """Orthonormal directions, none yet, with their correlations.

    Parameters
    ----------
    problem : Problem
    """

    def __init__(self, problem):
        design = problem.design
        self._design, self.size = design, 0
        self._weights = None if design.weights is None else weights_of(design)
        self._hidden = HIDDEN + EPS * design.n_samples
        self._directions = np.empty((MOST, design.n_samples))
        self._products = np.empty((MOST, design.n_features))
        self._norm = np.sqrt(problem.diagonal)
        self._seen = None, np.empty((0, 0))

    def along(self, vectors, first=0):
        """The components (k, size - first) of vectors (n, k) along the directions from `first` on."""
        weighted = vectors if self._weights is None else self._weights[:, None] * vectors
        return (self._directions[first : self.size] @ weighted).T / self._design.n_samples

    def _along_all(self, vectors):
        """`along` for vectors that are asked about several times in a row: only what is new is computed."""
        last, known = self._seen
        if last is not vectors:
            known = np.empty((vectors.shape[1], 0))
        if known.shape[1] < self.size:
            known = np.hstack([known, self.along(vectors, known.shape[1])])
        self._seen = vectors, known
        return known

    def correlations(self, vector):
        """The correlations (p,) of the part of a vector (n,) that lies along the directions."""
        return self.along(vector[:, None])[0] @ self._products[: self.size]

    def begin(self, vector, correlations):
        """The first direction, along a vector (n,) whose correlations (p,) are known."""
        length = np.sqrt(weighted_squares(self._design, vector[:, None]))[0]
        if length > 0:
            np.divide(vector, length, out=self._directions[0])
            np.divide(correlations, length, out=self._products[0])
            self.size = 1

    def reach(self, vectors, squares, scales):
        """Read X for one more direction, that in which vectors (n, k) reach farthest in units of scales (k,).

        Returns False where the vectors lie along the directions that are known: X is not read then.
        """
        if self.size == MOST:
            self._reduce(vectors)
        along = self._along_all(vectors)
        farthest = np.argmax(self._left(along, squares) / scales)
        left, along = vectors[:, [farthest]], along[[farthest]]
        for _ in range(2):  # the second time takes off what the rounding of the first has left
            left = left - self._directions[: self.size].T @ along.T
            along = self.along(left)
        square = weighted_squares(self._design, left)
        if not square[0] > self._hidden * squares.max():
            return False
        left /= np.sqrt(square)
        self._directions[self.size] = left[:, 0]
        self._products[self.size] = self._design.correlate(left)[:, 0]
        self.size += 1
        return True

    def _left(self, along, squares):
        """The lengths (k,) at most of what is left of vectors: Pythagoras, and what its rounding may hide."""
        return np.sqrt(np.maximum(squares - np.square(along).sum(axis=1), 0.0) + self._hidden * squares)

    def _reduce(self, vectors):
        """Keep half of the directions, those that vectors (n, k) lie along most."""
        kept = np.linalg.svd(self._along_all(vectors))[2][: MOST // 2]
        for array in (self._directions, self._products):
            array[: len(kept)] = kept @ array[: self.size]
        self.size = len(kept)
        self._seen = None, np.empty((0, 0))

    def unsafe(self, vectors, squares, alphas, l1, most):
        """The features that vectors (n, k) with squares (k,) may correlate with by alpha l1 (p,) or more.

        Returns an int array, or None where there are more than `most`.
        """
        if not alphas.all():  # there is no threshold to stay below
            count = np.count_nonzero(np.isfinite(l1))
            return np.flatnonzero(np.isfinite(l1)) if count <= most else None
        along = np.ascontiguousarray(self._along_all(vectors))
        marked = np.empty(len(l1), dtype=np.bool_)
        apart = self._left(along, squares)
        count = mark_unsafe(self._products, along, self._norm, apart, l1, alphas, most, marked)
        return np.flatnonzero(marked) if count <= most else None
