"""A compressed sparse matrix, with its products; CSC and CSR differ in which axis is the major one."""

import numpy as np

from ..kernels import sparse as kernels
from .chunks import mirror

# Multiply-adds of one kernel call: about 0.1 s.
CALL = 2**26
# Entries of the piece of X that a Gram matrix holds at a time, once by columns and once by rows: 12 MB.
PIECE = 2**19


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
            frozen(X.indptr, np.int64),
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
        """Gustavson's product of the lines J and K of X (majors or minors), by pieces of the other axis."""
        symmetric = K is None
        K = J if symmetric else K
        gram = np.zeros((len(J), len(K)))
        size = self.n_minors if as_majors else self.n_majors
        seen = np.arange(size) if weights is None else np.flatnonzero(weights)
        weights = np.ones(size) if weights is None else weights
        least = np.arange(len(J)) if symmetric else np.zeros(len(J), dtype=np.int64)
        n_entries = self._n_entries(K if len(K) > len(J) else J, as_majors)
        height = max(1, int(len(seen) * min(1.0, PIECE / max(n_entries, 1))))
        for start in range(0, len(seen), height):
            across = seen[start : start + height]
            j_lines, j_across = self._piece(J, across, as_majors)
            k_across = j_across if symmetric else self._piece(K, across, as_majors)[1]
            cursor, row = k_across[0][:-1].copy(), 0
            while row < len(J):
                row = kernels.add_gram(*j_lines, *k_across, weights[across], least, cursor, row, CALL, gram)
        if symmetric:
            mirror(gram)
        return gram

    def _n_entries(self, lines, as_majors):
        indptr = self._arrays[2]
        if as_majors:
            return (indptr[lines + 1] - indptr[lines]).sum()
        return indptr[-1] * len(lines) / max(self.n_minors, 1)

    def _piece(self, lines, across, as_majors):
        """The entries of X where `lines` cross `across`: compressed by line and, ascending, by across."""
        if as_majors:
            by_line = self._keep(lines, positions(across, self.n_minors))
        else:
            by_line = _transposed(self._keep(across, positions(lines, self.n_minors)), len(lines))
        return by_line, _transposed(by_line, len(across))

    def _keep(self, majors, position):
        data, indices, indptr = self._arrays
        majors = frozen(majors, np.int64)
        start = np.empty(len(majors) + 1, dtype=np.int64)
        kernels.count_kept(indices, indptr, majors, position, start)
        place, value = np.empty(start[-1], dtype=np.uint32), np.empty(start[-1])
        kernels.keep(data, indices, indptr, majors, position, start, place, value)
        return start, place, value


def _transposed(piece, n_new):
    start, place, value = piece
    new = np.empty(n_new + 1, dtype=np.int64), np.empty_like(place), np.empty_like(value)
    kernels.transpose(start, place, value, *new)
    return new
