"""Several symmetric matrices of one size, two to a square."""

import numpy as np

from ..designs.chunks import mirror

# Rows treated together.
HEIGHT = 128
_ABOVE = np.tri(HEIGHT, k=-1, dtype=bool).T


class PackedGrams:
    """Room for `count` symmetric matrices (p, p): one above the diagonal of a square, the next below it.

    Parameters
    ----------
    count, n_features : int
    """

    def __init__(self, count, n_features):
        self.count, self._size = count, n_features
        # Zeros: what is not set is read with the rest, and may not be infinite.
        self._squares = np.zeros((-(-count // 2), n_features, n_features))
        self._diagonals = np.empty((count, n_features))

    def put(self, index, gram):
        """Keep a copy of a symmetric matrix."""
        square, above = self._squares[index // 2], index % 2 == 0
        self._diagonals[index] = gram.diagonal()
        for start, stop in self._strips():
            below_of, above_of = slice(0, start), slice(stop, self._size)
            columns = above_of if above else below_of
            square[start:stop, columns] = gram[start:stop, columns]
            corner = _ABOVE[: stop - start, : stop - start]
            np.copyto(square[start:stop, start:stop], gram[start:stop, start:stop], where=corner if above else corner.T)

    def diagonal(self, index):
        """The diagonal of one of them, (p,)."""
        return self._diagonals[index]

    def add(self, index, gram):
        """Add a symmetric matrix to one that is kept, of an even index."""
        square = self._squares[index // 2]
        self._diagonals[index] += gram.diagonal()
        for start, stop in self._strips():
            square[start:stop, stop:] += gram[start:stop, stop:]
            corner, above = square[start:stop, start:stop], _ABOVE[: stop - start, : stop - start]
            np.add(corner, gram[start:stop, start:stop], out=corner, where=above)

    def get(self, index, out=None):
        """One of them in `out` (p, p), C order, or a new array."""
        gram = np.empty((self._size, self._size)) if out is None else out
        self._fill(index, gram)
        mirror(gram)
        return gram

    def difference(self, first, second, out=None):
        """The matrix `first`, of an even index, less the matrix `second`, as `get` returns it."""
        gram = np.empty((self._size, self._size)) if out is None else out
        self._fill(second, gram)
        square = self._squares[first // 2]
        for start, stop in self._strips():
            np.subtract(square[start:stop, start:], gram[start:stop, start:], out=gram[start:stop, start:])
        np.fill_diagonal(gram, self._diagonals[first] - self._diagonals[second])
        mirror(gram)
        return gram

    def _fill(self, index, gram):
        """Set the diagonal of gram (p, p) and what is above it."""
        square, above = self._squares[index // 2], index % 2 == 0
        for start, stop in self._strips():
            if above:
                gram[start:stop, start:] = square[start:stop, start:]
            else:
                gram[start:stop, start:] = square[start:, start:stop].T
        np.fill_diagonal(gram, self._diagonals[index])

    def _strips(self):
        return [(start, min(start + HEIGHT, self._size)) for start in range(0, self._size, HEIGHT)]
