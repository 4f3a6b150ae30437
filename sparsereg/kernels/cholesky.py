"""An upper Cholesky factor R'R = H stored by rows, with features entering at the end and leaving anywhere.

Stored by rows, the forward substitution is an axpy down the rows, the back substitution a dot product along them and
the Givens sweep of a deletion runs over two adjacent rows: every inner loop is contiguous.

Source: Golub & Van Loan (2013), sections 4.2 and 6.5.
"""

import numpy as np

from .._kernel import kernel


@kernel
def forward_substitution(factor, size, x):
    """Replace x[:size] by R'^-1 x.

    Parameters
    ----------
    factor : float64 array (capacity, capacity), C order    R in its first `size` rows and columns
    size : int
    x : float64 array (>= size,)                            updated in place
    """
    for i in range(size):
        row = factor[i]
        value = x[i] / row[i]
        x[i] = value
        for k in range(i + 1, size):
            x[k] -= value * row[k]


@kernel
def forward_substitution_8(factor, size, panel):
    """Replace each of the eight rows of panel by R'^-1 of it, in one sweep over R.

    Parameters
    ----------
    factor, size : as for `forward_substitution`
    panel : float64 array (8, >= size), C order      updated in place
    """
    x0, x1, x2, x3, x4, x5, x6, x7 = panel[0], panel[1], panel[2], panel[3], panel[4], panel[5], panel[6], panel[7]
    for i in range(size):
        row = factor[i]
        inverse = 1.0 / row[i]
        v0, v1, v2, v3 = x0[i] * inverse, x1[i] * inverse, x2[i] * inverse, x3[i] * inverse
        v4, v5, v6, v7 = x4[i] * inverse, x5[i] * inverse, x6[i] * inverse, x7[i] * inverse
        x0[i], x1[i], x2[i], x3[i], x4[i], x5[i], x6[i], x7[i] = v0, v1, v2, v3, v4, v5, v6, v7
        for k in range(i + 1, size):
            value = row[k]
            x0[k] -= v0 * value
            x1[k] -= v1 * value
            x2[k] -= v2 * value
            x3[k] -= v3 * value
            x4[k] -= v4 * value
            x5[k] -= v5 * value
            x6[k] -= v6 * value
            x7[k] -= v7 * value


@kernel
def back_substitution(factor, size, x):
    """Replace x[:size] by R^-1 x. Arguments as for `forward_substitution`."""
    for i in range(size - 1, -1, -1):
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
