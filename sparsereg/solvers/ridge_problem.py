"""The ridge problems of one design, in common units, and the duality gaps of their solutions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..duality import ROUNDING, SquaredError, duality_gap
from ..penalties import LARGEST
from .options import go_on
from .original import rounded
from .problem import EPS, weighted_squares

# Entries of the (n, k) and (p, k) arrays of the problems treated together: 32 MB each.
BLOCK_ENTRIES = 2**22
MOST_TOGETHER = 64


@dataclass(frozen=True)
class RidgeProblems:
    """K problems 1/(2n) sum_i s_i (y_i - x_i w)^2 + lam/2 sum_j f_j w_j^2; w_j = 0 where excluded.

    design : Standardized
    store : DenseStore or SparseStore  of the design
    targets : float64 array (n, T)     centred as the design is
    which : int array (K,)             the target of each problem
    lam : float64 array (K,)           >= 0
    factor : float64 array (p,)        f, in (0, 1]; 1 where excluded
    excluded : bool array (p,)
    dtype : np.dtype                   of the coefficients that the user gets
    gram : float64 array (p, p) or None      X'SX/n, if known; features that do not count are cleared
    heed : callable                    is called before each product with X of an iteration, and raises to end it
    """

    design: object
    store: object
    targets: np.ndarray
    which: np.ndarray
    lam: np.ndarray
    factor: np.ndarray
    excluded: np.ndarray
    dtype: np.dtype
    gram: np.ndarray | None = None
    heed: object = go_on

    @cached_property
    def target_squares(self):
        """y'Sy/n of each target, (T,)."""
        return weighted_squares(self.design, self.targets)

    @cached_property
    def linear(self):
        """X'Sy/n of each target, (p, T); 0 where excluded."""
        return self.correlate(self.targets)

    @cached_property
    def diagonal(self):
        """G_jj, (p,): the weighted mean square of each column of the design."""
        return self.design.mean_squares()

    @cached_property
    def dropped(self):
        """Features whose coefficient is 0 whatever y is: excluded, or a column of zeros."""
        return self.excluded | (self.diagonal == 0)

    @cached_property
    def decomposed(self):
        """Without a penalty correlations below this part of ||x_j|| ||y|| / n count as 0: it is rounding."""
        return max(ROUNDING, EPS * max(self.design.n_samples, self.design.n_features))

    @cached_property
    def half(self):
        """y'Sy/2n of each problem, (K,): the unit of relative gaps."""
        return 0.5 * self.target_squares[self.which]

    @cached_property
    def bounds(self):
        """lower and upper, (p,): 0 where excluded."""
        upper = np.where(self.excluded, 0.0, np.inf)
        return -upper, upper

    def without_excluded(self, block):
        """block (p, k) with the rows of excluded features set to 0, in place."""
        block[self.excluded] = 0.0
        return block

    def blocks(self, index):
        """Pieces of `index` whose residuals and correlations fit the memory set aside for them."""
        size = BLOCK_ENTRIES // (self.design.n_samples + self.design.n_features)
        size = min(max(size, 1), MOST_TOGETHER)
        return [index[start : start + size] for start in range(0, len(index), size)]

    def residuals(self, index, coefs):
        """y - Xw (n, k) of the problems `index` at coefs (p, k), from X."""
        return self.targets[:, self.which[index]] - self.design.predict(coefs)

    def correlate(self, block):
        """X'S block / n (p, k), 0 where excluded."""
        return self.without_excluded(self.design.correlate(block))

    def gaps(self, index, coefs, residuals, dual, correlations, goal):
        """Duality gaps (k,) at coefs (p, k) with the dual points `dual` (n, k); correlations = X'S dual/n.

        Correlations that may be rounding count as such only where the gap is above the relative goal without
        that.
        """
        squares = weighted_squares(self.design, residuals)
        distances = weighted_squares(self.design, dual - residuals)
        none = np.zeros((1, self.design.n_features))
        gaps = np.full(len(index), np.inf)
        if (self.lam[index] > 0).all():
            points = self.lam[index, None] * self.factor, *self.bounds, coefs.T, correlations.T
            gaps = duality_gap(SquaredError(squares, distances), none, *points, 0.0)
            if (gaps <= goal * self.half[index]).all():
                return gaps
        for i, k in enumerate(index):
            loss = SquaredError(squares[i : i + 1], distances[i : i + 1])
            point = (
                self.lam[k] * self.factor[None],
                *self.bounds,
                coefs[:, i][None],
                correlations[:, i][None],
            )
            for rounding in (0.0, ROUNDING if self.lam[k] > 0 else self.decomposed):
                if gaps[i] > goal * self.half[k]:
                    counted = rounding * np.sqrt(self.diagonal) * np.sqrt(self.target_squares[self.which[k]])
                    gaps[i] = min(gaps[i], duality_gap(loss, none, *point, counted)[0])
        return gaps

    def held(self, coefs):
        """coefs (p, k) as the user will hold them: on the scale of X, rounded to dtype."""
        scale = self.design.scale[:, None]
        return rounded(coefs / scale, self.dtype).astype(np.float64) * scale


def build_ridge_problems(design, store, targets, unit, excluded, alphas, dtype, gram=None, heed=go_on):
    """The problems of every target at every alpha of its own.

    Parameters
    ----------
    design : Standardized
    store : DenseStore or SparseStore of the design
    targets : (n, T)            centred as the design is
    unit : (p,)                 l2 per unit of alpha, >= 0; 0 for all not excluded: no penalty
    excluded : bool (p,)
    alphas : (T, K)
    dtype : np.dtype            of the coefficients that the user gets
    gram : (p, p) or None       X'SX/n, if known; features that do not count are cleared
    heed : callable             as in `RidgeProblems`
    """
    largest = unit[~excluded].max(initial=0.0)
    factor = np.ones_like(unit)
    if largest > 0:
        factor[~excluded] = unit[~excluded] / largest
    lam = np.minimum(alphas, LARGEST).ravel() * largest
    which = np.repeat(np.arange(alphas.shape[0]), alphas.shape[1])
    return RidgeProblems(design, store, targets, which, lam, factor, excluded, dtype, gram, heed)
