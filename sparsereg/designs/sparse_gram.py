"""The product of columns of a sparse matrix with each other, as a dense one."""

from itertools import pairwise

import numpy as np

from ..kernels import sparse_gram as kernels
from ..kernels.sparse import scatter_majors
from .arrays import frozen
from .blas import add_square
from .threads import map_blocks

# Multiply-adds of one kernel call: about 0.1 s.
CALL = 2**26
# Entries of X_K that are held compressed by rows: 24 MB. Each such range of rows reads all columns.
RANGE = 2**21
# Entries of a large X_J that are multiplied at a time, held by rows and by columns: 3 MB, near the processor.
PIECE = 2**17
# Entries of X_J that one thread takes at a time: milliseconds.
SHARE = 2**16
# Elements of the dense form of some rows: 16 MB.
DENSE = 2**21
# A matrix with more than this part of its entries stored is multiplied as a dense one: BLAS does 20 to 30
# products in the time of one with an index.
DENSITY, INDEXED = 0.2, 20.0


def add_product(gram, arrays, J, K, weights):
    """gram += X_J' diag(weights) X_K for columns J and K of X.

    Parameters
    ----------
    gram : ndarray (|J|, |K|), C order
    arrays : (data, indices, indptr)        X, compressed by columns, as the kernels take it
    J, K : index array                      K None: the same as J; only the upper triangle is right then
    weights : ndarray (n,)                  >= 0
    """
    n_entries = (arrays[2][J + 1] - arrays[2][J]).sum()
    if K is None and n_entries > DENSITY * len(J) * len(weights):
        _add_dense_square(gram, arrays, J, weights)
    elif K is None and n_entries > PIECE:
        everything = np.arange(len(J))
        for _, (start, place, value) in _by_rows(arrays, J, np.sqrt(weights)):
            for first, last in _ranges(start, PIECE):
                entries = slice(int(start[first]), int(start[last]))
                rows = start[first : last + 1] - start[first], place[entries], value[entries]
                _add(gram, by_columns(*rows, len(J)), everything, 0, rows, everything, rows[0][:-1].copy())
    elif K is None:
        for first, rows in _by_rows(arrays, J, weights):
            _add(gram, arrays, J, first, rows, np.arange(len(J)), rows[0][:-1].copy())
    else:
        _add_block(gram, arrays, J, K, weights)


def _add_block(gram, arrays, J, K, weights):
    """gram += X_J' diag(weights) X_K, some columns of J to each thread."""
    start, least = _starts(arrays[2][J + 1] - arrays[2][J]), np.zeros(len(J), dtype=np.int64)
    for first, rows in _by_rows(arrays, K, weights):
        cursor = rows[0][:-1].copy()

        def work(lines, first=first, rows=rows, cursor=cursor):
            _add(gram[lines], arrays, J[lines], first, rows, least[lines], cursor)

        flops = INDEXED * float(start[-1]) * (1.0 + len(rows[2]) / max(len(cursor), 1))
        for _ in map_blocks(work, (slice(*limits) for limits in _ranges(start, SHARE)), flops):
            pass


def by_columns(start, place, value, n_columns):
    """The arrays of a matrix (m, n_columns), compressed by columns, of one compressed by rows."""
    arrays = frozen(value, np.float64), frozen(place, np.uint32), frozen(start, np.uint64)
    (_, columns), *_ = _by_rows(arrays, np.arange(len(start) - 1), np.ones(n_columns), len(value) + 1)
    start, place, value = columns
    return frozen(value, np.float64), frozen(place, np.uint32), frozen(start, np.uint64)


def _by_rows(arrays, J, weights, most=RANGE):
    """Yield (first row, (start, place, value)): diag(weights) X_J compressed by rows, some rows at a time."""
    J, weights = frozen(J, np.int64), frozen(weights, np.float64)
    calls = list(_calls(arrays, J))
    counts = np.zeros(len(weights), dtype=np.int64)
    for begin, end in calls:
        kernels.count_minors(*arrays[1:], J[begin:end], weights, counts)
    whole = _starts(counts)
    for first, last in _ranges(whole, most):
        start = whole[first : last + 1] - whole[first]
        cursor, place, value = start[:-1].copy(), np.empty(start[-1], dtype=np.uint32), np.empty(start[-1])
        for begin, end in calls:
            kernels.sort_by_minor(*arrays, J, begin, end, weights, np.uint64(first), cursor, place, value)
        yield first, (start, place, value)


def _starts(counts):
    """Where runs of these lengths begin, and where the last one ends."""
    starts = np.zeros(len(counts) + 1, dtype=np.uint64)
    np.cumsum(counts, dtype=np.uint64, out=starts[1:])
    return starts


def _ranges(start, most):
    """Split runs that begin at `start` into ranges [first, last) of about `most` entries, at least one run each."""
    limits = np.searchsorted(start, np.arange(most, int(start[-1]), most, dtype=np.uint64))
    inner = np.unique(limits[(limits > 0) & (limits < len(start) - 1)])
    return pairwise([0, *inner.tolist(), len(start) - 1])


def _calls(arrays, J):
    """Ranges of the columns J, each about one CALL of work."""
    return _ranges(_starts(arrays[2][J + 1] - arrays[2][J]), CALL)


def _add(gram, arrays, majors, first, rows, least, cursor):
    majors, line = frozen(majors, np.int64), 0
    while line < len(majors):
        line = kernels.add_gram(*arrays, majors, np.uint64(first), *rows, least, cursor, line, CALL, gram)


def _add_dense_square(gram, arrays, J, weights):
    """Upper triangle of gram += X_J' diag(weights) X_J, by some rows of X_J at a time as a dense array."""
    J, height = frozen(J, np.int64), max(1, DENSE // len(J))
    for first in range(0, len(weights), height):
        part = weights[first : first + height]
        lines = np.zeros((len(J), len(part)))
        for begin, end in _calls(arrays, J):
            scatter_majors(*arrays, J[begin:end], np.uint64(first), lines[begin:end])
        lines *= np.sqrt(part)
        add_square(gram, lines.T)
