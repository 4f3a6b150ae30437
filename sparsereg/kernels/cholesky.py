"""An upper Cholesky factor R'R = H stored by rows, with features entering at the end and leaving anywhere.

Stored by rows, the forward substitution is an axpy down the rows, the back substitution a dot product along them and
the Givens sweep of a deletion runs over two adjacent rows: every inner loop is contiguous.

Source: Golub & Van Loan (2013), sections 4.2 and 6.5.
"""

import numpy as np

from .._kernel import kernel


@kernel
def forward_substitution(factor, size, x):
    """Replace x[:size] by R'^-1 x, four rows at a time: x is then loaded and stored once per four rows.

    Parameters
    ----------
    factor : float64 array (capacity, capacity), C order    R in its first `size` rows and columns
    size : int
    x : float64 array (>= size,)                            updated in place
    """
    whole = size - size % 4
    for i in range(0, whole, 4):
        r0, r1, r2, r3 = factor[i], factor[i + 1], factor[i + 2], factor[i + 3]
        v0 = x[i] / r0[i]
        v1 = (x[i + 1] - v0 * r0[i + 1]) / r1[i + 1]
        v2 = (x[i + 2] - v0 * r0[i + 2] - v1 * r1[i + 2]) / r2[i + 2]
        v3 = (x[i + 3] - v0 * r0[i + 3] - v1 * r1[i + 3] - v2 * r2[i + 3]) / r3[i + 3]
        x[i], x[i + 1], x[i + 2], x[i + 3] = v0, v1, v2, v3
        for k in range(i + 4, size):
            x[k] -= v0 * r0[k] + v1 * r1[k] + v2 * r2[k] + v3 * r3[k]
    for i in range(whole, size):
        row = factor[i]
        value = x[i] / row[i]
        x[i] = value
        for k in range(i + 1, size):
            x[k] -= value * row[k]


@kernel
def forward_substitution_8(factor, size, panel):
    """Replace each of the eight rows of panel by R'^-1 of it, in one sweep over pairs of rows of R.

    Parameters
    ----------
    factor, size : as for `forward_substitution`
    panel : float64 array (8, >= size), C order      updated in place
    """
    x0, x1, x2, x3, x4, x5, x6, x7 = panel[0], panel[1], panel[2], panel[3], panel[4], panel[5], panel[6], panel[7]
    whole = size - size % 2
    for i in range(0, whole, 2):
        ra, rb = factor[i], factor[i + 1]
        a, b, c = 1.0 / ra[i], 1.0 / rb[i + 1], ra[i + 1]
        for x in (x0, x1, x2, x3, x4, x5, x6, x7):
            x[i] *= a
            x[i + 1] = (x[i + 1] - c * x[i]) * b
        a0, a1, a2, a3, a4, a5, a6, a7 = x0[i], x1[i], x2[i], x3[i], x4[i], x5[i], x6[i], x7[i]
        i1 = i + 1
        b0, b1, b2, b3, b4, b5, b6, b7 = x0[i1], x1[i1], x2[i1], x3[i1], x4[i1], x5[i1], x6[i1], x7[i1]
        for k in range(i + 2, size):
            va = ra[k]
            vb = rb[k]
            x0[k] -= a0 * va + b0 * vb
            x1[k] -= a1 * va + b1 * vb
            x2[k] -= a2 * va + b2 * vb
            x3[k] -= a3 * va + b3 * vb
            x4[k] -= a4 * va + b4 * vb
            x5[k] -= a5 * va + b5 * vb
            x6[k] -= a6 * va + b6 * vb
            x7[k] -= a7 * va + b7 * vb
    if whole < size:
        for r in range(8):
            panel[r, whole] /= factor[whole, whole]


@kernel
def back_substitution(factor, size, x):
    """Replace x[:size] by R^-1 x, four rows at a time. Arguments as for `forward_substitution`."""
    odd = size % 4
    for i in range(size - 4, odd - 1, -4):
        r0, r1, r2, r3 = factor[i], factor[i + 1], factor[i + 2], factor[i + 3]
        t0 = t1 = t2 = t3 = 0.0
        for k in range(i + 4, size):
            value = x[k]
            t0 += r0[k] * value
            t1 += r1[k] * value
            t2 += r2[k] * value
            t3 += r3[k] * value
        v3 = (x[i + 3] - t3) / r3[i + 3]
        v2 = (x[i + 2] - t2 - r2[i + 3] * v3) / r2[i + 2]
        v1 = (x[i + 1] - t1 - r1[i + 2] * v2 - r1[i + 3] * v3) / r1[i + 1]
        x[i] = (x[i] - t0 - r0[i + 1] * v1 - r0[i + 2] * v2 - r0[i + 3] * v3) / r0[i]
        x[i + 1], x[i + 2], x[i + 3] = v1, v2, v3
    for i in range(odd - 1, -1, -1):
        row = factor[i]
        total = 0.0
        for k in range(i + 1, size):
            total += row[k] * x[k]
        x[i] = (x[i] - total) / row[i]


@kernel
def append_column(factor, size, column, pivot):
    """Let a feature enter: `column` is R'^-1 H_Aj and `pivot` = H_jj - |column|^2 > 0."""
    for i in range(size):
        factor[i, size] = column[i]
    factor[size, size] = np.sqrt(pivot)


@kernel
def delete_column(factor, size, position):
    """Let the feature at `position` leave: shift the columns behind it, then rotate the rows back to triangular."""
    for i in range(position):
        row = factor[i]
        for k in range(position, size - 1):
            row[k] = row[k + 1]
    for i in range(position, size - 1):
        upper = factor[i]
        below = factor[i + 1]
        a = upper[i + 1]
        b = below[i + 1]
        length = np.sqrt(a * a + b * b)
        cosine = a / length
        sine = b / length
        upper[i] = length
        for k in range(i + 2, size):
            u = upper[k]
            v = below[k]
            upper[k - 1] = cosine * u + sine * v
            below[k] = cosine * v - sine * u


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
        row = factor[i]
        source = gram[order[i]]
        for k in range(i, size):
            row[k] = source[order[k]]
        row[i] += ridge[order[i]]
    for start in range(0, size, 8):
        stop = min(start + 8, size)
        for i in range(start, stop):
            row = factor[i]
            for t in range(start, i):
                done = factor[t]
                value = done[i]
                for k in range(i, size):
                    row[k] -= value * done[k]
            pivot = row[i]
            if not pivot > smallest * (gram[order[i], order[i]] + ridge[order[i]]):
                return i
            root = np.sqrt(pivot)
            row[i] = root
            for k in range(i + 1, size):
                row[k] /= root
        if stop - start < 8:
            break
        r0, r1, r2, r3 = factor[start], factor[start + 1], factor[start + 2], factor[start + 3]
        r4, r5, r6, r7 = factor[start + 4], factor[start + 5], factor[start + 6], factor[start + 7]
        for i in range(stop, size):
            row = factor[i]
            v0, v1, v2, v3, v4, v5, v6, v7 = r0[i], r1[i], r2[i], r3[i], r4[i], r5[i], r6[i], r7[i]
            for k in range(i, size):
                row[k] -= (
                    v0 * r0[k]
                    + v1 * r1[k]
                    + v2 * r2[k]
                    + v3 * r3[k]
                    + v4 * r4[k]
                    + v5 * r5[k]
                    + v6 * r6[k]
                    + v7 * r7[k]
                )
    return -1
