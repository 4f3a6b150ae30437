"""The columns of a working set for coordinate descent: standardised, weighted, over sqrt(n); packed, or in place."""

import numpy as np

from ..kernels import dense_descent, residual_descent
from ..kernels.dense_descent import DenseColumns
from ..kernels.residual_descent import SparseColumns
from .compressed import frozen
from .sparse import SparseStore
from .tiles import by_columns

# Multiply-adds per kernel call: about 0.1 s, so that Ctrl-C is answered.
BUDGET = 50_000_000
# Columns of a dense design that are read together, as its product with as many unit vectors.
TOGETHER = 32
# Shorter columns, scattered over X, take half as long again as packed ones: memory is not fetched ahead across pages.
LONG = 1024


class Growing:
    """An array that grows along its first axis; its room doubles, so that appending costs no more than filling."""

    def __init__(self, dtype, *shape):
        self._room = np.empty((0, *shape), dtype=dtype)
        self.itemsize, self.size = self._room.itemsize, 0

    def extend(self, length):
        """Make room for `length` more entries and return them, to be filled."""
        start, self.size = self.size, self.size + length
        if self.size > len(self._room):
            room = np.empty((max(self.size, 2 * len(self._room)), *self._room.shape[1:]), dtype=self._room.dtype)
            room[:start] = self._room[:start]
            self._room = room
        return self._room[start : self.size]

    def view(self):
        """The entries so far, read-only."""
        return frozen(self._room[: self.size], self._room.dtype)


class Columns:
    """z_j = S^1/2 (x_j - mean_j)/(scale_j sqrt(n)) of the features appended so far.

    Attributes
    ----------
    root : ndarray (n,)             S^1/2 1 / sqrt(n)
    verbs : module                  the kernels sweep and subtract
    arrays : DenseColumns or SparseColumns
    mean_length : float             entries of a column that a product reads
    size : int                      how many columns there are
    """

    def __init__(self, design):
        self._design, self._entries = design, design.store.entries_per_column().sum()
        weights = np.ones(design.n_samples) if design.weights is None else design.weights
        self.root = np.sqrt(weights / design.total)

    def residual(self, target):
        """The residual array (n + 1,) of a target (n,) that is centred as the design is."""
        return np.append(self.root * target, 0.0)

    def explicit(self, residual):
        """S^1/2 r/sqrt(n), (n,), of a residual array."""
        return residual[:-1] - residual[-1] * self.root

    def center(self, residual):
        """Make v = r, in place, so that products with v round no more than those with r: far means leave it large."""
        if self._design.centered:
            residual[:-1] = self.explicit(residual)
            residual[-1] = self.root @ residual[:-1]

    def unweighted(self, residual):
        """r (n,) of a residual array; 0 where the weight is 0."""
        return np.divide(self.explicit(residual), self.root, out=np.zeros_like(self.root), where=self.root > 0)

    def seconds(self):
        """Return about how long two reads of all columns take."""
        store = self._design.store
        return 2 * store.seconds()[0] * self.size * self.mean_length / max(self._entries, 1)

    def square(self, residual):
        """r'Sr/n of a residual array."""
        explicit = self.explicit(residual)
        return float(explicit @ explicit)

    def pieces(self, order):
        """Columns (an index array) in pieces for one kernel call each."""
        size = max(1, int(BUDGET / max(self.mean_length, 1)))
        return [order[start : start + size] for start in range(0, len(order), size)]

    def streamed(self, order):
        """Columns (an index array) in the order in which memory holds them: it is read up to twice as fast."""
        return order

    def sweep(self, squares, penalty, order, coef, residual):
        """Coordinate descent over `order`, in place; returns what it moved: see the kernel."""
        bounds, moved = (penalty.lower, penalty.upper), 0.0
        for piece in self.pieces(order):
            moved += self.verbs.sweep(self.arrays, squares, penalty.l1, penalty.l2, *bounds, piece, coef, residual)
        return moved

    def subtract(self, order, coef, residual):
        """r -= sum of z_j w_j over `order`, in place."""
        for piece in self.pieces(self.streamed(order)):
            self.verbs.subtract(self.arrays, piece, coef, residual)

    def correlate(self, residual, order=None):
        """z_j'r of the columns `order` (an index array); None: of all."""
        order, out = np.arange(self.size) if order is None else order, np.empty(self.size)
        for piece in self.pieces(self.streamed(order)):
            self._correlate(piece, residual, out)
        return out[order]

    def _read(self, features):
        """Yield (first, last, z_first to z_last (b, n)) by a few features at a time."""
        for first in range(0, len(features), TOGETHER):
            piece = features[first : first + TOGETHER]
            values = self._design.predict(np.eye(len(piece)), piece).T
            values *= self.root
            yield first, first + len(piece), values


class Dense(Columns):
    """Columns of a dense matrix."""

    verbs = dense_descent

    @property
    def mean_length(self):
        """Entries of a column."""
        return self._design.n_samples

    def _correlate(self, order, residual, out):
        """Set out[j] = z_j'r for each j of `order`."""
        values, place, factor, center = self.arrays
        dots = by_columns(values.T, residual[:-1, None], place[order])[:, 0]
        out[order] = factor[order] * dots - center[order] * residual[-1]


