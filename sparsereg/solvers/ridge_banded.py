"""Large symmetric systems (M + lam) x = b for many lam from one reduction of M to a band of diagonals.

As the reduction to three diagonals, but in products of matrices only, where half of that one's multiply-adds wait for
memory; each further lam costs a Cholesky factor of the band.

Source: Bischof, Lang & Sun (2000), "A framework for symmetric band reduction", section 2.
"""

import numpy as np
from scipy.linalg import lapack

from ..designs.blas import by_reference, fortran
from .options import go_on

# Diagonals below the main one, and columns that are reflected together.
WIDTH = 64

_dsymm, _dsyr2k = fortran("dsymm", 12), fortran("dsyr2k", 12)


class Banded:
    """M = Q B Q' with B a band, and Q known by its reflections.

    Parameters
    ----------
    matrix : float64 array (m, m), C order     M, symmetric, positive semi-definite; overwritten
    heed : callable                            is called before each reflection, and raises to end the reduction
    """

    def __init__(self, matrix, heed=go_on):
        size, lower = len(matrix), matrix.T  # Fortran order; only what is on and below its diagonal is used
        self._reflections = []
        for start in range(0, size - WIDTH, WIDTH):
            heed()
            self._reflections.append(_reflect(lower, start))
        self._bands = np.zeros((WIDTH + 1, size), order="F")
        for below in range(min(WIDTH + 1, size)):
            self._bands[below, : size - below] = lower.diagonal(-below)

    def solve(self, blocks, lam):
        """(M + lam_k)^-1 blocks_k (m, t, K) for blocks (m, t, K) and lam (K,).

        Raises
        ------
        numpy.linalg.LinAlgError
            If M + lam_k is not positive definite to rounding.
        """
        solved = np.array(blocks.reshape(len(blocks), -1))
        for number, (vectors, triangle) in enumerate(self._reflections):
            _apply(vectors, triangle.T, solved[(number + 1) * WIDTH :])
        solved = solved.reshape(blocks.shape)
        for k, value in enumerate(lam):
            bands = self._bands.copy(order="F")
            bands[0] += value
            _, solved[:, :, k], info = lapack.dpbsv(bands, solved[:, :, k], lower=1, overwrite_ab=1)
            if info != 0:
                raise np.linalg.LinAlgError("a pivot of the banded matrix is rounding")
        solved = solved.reshape(len(blocks), -1)
        for number, (vectors, triangle) in reversed(list(enumerate(self._reflections))):
            _apply(vectors, triangle, solved[(number + 1) * WIDTH :])
        return solved.reshape(blocks.shape)


def _apply(vectors, triangle, block):
    """block becomes (I - V T V') block."""
    block -= vectors @ (triangle @ (vectors.T @ block))


def _reflect(lower, start):
    """Reduce some columns to the band, and change what is right of them: V and T of their reflections I - V T V'.

    lower : (m, m), Fortran order
    """
    below = slice(start + WIDTH, None)
    panel, tau, _, _ = lapack.dgeqrf(np.asfortranarray(lower[below, start : start + WIDTH]), lwork=WIDTH * WIDTH)
    count = len(tau)
    lower[below, start : start + WIDTH] = np.triu(panel)
    vectors = np.asfortranarray(np.tril(panel[:, :count], -1))
    idle = tau == 0
    np.fill_diagonal(vectors, np.where(idle, 0.0, 1.0))
    inverse = np.triu(vectors.T @ vectors, 1)
    np.fill_diagonal(inverse, np.where(idle, 1.0, 1 / np.where(idle, 1.0, tau)))
    triangle = np.linalg.inv(inverse)
    rest = lower[below, below]
    product = _times(rest, vectors) @ triangle
    product -= 0.5 * (vectors @ (triangle.T @ (vectors.T @ product)))
    _subtract(rest, vectors, np.asfortranarray(product))
    return vectors, triangle


def _times(matrix, block):
    """matrix @ block for a part of a matrix in Fortran order, known by its lower triangle."""
    out = np.empty_like(block, order="F")
    rows, columns = block.shape
    _dsymm(*by_reference(b"L", b"L", rows, columns, 1.0, matrix, _stride(matrix), block, rows, 0.0, out, rows))
    return out


def _subtract(matrix, left, right):
    """matrix -= left @ right.T + right @ left.T in its lower triangle."""
    rows, columns = left.shape
    _dsyr2k(*by_reference(b"L", b"N", rows, columns, -1.0, left, rows, right, rows, 1.0, matrix, _stride(matrix)))


def _stride(matrix):
    return matrix.strides[1] // matrix.itemsize
