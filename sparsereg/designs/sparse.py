"""A sparse data matrix, CSC or CSR, as a store."""

import numpy as np
from scipy.sparse import csc_array, csr_array

from .arrays import frozen
from .chunks import mirror
from .compressed import Compressed
from .dense import select
from .moments import REPEAT, Moments, far_from_zero
from .sparse_gram import INDEXED
from .threads import map_blocks

# A column is shifted, and read as a dense one, only where its mean exceeds this many standard deviations.
# Up to there centring by a rank-one term costs 1e6 eps.
NEAR = 1e3
# Seconds per entry read, and per product of two entries of a row: one core of 2023.
READING, MULTIPLYING = 1.5e-9, 1e-9
# The same for an entry of a Gram matrix, which is dense and most of it untouched memory.
FILLING = 4e-9
# Entries of CSR that are counted together: 32 MB in the integers of NumPy.
COUNTED = 2**22
# Elements of the dense form of a few shifted columns: 16 MB.
DENSE = 2**21
# Columns in one block of correlations; CSR, which reads all rows each time, makes several at once: 64 MB.
BLOCK = 8192
ELEMENTS = 2**23


class SparseStore:
    """A sparse matrix X that is never copied, never made dense and never written to.

    Entries stored twice count as their sum; no order of the indices is assumed.

    Parameters
    ----------
    X : scipy.sparse CSC or CSR matrix or array (n, p)
        float32 or float64 data, int32 or int64 indices.

    Attributes
    ----------
    n_samples, n_features : int
    dtype : dtype
    selective : float       to read more than this part of the columns for some vectors costs more than all for one
    single : bool           whether there is a `single_gram`
    """

    # the columns asked for are the long ones
    selective = 0.01
    single = False

    def __init__(self, X):
        self.n_samples, self.n_features = X.shape
        self.dtype = X.data.dtype
        self._parts = Compressed(X)
        self._n_stored = X.nnz

    def seconds(self):
        """Return about how long one core takes for one read of X and for the Gram matrix of all columns."""
        products = self._n_stored * self._n_stored / max(self.n_samples, 1)
        return READING * self._n_stored, MULTIPLYING * products + FILLING * self.n_features**2

    def moments(self, weights=None, rows=None):
        """Sums of the columns about a shift that is zero where |mean| <= 1000 standard deviations.

        Parameters
        ----------
        weights : ndarray (m,) or None      >= 0, one per row seen; None: all ones
        rows : slice, index array or None   None: all

        Returns
        -------
        Moments
        """
        weights = frozen(self._row_weights(weights, rows), np.float64)
        total = weights.sum()
        shift = np.zeros(self.n_features)
        sum_, sumsq = self._parts.sums(weights)
        far = np.flatnonzero(far_from_zero(total, sum_, sumsq, NEAR))
        row = np.argmax(weights > 0)
        for piece, dense in self._dense_columns(far, None):
            # About one of its values a constant column is exactly zero.
            value = dense[:, row].copy()
            shift[piece], sum_[piece], sumsq[piece] = _sums_about(dense, value, weights)
            again = far_from_zero(total, sum_[piece], sumsq[piece], REPEAT)
            if again.any():
                dense, value = dense[again], (shift[piece] + sum_[piece] / total)[again]
                piece = piece[again]
                shift[piece], sum_[piece], sumsq[piece] = _sums_about(dense, value, weights)
        return Moments(shift, sum_, sumsq)

    def correlations(self, R, columns=None, shift=None):
        """Yield (X_columns - shift)' R by blocks of columns.

        Parameters
        ----------
        R : ndarray (n, k) float64
        columns : index array or None       None: all; no column twice
        shift : ndarray (p,) or None        None: zero

        Yields
        ------
        columns : slice or index array (b,)
        block : ndarray (b, k)
        """
        R, size = frozen(R, np.float64), self.n_features if columns is None else len(columns)
        width, flops = BLOCK, INDEXED * self._n_stored * R.shape[1] * size / max(self.n_features, 1)
        if not self._parts.by_column:
            # More than one at a time would take more memory.
            width, flops = max(BLOCK, ELEMENTS // max(R.shape[1], 1) // BLOCK * BLOCK), 0.0

        def correlate(start):
            piece = slice(start, min(start + width, size))
            return start, self._correlate(piece if columns is None else columns[piece], R, shift)

        for start, together in map_blocks(correlate, range(0, size, width), flops):
            for first in range(0, len(together), BLOCK):
                block = together[first : first + BLOCK]
                piece = slice(start + first, start + first + len(block))
                yield piece if columns is None else columns[piece], block

    def gram(self, J=None, K=None, weights=None, rows=None, shift=None):
        """Return (X_J - a)' diag(s) (X_K - a).

        Parameters
        ----------
        J, K : index array or None          J None: all columns; K None: the same as J; no column twice
        weights : ndarray (m,) or None      s >= 0, one per row seen
        rows : slice, index array or None
        shift : ndarray (p,) or None        a

        Returns
        -------
        ndarray (|J|, |K|), C order
        """
        symmetric = K is None
        J = np.arange(self.n_features) if J is None else J
        K = J if symmetric else K
        weights = None if weights is None and rows is None else self._row_weights(weights, rows)
        shift = select(shift, None)
        if shift is None:
            return self._parts.gram(J, None if symmetric else K, weights)
        gram = np.zeros((len(J), len(K)))
        far_J, far_K = np.flatnonzero(shift[J]), np.flatnonzero(shift[K])
        near_J, near_K = np.flatnonzero(shift[J] == 0), np.flatnonzero(shift[K] == 0)
        gram[np.ix_(near_J, near_K)] = self._parts.gram(J[near_J], None if symmetric else K[near_K], weights)
        # A shifted column is a dense one, hence a right-hand side for all the others.
        self._shifted_gram(gram, J, K, far_K, weights, shift)
        if symmetric:
            gram[np.ix_(far_J, near_J)] = gram[np.ix_(near_J, far_J)].T
            mirror(gram)
        else:
            part = np.zeros((len(near_K), len(J)))
            self._shifted_gram(part, K[near_K], J, far_J, weights, shift)
            gram[np.ix_(far_J, near_K)] = part[:, far_J].T
        return gram

    def outer(self, multiplier, shift=None):
        """Return (X - a) diag(multiplier) (X - a)', (n, n), for a multiplier (p,) >= 0."""
        shift = select(shift, None)
        if shift is None:
            return self._parts.outer(multiplier)
        outer = self._parts.outer(np.where(shift == 0, multiplier, 0.0))
        for piece, dense in self._dense_columns(np.flatnonzero(shift), shift):
            dense *= np.sqrt(multiplier[piece])[:, None]
            outer += dense.T @ dense
        return outer

    def predict(self, J, W, rows=None, shift=None):
        """Return (X_J - a) W, (m, k), for W (|J|, k); J None: all columns, no column twice."""
        shift = select(shift, J)
        if shift is None:
            return self._parts.predict(J, frozen(W, np.float64), rows)
        J = np.arange(self.n_features) if J is None else J
        near = np.flatnonzero(shift == 0)
        out = self._parts.predict(J[near], frozen(W[near], np.float64), rows)
        whole = np.zeros(self.n_features)
        whole[J] = shift
        where = np.empty(self.n_features, dtype=np.intp)
        where[J] = np.arange(len(J))
        for piece, dense in self._dense_columns(J[shift != 0], whole):
            product = dense.T @ W[where[piece]]
            out += product if rows is None else product[rows]
        return out

    def columns(self, J, rows=None):
        """Return the columns J as a SciPy csc_array of their own; rows: a slice or index array, None: all."""
        part = self._matrix()[:, J]
        return (part if rows is None else part[rows]).tocsc()

    def entries_per_column(self):
        """Return how many entries each column stores, (p,)."""
        X = self._matrix()
        if X.format == "csc":
            return np.diff(X.indptr)
        counts = np.zeros(self.n_features, dtype=np.int64)
        for start in range(0, X.nnz, COUNTED):
            counts += np.bincount(X.indices[start : start + COUNTED], minlength=self.n_features)
        return counts

    def _matrix(self):
        """X as a SciPy array on the same memory."""
        data, indices, indptr = self._parts.arrays
        kind = csc_array if self._parts.by_column else csr_array
        signed = np.int32 if indices.dtype.itemsize == 4 else np.int64
        return kind((data, indices.view(signed), indptr.view(np.int64)), (self.n_samples, self.n_features))

    def _row_weights(self, weights, rows):
        """Weights of all n rows: zero for a row not seen, the sum for a row seen more than once."""
        if rows is None:
            return np.ones(self.n_samples) if weights is None else weights
        if isinstance(rows, slice):
            rows = np.arange(self.n_samples)[rows]
        return np.bincount(rows, weights, self.n_samples).astype(np.float64)

    def _dense_columns(self, columns, shift):
        """Yield (piece, (X_piece - shift)') for a few columns at a time, as dense (b, n) arrays."""
        width = max(1, DENSE // max(self.n_samples, 1))
        for start in range(0, len(columns), width):
            piece = columns[start : start + width]
            dense = self._parts.dense(piece)
            if shift is not None:
                dense -= shift[piece, None]
            yield piece, dense

    def _correlate(self, columns, R, shift):
        """(X_columns - shift)' R for columns, a slice or an index array."""
        block = self._parts.correlate(columns, R)
        far = np.zeros(0, dtype=np.intp) if shift is None else np.flatnonzero(shift[columns])
        if far.size:
            start = 0
            shifted = columns.start + far if isinstance(columns, slice) else columns[far]
            for piece, dense in self._dense_columns(shifted, shift):
                block[far[start : start + len(piece)]] = dense @ R
                start += len(piece)
        return block

    def _shifted_gram(self, gram, J, K, far, weights, shift):
        """Set the columns `far` of gram = (X_J - a)' diag(s) (X_K - a): those of the shifted columns of X."""
        start = 0
        for piece, dense in self._dense_columns(K[far], shift):
            if weights is not None:
                dense *= weights
            gram[:, far[start : start + len(piece)]] = self._correlate(J, frozen(dense.T, np.float64), shift)
            start += len(piece)


def _sums_about(dense, shift, weights):
    """(shift, sums, sums of squares) of the rows of `dense` about `shift`."""
    about = dense - shift[:, None]
    return shift, about @ weights, np.square(about) @ weights
