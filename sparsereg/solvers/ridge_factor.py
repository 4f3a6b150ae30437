"""Factors of M + lam diag(f) for several lam: Cholesky one by one, or one reduction or eigendecomposition for all."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from .interruptible import call_interruptibly
from .problem import EPS
from .ridge_shifted import reduced


class CholeskyFactor:
    """One factor, of the lam last asked for. `rank` (of M) is full, or else `solve` raises LinAlgError.

    `least_pivot` is that of all factors so far, as a part of the diagonal.

    Parameters
    ----------
    matrix : float64 array (m, m)     M, symmetric, positive semi-definite; its diagonal is changed for a while
    factor : float64 array (m,)       f
    cut : float                       pivots below this part of the diagonal are rounding
    """

    def __init__(self, matrix, factor, cut):
        self.rank = len(matrix)
        self._matrix, self._ridge, self._cut = matrix, factor, cut
        self._lam = self._triangle = None
        self.least_pivot = np.inf

    def solve(self, block, lam):
        """(M + lam_k diag(f))^-1 of each column of block (m, k)."""
        result = np.empty_like(block)
        for value in np.unique(lam):
            self._prepare(float(value))
            columns = np.flatnonzero(lam == value)
            half = solve_triangular(self._triangle, block[:, columns], lower=True, check_finite=False)
            result[:, columns] = solve_triangular(self._triangle, half, lower=True, trans=1, check_finite=False)
        return result

    def _prepare(self, lam):
        if self._lam == lam:
            return
        self._lam = self._triangle = None
        unshifted = self._matrix.diagonal().copy()
        shifted = unshifted + lam * self._ridge
        # a feature of zeros without a penalty: any pivot will do, its coefficient is set to zero
        shifted[shifted <= 0] = 1.0
        np.fill_diagonal(self._matrix, shifted)  # for a while: a copy would be the largest array here
        try:
            triangle = call_interruptibly(np.linalg.cholesky, self._matrix, cost=len(shifted) ** 3 / 3)
        finally:
            np.fill_diagonal(self._matrix, unshifted)
        pivot = (triangle.diagonal() ** 2 / shifted).min(initial=np.inf)
        if pivot <= self._cut:
            raise np.linalg.LinAlgError("a pivot of the Cholesky factor is rounding")
        self.least_pivot = min(self.least_pivot, pivot)
        self._lam, self._triangle = lam, triangle


class ReducedFactor:
    """A few diagonals that M has in another basis: every lam costs a factor of those.

    Parameters
    ----------
    matrix : float64 array (m, m)     M, symmetric, positive semi-definite; kept
    rank : int                        of M as far as it is known; `solve` raises LinAlgError where M + lam is singular
    heed : callable                   as in `solve_shifted`
    """

    def __init__(self, matrix, rank, heed):
        self.rank = rank
        self._reduced = reduced(matrix.copy(), heed)

    def solve(self, block, lam):
        """(M + lam_k)^-1 of each column of block (m, k)."""
        return self._reduced.solve(block[:, None], lam)[:, 0]


@dataclass(frozen=True)
class SpectralFactor:
    """M = V diag(s) V' for f = 1: every lam costs two products with V.

    Parameters
    ----------
    values : float64 array (r,)         s >= 0, any order
    vectors : float64 array (m, r)      V
    least : float                       directions with s + lam <= least are left out, and those with s = inf:
                                        so the solution has minimum norm
    """

    values: np.ndarray
    vectors: np.ndarray
    least: float

    @property
    def rank(self):
        """Of M."""
        return np.count_nonzero((self.values > self.least) & (self.values < np.inf))

    def solve(self, block, lam):
        """(M + lam_k)^-1 of each column of block (m, k)."""
        return self.vectors @ self.filtered(self.vectors.T @ block, lam)

    def filtered(self, rotated, lam):
        """rotated (r, k) divided by s + lam_k; 0 where that is rounding."""
        denominator = self.values[:, None] + lam
        return np.divide(rotated, denominator, out=np.zeros_like(rotated), where=denominator > self.least)


def spectral_factor(matrix):
    """The `SpectralFactor` of a symmetric matrix (m, m), positive semi-definite."""
    size = len(matrix)
    values, vectors = call_interruptibly(np.linalg.eigh, matrix, cost=10 * size**3)
    return SpectralFactor(np.maximum(values, 0.0), vectors, size * EPS * values.max(initial=0.0))
