"""Centring, scaling and weighting of any store: the matrix that the solvers see."""

from copy import copy

import numpy as np

# Elements of a Gram matrix corrected at a time.
PIECE = 2**16
# For a Gram matrix in float32 the mean is taken off a column where it exceeds this many standard deviations.
SINGLE_NEAR = 2.0


class Standardized:
    """X~ = (X - 1 mean') diag(1/scale) on some rows of a store, with weights, none of it formed.

    A column is constant where var <= n eps var + (n eps mean)^2 about its weighted mean. Centred, it counts
    as exactly zero; its scale is 1.

    Parameters
    ----------
    store : DenseStore or SparseStore
    weights : ndarray (m,) or None      >= 0, one per row seen, summing to m; None: all ones
    rows : slice, index array or None   None: all
    center : bool                       subtract the weighted means
    scale : bool                        divide by the weighted population sd, also where not centred
    moments : Moments or None           of those rows with those weights, where they are known; None: from X

    Attributes
    ----------
    n_samples, n_features : int         n_samples = m, the rows seen
    store, rows : as given
    shift : ndarray (P,) or None        what the store takes off its P columns first; None: nothing
    weights : ndarray (m,) or None      s
    total : float                       the sum of the weights
    mean : ndarray (p,)                 zeros if not centred
    scale : ndarray (p,)                ones if not scaled
    constant : ndarray (p,) bool        all False where neither centred nor scaled
    """

    def __init__(self, store, weights=None, rows=None, center=True, scale=False, moments=None):
        self.store, self.rows, self._columns, self.weights = store, rows, None, weights
        self.n_features = store.n_features
        self.n_samples = store.n_samples if rows is None else len(np.arange(store.n_samples)[rows])
        self.total = float(self.n_samples) if weights is None else float(weights.sum())
        self.mean, self.shift, self._offset = np.zeros(self.n_features), None, None
        self.scale = np.ones(self.n_features)
        self.constant = np.zeros(self.n_features, dtype=bool)
        self._inverse = np.ones(self.n_features)
        self._mean_squares = None
        if center or scale:
            self._look(store.moments(weights, rows) if moments is None else moments, center, scale)

    def _look(self, moments, center, scale):
        """Set mean, scale and constant from the moments."""
        offset = moments.sum / self.total
        mean = moments.shift + offset
        variance = np.maximum(moments.sumsq / self.total - offset * offset, 0.0)
        rounding = self.n_samples * np.finfo(np.float64).eps
        self.constant = variance <= rounding * variance + np.square(rounding * mean)
        squares = np.where(self.constant, 0.0, variance) if center else variance + mean * mean
        if scale:
            np.sqrt(variance, out=self.scale, where=~self.constant)
            self._inverse = 1.0 / self.scale
        if center:
            self.mean, self.shift, self._offset = mean, moments.shift, offset
            self._inverse[self.constant] = 0.0
        self._mean_squares = squares / (self.scale * self.scale)

    @property
    def centered(self):
        """Whether the means are subtracted."""
        return self._offset is not None

    def mean_squares(self):
        """Return the weighted mean square of each column of X~, (p,): the diagonal of the Gram matrix.

        Known where the design is centred or scaled; otherwise the first call reads X.
        """
        if self._mean_squares is None:
            moments = self.store.moments(self.weights, self.rows)
            sums = moments.sumsq + moments.shift * (2.0 * moments.sum + self.total * moments.shift)
            self._mean_squares = np.maximum(sums / self.total, 0.0)
        return self._mean_squares

    def read_squares(self):
        """Return the mean squares (p,) of the columns as the store reads them, in units of X~.

        The rounding of a product grows with these, where a column far from zero is centred by a rank-one term.
        """
        if self._offset is None:
            return self.mean_squares()
        return self.mean_squares() + np.square(self._offset * self._inverse)

    def seconds(self):
        """Return about how long one core takes for one read of X and for the whole Gram matrix."""
        return self.store.seconds()

    def select(self, columns):
        """Return the same rows and weights of some columns (an index array, none twice) of the same store."""
        view = copy(self)
        view._columns = self.whole(columns)
        view.n_features = len(columns)
        view._mean_squares = self.mean_squares()[columns]
        for name in ("mean", "scale", "constant", "_inverse"):
            setattr(view, name, getattr(self, name)[columns])
        view._offset = None if self._offset is None else self._offset[columns]
        return view

    def uncentered(self):
        """The same rows and weights of the same store, neither centred nor scaled."""
        view = copy(self)
        view.mean, view.shift, view._offset = np.zeros(self.n_features), None, None
        view._mean_squares = None
        view.scale = view._inverse = np.ones(self.n_features)
        view.constant = np.zeros(self.n_features, dtype=bool)
        return view

    def gram(self, J=None, K=None):
        """Return X~_J' S X~_K / n, (|J|, |K|) C order; J None: all columns, K None: the same as J."""
        gram = self.store.gram(self.whole(J), None if K is None else self.whole(K), self.weights, self.rows, self.shift)
        return self.standardize_gram(gram, J, K)

    @property
    def single(self):
        """Whether there is a `single_gram`: of a dense store, all of whose rows and columns are seen."""
        return self.store.single and self.rows is None and self._columns is None

    def single_gram(self):
        """Return X~' S X~ / n, (p, p) float64, as accurate as float32 is."""
        if not self.centered:
            return self.standardize_gram(self.store.single_gram(self.weights))
        # float32 keeps less of columns far from zero than float64, which `shift` is made for
        far = np.square(self.mean) > SINGLE_NEAR**2 * self._mean_squares * np.square(self.scale)
        shift = np.where(far, self.mean, 0.0)
        return self.standardize_gram(self.store.single_gram(self.weights, shift), offset=self.mean - shift)

    def standardize_gram(self, gram, J=None, K=None, offset=None):
        """Turn (X_J - shift)' S (X_K - shift), as the store has it, into X~_J' S X~_K / n, in place.

        offset (p,): the means less a shift of the caller's own.
        """
        offset = self._offset if offset is None else offset
        left = slice(None) if J is None else J
        right = left if K is None else K
        row_factor, column_factor = self._inverse[left], self._inverse[right]
        height = max(1, PIECE // max(gram.shape[1], 1))
        if offset is not None:
            root = np.sqrt(self.total)
            row_offset, column_offset = root * offset[left], root * offset[right]
        for start in range(0, len(gram), height):
            block = gram[start : start + height]
            if offset is not None:
                block -= np.multiply.outer(row_offset[start : start + height], column_offset)
            block *= np.multiply.outer(row_factor[start : start + height], column_factor)
            block /= self.total
        return gram

    def correlations(self, R, columns=None):
        """Yield (columns, X~_columns' S R / n) by blocks of columns, for R (n, k).

        Parameters
        ----------
        R : ndarray (n, k)
        columns : index array or None       None: all, and the blocks come with slices
        """
        R = R if self.weights is None else self.weights[:, None] * R
        # By BLAS: NumPy adds rows of a few numbers slowly.
        total = np.ones(len(R)) @ R
        start = 0
        for _, block in self.store.correlations(self._spread(R), self.whole(columns), shift=self.shift):
            stop = start + len(block)
            piece = slice(start, stop) if columns is None else columns[start:stop]
            if self._offset is not None:
                block -= np.multiply.outer(self._offset[piece], total)
            block *= (self._inverse[piece] / self.total)[:, None]
            yield piece, block
            start = stop

    def correlate(self, R, columns=None):
        """Return X~_columns' S R / n, (|columns|, k), for R (n, k); columns None: all."""
        out = np.empty((self.n_features if columns is None else len(columns), R.shape[1]))
        start = 0
        for _, block in self.correlations(R, columns):
            out[start : start + len(block)] = block
            start += len(block)
        return out

    def predict(self, W, J=None, rows=None):
        """Return X~_J W, (n, k), for W (|J|, k); J None: all columns; rows: of the store, None: those of this view."""
        columns = slice(None) if J is None else J
        W = W * self._inverse[columns, None]
        out = self.store.predict(self.whole(J), W, self.rows if rows is None else rows, self.shift)
        if self._offset is not None:
            out -= self._offset[columns] @ W
        return out

    def outer(self, multiplier):
        """Return S^1/2 X~ diag(multiplier) X~' S^1/2 / n, (n, n), for a multiplier (p,) >= 0."""
        multiplier = multiplier * self._inverse * self._inverse
        everywhere = multiplier
        if self._columns is not None:
            everywhere = np.zeros(self.store.n_features)
            everywhere[self._columns] = multiplier
        outer = self.store.outer(everywhere, self.shift)
        if self.rows is not None:
            outer = outer[self.rows][:, self.rows]
        root = np.ones(self.n_samples) if self.weights is None else np.sqrt(self.weights)
        if self._offset is not None:
            # (Z - 1 d') M (Z - 1 d')' = Z M Z' - u 1' - 1 u' for Z = X - shift, with u = Z M d - 1 d'M d / 2.
            moved = multiplier * self._offset
            cross = self.store.predict(self.whole(None), moved[:, None], self.rows, self.shift)[:, 0]
            cross -= 0.5 * (self._offset @ moved)
        height = max(1, PIECE // self.n_samples)
        for start in range(0, self.n_samples, height):
            block = outer[start : start + height]
            if self._offset is not None:
                block -= np.add.outer(cross[start : start + height], cross)
            block *= np.multiply.outer(root[start : start + height], root)
            block /= self.total
        return outer

    def center_target(self, Y):
        """Return (Y - ybar, ybar) for Y (n, t), with the weighted means ybar (t,); zeros if not centred."""
        if self._offset is None:
            return Y.astype(np.float64), np.zeros(Y.shape[1])
        # About the first row that counts: a target that is constant comes out as exactly zero.
        row = 0 if self.weights is None else int(np.argmax(self.weights > 0))
        first = Y[row].astype(np.float64)
        about = Y - first
        offset = about.mean(axis=0) if self.weights is None else self.weights @ about / self.total
        about -= offset
        return about, first + offset

    def original(self, W, ybar, columns=None):
        """Return (coef (m, k), intercept (k,)) on the scale of X, for standardised coefficients W (m, k) of columns."""
        columns = slice(None) if columns is None else columns
        coef = W / self.scale[columns, None]
        return coef, ybar - self.mean[columns] @ coef

    def whole(self, columns):
        """Columns of this view as columns of the store; None: all of both."""
        if self._columns is None:
            return columns
        return self._columns if columns is None else self._columns[columns]

    def _spread(self, R):
        """R on all rows of the store: zero on those not seen, summed over those seen twice."""
        if self.rows is None:
            return R
        whole = np.zeros((self.store.n_samples, R.shape[1]))
        if isinstance(self.rows, slice):
            whole[self.rows] = R
        else:
            np.add.at(whole, self.rows, R)
        return whole
