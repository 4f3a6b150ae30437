"""The quadratic problem of one target, and what its Gram matrix says of its solutions."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..designs.standardized import Standardized
from ..duality import ROUNDING, SquaredError, duality_gap, least_squares_step
from ..penalties import Penalty
from .gram import Gram

EPS = np.finfo(np.float64).eps
# Entries of the (alphas, features) arrays that one certificate holds at a time: about 2 MB each.
BLOCK_ENTRIES = 2**18
# A coefficient nearer to a bound than this part of it, a few roundings of float32, stands at the bound.
AT_BOUND = 1e-6


@dataclass(frozen=True)
class Problem:
    """1/2 w'Gw - q'w + penalty, with the design behind it.

    design : Standardized
    source : Gram                            G, formed when it is first asked for
    linear : float64 array (p,)              q = X'Sy/n
    target : float64 array (n,)              y, centred as the design is
    target_square : float                    y'Sy/n
    penalty : Penalty                        per unit of alpha, in units of the design
    """

    design: Standardized
    source: Gram
    linear: np.ndarray
    target: np.ndarray
    target_square: float
    penalty: Penalty

    @property
    def gram(self):
        """G (p, p)."""
        return self.source.matrix

    @cached_property
    def diagonal(self):
        """G_jj, (p,)."""
        return self.source.diagonal

    @cached_property
    def rounding(self):
        """|q_j - (G w)_j| below this is rounding in a solver on the Gram, (p,)."""
        return 32 * EPS * np.sqrt(self.diagonal) * np.sqrt(self.target_square)

    @cached_property
    def product_rounding(self):
        """|X~_j'Sr/n| below this is the rounding of a product, (p,)."""
        squares = self.design.read_squares() if self.design.centered else self.diagonal
        return ROUNDING * np.sqrt(squares) * np.sqrt(self.target_square)

    def first_guess(self, start):
        """Coefficients (p,) to start from: `start` within the bounds, 0 for columns of zeros; 0 for None."""
        if start is None:
            return np.zeros(len(self.linear))
        return np.where(self.diagonal > 0, np.clip(start, self.penalty.lower, self.penalty.upper), 0.0)

    def select(self, features, matrix=None):
        """The problem of some features alone (an index array), all others at 0; `matrix` is their Gram, if known."""
        design = self.design.select(features)
        return replace(
            self,
            design=design,
            source=Gram(design, matrix),
            linear=self.linear[features],
            penalty=self.penalty.select(features),
        )


def weighted_squares(design, residuals):
    """r'Sr/n of each column of residuals (n, k)."""
    return weights_of(design) @ np.square(residuals) / design.n_samples


def weights_of(design):
    """The weights of the rows (n,), also where there are none."""
    return np.ones(design.n_samples) if design.weights is None else design.weights


def alpha_blocks(n_alphas, width):
    """Slices over the alphas so that a block of `width` entries per alpha stays small."""
    step = max(1, BLOCK_ENTRIES // max(width, 1))
    return [slice(start, min(start + step, n_alphas)) for start in range(0, n_alphas, step)]


def unpenalised(penalty, alphas, coefs, diagonal):
    """Features (k, p) that no penalty and no bound holds: the dual point must be orthogonal to them."""
    if penalty.l1.all() and alphas.all():  # the quick answer to the usual case
        return np.zeros(coefs.shape, dtype=bool)
    free = (alphas[:, None] * penalty.l1 == 0) & (alphas[:, None] * penalty.l2 == 0) & (diagonal > 0)
    if not free.any():
        return free
    # what rounding has moved off its bound is still held by it
    held = 1.0 - AT_BOUND
    return free & (coefs > held * penalty.lower) & (coefs < held * penalty.upper)


def gaps_at(penalty, alphas, coefs, correlations, squares, projected, counted):
    """`duality_gap` of the squared error at each alpha; |correlations| below counted (p,) are rounding."""
    l1 = alphas[:, None] * penalty.l1
    l2 = alphas[:, None] * penalty.l2
    loss = SquaredError(squares, projected)
    return duality_gap(loss, l1, l2, penalty.lower, penalty.upper, coefs, correlations, counted)


def gaps_from_gram(problem, alphas, coefs, slopes):
    """Duality gaps in float64 from the Gram, the bound on their rounding included.

    The bound is 16 eps (y'y + 2|w|'|q| + |w|'|G||w|)/2n with |G_jk| <= sqrt(G_jj G_kk).

    Parameters
    ----------
    alphas : (K,)
    coefs, slopes : (K, p)      w and q - G w

    Returns
    -------
    gaps, bounds, residual_squares : (K,)     gaps contain bounds
    """
    size = np.abs(coefs)
    reach = size @ np.sqrt(problem.diagonal)
    bounds = 8 * EPS * (problem.target_square + 2 * (size @ np.abs(problem.linear)) + reach**2)
    squares = problem.target_square - coefs @ problem.linear - np.einsum("kj,kj->k", coefs, slopes)
    squares = np.maximum(squares, 0.0)
    gaps = np.empty(len(alphas))
    counted = problem.product_rounding
    for block in alpha_blocks(len(alphas), coefs.shape[1]):
        points, projected = slopes[block], np.zeros(len(alphas[block]))
        free = unpenalised(problem.penalty, alphas[block], coefs[block], problem.diagonal)
        if free.any():
            points = points.copy()
            for k in np.flatnonzero(free.any(axis=1)):
                index = np.flatnonzero(free[k])
                columns = problem.gram[:, index]
                step, projected[k] = least_squares_step(points[k][index], columns[index])
                points[k] -= columns @ step
        gaps[block] = gaps_at(problem.penalty, alphas[block], coefs[block], points, squares[block], projected, counted)
    return gaps + bounds, bounds, squares
