"""The product of two sparse matrices as a dense one; arrays of a compressed matrix as in `sparse`."""

import numpy as np

from .._kernel import kernel

# Numba makes a float64 of the sum of a signed and an unsigned number.
ONE = np.uint64(1)


@kernel
def count_minors(indices, indptr, majors, weights, counts):
    """Add to counts (n_minors,) int64 the entries of the given majors in each minor whose weight is not zero."""
    for m in range(majors.shape[0]):
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            if weights[indices[k]] != 0.0:
                counts[indices[k]] += 1


@kernel
def sort_by_minor(data, indices, indptr, majors, first, last, weights, offset, cursor, place, value):
    """Compress the majors first to last by minors instead, those from `offset` on, times their weights.

    Parameters
    ----------
    majors : int64 array (b,)
    weights : float64 array (n_minors,)         where zero, entries are left out
    offset : uint64
    cursor : uint64 array (c,)          where the next entry of each minor goes; moved on
    place : uint32 array (size,)        set to m for an entry of majors[m]; ascending for each minor
    value : float64 array (size,)       set
    """
    end = offset + np.uint64(cursor.shape[0])
    for m in range(first, last):
        for k in range(indptr[majors[m]], indptr[majors[m] + 1]):
            minor = indices[k]
            if offset <= minor < end and weights[minor] != 0.0:
                where = cursor[minor - offset]
                place[where] = m
                value[where] = data[k] * weights[minor]
                cursor[minor - offset] = where + ONE


@kernel
def add_gram(data, indices, indptr, majors, offset, start, place, value, least, cursor, first, budget, gram):
    """Add the products of the given majors with others, compressed by minors, to the rows of `gram`.

    Parameters
    ----------
    majors : int64 array (b,)
    offset : uint64
    start : uint64 array (c + 1,)       where each minor from `offset` on begins
    place, value : uint32, float64      from sort_by_minor
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
                if begin < stop and place[begin] < least[m]:
                    while begin < stop and place[begin] < least[m]:
                        begin += ONE
                    # Only where it has moved: threads share it where it never does.
                    cursor[minor] = begin
                entry = data[k]
                for a in range(begin, stop):
                    gram[m, place[a]] += entry * value[a]
                budget -= np.int64(stop - begin) + 1
        m += 1
    return m
