"""Loops over a compressed sparse matrix: majors (columns of CSC, rows of CSR), runs of (minor index, value).

The arrays of the matrix are read-only: `data` (nnz,) float32 or float64, `indices` (nnz,) uint32 or uint64,
`indptr` (n_majors + 1,) uint64. The order within a major is free, and entries stored twice count as the sum.
Unsigned numbers need no check for negative ones: signed, a product takes 2.5 times as long.
"""

import numpy as np

from .._kernel import kernel

# Numba makes a float64 of the sum of a signed and an unsigned number.
ONE, TWO, THREE, FOUR = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
# Fewer right-hand sides than this are faster one after the other than a row of R at a time.
FEW = 3


@kernel
def ascending(indices, start, stop):
    """Whether the indices from start to stop ascend strictly, so that none is there twice."""
    ordered = True
    for k in range(start + ONE, stop):
        ordered &= indices[k - ONE] < indices[k]
    return ordered


@kernel
def sum_majors(data, indices, indptr, weights, first, last, entry, sums):
    """Weighted sums and sums of squares of the majors first to last.

    Parameters
    ----------
    weights : float64 array (n_minors,)
    entry : float64 array (n_minors,)                   zero on entry and on return
    sums : float64 array (n_majors, 2)                  first to last are set
    """
    for major in range(first, last):
        start, stop = indptr[major], indptr[major + 1]
        total = 0.0
        square = 0.0
        if ascending(indices, start, stop):
            for k in range(start, stop):
                value = np.float64(data[k])
                product = weights[indices[k]] * value
                total += product
                square += product * value
        else:
            for k in range(start, stop):
                entry[indices[k]] += data[k]
            for k in range(start, stop):
                minor = indices[k]
                value = entry[minor]
                entry[minor] = 0.0
                total += weights[minor] * value
                square += weights[minor] * value * value
        sums[major, 0] = total
        sums[major, 1] = square


@kernel
def sum_minors(data, indices, indptr, weights, first, last, entry, sums):
    """Add the majors first to last to the weighted sums and sums of squares of the minors.

    Parameters
    ----------
    weights : float64 array (n_majors,)
    entry : float64 array (n_minors,)                   zero on entry and on return
    sums : float64 array (n_minors, 2)                  added to
    """
    for major in range(first, last):
        weight = weights[major]
        start, stop = indptr[major], indptr[major + 1]
        if ascending(indices, start, stop):
            for k in range(start, stop):
                value = np.float64(data[k])
                product = weight * value
                sums[indices[k], 0] += product
                sums[indices[k], 1] += product * value
        else:
            for k in range(start, stop):
                entry[indices[k]] += data[k]
            for k in range(start, stop):
                minor = indices[k]
                value = entry[minor]
                entry[minor] = 0.0
                sums[minor, 0] += weight * value
                sums[minor, 1] += weight * value * value


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
        k = indptr[majors[m]]
        stop = indptr[majors[m] + 1]
        if n_targets < FEW:
            for target in range(n_targets):
                total = 0.0
                for entry in range(k, stop):
                    total += data[entry] * R[indices[entry], target]
                out[m, target] = total
        else:
            # Four entries at a time, or the products would wait for each other on their way through memory.
            for target in range(n_targets):
                out[m, target] = 0.0
            while k + FOUR <= stop:
                a, b, c, d = indices[k], indices[k + ONE], indices[k + TWO], indices[k + THREE]
                x, y, z, w = data[k], data[k + ONE], data[k + TWO], data[k + THREE]
                for target in range(n_targets):
                    out[m, target] += x * R[a, target] + y * R[b, target] + z * R[c, target] + w * R[d, target]
                k += FOUR
            while k < stop:
                a, x = indices[k], data[k]
                for target in range(n_targets):
                    out[m, target] += x * R[a, target]
                k += ONE


@kernel
def add_majors(data, indices, indptr, majors, W, offset, out):
    """Add each given major times its row of W to the rows of `out`, which are the minors from `offset` on.

    Parameters
    ----------
    majors : int64 array (b,)
    W : float64 array (b, k), C order
    offset : uint64
    out : float64 array (c, k), C order                 added to
    """
    end = offset + np.uint64(out.shape[0])
    n_targets = W.shape[1]
    for m in range(majors.shape[0]):
        start, stop = indptr[majors[m]], indptr[majors[m] + 1]
        if n_targets < FEW:
            for target in range(n_targets):
                factor = W[m, target]
                for k in range(start, stop):
                    minor = indices[k]
                    if offset <= minor < end:
                        out[minor - offset, target] += factor * data[k]
        else:
            row = W[m]
            for k in range(start, stop):
                minor = indices[k]
                if offset <= minor < end:
                    place = minor - offset
                    value = data[k]
                    # A view out[place] would be counted, which takes longer than the products.
                    for target in range(n_targets):
                        out[place, target] += value * row[target]


@kernel
def scatter_majors(data, indices, indptr, majors, offset, out):
    """Add the given majors to the rows of a dense array, whose columns are the minors from `offset` on.

    Parameters
    ----------
    majors : int64 array (b,)
    offset : uint64
    out : float64 array (b, c), C order                 added to
    """
    end = offset + np.uint64(out.shape[1])
    for m in range(majors.shape[0]):
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            minor = indices[k]
            if offset <= minor < end:
                out[m, minor - offset] += data[k]


@kernel
def keep(data, indices, indptr, majors, first, last, position, start, place, value):
    """Copy the entries with position >= 0 of the majors first to last, as long as the next one surely fits.

    Parameters
    ----------
    majors : int64 array (b,)
    position : int32 array (n_minors,)
    start : uint64 array (last - first + 1 or more,)    set; start[m] is where major m + first begins
    place : uint32 array (size,)                        set to the positions
    value : float64 array (size,)                       set; its size is at least that of the longest major

    Returns
    -------
    next : int      the first major that is not copied
    """
    kept = np.uint64(0)
    start[0] = 0
    m = first
    while m < last:
        k, stop = indptr[majors[m]], indptr[majors[m] + 1]
        if kept + (stop - k) > np.uint64(value.shape[0]):
            break
        while k < stop:
            where = position[indices[k]]
            # Written in any case and overwritten if it is not kept: a branch is guessed wrong too often.
            place[kept] = where
            value[kept] = data[k]
            kept += np.uint64(where >= 0)
            k += ONE
        m += 1
        start[m - first] = kept
    return m
