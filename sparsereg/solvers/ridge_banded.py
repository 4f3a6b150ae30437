"""Large symmetric systems (M + lam) x = b for many lam from one reduction of M to a band of diagonals.

As the reduction to three diagonals, but in products of matrices only, where half of that one's multiply-adds wait for
memory; each further lam costs a Cholesky factor of the band.

Source: Bischof, Lang & Sun (2000), "A framework for symmetric band reduction", section 2.
"""

import ctypes

import numpy as np
from numba.extending import get_cython_function_address
from scipy.linalg import lapack

from .options import go_on

# Diagonals below the main one, and columns that are reflected together.
WIDTH = 64


def _blas(name, n_arguments):
    """A function of BLAS that works on parts of a matrix in place, without the interpreter's lock."""
    address = get_cython_function_address("scipy.linalg.cython_blas", name)
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * n_arguments)(address)


_dsymm, _dsyr2k = _blas("dsymm", 12), _blas("dsyr2k", 12)


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
    letter, one, zero = ctypes.c_char(b"L"), ctypes.c_double(1.0), ctypes.c_double(0.0)
    rows, columns, stride = ctypes.c_int(len(block)), ctypes.c_int(block.shape[1]), _stride(matrix)
    _dsymm(
        ctypes.byref(letter),
        ctypes.byref(letter),
        ctypes.byref(rows),
        ctypes.byref(columns),
        ctypes.byref(one),
        matrix.ctypes.data,
        ctypes.byref(stride),
        block.ctypes.data,
        ctypes.byref(rows),
        ctypes.byref(zero),
        out.ctypes.data,
        ctypes.byref(rows),
    )
    return out


def _subtract(matrix, left, right):
    """matrix -= left @ right.T + right @ left.T in its lower triangle."""
    lower, plain = ctypes.c_char(b"L"), ctypes.c_char(b"N")
    minus, one = ctypes.c_double(-1.0), ctypes.c_double(1.0)
    rows, columns, stride = ctypes.c_int(len(left)), ctypes.c_int(left.shape[1]), _stride(matrix)
    _dsyr2k(
        ctypes.byref(lower),
        ctypes.byref(plain),
        ctypes.byref(rows),
        ctypes.byref(columns),
        ctypes.byref(minus),
        left.ctypes.data,
        ctypes.byref(rows),
        right.ctypes.data,
        ctypes.byref(rows),
        ctypes.byref(one),
        matrix.ctypes.data,
        ctypes.byref(stride),
    )


def _stride(matrix):
    return ctypes.c_int(matrix.strides[1] // matrix.itemsize)
