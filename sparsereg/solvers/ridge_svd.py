"""Ridge regression by a singular value decomposition of X, of which only a triangle is ever formed."""

import numpy as np

from .interruptible import call_interruptibly
from .problem import EPS, weights_of
from .ridge_direct import FeatureSide, SampleSide, check_side, wide, without_constant
from .ridge_factor import SpectralFactor

# Fewest rows appended to the triangle in one QR decomposition.
FEWEST_ROWS = 256
# Rows of X appended, for each row of the triangle: the more, the less the triangle itself costs.
CHUNK = 2


class SingularValues(FeatureSide):
    """The features as the smaller side: X = U diag(s) V', with U known only through U'y.

    The first coefficients are V s/(s^2 + lam) U'y, so the condition of X is not squared; corrections, which
    are small, go through V 1/(s^2 + lam) V'.
    """

    def __init__(self, problems):
        root = 1 / np.sqrt(problems.factor)
        triangle, rotated = _triangle_of_rows(problems, root)
        left, values, right = _decompose(triangle)
        super().__init__(problems, SpectralFactor(_squares(problems, values), right.T, 0.0), root)
        self._projection = values[:, None] * (left.T @ rotated)
        self._right = right

    def start(self, index):
        """Coefficients (p, k) of the problems index (k,)."""
        projection = self._projection[:, self._problems.which[index]]
        return self._root * (self._right.T @ self._factor.filtered(projection, self._problems.lam[index]))


def by_svd(problems):
    """The method that decomposes X once for every lam."""
    design = problems.design
    if not wide(design):
        check_side(design.n_features, "features")
        return SingularValues(problems)
    check_side(design.n_samples, "samples")
    complement = without_constant(design)
    left, values, _ = _decompose(complement.project(_triangle_of_columns(problems).T))
    return SampleSide(problems, SpectralFactor(_squares(problems, values), complement.lift(left), 0.0))


def _squares(problems, values):
    """s^2, and inf where s is rounding against the largest: a direction to leave out, whatever lam is."""
    cut = EPS * max(problems.design.n_samples, problems.design.n_features)
    return np.where(values > cut * values.max(initial=0.0), values**2, np.inf)


def _decompose(triangle):
    return call_interruptibly(np.linalg.svd, triangle, False, cost=10 * len(triangle) ** 3)


def _qr(block, mode):
    rows, columns = block.shape
    return call_interruptibly(np.linalg.qr, block, mode, cost=4 * rows * columns**2)


def _triangle_of_rows(problems, root):
    """R (p, p) and Q'y (p, T) of S^1/2 X diag(root) / sqrt(n) = Q R, row chunk after row chunk."""
    design = problems.design
    size, n_samples = design.n_features, design.n_samples
    root_weights = np.sqrt(weights_of(design) / n_samples)[:, None]
    scale = np.diag(np.where(problems.dropped, 0.0, root / design.scale))
    everything = np.zeros((size, size + problems.targets.shape[1]))
    chunk = CHUNK * max(size, FEWEST_ROWS)
    for start in range(0, n_samples, chunk):
        rows = slice(start, min(start + chunk, n_samples))
        unit = root_weights[rows]
        seen = rows if design.rows is None else np.arange(problems.store.n_samples)[design.rows][rows]
        packed = problems.store.predict(None, scale, rows=seen, shift=design.mean)
        more = unit * np.hstack([packed, problems.targets[rows]])
        # the targets as last columns: what becomes of them is Q'y, and Q is never formed
        everything = _qr(np.vstack([everything, more]), "r")[:size]
    return everything[:, :size], everything[:, size:]


def _triangle_of_columns(problems):
    """R (n, n) of (S^1/2 X diag(f^-1/2))' / sqrt(n) = Q R, column chunk after column chunk."""
    design = problems.design
    size = design.n_samples
    unit = np.sqrt(weights_of(design) / size)[:, None]
    root = np.where(problems.dropped, 0.0, 1 / np.sqrt(problems.factor))
    triangle = np.zeros((size, size))
    chunk = max(size, FEWEST_ROWS)
    for start in range(0, design.n_features, chunk):
        columns = np.arange(start, min(start + chunk, design.n_features))
        packed = unit * design.predict(np.diag(root[columns]), columns)
        triangle = _qr(np.vstack([triangle, packed.T]), "r")
    return triangle
