"""The Gram matrix of a dense matrix in float32 arithmetic: half the time, for use as a preconditioner."""

import numpy as np

from .blas import add_single_square
from .chunks import MIN_ROWS, SHARE, is_column_major, mirror, read_chunks
from .threads import map_blocks

# Shares of the rows, each with a Gram matrix of its own: to allot more of them costs more than it gains.
SHARES = 2
# Elements of a packed chunk: half a MB stays near the processor beside what it is made from.
PACKED = 2**17
# Mean squares of columns for which no sum of products leaves the range of float32, means for which no rounding does.
SMALLEST_SQUARE, LARGEST_SQUARE, LARGEST_MEAN = 1e-26, 1e26, 1e26


def single_square(X, shift=None, root=None):
    """Z'Z for Z = diag(root) (X - shift), (p, p) float64, as accurate as float32 is.

    Parameters
    ----------
    X : ndarray (n, p)
    shift : ndarray (p,) or None
    root : ndarray (n,) or None
    """
    n_rows, width = X.shape
    share = max(SHARE, -(-n_rows // SHARES))
    height, by_columns = max(MIN_ROWS, PACKED // max(width, 1)), is_column_major(X)

    def part(start):
        rows = slice(start, min(start + share, n_rows))
        weights = None if root is None else root[rows]
        gram = np.zeros((width, width), dtype=np.float32)
        buffer = np.empty(min(height, share) * width, dtype=np.float32)
        for first, last, chunk in read_chunks(X, height, rows=rows, shift=shift, root=weights):
            packed = buffer[: (last - first) * width]
            packed = packed.reshape(width, -1).T if by_columns else packed.reshape(-1, width)
            packed[...] = chunk
            add_single_square(gram, packed)
        return gram

    # the sum over shares of the rows, whatever the number of threads
    total = np.zeros((width, width))
    for gram in map_blocks(part, range(0, max(n_rows, 1), share), n_rows * width**2 / 2):
        total += gram
    mirror(total)
    return total


def fits_single(design, columns=slice(None)):
    """Whether the range of float32 holds a design in its own units: the columns of a mask, but those of zeros.

    Parameters
    ----------
    design : Standardized
    columns : bool array (p,) or slice
    """
    squares = (design.read_squares() * np.square(design.scale))[columns]
    within = (squares >= SMALLEST_SQUARE) & (squares <= LARGEST_SQUARE) | (squares == 0)
    return bool(within.all() and (np.abs(design.mean) <= LARGEST_MEAN).all())
