"""A dense matrix times a few right-hand sides, by register tiles that read X where it lies."""

import numpy as np

from ..kernels.dense import COLUMNS, TARGETS, dot_columns

# Rows in one call: the right-hand sides of so many stay near the processor. With fewer, ending the sums costs more.
ROWS = 4096
# Multiply-adds below which BLAS does not take long enough for a kernel to be worth loading.
SMALL = 2e5


def padded(size, multiple):
    """`size` rounded up to a multiple."""
    return -(-size // multiple) * multiple


def is_tileable(X):
    """Whether X is in Fortran order, without gaps."""
    return X.flags.f_contiguous and X.dtype.isnative


def rows_of_targets(R):
    """The columns of R (n, k) as rows in memory, zeros below: (K, n) for k rounded up to K."""
    rows = np.zeros((padded(R.shape[1], TARGETS), len(R)))
    rows[: R.shape[1]] = R.T
    return rows


def dot(X, columns, rows, n_targets):
    """X_columns' R, (b, k), for X in Fortran order.

    A product is the same to the last bit whatever the columns and right-hand sides it is computed with.

    Parameters
    ----------
    X : ndarray (n, p), read-only
    columns : index array (b,)
    rows : ndarray (K, n)           of rows_of_targets(R)
    n_targets : int                 k
    """
    out = np.zeros((padded(len(columns), COLUMNS), len(rows)))
    # One type of index array: a kernel is compiled for each.
    index = np.array(columns, dtype=np.int64)
    if index.size and rows.size:
        for first in range(0, len(X), ROWS):
            dot_columns(X.T, index, rows, first, min(first + ROWS, len(X)), out)
    return out[: len(columns), :n_targets]
