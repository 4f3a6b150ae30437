"""A compressed sparse matrix, with its products; CSC and CSR differ in which axis is the major one."""

import numpy as np

from ..kernels import sparse as kernels
from .chunks import add_square, mirror

# Multiply-adds of one kernel call: about 0.1 s.
CALL = 2**26
# Entries of the piece of X that a Gram matrix holds at a time, once by columns and once by rows: 12 MB.
PIECE = 2**19
# A piece with more than this part of its entries stored is multiplied as a dense one: BLAS does 20 to 30
# products in the time of one with an index.
DENSITY = 0.2


def frozen(array, dtype):
    """A read-only view, a copy only if dtype or order differ: one type for Numba, whatever the flags were."""
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.flags.writeable = False
    return view


def positions(index, size):
    """Array (size,) int32 with position[index[m]] = m and -1 elsewhere; read-only."""
    position = np.full(size, -1, dtype=np.int32)
    position[index] = np.arange(len(index), dtype=np.int32)
    position.flags.writeable = False
    return position


class Compressed:
    """The arrays of a CSC or CSR matrix X (n, p).

    Attributes
    ----------
    by_column : bool                whether columns are the majors (CSC)
    n_majors, n_minors : int
    """

    def __init__(self, X):
        self.by_column = X.format == "csc"
        self.n_majors, self.n_minors = X.shape[::-1] if self.by_column else X.shape
        unsigned = np.uint32 if X.indices.dtype.itemsize == 4 else np.uint64
        self._arrays = (
            frozen(X.data, X.data.dtype),
            frozen(X.indices.view(unsigned), unsigned),
            frozen(X.indptr, np.uint64),
        )
        self._per_major = self._arrays[2][-1] / max(self.n_majors, 1)

    def sums(self, weights):
        """Weighted sums and sums of squares of the columns."""
        n_features = self.n_majors if self.by_column else self.n_minors
        sums, squares, entry = np.zeros(n_features), np.zeros(n_features), np.zeros(self.n_minors)
        kernel = kernels.sum_majors if self.by_column else kernels.sum_minors
        for first, last in self._blocks(self.n_majors, 1):
            kernel(*self._arrays, weights, first, last, entry, sums, squares)
        return sums, squares

    def correlate(self, columns, R):
        """X_columns' R for R (n, k) float64, C order, read-only."""
        out = np.zeros((len(columns), R.shape[1]))
        if self.by_column:
            self._dot(columns, R, out)
        else:
            self._add(np.arange(self.n_majors), positions(columns, self.n_minors), R, out)
        return out

    def predict(self, J, W, rows):
        """X_J W, (m, k), for W (|J|, k) float64, C order, read-only; J None: all columns."""
        if self.by_column:
            J = np.arange(self.n_majors) if J is None else J
            out = np.zeros((self.n_minors, W.shape[1]))
            self._add(J, positions(np.arange(self.n_minors), self.n_minors), W, out)
            return out if rows is None else out[rows]
        if J is not None:
            spread = np.zeros((self.n_minors, W.shape[1]))
            spread[J] = W
            W = frozen(spread, np.float64)
        rows = np.arange(self.n_majors) if rows is None else rows
        rows = np.arange(self.n_majors)[rows] if isinstance(rows, slice) else rows
        out = np.zeros((len(rows), W.shape[1]))
        self._dot(rows, W, out)
        return out

    def scatter(self, columns, out):
        """Add X_columns' to out (b, n)."""
        if self.by_column:
            kernels.scatter_majors(*self._arrays, frozen(columns, np.int64), out)
        else:
            position = positions(columns, self.n_minors)
            for first, last in self._blocks(self.n_majors, 1):
                kernels.scatter_minors(*self._arrays, position, first, last, out)

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
            kernels.dot_majors(*self._arrays, majors[first:last], R, out[first:last])

    def _add(self, majors, position, W, out):
        majors = frozen(majors, np.int64)
        for first, last in self._blocks(len(majors), W.shape[1]):
            kernels.add_majors(*self._arrays, majors[first:last], position, W[first:last], out)

    def _product(self, J, K, weights, as_majors):
        """X_J' diag(weights) X_K for lines J and K of X (majors or minors), by pieces of the other axis."""
        symmetric = K is None
        if not symmetric and len(J) < len(K):
            # The right factor is the one to be sorted by the other axis.
            return np.ascontiguousarray(self._product(K, J, weights, as_majors).T)
        gram = np.zeros((len(J), len(J if symmetric else K)))
        size = self.n_minors if as_majors else self.n_majors
        seen = np.arange(size) if weights is None else np.flatnonzero(weights)
        weights = np.ones(size) if weights is None else weights
        for across in self._pieces(seen, J, as_majors):
            left = self._lines(J, across, as_majors)
            right = left if symmetric else self._lines(K, across, as_majors)
            _add_product(gram, left, right, weights[across], symmetric)
        if symmetric:
            mirror(gram)
        return gram

    def _pieces(self, seen, lines, as_majors):
        """Split `seen` so that each part holds about PIECE entries of `lines`."""
        if as_majors:
            # As if the entries were spread evenly; where they are is known only once they are read.
            indptr = self._arrays[2]
            n_entries = int((indptr[lines + 1] - indptr[lines]).sum())
            return np.array_split(seen, min(n_entries // PIECE + 1, max(len(seen), 1)))
        start = self._count(seen, positions(lines, self.n_minors))
        ends = np.arange(PIECE, int(start[-1]), PIECE, dtype=np.uint64)
        return np.split(seen, np.unique(np.searchsorted(start, ends)))

    def _lines(self, lines, across, as_majors):
        """The entries of X where `lines` cross `across`, compressed by line."""
        if as_majors:
            return self._keep(lines, positions(across, self.n_minors))
        return _transposed(self._keep(across, positions(lines, self.n_minors)), len(lines))

    def _count(self, majors, position):
        _, indices, indptr = self._arrays
        start = np.empty(len(majors) + 1, dtype=np.uint64)
        kernels.count_kept(indices, indptr, frozen(majors, np.int64), position, start)
        return start

    def _keep(self, majors, position):
        start = self._count(majors, position)
        place, value = np.empty(start[-1], dtype=np.uint32), np.empty(start[-1])
        kernels.keep(*self._arrays, frozen(majors, np.int64), position, start, place, value)
        return start, place, value


def _transposed(piece, n_new):
    start, place, value = piece
    new = np.empty(n_new + 1, dtype=np.uint64), np.empty_like(place), np.empty_like(value)
    kernels.transpose(start, place, value, *new)
    return new


def _add_product(gram, left, right, weights, symmetric):
    """gram += the product of two pieces compressed by line; if symmetric, its upper triangle only."""
    if symmetric and len(left[1]) > DENSITY * len(gram) * len(weights):
        lines = np.zeros((len(gram), len(weights)))
        start, place, value = left
        kernels.scatter_majors(
            frozen(value, np.float64),
            frozen(place, np.uint32),
            frozen(start, np.uint64),
            frozen(np.arange(len(gram)), np.int64),
            lines,
        )
        lines *= np.sqrt(weights)
        add_square(gram, lines.T)
        return
    least = np.arange(len(gram)) if symmetric else np.zeros(len(gram), dtype=np.int64)
    right = _transposed(right, len(weights))
    cursor, line = right[0][:-1].copy(), 0
    while line < len(gram):
        line = kernels.add_gram(*left, *right, weights, least, cursor, line, CALL, gram)
