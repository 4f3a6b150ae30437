"""Loops over a compressed sparse matrix: majors (columns of CSC, rows of CSR), runs of (minor index, value).

The arrays of the matrix are read-only: `data` (nnz,) float32 or float64, `indices` (nnz,) uint32 or uint64,
`indptr` (n_majors + 1,) uint64. The order within a major is free, and entries stored twice count as the sum.
Unsigned numbers need no check for negative ones: signed, a product takes 2.5 times as long.
"""

import numpy as np

from .._kernel import kernel

# Numba makes a float64 of the sum of a signed and an unsigned number.
ONE = np.uint64(1)
# Fewer right-hand sides than this are faster one after the other than a row of R at a time.
FEW = 4


@kernel
def sum_majors(data, indices, indptr, weights, first, last, entry, sums, squares):
    """Weighted sums and sums of squares of the majors first to last.

    Parameters
    ----------
    weights : float64 array (n_minors,)
    entry : float64 array (n_minors,)                   zero on entry and on return
    sums, squares : float64 arrays (n_majors,)          set for first to last
    """
    for major in range(first, last):
        for k in range(indptr[major], indptr[major + 1]):
            entry[indices[k]] += data[k]
        total = 0.0
        square = 0.0
        for k in range(indptr[major], indptr[major + 1]):
            minor = indices[k]
            value = entry[minor]
            entry[minor] = 0.0
            total += weights[minor] * value
            square += weights[minor] * value * value
        sums[major] = total
        squares[major] = square


@kernel
def sum_minors(data, indices, indptr, weights, first, last, entry, sums, squares):
    """Add the majors first to last to the weighted sums and sums of squares of the minors.

    Parameters
    ----------
    weights : float64 array (n_majors,)
    entry : float64 array (n_minors,)                   zero on entry and on return
    sums, squares : float64 arrays (n_minors,)          added to
    """
    for major in range(first, last):
        weight = weights[major]
        for k in range(indptr[major], indptr[major + 1]):
            entry[indices[k]] += data[k]
        for k in range(indptr[major], indptr[major + 1]):
            minor = indices[k]
            value = entry[minor]
            entry[minor] = 0.0
            sums[minor] += weight * value
            squares[minor] += weight * value * value


@kernel
def dot_majors(data, indices, indptr, majors, R, out):
    """Products of the given majors with every column of R.

    Parameters
    ----------
    majors : int64 array (b,)
    R : float64 array (n_minors, k), C order
    out : float64 array (b, k), C order                 set
    """
    n_targets = R.shape[1]
    for m in range(majors.shape[0]):
        start = indptr[majors[m]]
        stop = indptr[majors[m] + 1]
        if n_targets < FEW:
            for target in range(n_targets):
                total = 0.0
                for k in range(start, stop):
                    total += data[k] * R[indices[k], target]
                out[m, target] = total
        else:
            products = out[m]
            products[:] = 0.0
            for k in range(start, stop):
                value = data[k]
                row = R[indices[k]]
                for target in range(n_targets):
                    products[target] += value * row[target]


@kernel
def add_majors(data, indices, indptr, majors, position, W, out):
    """Add each given major times its row of W to the rows of `out`.

    Parameters
    ----------
    majors : int64 array (b,)
    position : int32 array (n_minors,)                  row of `out` for each minor, < 0: left out
    W : float64 array (b, k), C order
    out : float64 array (., k), C order                 added to
    """
    for m in range(majors.shape[0]):
        row = W[m]
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            place = position[indices[k]]
            if place >= 0:
                value = data[k]
                for target in range(W.shape[1]):
                    out[place, target] += value * row[target]


@kernel
def scatter_majors(data, indices, indptr, majors, out):
    """Add the given majors to the rows of a dense array: out (b, n_minors) float64, C order."""
    for m in range(majors.shape[0]):
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            out[m, indices[k]] += data[k]


