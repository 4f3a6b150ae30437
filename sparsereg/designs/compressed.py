"""A compressed sparse matrix, with its products; CSC and CSR differ in which axis is the major one."""

import numpy as np

from ..kernels import sparse as kernels
from .arrays import frozen, positions
from .chunks import mirror
from .sparse_gram import add_product, by_columns

# Multiply-adds of one kernel call: about 0.1 s.
CALL = 2**26
# Entries of the lines of X that are minors, held at a time: 6 MB.
PIECE = 2**19


class Compressed:
    """The arrays of a CSC or CSR matrix X (n, p).

    Attributes
    ----------
    by_column : bool                whether columns are the majors (CSC)
    n_majors, n_minors : int
    arrays : (data, indices, indptr)    read-only, the indices unsigned
    """

    def __init__(self, X):
        self.by_column = X.format == "csc"
        self.n_majors, self.n_minors = X.shape[::-1] if self.by_column else X.shape
        unsigned = np.uint32 if X.indices.dtype.itemsize == 4 else np.uint64
        self.arrays = (
            frozen(X.data, X.data.dtype),
            frozen(X.indices.view(unsigned), unsigned),
            frozen(X.indptr, np.uint64),
        )
        self._per_major = self.arrays[2][-1] / max(self.n_majors, 1)
        self._longest = int(np.diff(self.arrays[2]).max(initial=0))

    def sums(self, weights):
        """Weighted sums and sums of squares of the columns."""
        sums = np.zeros((self.n_majors if self.by_column else self.n_minors, 2))
        entry = np.zeros(self.n_minors)
        kernel = kernels.sum_majors if self.by_column else kernels.sum_minors
        for first, last in self._blocks(self.n_majors, 1):
            kernel(*self.arrays, weights, first, last, entry, sums)
        return sums[:, 0].copy(), sums[:, 1].copy()

    def correlate(self, columns, R):
        """X_columns' R for columns, a slice of step 1 or an index array, and R (n, k) float64, C order, read-only."""
        if isinstance(columns, slice):
            out = np.zeros((columns.stop - columns.start, R.shape[1]))
            if self.by_column:
                self._dot(np.arange(columns.start, columns.stop), R, out)
            else:
                self._add(self.arrays, np.arange(self.n_majors), R, out, columns.start)
        else:
            out = np.zeros((len(columns), R.shape[1]))
            if self.by_column:
                self._dot(columns, R, out)
            else:
                for first, last, piece in self._pieces(np.arange(self.n_majors), columns):
                    self._add(piece, np.arange(last - first), R[first:last], out)
        return out

    def predict(self, J, W, rows):
        """X_J W, (m, k), for W (|J|, k) float64, C order, read-only; J None: all columns."""
        if self.by_column:
            out = np.zeros((self.n_minors, W.shape[1]))
            self._add(self.arrays, np.arange(self.n_majors) if J is None else J, W, out)
            return out if rows is None else out[rows]
        rows = np.arange(self.n_majors)[slice(None) if rows is None else rows]
        out = np.zeros((len(rows), W.shape[1]))
        if J is not None and W.shape[1] < kernels.FEW:
            # To look for the columns J among all entries takes twice the time of so few products.
            spread = np.zeros((self.n_minors, W.shape[1]))
            spread[J] = W
            J, W = None, frozen(spread, np.float64)
        if J is None:
            self._dot(rows, W, out)
        else:
            for first, last, piece in self._pieces(rows, J):
                kernels.dot_majors(*piece, frozen(np.arange(last - first), np.int64), W, out[first:last])
        return out

    def dense(self, columns):
        """X_columns' as a dense array (b, n), in any order."""
        n_samples = self.n_minors if self.by_column else self.n_majors
        if self.by_column:
            out = np.zeros((len(columns), n_samples))
            kernels.scatter_majors(*self.arrays, frozen(columns, np.int64), np.uint64(0), out)
            return out
        out = np.zeros((n_samples, len(columns)))
        for first, last, piece in self._pieces(np.arange(n_samples), columns):
            kernels.scatter_majors(*piece, frozen(np.arange(last - first), np.int64), np.uint64(0), out[first:last])
        return out.T

    def gram(self, J, K, weights):
        """X_J' diag(weights) X_K, K None: X_J; weights None: ones."""
        return self._product(J, K, weights, self.by_column)

    def outer(self, multiplier):
        """X diag(multiplier) X'."""
        n_samples = self.n_minors if self.by_column else self.n_majors
        return self._product(np.arange(n_samples), None, multiplier, not self.by_column)

    def _blocks(self, n_majors, n_targets):
        """Ranges of majors, each about one CALL of work."""
        size = max(1, int(CALL / (1 + n_targets * self._per_major)))
        for first in range(0, n_majors, size):
            yield first, min(first + size, n_majors)

    def _dot(self, majors, R, out):
        majors = frozen(majors, np.int64)
        for first, last in self._blocks(len(majors), R.shape[1]):
            kernels.dot_majors(*self.arrays, majors[first:last], R, out[first:last])

    def _add(self, arrays, majors, W, out, offset=0):
        majors, offset = frozen(majors, np.int64), np.uint64(offset)
        for first, last in self._blocks(len(majors), W.shape[1]):
            kernels.add_majors(*arrays, majors[first:last], W[first:last], offset, out)

    def _product(self, J, K, weights, as_majors):
        """X_J' diag(weights) X_K for lines J and K of X (majors or minors)."""
        symmetric = K is None
        if not symmetric and len(J) < len(K):
            # The right factor is the one to be sorted by the other axis.
            return np.ascontiguousarray(self._product(K, J, weights, as_majors).T)
        gram = np.zeros((len(J), len(J if symmetric else K)))
        size = self.n_minors if as_majors else self.n_majors
        if as_majors:
            add_product(gram, self.arrays, J, K, np.ones(size) if weights is None else weights)
        else:
            seen = np.arange(size) if weights is None else np.flatnonzero(weights)
            weights = np.ones(len(seen)) if weights is None else weights[seen]
            lines = J if symmetric else np.union1d(J, K)
            if symmetric:
                J = np.arange(len(J))
            else:
                J, K = np.searchsorted(lines, J), np.searchsorted(lines, K)
            for first, last, piece in self._pieces(seen, lines):
                value, place, start = piece
                columns = by_columns(start, place[: start[-1]], value[: start[-1]], len(lines))
                add_product(gram, columns, J, K, weights[first:last])
        if symmetric:
            mirror(gram)
        return gram

    def _pieces(self, majors, minors):
        """Yield (first, last, piece): the entries of the given minors in majors[first:last], compressed by major.

        The minors are counted as `minors` orders them. A piece is overwritten by the next one.
        """
        position, majors = positions(minors, self.n_minors), frozen(majors, np.int64)
        size = min(max(PIECE, self._longest), len(self.arrays[0]))
        place, value = np.empty(size, dtype=np.uint32), np.empty(size)
        entries = frozen(value, np.float64), frozen(place, np.uint32)
        for first, stop in self._blocks(len(majors), 1):
            start = np.empty(stop - first + 1, dtype=np.uint64)
            while first < stop:
                last = kernels.keep(*self.arrays, majors, first, stop, position, start, place, value)
                yield first, last, (*entries, frozen(start[: last - first + 1], np.uint64))
                first = last
