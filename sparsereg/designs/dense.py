"""A dense data matrix as a store."""

import numpy as np

from . import tiles
from .chunks import cross, read_chunks, square
from .single import single_square
from .sums import dense_moments
from .threads import even_pieces, map_blocks

# A column is shifted only where its mean exceeds this many standard deviations: up to there centring by a
# rank-one term costs 64 eps, and X is read as it is.
NEAR = 8.0
# Seconds per element read, and per product of two elements in BLAS: one core of 2023.
READING, MULTIPLYING = 4e-10, 3e-11
# Columns in one block of correlations, or up to eight times as many while they hold at most so many elements; elements
# of X multiplied in one call.
BLOCK, ELEMENTS = 1024, 2**20
READ = 2**22
# Right-hand sides that are multiplied in the time in which X is read from memory.
BANDWIDTH = 8
# Where an index array names more than one column in so many, reading rows as they are beats gathering those columns.
SPARSE = 4


def select(shift, columns):
    """The shift of some columns (slice, index array or None), or None where all of it is zero."""
    if shift is None:
        return None
    if columns is not None:
        shift = shift[columns]
    return shift if shift.any() else None


def width(columns):
    """How many columns a slice or an index array names."""
    return columns.stop - columns.start if isinstance(columns, slice) else len(columns)


class DenseStore:
    """A dense matrix X that is never copied and never written to.

    Parameters
    ----------
    X : ndarray or memmap (n, p)
        float32 or float64, any strides.

    Attributes
    ----------
    n_samples, n_features : int
    dtype : dtype
    selective : float       to read more than this part of the columns for some vectors costs more than all for one
    single : bool           whether there is a `single_gram`
    """

    selective = 0.1
    single = True

    def __init__(self, X):
        self._X = np.asarray(X).view()
        self._X.flags.writeable = False
        self.n_samples, self.n_features = self._X.shape
        self.dtype = self._X.dtype

    @property
    def columns_as_rows(self):
        """X' (p, n) in C order where X is float64 and lies so, else None."""
        flags = self._X.flags
        return self._X.T if flags.f_contiguous and flags.aligned and self.dtype == np.float64 else None

    def entries_per_column(self):
        """Return how many entries each column has, (p,)."""
        return np.full(self.n_features, self.n_samples)

    def seconds(self):
        """Return about how long one core takes for one read of X and for the Gram matrix of all columns."""
        return READING * self._X.size, MULTIPLYING * self._X.size * self.n_features

    def moments(self, weights=None, rows=None):
        """Sums of the columns about a shift that is zero where |mean| <= 8 standard deviations.

        Parameters
        ----------
        weights : ndarray (m,) or None      >= 0, one per row seen; None: all ones
        rows : slice, index array or None   None: all

        Returns
        -------
        Moments
        """
        return dense_moments(self._X, weights, rows)

    def correlations(self, R, columns=None, shift=None):
        """Yield (X_columns - shift)' R by blocks of columns, the same whatever the number of threads.

        Parameters
        ----------
        R : ndarray (n, k) float64
        columns : index array or None       None: all
        shift : ndarray (p,) or None        None: zero

        Yields
        ------
        columns : slice or index array (b,)
        block : ndarray (b, k)
        """
        size = self.n_features if columns is None else len(columns)
        large = self.n_samples * size * R.shape[1] >= tiles.SMALL
        tiled = large and self._X.flags.forc and self.dtype.isnative
        product = self._tiles if tiled else self._products
        step = max(BLOCK, min(8 * BLOCK, ELEMENTS // max(self.n_samples, 1)))
        flops = 2 * self.n_samples * size * max(R.shape[1], BANDWIDTH)
        pieces = even_pieces(size, step, flops)
        if columns is not None:
            pieces = (columns[piece] for piece in pieces)
        yield from map_blocks(lambda piece: (piece, product(piece, R, select(shift, piece))), pieces, flops)

    def gram(self, J=None, K=None, weights=None, rows=None, shift=None):
        """Return (X_J - a)' diag(s) (X_K - a).

        Parameters
        ----------
        J, K : index array or None          J None: all columns; K None: the same as J
        weights : ndarray (m,) or None      s >= 0, one per row seen
        rows : slice, index array or None
        shift : ndarray (p,) or None        a

        Returns
        -------
        ndarray (|J|, |K|), C order
        """
        root = None if weights is None else np.sqrt(weights)
        if K is None:
            return square(self._X, J, rows, select(shift, J), root)
        J = np.arange(self.n_features) if J is None else J
        return cross(self._X, J, K, rows, select(shift, J), select(shift, K), root)

    def single_gram(self, weights=None, shift=None):
        """Return (X - a)' diag(s) (X - a), (p, p), as accurate as float32 is; arguments as for `gram`."""
        return single_square(self._X, select(shift, None), None if weights is None else np.sqrt(weights))

    def outer(self, multiplier, shift=None):
        """Return (X - a) diag(multiplier) (X - a)', (n, n), for a multiplier (p,) >= 0."""
        shift = select(shift, None)
        return square(self._X.T, shift=None if shift is None else shift[:, None], root=np.sqrt(multiplier))

    def predict(self, J, W, rows=None, shift=None):
        """Return (X_J - a) W, (m, k), for W (|J|, k); J None: all columns."""
        n_rows = self._n_rows(rows)
        out, shift = np.empty((n_rows, W.shape[1])), select(shift, J)
        X, rows = (self._X[rows], None) if isinstance(rows, slice) else (self._X, rows)

        def multiply(piece):
            seen = piece if rows is None else rows[piece]
            for first, last, chunk in read_chunks(X, piece.stop - piece.start, J, seen, shift):
                np.matmul(chunk, W, out=out[piece.start + first : piece.start + last])

        flops = 2 * n_rows * W.size
        for _ in map_blocks(multiply, even_pieces(n_rows, max(1, READ // max(len(W), 1)), flops), flops):
            pass
        return out

    def _products(self, columns, R, shift):
        """(X_columns - shift)' R by BLAS."""
        block = np.zeros((width(columns), R.shape[1]))
        height = max(1, READ // max(len(block), 1))
        for first, last, chunk in read_chunks(self._X, height, columns, shift=shift):
            block += chunk.T @ R[first:last]
        return block

    def _tiles(self, columns, R, shift):
        """(X_columns - shift)' R by kernels, on X where it needs no packing."""
        if not self._X.flags.c_contiguous:
            index = np.arange(columns.start, columns.stop) if isinstance(columns, slice) else columns
            if shift is None:
                return tiles.by_columns(self._X, R, index)
            if not shift.all():
                block = np.empty((len(index), R.shape[1]))
                for group in (shift == 0, shift != 0):
                    block[group] = self._tiles(index[group], R, select(shift, group))
                return block
        elif shift is None:
            if isinstance(columns, slice):
                return tiles.by_rows(self._X, R, columns)
            span = slice(columns.min(), columns.max() + 1)
            if width(span) <= SPARSE * len(columns):
                return tiles.by_rows(self._X, R, span)[columns - span.start]
        block = np.zeros((width(columns), R.shape[1]))
        for first, last, chunk in read_chunks(self._X, self.n_samples, columns, shift=shift, contiguous=True):
            chunk.flags.writeable = False
            product = tiles.by_rows if chunk.flags.c_contiguous else tiles.by_columns
            block += product(chunk, R[first:last])
        return block

    def _n_rows(self, rows):
        if rows is None:
            return self.n_samples
        return len(self._X[rows]) if isinstance(rows, slice) else len(rows)