@kernel
def scatter_minors(data, indices, indptr, position, first, last, out):
    """Add the minors with position >= 0, as far as majors first to last hold them, to rows of a dense array.

    Parameters
    ----------
    position : int32 array (n_minors,)                  row of `out`, < 0: left out
    out : float64 array (., n_majors), C order          added to
    """
    for major in range(first, last):
        for k in range(indptr[major], indptr[major + 1]):
            place = position[indices[k]]
            if place >= 0:
                out[place, major] += data[k]


@kernel
def count_kept(indices, indptr, majors, position, start):
    """Set start (b + 1,) uint64 to where each given major begins without the entries with position < 0."""
    start[0] = 0
    for m in range(majors.shape[0]):
        kept = start[m]
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            if position[indices[k]] >= 0:
                kept += ONE
        start[m + 1] = kept


@kernel
def keep(data, indices, indptr, majors, position, start, place, value):
    """Copy the entries of the given majors with position >= 0.

    Parameters
    ----------
    start : uint64 array (b + 1,)                       from count_kept
    place : uint32 array (start[b],)                    set to the positions
    value : float64 array (start[b],)                   set
    """
    for m in range(majors.shape[0]):
        out = start[m]
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            where = position[indices[k]]
            if where >= 0:
                place[out] = where
                value[out] = data[k]
                out += ONE


@kernel
def transpose(start, place, value, new_start, new_place, new_value):
    """Exchange majors and minors by a counting sort; the new runs are in ascending order.

    Parameters
    ----------
    start, place, value : uint64 (a + 1,), uint32 (nnz,), float64 (nnz,)
    new_start, new_place, new_value : uint64 (b + 1,), uint32 (nnz,), float64 (nnz,)        set
    """
    n_new = new_start.shape[0] - 1
    for b in range(n_new + 1):
        new_start[b] = 0
    for k in range(place.shape[0]):
        new_start[place[k] + 1] += ONE
    for b in range(n_new):
        new_start[b + 1] += new_start[b]
    for a in range(start.shape[0] - 1):
        for k in range(start[a], start[a + 1]):
            b = place[k]
            out = new_start[b]
            new_place[out] = a
            new_value[out] = value[k]
            new_start[b] = out + ONE
    # Each start has moved on to the next one.
    for b in range(n_new, 0, -1):
        new_start[b] = new_start[b - 1]
    new_start[0] = 0


@kernel
def add_gram(j_start, j_row, j_value, k_start, k_column, k_value, weights, least, cursor, first, budget, gram):
    """Add X_J' diag(weights) X_K to the rows of `gram` from `first` on, until the budget is spent.

    Parameters
    ----------
    j_start, j_row, j_value : uint64 (|J| + 1,), uint32, float64    the columns of X_J: runs of (row, value)
    k_start, k_column, k_value : uint64 (m + 1,), uint32, float64   the rows of X_K: ascending (column, value)
    weights : float64 array (m,)
    least : int64 array (|J|,)          ascending; row j of `gram` gets the columns >= least[j] only
    cursor : uint64 array (m,)          where the columns >= least[first] of each row begin; k_start at first
    budget : int                        multiply-adds
    gram : float64 array (|J|, |K|), C order

    Returns
    -------
    next : int      the first row not yet done; |J| at the end

    Source: Gustavson (1978), one row of the product at a time.
    """
    j = first
    while j < j_start.shape[0] - 1 and budget > 0:
        out = gram[j]
        for a in range(j_start[j], j_start[j + 1]):
            row = j_row[a]
            begin = cursor[row]
            end = k_start[row + 1]
            while begin < end and k_column[begin] < least[j]:
                begin += ONE
            cursor[row] = begin
            value = j_value[a] * weights[row]
            for k in range(begin, end):
                out[k_column[k]] += value * k_value[k]
            budget -= np.int64(end - begin) + 1
        j += 1
    return j
