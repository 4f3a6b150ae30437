"""The product of two sparse matrices as a dense one; arrays of a compressed matrix as in `sparse`."""

import numpy as np

from .._kernel import kernel

# Numba makes a float64 of the sum of a signed and an unsigned number.
ONE = np.uint64(1)


@kernel
def count_minors(indices, indptr, majors, weights, start):
    """Set start (n_minors + 1,) uint64 to where each minor begins once the given majors are compressed by minors.

    Entries of a minor whose weight is zero are left out.
    """
    for minor in range(start.shape[0]):
        start[minor] = 0
    for m in range(majors.shape[0]):
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            if weights[indices[k]] != 0.0:
                start[indices[k] + ONE] += ONE
    for minor in range(start.shape[0] - 1):
        start[minor + 1] += start[minor]


@kernel
def sort_by_minor(data, indices, indptr, majors, weights, offset, start, place, value):
    """Compress the given majors by minors instead, those from `offset` on, times their weights.

    Parameters
    ----------
    majors : int64 array (b,)
    weights : float64 array (n_minors,)
    offset : uint64
    start : uint64 array (c + 1,)       from count_minors, less its value at `offset`; c minors; itself on return
    place : uint32 array (start[c],)    set to m for an entry of majors[m]; ascending for each minor
    value : float64 array (start[c],)   set
    """
    end = offset + np.uint64(start.shape[0] - 1)
    for m in range(majors.shape[0]):
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            minor = indices[k]
            if offset <= minor < end and weights[minor] != 0.0:
                where = start[minor - offset]
                place[where] = m
                value[where] = data[k] * weights[minor]
                start[minor - offset] = where + ONE
    # Each start has moved on to the next one.
    for minor in range(start.shape[0] - 2, 0, -1):
        start[minor] = start[minor - 1]
    start[0] = 0


@kernel
def add_gram(data, indices, indptr, majors, offset, start, place, value, least, cursor, first, budget, gram):
    """Add the products of the given majors with others, compressed by minors, to the rows of `gram`.

    Parameters
    ----------
    majors : int64 array (b,)
    offset, start, place, value : uint64, uint64 (c + 1,), uint32, float64      from sort_by_minor
    least : int64 array (b,)            ascending; row m of `gram` gets the places >= least[m] only
    cursor : uint64 array (c,)          where the places >= least[first] of each minor begin; `start` at first
    first : int                         the rows from here on, until the budget is spent
    budget : int                        multiply-adds
    gram : float64 array (b, .), C order        added to

    Returns
    -------
    next : int      the first row not yet done; b at the end

    Source: Gustavson (1978), one row of the product at a time.
    """
    end = offset + np.uint64(cursor.shape[0])
    m = first
    while m < majors.shape[0] and budget > 0:
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            if offset <= indices[k] < end:
                minor = indices[k] - offset
                begin, stop = cursor[minor], start[minor + ONE]
                while begin < stop and place[begin] < least[m]:
                    begin += ONE
                cursor[minor] = begin
                entry = data[k]
                for a in range(begin, stop):
                    gram[m, place[a]] += entry * value[a]
                budget -= np.int64(stop - begin) + 1
        m += 1
    return m
