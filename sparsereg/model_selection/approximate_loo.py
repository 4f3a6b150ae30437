"""Approximate leave-one-out: the error of prediction at every alpha from one fit to all rows."""

import numpy as np
from scipy.linalg import solve_triangular

from ..solvers.certificate import residuals_of
from ..solvers.interruptible import call_interruptibly
from ..solvers.memory import check_memory
from ..solvers.problem import EPS, alpha_blocks, weights_of
from .active import SMALLER, active_features
from .criteria import n_observations
from .samples import BLOCK, SampleSide

# One row that says more of its own prediction than this: without it other features would be active.
LARGEST_LEVERAGE = 0.7
# Fewest rows appended to the triangle in one QR decomposition.
FEWEST_ROWS = 256
# A diagonal of the triangle below this part of its column is looked at again by singular values.
SUSPECT = 1e-8


def approximate_loo(problem, solution):
    """Mean squared error of leave-one-out, from the fits to all rows; not for n_features far above n_samples.

    Row i is predicted by the fit to the others at the same alpha, with the features active at the fit to all rows and
    their signs held. For that fit, with H = X_A (X_A'S X_A + n L2)^-1 X_A'S the smoother, h_i its diagonal (each with
    the intercept), and e_i = s_i/n, the residual is ::

        (r_i - e_i (H r)_i) / (1 - h_i)

    The term e_i (H r)_i is there because alpha multiplies a mean over the rows: it grows against the sum of their
    losses as a row is left out. This is exact for the Lasso where the active features and signs do not change, and
    right up to e_i l2 for the Elastic Net; with standardised features their deviations count as fixed. Where the
    largest leverage is below 0.5 the mean is within 5 % of that of leaving out each row, given some hundred rows and
    fewer features (within 7 % was seen for more features); over a few dozen rows single changes of the active
    features show, and 13 % was seen. Where one row decides which features are active it fails: an alpha whose largest
    leverage exceeds 0.7 has the error inf. With many more features than rows that is most of the path, and what is
    left is less certain: use cross-validation there.

    Leverages come from a QR decomposition of the active columns (and the rows diag(L2)^1/2), never from their Gram.

    Source: Rad & Maleki (2020), "A scalable estimate of the out-of-sample prediction error via approximate
    leave-one-out cross-validation", theorem 1 (arXiv 2018).

    Parameters
    ----------
    problem : Problem
    solution : Solution       at K alphas, in any order

    Returns
    -------
    errors : (K,)             sum_i s_i (leave-one-out residual)^2 / n; inf where the largest leverage exceeds 0.7
    se : (K,)                 standard error of that mean over the rows; inf with the errors
    largest : (K,)            largest leverage

    Raises
    ------
    MemoryError
        If the QR decomposition of the features active along the path would not fit the budget.
    """
    active, design = active_features(problem, solution), problem.design
    n_samples, n_alphas = design.n_samples, len(active.alphas)
    part = weights_of(design) / n_samples
    seen = part > 0
    hats = _Hats(problem, active)
    errors, se, largest = np.full(n_alphas, np.inf), np.full(n_alphas, np.inf), np.ones(n_alphas)
    for block in alpha_blocks(n_alphas, n_samples):
        residuals = residuals_of(problem, solution.coefs[block], solution.features)
        for k, residual in zip(range(n_alphas)[block], residuals.T, strict=True):
            hat = hats.at(k)
            if hat is None:
                continue
            leverages = hat.leverages + part if design.centered else hat.leverages
            largest[k] = min(leverages.max(), 1.0)
            if largest[k] > LARGEST_LEVERAGE:
                continue
            left_out = (residual - part * hat.smooth(residual)) / (1 - leverages)
            errors[k], se[k] = _mean(np.square(left_out[seen]), part[seen])
    return errors, se, largest


def _mean(losses, part):
    """The weighted mean of the losses and its standard error; with equal weights std(ddof=1)/sqrt(n)."""
    mean = part @ losses
    n_samples = len(losses)
    correction = n_samples / (n_samples - 1) if n_samples > 1 else np.inf
    return mean, np.sqrt(correction) * np.sqrt(np.square(part * (losses - mean)).sum())


