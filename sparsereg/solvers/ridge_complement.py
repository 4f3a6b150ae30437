"""The orthogonal complement of a few columns: directions among samples that nothing unpenalised can fit."""

import numpy as np
from scipy.linalg import lapack, qr

from .problem import EPS


class Complement:
    """Q2 (n, n - r), orthonormal, of Q = [Q1 Q2] with Q1 a basis of the columns of N; known by its reflections.

    Parameters
    ----------
    columns : float64 array (n, q)      N

    Attributes
    ----------
    rank : int                          r, of N to rounding
    """

    def __init__(self, columns):
        n_samples, n_columns = columns.shape
        norms = np.sqrt(np.einsum("ij,ij->j", columns, columns))
        columns = columns[:, norms > 0] / norms[norms > 0]
        self.rank = 0
        if columns.size:
            (self._reflections, self._tau), triangle, _ = qr(columns, mode="raw", pivoting=True, check_finite=False)
            pivots = np.abs(triangle.diagonal())
            self.rank = int(np.count_nonzero(pivots > 4 * EPS * max(n_samples, n_columns)))

    def project(self, block):
        """Q2' block (n - r, k)."""
        return self._apply("T", block)[self.rank :]

    def lift(self, block):
        """Q2 block (n, k) of a block (n - r, k)."""
        if self.rank == 0:
            return block
        whole = np.zeros((self.rank + len(block), block.shape[1]), order="F")
        whole[self.rank :] = block
        return self._apply("N", whole)

    def reduce(self, matrix):
        """Q2' matrix Q2 (n - r, n - r) of a symmetric matrix (n, n)."""
        if self.rank == 0:
            return matrix
        return self.project(self.project(matrix).T)

    def _apply(self, trans, block):
        if self.rank == 0:
            return block
        reflections, tau = self._reflections[:, : self.rank], self._tau[: self.rank]
        block = np.asfortranarray(block)
        product, _, _ = lapack.dormqr("L", trans, reflections, tau, block, 64 * max(1, block.shape[1]))
        return product
