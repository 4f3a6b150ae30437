"""The moments of the columns of a dense matrix, from one read of it."""

import numpy as np

from ..kernels.dense_sums import ROWS, sum_across, sum_down
from .chunks import read_chunks
from .moments import REPEAT, Moments, far_from_zero
from .threads import map_blocks
from .tiles import CALL_ROWS, STREAM_ROWS

# A column is shifted only where its mean exceeds this many standard deviations: up to there centring by a
# rank-one term costs 64 eps, and X is read as it is.
NEAR = 8.0
# Columns summed in one call.
BLOCK = 1024
# Operations of BLAS in the time that an element of X takes.
FLOPS = 16.0
# Elements of X below which NumPy does not take long enough for a kernel to be worth loading.
SMALL = 5e4


def dense_moments(X, weights, rows):
    """The moments of the columns of X (n, p), as a store gives them; X read-only, in any layout.

    The origin of a column that is shifted is its first value that counts, or its mean where that is not within 10
    standard deviations: about its first value a constant column is exactly zero.
    """
    if isinstance(rows, slice):
        X, rows = X[rows], None
    n_rows = len(X) if rows is None else len(rows)
    weights = np.ones(n_rows) if weights is None else weights
    total = weights.sum()
    row = np.argmax(weights > 0)
    origin = X[row if rows is None else rows[row]].astype(np.float64)
    add = _add_by_numpy if n_rows * len(origin) < SMALL else _add_by_kernel
    sum_zero, square_zero, sum_, sumsq = _sums(X, weights, rows, origin, None, add)
    far = far_from_zero(total, sum_zero, square_zero, NEAR)
    again = np.flatnonzero(far & far_from_zero(total, sum_, sumsq, REPEAT))
    if again.size:
        origin[again] += sum_[again] / total
        sum_[again], sumsq[again] = _sums(X, weights, rows, origin[again], again, add)[2:]
    return Moments(np.where(far, origin, 0.0), np.where(far, sum_, sum_zero), np.where(far, sumsq, square_zero))


def _sums(X, weights, rows, origin, columns, add):
    """Weighted sums of x, x^2, x - origin and (x - origin)^2, (4, b), for some columns (None: all)."""
    sums = np.zeros((4, len(origin)))
    weights = np.append(weights, np.zeros(ROWS - 1))
    as_it_is = rows is None and X.dtype.isnative and add is _add_by_kernel
    as_it_is = as_it_is and (X.flags.f_contiguous or (columns is None and X.flags.c_contiguous))

    def look(start):
        stop = min(start + BLOCK, len(origin))
        piece = slice(start, stop) if columns is None else columns[start:stop]
        part = np.zeros((4, stop - start))
        if as_it_is:
            height = STREAM_ROWS if X.flags.f_contiguous else CALL_ROWS
            for first in range(0, len(X), height):
                last = min(first + height, len(X))
                _add_by_kernel(X, weights, piece, first, last, origin[start:stop], part)
        else:
            for first, last, chunk in read_chunks(X, CALL_ROWS, piece, rows, contiguous=True):
                chunk.flags.writeable = False
                some = np.append(weights[first:last], weights[len(weights) - ROWS + 1 :])
                add(chunk, some, slice(0, stop - start), 0, last - first, origin[start:stop], part)
        sums[:, start:stop] = part

    for _ in map_blocks(look, range(0, len(origin), BLOCK), FLOPS * len(weights) * len(origin)):
        pass
    return sums


def _add_by_kernel(X, weights, columns, first, last, origin, sums):
    """Add the sums over some rows of some columns of X, in C or Fortran order."""
    if not isinstance(columns, slice):
        sum_down(X.T, weights, columns, first, last, origin, sums)
    elif X.flags.c_contiguous:
        sum_across(X, weights, columns.start, columns.stop, first, last, origin, sums)
    else:
        sum_down(X.T, weights, np.arange(columns.start, columns.stop), first, last, origin, sums)


def _add_by_numpy(X, weights, columns, first, last, origin, sums):
    """The same for all of X."""
    weights = weights[: len(X)]
    for k, values in enumerate((X, X - origin)):
        weighted = weights[:, None] * values
        sums[2 * k] += weighted.sum(axis=0)
        sums[2 * k + 1] += np.einsum("ij,ij->j", weighted, values)