class PackedDense(Dense):
    """Columns of a dense matrix: centred where they are packed."""

    def __init__(self, design):
        super().__init__(design)
        self._values = Growing(np.float64, design.n_samples)

    @property
    def size(self):
        return self._values.size

    def n_bytes(self, features):
        """The memory of the columns if these features are appended to them."""
        return 8 * self._design.n_samples * (self._values.size + len(features))

    def append(self, features):
        """Pack more features (an index array)."""
        values = self._values.extend(len(features))
        for first, last, block in self._read(features):
            values[first:last] = block
        ones = frozen(np.ones(self._values.size), np.float64)
        places = frozen(np.arange(self._values.size), np.int64)
        self.arrays = DenseColumns(self._values.view(), places, ones, frozen(0.0 * ones, np.float64))


class DenseInPlace(Dense):
    """Columns of a dense matrix, read where they lie."""

    def __init__(self, design):
        super().__init__(design)
        self._places, self._factor, self._center = Growing(np.int64), Growing(np.float64), Growing(np.float64)

    @property
    def size(self):
        return self._places.size

    def n_bytes(self, _features):
        """0: nothing is copied."""
        return 0

    def streamed(self, order):
        """Columns (an index array) in the order in which X holds them."""
        return order[np.argsort(self.arrays.place[order])]

    def append(self, features):
        """Let more features (an index array) in."""
        design = self._design
        zero = design.constant[features] & design.centered
        inverse = np.where(zero, 0.0, 1.0 / design.scale[features])
        self._places.extend(len(features))[:] = design.whole(features)
        self._factor.extend(len(features))[:] = inverse / np.sqrt(design.n_samples)
        self._center.extend(len(features))[:] = inverse * design.mean[features]
        parts = (self._places, self._factor, self._center)
        self.arrays = DenseColumns(design.store.columns_as_rows, *(part.view() for part in parts))


class PackedSparse(Columns):
    """Columns of a sparse matrix, CSC whatever its own format is; the few that the store shifts are filled."""

    verbs = residual_descent

    def __init__(self, design):
        super().__init__(design)
        self._counts = design.store.entries_per_column()
        self._data, self._indices = Growing(np.float64), Growing(np.uint32)
        self._indptr, self._center = Growing(np.uint64), Growing(np.float64)
        self._indptr.extend(1)[:] = 0

    @property
    def mean_length(self):
        """Entries of a column that are stored, on average."""
        return self._data.size / max(self._center.size, 1)

    @property
    def size(self):
        return self._center.size

    def n_bytes(self, features):
        """The memory of the columns, at most, if these features are appended to them."""
        design = self._design
        counts = np.where(self._shifted(features), design.n_samples, self._counts[design.whole(features)])
        return (self._data.itemsize + self._indices.itemsize) * (self._data.size + int(counts.sum()))

    def append(self, features):
        """Pack more features (an index array)."""
        design, shifted = self._design, self._shifted(features)
        center = design.mean[features] / design.scale[features]
        self._center.extend(len(features))[:] = np.where(shifted, 0.0, center)
        # runs of consecutive features that are all filled or all not
        for run in np.split(features, np.flatnonzero(np.diff(shifted)) + 1):
            if self._shifted(run).any():
                for first, last, block in self._read(run):
                    indices = np.tile(np.arange(design.n_samples), last - first)
                    self._take(np.full(last - first, design.n_samples), indices, block.ravel())
            else:
                part = design.store.columns(design.whole(run), design.rows)
                lengths = np.diff(part.indptr)
                data = part.data * self.root[part.indices]
                data /= np.repeat(design.scale[run], lengths)
                self._take(lengths, part.indices, data)
        arrays = (self._data, self._indices, self._indptr, self._center)
        self.arrays = SparseColumns(*(each.view() for each in arrays))

    def _correlate(self, order, residual, out):
        """Set out[j] = z_j'r for each j of `order`."""
        residual_descent.correlate(self.arrays, order, residual, out)

    def _shifted(self, features):
        """Which of the features the store shifts: those with a mean far from zero."""
        shift = self._design.shift
        return np.zeros(len(features), dtype=bool) if shift is None else shift[self._design.whole(features)] != 0

    def _take(self, lengths, indices, data):
        """Append consecutive columns of these lengths."""
        end = self._indptr.view()[-1]
        self._indptr.extend(len(lengths))[:] = end + np.cumsum(lengths, dtype=np.uint64)
        self._indices.extend(len(indices))[:] = indices
        self._data.extend(len(data))[:] = data


def lie_ready(design):
    """Whether columns are read in place: long, contiguous, float64, each weight one, no mean far from zero."""
    if design.n_samples < LONG:
        return False
    plain = design.weights is None and design.rows is None and (design.shift is None or not design.shift.any())
    return plain and not isinstance(design.store, SparseStore) and design.store.columns_as_rows is not None


def pack(design):
    """The columns of a design, none yet."""
    if lie_ready(design):
        return DenseInPlace(design)
    return PackedSparse(design) if isinstance(design.store, SparseStore) else PackedDense(design)
