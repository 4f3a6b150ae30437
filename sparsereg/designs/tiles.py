"""A dense matrix times a few right-hand sides, by kernels that read X where it lies."""

import numpy as np

from ..kernels.dense import COLUMNS, PAIR, ROWS, STREAMS, TARGETS, add_rows, dot_columns, dot_each, dot_fours

# Rows in one call: the right-hand sides of so many stay near the processor, or so many rows in C order. With fewer,
# ending the sums costs more.
CALL_ROWS = 4096
# A single right-hand side, or the weights of the rows, only has to stay in the last cache: columns in long pieces are
# read up to twice as fast.
STREAM_ROWS = 200_000
# With up to so many rows it stays in the first cache, and columns are read fastest one by one.
NEAR_ROWS = 2048
# Multiply-adds below which BLAS does not take long enough for a kernel to be worth loading.
SMALL = 2e5


def padded(array, multiples):
    """A copy of a matrix, C order, filled up with zeros to a multiple in each direction."""
    filled = np.zeros([-(-size // multiple) * multiple for size, multiple in zip(array.shape, multiples, strict=True)])
    filled[: array.shape[0], : array.shape[1]] = array
    return filled


def by_rows(X, R, columns=slice(None)):
    """X_columns' R, (b, k), for a slice of the columns of X (n, p) in C order, read-only."""
    start, stop, _ = columns.indices(X.shape[1])
    out = np.zeros((-(-R.shape[1] // PAIR) * PAIR, stop - start))
    if out.size:
        for first in range(0, len(X), CALL_ROWS):
            last = min(first + CALL_ROWS, len(X))
            add_rows(X[first:last], padded(R[first:last], (ROWS, PAIR)), start, stop, out)
    return out[: R.shape[1]].T


def by_columns(X, R, columns=None):
    """X_columns' R, (b, k), for X (n, p) in Fortran order, read-only; columns None: all.

    A product is the same to the last bit whatever the columns it is computed with, and the right-hand sides if any.
    """
    # One type of index array: a kernel is compiled for each.
    index = np.arange(X.shape[1]) if columns is None else np.array(columns, dtype=np.int64)
    if R.shape[1] == 1:
        # memory is the limit, and few streams are read almost twice as fast as eight
        dot = dot_each if len(X) <= NEAR_ROWS else dot_fours
        out, target = np.zeros(-(-index.size // STREAMS) * STREAMS), np.ascontiguousarray(R[:, 0])
        if out.size:
            for first in range(0, len(X), STREAM_ROWS):
                dot(X.T, index, target, first, min(first + STREAM_ROWS, len(X)), out)
        return out[: index.size, None]
    targets = padded(R.T, (TARGETS, 1))
    out = np.zeros((-(-index.size // COLUMNS) * COLUMNS, len(targets)))
    if out.size:
        for first in range(0, len(X), CALL_ROWS):
            dot_columns(X.T, index, targets, first, min(first + CALL_ROWS, len(X)), out)
    return out[: index.size, : R.shape[1]]
