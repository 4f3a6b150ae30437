"""Symmetric systems (M + lam) x = b for many lam from one reduction of M to three diagonals.

LAPACK reduces M in a quarter of the time of its eigenvectors, and each further lam costs O(m) and its share of two
products: enough for solutions, where leverages would need the eigenvectors themselves.
"""

import numpy as np
from scipy.linalg import lapack

from ..designs.blas import by_reference, fortran
from .interruptible import call_interruptibly

# Width of the blocks in which LAPACK reduces.
WIDTH = 64

_dsytrd = fortran("dsytrd", 10, "lapack")


class Tridiagonal:
    """M = Q T Q', with Q known by its reflections.

    Parameters
    ----------
    matrix : float64 array (m, m), C order     M, symmetric, positive semi-definite; overwritten
    """

    def __init__(self, matrix):
        size = len(matrix)
        self.diagonal, self.beside = np.empty(size), np.zeros(max(size - 1, 1))
        self._tau = np.zeros(max(size - 1, 1))
        call_interruptibly(_reduce, matrix, self.diagonal, self.beside, self._tau, cost=2 * size**3 / 3)
        self._reflections = matrix.T  # columns, as LAPACK has written them

    def solve(self, blocks, lam):
        """(M + lam_k)^-1 blocks_k (m, t, K) for blocks (m, t, K) and lam (K,).

        Raises
        ------
        numpy.linalg.LinAlgError
            If M + lam_k is not positive definite to rounding.
        """
        solved = self._apply("T", blocks.reshape(len(blocks), -1)).reshape(blocks.shape)
        for k, value in enumerate(lam):
            _, _, solved[:, :, k], info = lapack.dptsv(self.diagonal + value, self.beside, solved[:, :, k])
            if info != 0:
                raise np.linalg.LinAlgError("a pivot of the tridiagonal matrix is rounding")
        return self._apply("N", solved.reshape(len(blocks), -1)).reshape(blocks.shape)

    def _apply(self, trans, block):
        """Q' block or Q block."""
        out = np.array(block, order="F")
        if len(block) < 2:
            return out
        reflections = self._reflections[1:, :-1]
        out[1:], _, _ = lapack.dormqr("L", trans, reflections, self._tau, out[1:], WIDTH * max(block.shape[1], 1))
        return out


def _reduce(matrix, diagonal, beside, tau):
    """Three diagonals and reflections of a symmetric matrix, by LAPACK without the interpreter's lock."""
    size = len(matrix)
    work = np.empty(max(WIDTH * size, 1))
    # a symmetric matrix is its own transpose: what is below the diagonal for LAPACK, is above it here
    _dsytrd(*by_reference(b"L", size, matrix, size, diagonal, beside, tau, work, len(work), 0))
