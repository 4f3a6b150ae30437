"""An upper Cholesky factor R'R = H stored by rows, with features entering at the end and leaving anywhere.

Stored by rows, the forward substitution is an axpy down the rows, the back substitution a dot product along them and
the Givens sweep of a deletion runs over two adjacent rows: every inner loop is contiguous. They run over slices
of one row: an index that may be negative, or a stride that is not known, keeps a loop from being vectorised.

Source: Golub & Van Loan (2013), sections 4.2 and 6.5.
"""

import numpy as np

from .._kernel import inlined, kernel


@kernel
def forward_substitution(factor, size, panel, count):
    """Replace the first `count` rows x of panel by R'^-1 x, in one sweep over R by blocks of four rows.

    Two rows of panel share each load of R.

    Parameters
    ----------
    factor : float64 array (capacity, capacity), C order    R in its first `size` rows and columns
    size : int
    panel : float64 array (>= count, >= size), C order      updated in place
    count : int
    """
    for i in range(0, size, 4):
        stop = min(i + 4, size)
        for r in range(count):
            for t in range(i, stop):
                value = panel[r, t]
                for k in range(i, t):
                    value -= panel[r, k] * factor[k, t]
                panel[r, t] = value / factor[t, t]
        if stop == size:
            return
        f0, f1 = factor[i, stop:size], factor[i + 1, stop:size]
        f2, f3 = factor[i + 2, stop:size], factor[i + 3, stop:size]
        for r in range(0, count - 1, 2):
            s = r + 1
            u0, u1, u2, u3 = panel[r, i], panel[r, i + 1], panel[r, i + 2], panel[r, i + 3]
            v0, v1, v2, v3 = panel[s, i], panel[s, i + 1], panel[s, i + 2], panel[s, i + 3]
            x, y = panel[r, stop:size], panel[s, stop:size]
            for k in range(x.shape[0]):
                x[k] -= u0 * f0[k] + u1 * f1[k] + u2 * f2[k] + u3 * f3[k]
                y[k] -= v0 * f0[k] + v1 * f1[k] + v2 * f2[k] + v3 * f3[k]
        for r in range(count - count % 2, count):
            u0, u1, u2, u3 = panel[r, i], panel[r, i + 1], panel[r, i + 2], panel[r, i + 3]
            x = panel[r, stop:size]
            for k in range(x.shape[0]):
                x[k] -= u0 * f0[k] + u1 * f1[k] + u2 * f2[k] + u3 * f3[k]


@kernel
def back_substitution(factor, size, panel):
    """Replace the first row x of panel by R^-1 x, four rows of R at a time. Arguments as above."""
    rest = size % 4
    for i in range(size - 4, rest - 1, -4):
        start = i + 4
        f0, f1 = factor[i, start:size], factor[i + 1, start:size]
        f2, f3 = factor[i + 2, start:size], factor[i + 3, start:size]
        x = panel[0, start:size]
        t0 = t1 = t2 = t3 = 0.0
        for k in range(x.shape[0]):
            t0 += f0[k] * x[k]
            t1 += f1[k] * x[k]
            t2 += f2[k] * x[k]
            t3 += f3[k] * x[k]
        v3 = (panel[0, i + 3] - t3) / factor[i + 3, i + 3]
        v2 = (panel[0, i + 2] - t2 - factor[i + 2, i + 3] * v3) / factor[i + 2, i + 2]
        v1 = (panel[0, i + 1] - t1 - factor[i + 1, i + 2] * v2 - factor[i + 1, i + 3] * v3) / factor[i + 1, i + 1]
        v0 = panel[0, i] - t0 - factor[i, i + 1] * v1 - factor[i, i + 2] * v2 - factor[i, i + 3] * v3
        panel[0, i] = v0 / factor[i, i]
        panel[0, i + 1], panel[0, i + 2], panel[0, i + 3] = v1, v2, v3
    for i in range(rest - 1, -1, -1):
        for k in range(i + 1, size):
            panel[0, i] -= factor[i, k] * panel[0, k]
        panel[0, i] /= factor[i, i]


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
    for i in range(position):
        row = factor[i, position:size]
        for k in range(row.shape[0] - 1):
            row[k] = row[k + 1]
    for k in range(position + 1, size):
        carried[k] = factor[position, k]
    for i in range(position, size - 1):
        a = carried[i + 1]
        b = factor[i + 1, i + 1]
        length = np.sqrt(a * a + b * b)
        cosine = a / length
        sine = b / length
        factor[i, i] = length
        old, below, new = carried[i + 2 : size], factor[i + 1, i + 2 : size], factor[i, i + 1 : size - 1]
        for k in range(old.shape[0]):
            u = old[k]
            v = below[k]
            new[k] = cosine * u + sine * v
            old[k] = cosine * v - sine * u


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
