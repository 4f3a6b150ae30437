"""An upper Cholesky factor R'R = H stored by rows, with features entering at the end and leaving anywhere.

Stored by rows, the forward substitution is an axpy down the rows, the back substitution a dot product along them and
the Givens sweep of a deletion runs over two adjacent rows: every inner loop is contiguous. Its index is unsigned, for
one that may be negative keeps Numba from vectorising the loop.

Source: Golub & Van Loan (2013), sections 4.2 and 6.5.
"""

import numpy as np

from .._kernel import inlined, kernel

UINT1, UINT2, UINT3, UINT4 = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)


@kernel
def forward_substitution(factor, size, panel, count):
    """Replace the first `count` rows x of panel by R'^-1 x, in one sweep over R by blocks of four rows.

    Parameters
    ----------
    factor : float64 array (capacity, capacity), C order    R in its first `size` rows and columns
    size : int
    panel : float64 array (>= count, >= size), C order      updated in place
    count : int
    """
    end, rows = np.uint64(size), np.uint64(count)
    whole = end - end % UINT4
    for i in range(np.uint64(0), whole, UINT4):
        j, m, n = i + UINT1, i + UINT2, i + UINT3
        d0, d1, d2, d3 = 1.0 / factor[i, i], 1.0 / factor[j, j], 1.0 / factor[m, m], 1.0 / factor[n, n]
        for r in range(rows):
            u0 = panel[r, i] * d0
            u1 = (panel[r, j] - u0 * factor[i, j]) * d1
            u2 = (panel[r, m] - u0 * factor[i, m] - u1 * factor[j, m]) * d2
            u3 = (panel[r, n] - u0 * factor[i, n] - u1 * factor[j, n] - u2 * factor[m, n]) * d3
            panel[r, i], panel[r, j], panel[r, m], panel[r, n] = u0, u1, u2, u3
            for k in range(i + UINT4, end):
                panel[r, k] -= u0 * factor[i, k] + u1 * factor[j, k] + u2 * factor[m, k] + u3 * factor[n, k]
    for t in range(whole, end):
        for r in range(rows):
            for k in range(whole, t):
                panel[r, t] -= panel[r, k] * factor[k, t]
            panel[r, t] /= factor[t, t]


@kernel
def back_substitution(factor, size, panel):
    """Replace the first row x of panel by R^-1 x, four rows of R at a time. Arguments as above."""
    end, x = np.uint64(size), panel[0]
    blocks = end // UINT4
    for t in range(end - blocks * UINT4):
        i = end - UINT1 - t
        for k in range(i + UINT1, end):
            x[i] -= factor[i, k] * x[k]
        x[i] /= factor[i, i]
    for block in range(blocks):
        i = (blocks - UINT1 - block) * UINT4
        j, m, n = i + UINT1, i + UINT2, i + UINT3
        t0 = t1 = t2 = t3 = 0.0
        for k in range(i + UINT4, end):
            t0 += factor[i, k] * x[k]
            t1 += factor[j, k] * x[k]
            t2 += factor[m, k] * x[k]
            t3 += factor[n, k] * x[k]
        v3 = (x[n] - t3) / factor[n, n]
        v2 = (x[m] - t2 - factor[m, n] * v3) / factor[m, m]
        v1 = (x[j] - t1 - factor[j, m] * v2 - factor[j, n] * v3) / factor[j, j]
        x[i] = (x[i] - t0 - factor[i, j] * v1 - factor[i, m] * v2 - factor[i, n] * v3) / factor[i, i]
        x[j], x[m], x[n] = v1, v2, v3


@inlined
def append_column(factor, size, panel, row, pivot):
    """Let a feature enter: panel[row] is R'^-1 H_Aj and `pivot` = H_jj - |R'^-1 H_Aj|^2 > 0."""
    for i in range(size):
        factor[i, size] = panel[row, i]
    factor[size, size] = np.sqrt(pivot)


@inlined
def delete_column(factor, size, position, carried):
    """Let the feature at `position` leave: shift the columns behind it, then rotate the rows back to triangular.

    `carried` (>= size,) is work: the row on its way down.
    """
    first, end = np.uint64(position), np.uint64(size)
    for i in range(first):
        for k in range(first + UINT1, end):
            factor[i, k - UINT1] = factor[i, k]
    for k in range(first + UINT1, end):
        carried[k] = factor[first, k]
    for i in range(first, end - UINT1):
        j = i + UINT1
        a = carried[j]
        b = factor[j, j]
        length = np.sqrt(a * a + b * b)
        cosine = a / length
        sine = b / length
        factor[i, i] = length
        for k in range(i + UINT2, end):
            u = carried[k]
            v = factor[j, k]
            factor[i, k - UINT1] = cosine * u + sine * v
            carried[k] = cosine * v - sine * u


@kernel
def factorize(gram, ridge, order, size, smallest, factor):
    """Factor H = gram[A, A] + diag(ridge[A]) for the features A = order[:size].

    Eight rows are finished at a time and then subtracted from all rows below in one sweep, so that each entry of the
    trailing matrix is loaded once per eight updates.

    Parameters
    ----------
    gram : float64 array (p, p), C order
    ridge : float64 array (p,)             added to the diagonal
    order : int64 array (>= size,)         the features, in the order of the factor
    smallest : float                       a pivot <= smallest * H_jj is a failure
    factor : float64 array (capacity, capacity), C order    overwritten in its upper triangle

    Returns
    -------
    failed : int        the position of the first pivot that is too small; -1 if there is none
    """
    for i in range(size):
        for k in range(i, size):
            factor[i, k] = gram[order[i], order[k]]
        factor[i, i] += ridge[order[i]]
    for start in range(0, size, 8):
        stop = min(start + 8, size)
        for i in range(start, stop):
            for t in range(start, i):
                value = factor[t, i]
                for k in range(i, size):
                    factor[i, k] -= value * factor[t, k]
            pivot = factor[i, i]
            if not pivot > smallest * (gram[order[i], order[i]] + ridge[order[i]]):
                return i
            root = np.sqrt(pivot)
            for k in range(i, size):
                factor[i, k] /= root
        a = start
        for i in range(stop, size):
            v0, v1, v2, v3 = factor[a, i], factor[a + 1, i], factor[a + 2, i], factor[a + 3, i]
            v4, v5, v6, v7 = factor[a + 4, i], factor[a + 5, i], factor[a + 6, i], factor[a + 7, i]
            for k in range(i, size):
                early = v0 * factor[a, k] + v1 * factor[a + 1, k] + v2 * factor[a + 2, k] + v3 * factor[a + 3, k]
                late = v4 * factor[a + 4, k] + v5 * factor[a + 5, k] + v6 * factor[a + 6, k] + v7 * factor[a + 7, k]
                factor[i, k] -= early + late
    return -1
