"""A dense matrix read by chunks of rows in float64, and its Gram matrix built from them by BLAS."""

import numpy as np
from scipy.linalg.blas import dgemm, dsyrk

# Elements of a packed chunk: 2 MB stay near the processor and are long enough for BLAS.
PACKED = 2**18
# Fewest rows of a packed chunk: below, updating the Gram matrix costs more than the products.
MIN_ROWS = 256
# Multiply-adds in one BLAS call: about 0.2 s on one core, so that an interrupt is seen.
CALL = 1e10
# Widest Gram matrix accumulated as one block, and the rows of a panel beyond that.
PANEL = 2048
PANEL_ROWS = 1024

_BELOW = np.tri(128, k=-1, dtype=bool)


def is_column_major(X):
    """Whether reading down a column touches memory in order."""
    return not X.flags.c_contiguous and abs(X.strides[0]) < abs(X.strides[1])


def packed_rows(width):
    """Rows of a packed chunk of `width` columns."""
    return max(MIN_ROWS, PACKED // max(width, 1))


def read_chunks(X, height, columns=None, rows=None, shift=None, root=None, contiguous=False):
    """Yield (start, stop, chunk): rows start to stop of diag(root) (X - shift), float64.

    Where nothing has to be done to X the chunk is X itself, else a small array, overwritten by the next one.

    Parameters
    ----------
    X : ndarray (n, p)
    height : int                            at most so many rows at a time
    columns : slice, index array or None    None: all
    rows : slice, index array or None       None: all
    shift : ndarray (b,), (m, 1) or None    one entry per column, or one per row
    root : ndarray (m,) or None             a factor for each row
    contiguous : bool                       each chunk must be C or F contiguous
    """
    if isinstance(rows, slice):
        X, rows = X[rows], None
    if isinstance(columns, slice):
        X, columns = X[:, columns], None
    n_rows = len(X) if rows is None else len(rows)
    width = X.shape[1] if columns is None else len(columns)
    height = max(1, int(height))
    gathered = rows is not None or columns is not None
    if not gathered and shift is None and root is None and X.dtype == np.float64:
        if X.flags.c_contiguous or (n_rows <= height and X.flags.f_contiguous):
            readable = True
        else:
            readable = not contiguous and X.itemsize in X.strides
        if readable:
            for start in range(0, n_rows, height):
                stop = min(start + height, n_rows)
                yield start, stop, X[start:stop]
            return
    height = min(height, packed_rows(width), max(n_rows, 1))
    reusable = not gathered or X.dtype != np.float64
    buffer = np.empty(height * width) if reusable else None
    column_major = is_column_major(X)
    # take() is fastest, and fills an array of ours, but would first copy all of an array that is not contiguous.
    take = columns is not None and rows is None and X.flags.c_contiguous
    taken = np.empty(height * width, dtype=X.dtype) if take else None
    by_row = shift is not None and shift.ndim == 2
    for start in range(0, n_rows, height):
        stop = min(start + height, n_rows)
        if take:
            chunk = taken[: (stop - start) * width].reshape(-1, width)
            # Columns are known to be in range: "clip" only spares a buffer.
            np.take(X[start:stop], columns, axis=1, out=chunk, mode="clip")
        else:
            chunk = _gather(X, start, stop, rows, columns, column_major)
        out = chunk
        if reusable:
            size = (stop - start) * width
            out = buffer[:size].reshape(width, -1).T if column_major else buffer[:size].reshape(-1, width)
        if shift is not None:
            chunk = np.subtract(chunk, shift[start:stop] if by_row else shift, out=out)
        if root is not None:
            chunk = np.multiply(chunk, root[start:stop, None], out=out)
        if chunk is not out:
            out[...] = chunk
        yield start, stop, out


def _gather(X, start, stop, rows, columns, column_major):
    """Rows start to stop (of `rows`) of the columns: a view of all columns of consecutive rows, or a copy."""
    if rows is not None:
        return X[rows[start:stop]] if columns is None else X[rows[start:stop, None], columns]
    if columns is None:
        return X[start:stop]
    return X[start:stop].T[columns].T if column_major else X[start:stop][:, columns]


def square(X, columns=None, rows=None, shift=None, root=None):
    """Z'Z for Z = diag(root) (X - shift), both triangles, C order; arguments as in read_chunks."""
    width = X.shape[1] if columns is None else len(columns)
    gram = np.zeros((width, width))
    if width <= PANEL:
        height = CALL / max(width, 1) ** 2
        for _, _, chunk in read_chunks(X, height, columns, rows, shift, root, contiguous=True):
            add_square(gram, chunk)
    else:
        by_row = shift is None or shift.ndim == 2
        columns = np.arange(width) if columns is None else columns
        for start in range(0, width, PANEL_ROWS):
            stop = min(start + PANEL_ROWS, width)
            left, right = (shift, shift) if by_row else (shift[start:stop], shift[start:])
            panel = cross(X, columns[start:stop], columns[start:], rows, left, right, root)
            gram[start:stop, start:] = panel
    mirror(gram)
    return gram


def cross(X, J, K, rows=None, left_shift=None, right_shift=None, root=None):
    """Z_J' Z_K, C order, for index arrays J and K; the shifts belong to the columns J and K."""
    gram = np.zeros((len(J), len(K)))
    height = packed_rows(max(min(len(J), PANEL_ROWS), len(K)))
    by_row = left_shift is None or left_shift.ndim == 2
    for first in range(0, len(J), PANEL_ROWS):
        last = min(first + PANEL_ROWS, len(J))
        shift = left_shift if by_row else left_shift[first:last]
        lefts = read_chunks(X, height, J[first:last], rows, shift, root, contiguous=True)
        rights = read_chunks(X, height, K, rows, right_shift, root, contiguous=True)
        for (_, _, left), (_, _, right) in zip(lefts, rights, strict=True):
            _add_product(gram[first:last], left, right)
    return gram


def mirror(gram):
    """Fill the lower triangle of a square C-order array from the upper one."""
    size = len(gram)
    for start in range(0, size, 128):
        stop = min(start + 128, size)
        corner = gram[start:stop, start:stop]
        np.copyto(corner, corner.T.copy(), where=_BELOW[: stop - start, : stop - start])
        if stop < size:
            gram[stop:, start:stop] = gram[start:stop, stop:].T


def add_square(gram, chunk):
    """Upper triangle of gram += chunk' chunk."""
    as_it_is = chunk.flags.f_contiguous
    # BLAS thinks in columns: with gram.T, and a C-order chunk as its transpose, nothing is copied on the way.
    dsyrk(1.0, chunk if as_it_is else chunk.T, 1.0, gram.T, trans=as_it_is, lower=1, overwrite_c=1)


def _add_product(gram, left, right):
    """gram += left' right, seen by BLAS as gram.T += right' left."""
    left_as_it_is, right_as_it_is = left.flags.f_contiguous, right.flags.f_contiguous
    dgemm(
        1.0,
        right if right_as_it_is else right.T,
        left if left_as_it_is else left.T,
        1.0,
        gram.T,
        trans_a=right_as_it_is,
        trans_b=not left_as_it_is,
        overwrite_c=1,
    )