class _Hat:
    """The smoother as Z Z'S/n with Z = X_A basis.

    basis : (a, r)
    leverages : (n,)
    """

    def __init__(self, design, features, basis):
        self._design, self._features, self._basis = design, features, basis
        self.leverages = np.zeros(design.n_samples)
        width = max(1, BLOCK // design.n_samples)
        for start in range(0, basis.shape[1], width):
            columns = design.predict(basis[:, start : start + width], features)
            self.leverages += np.einsum("ij,ij->i", columns, columns)
        self.leverages *= weights_of(design) / design.n_samples

    def smooth(self, values):
        """The smoother times values (n,)."""
        if not self._basis.size:
            return np.zeros(len(values))
        inner = self._basis.T @ self._design.correlate(values[:, None], self._features)
        return self._design.predict(self._basis @ inner, self._features)[:, 0]


class _SampleHat:
    """The same from the side of the samples, where S^1/2 H S^-1/2 is symmetric."""

    def __init__(self, hat, weights):
        self._hat, self._root, self.leverages = hat, np.sqrt(weights), hat.leverages

    def smooth(self, values):
        """The smoother times values (n,), at the rows with a weight."""
        product = self._hat.smooth(self._root * values)
        return np.divide(product, self._root, out=np.zeros(len(product)), where=self._root > 0)


class _Hats:
    """The smoother at each alpha, kept while the active features and their l2 do not change."""

    def __init__(self, problem, active):
        self._problem, self._active = problem, active
        self._samples, self._weights = SampleSide(problem), weights_of(problem.design)
        self._rank = n_observations(problem.design) - problem.design.centered
        sizes = active.mask.sum(axis=1)
        # decomposed together; those that would be more than the samples are the business of the other side
        self._narrow = sizes <= problem.design.n_samples
        self._columns = np.flatnonzero(active.mask[self._narrow].any(axis=0))
        self._triangle = _triangle(problem.design, active.features[self._columns])
        self._asked = self._hat = None

    def at(self, k):
        """The smoother at the k-th alpha; None where it leaves no residual."""
        positions, ridge = self._active.at(k)
        asked = (positions.tobytes(), ridge.tobytes())
        if asked != self._asked:
            self._asked, self._hat = asked, self._make(k, positions, ridge)
        return self._hat

    def _make(self, k, positions, ridge):
        features = self._active.features[positions]
        if not self._narrow[k]:
            if not ridge.any():
                return None
            return _SampleHat(self._samples.hat(features, ridge), self._weights)
        stacked = self._triangle[:, np.searchsorted(self._columns, positions)]
        if ridge.any():
            stacked = np.vstack([stacked, np.diag(np.sqrt(ridge))])
        basis = _orthonormal(stacked)
        if basis.shape[1] >= self._rank and not ridge.any():
            return None
        return _Hat(self._problem.design, features, basis)


def _triangle(design, features):
    """R of S^1/2 X_J/sqrt(n) = Q R for some features, chunk of rows after chunk of rows."""
    width, n_samples = len(features), design.n_samples
    chunk = max(width, FEWEST_ROWS, BLOCK // max(width, 1))
    check_memory(6 * 8 * min(chunk, n_samples) * width, f"the QR decomposition of {width} features", SMALLER)
    root = np.sqrt(weights_of(design) / n_samples)[:, None]
    every = None if design.rows is None else np.arange(design.store.n_samples)[design.rows]
    triangle = np.zeros((0, width))
    for start in range(0, n_samples if width else 0, chunk):
        piece = slice(start, min(start + chunk, n_samples))
        columns = design.predict(np.eye(width), features, piece if every is None else every[piece])
        stacked = np.vstack([triangle, root[piece] * columns])
        triangle = call_interruptibly(np.linalg.qr, stacked, "r", cost=2 * len(stacked) * width**2)
    return triangle


def _orthonormal(stacked):
    """B (a, r) so that stacked B has orthonormal columns that span those of stacked (k, a)."""
    if not stacked.size:
        return np.zeros((0, 0))
    size = np.sqrt(np.einsum("ij,ij->j", stacked, stacked))
    stacked = stacked / size
    width = stacked.shape[1]
    triangle = call_interruptibly(np.linalg.qr, stacked, "r", cost=2 * len(stacked) * width**2)
    if len(triangle) == width and np.abs(triangle.diagonal()).min(initial=1.0) > SUSPECT:
        return solve_triangular(triangle, np.eye(width), check_finite=False) / size[:, None]
    _, values, right = call_interruptibly(np.linalg.svd, triangle, False, cost=10 * width**3)
    kept = values > EPS * max(stacked.shape) * values.max(initial=0.0)
    return (right[kept] / values[kept, None]).T / size[:, None]
