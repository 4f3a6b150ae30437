"""A dense matrix read by chunks of rows in float64, and its Gram matrix built from them by BLAS."""

import numpy as np

from .blas import add_product, add_square
from .threads import even_pieces, map_blocks

# Elements of a packed chunk: 2 MB stay near the processor and are long enough for BLAS.
PACKED = 2**18
# Fewest rows of a packed chunk: below, updating the Gram matrix costs more than the products.
MIN_ROWS = 256
# Multiply-adds in one BLAS call: about 0.2 s on one core, so that an interrupt is seen.
CALL = 1e10
# A Gram matrix is divided into strips of rows, each the work of one thread at a time: the fewer, the faster is BLAS.
STRIPS, WIDEST_STRIP = 2, 1024
# A narrower one is divided by shares of the rows of X instead, each with a Gram matrix of its own: so many up to the
# first width, fewer up to the second, and none smaller.
NARROW, SHARES = 512, 8
NOT_WIDE, FEW_SHARES = 1448, 2
SHARE = 1024
# Columns of a rectangular one that are the work of one thread at a time.
STRIP = 256

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
            chunk = taken[: (stop - start) * width].reshape(stop - start, width)
            # Columns are known to be in range: "clip" only spares a buffer.
            np.take(X[start:stop], columns, axis=1, out=chunk, mode="clip")
        else:
            chunk = _gather(X, start, stop, rows, columns, column_major)
        out = chunk
        if reusable:
            shape = stop - start, width
            out = buffer[: shape[0] * width]
            out = out.reshape(shape[::-1]).T if column_major else out.reshape(shape)
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
    if isinstance(rows, slice):
        X, rows = X[rows], None
    width = X.shape[1] if columns is None else len(columns)
    n_rows = len(X) if rows is None else len(rows)
    if width <= NOT_WIDE:
        gram = _square_by_rows(X, n_rows, width, columns, rows, shift, root)
    else:
        gram = _square_by_strips(X, width, columns, rows, shift, root)
    mirror(gram)
    return gram


def _square_by_rows(X, n_rows, width, columns, rows, shift, root):
    """The upper triangle of `square` as the sum over shares of the rows, whatever the number of threads."""
    by_row = shift is not None and shift.ndim == 2
    share = max(SHARE, -(-n_rows // (SHARES if width <= NARROW else FEW_SHARES)))

    def part(start):
        block = slice(start, min(start + share, n_rows))
        gram = np.zeros((width, width))
        seen = block if rows is None else rows[block]
        about = shift[block] if by_row else shift
        weights = None if root is None else root[block]
        height = CALL / max(width, 1) ** 2
        for _, _, chunk in read_chunks(X, height, columns, seen, about, weights):
            add_square(gram, chunk)
        return gram

    parts = map_blocks(part, range(0, max(n_rows, 1), share), n_rows * width**2)
    total = next(parts)
    for gram in parts:
        total += gram
    return total


def _square_by_strips(X, width, columns, rows, shift, root):
    """The upper triangle of `square`, each chunk of X multiplied strip by strip of the result."""
    gram = np.zeros((width, width))
    # Strips of equal area, from the long rows to the short ones.
    strips = max(STRIPS, width // WIDEST_STRIP)
    edges = np.unique((width * (1 - np.sqrt(1 - np.arange(strips + 1) / strips))).astype(int))
    for _, _, chunk in read_chunks(X, strips * CALL / width**2, columns, rows, shift, root):

        def add(index, chunk=chunk):
            start, stop = edges[index], edges[index + 1]
            add_square(gram[start:stop, start:stop], chunk[:, start:stop])
            if stop < width:
                add_product(gram[start:stop, stop:], chunk[:, start:stop], chunk[:, stop:])

        for _ in map_blocks(add, range(len(edges) - 1), len(chunk) * width**2):
            pass
    return gram


def cross(X, J, K, rows=None, left_shift=None, right_shift=None, root=None):
    """Z_J' Z_K, C order, for index arrays J and K; the shifts belong to the columns J and K."""
    gram = np.zeros((len(J), len(K)))
    if isinstance(rows, slice):
        X, rows = X[rows], None
    n_rows = len(X) if rows is None else len(rows)
    height = max(1, int(min(packed_rows(max(len(J), len(K))), CALL / max(STRIP * len(J), 1))))
    for start in range(0, n_rows, height):
        chunk = slice(start, min(start + height, n_rows))
        seen, weights = (chunk if rows is None else rows[chunk]), (None if root is None else root[chunk])

        def read(columns, shift, seen=seen, weights=weights):
            (_, _, values), *_ = read_chunks(X, height, columns, seen, shift, weights)
            return values

        left, flops = read(J, left_shift), 2.0 * (chunk.stop - chunk.start) * gram.size

        def add(strip, left=left, read=read):
            right = read(K[strip], None if right_shift is None else right_shift[strip])
            add_product(gram[:, strip], left, right)

        for _ in map_blocks(add, even_pieces(len(K), STRIP, flops), flops):
            pass
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
