"""Problems: X, y and the form of the penalty; synthetic ones, and the data sets as the tables use them."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from . import datasets


@dataclass(frozen=True)
class Problem:
    """1/(2n) ||y - b - Xw||^2 + alpha (l1_ratio ||w||_1 + (1 - l1_ratio)/2 ||w||^2), b = 0 without intercept.

    X : float64 array (n, p) in Fortran order, or CSC matrix
    y : float64 array (n,)
    l1_ratio : float in [0, 1]; grid needs > 0
    fit_intercept : bool
    """

    X: np.ndarray | sparse.csc_matrix
    y: np.ndarray
    l1_ratio: float = 1.0
    fit_intercept: bool = False

    @property
    def target(self):
        """y (n,), centred where there is an intercept."""
        return self.y - self.y.mean() if self.fit_intercept else self.y

    @property
    def means(self):
        """Means of the features (p,), zeros where there is no intercept."""
        return np.asarray(self.X.mean(axis=0)).ravel() if self.fit_intercept else np.zeros(self.X.shape[1])

    def grid(self, end, n_alphas):
        """Descending alphas (n_alphas,), equidistant in their logarithm, from alpha_max to `end` times alpha_max."""
        alpha_max = np.abs(self.X.T @ self.target).max() / (len(self.y) * self.l1_ratio)
        return alpha_max * np.geomspace(1, end, n_alphas)


def correlated(n_samples, n_features, n_informative, rho, snr=3.0, seed=0):
    """X (n, p) in Fortran order with corr(x_j, x_k) = rho^|j - k|, standardised; y (n,) centred.

    Parameters
    ----------
    n_samples, n_features, n_informative : int
    rho : float
    snr : float      norm of the signal over norm of the noise
    seed : int
    """
    rng = np.random.default_rng(seed)
    X = np.empty((n_samples, n_features), order="F")
    X[:, 0] = rng.standard_normal(n_samples)
    for j in range(1, n_features):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * rng.standard_normal(n_samples)
    coef = np.zeros(n_features)
    coef[rng.choice(n_features, n_informative, replace=False)] = rng.choice([-1.0, 1.0], n_informative)
    y = X @ coef
    noise = rng.standard_normal(n_samples)
    y += noise * np.linalg.norm(y) / np.linalg.norm(noise) / snr
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    return X, y - y.mean()


def synthetic(n_samples, n_features, n_informative, rho, l1_ratio=1.0, fit_intercept=False):
    """`correlated` as a Problem."""
    X, y = correlated(n_samples, n_features, n_informative, rho)
    return Problem(X, y, l1_ratio, fit_intercept)


def scattered(n_samples, n_features, per_row, n_informative=50, snr=3.0, seed=0):
    """A sparse Problem with an intercept: about `per_row` entries in a row, feature j in proportion to j^-1/2.

    The informative features are among the first 5000, which have entries enough to be found.
    """
    rng = np.random.default_rng(seed)
    columns = (n_features * rng.random((n_samples, per_row)) ** 2).astype(np.int32)
    values = rng.standard_normal(columns.size)
    starts = np.arange(0, columns.size + 1, per_row)
    X = sparse.csr_matrix((values, columns.ravel(), starts), shape=(n_samples, n_features)).tocsc()
    X.sum_duplicates()
    coef = np.zeros(n_features)
    coef[rng.choice(min(5000, n_features), n_informative, replace=False)] = rng.choice([-1.0, 1.0], n_informative)
    y = X @ coef
    noise = rng.standard_normal(n_samples)
    y += noise * np.linalg.norm(y) / np.linalg.norm(noise) / snr
    return Problem(X, y, fit_intercept=True)


def standardised(name, l1_ratio=1.0):
    """A dense data set with features of mean 0 and variance 1 and a centred y; no intercept is left to fit."""
    X, y = datasets.load(name)
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    return Problem(X, y - y.mean(), l1_ratio)


def raw(name, l1_ratio=1.0):
    """A data set as it is, with an intercept."""
    return Problem(*datasets.load(name), l1_ratio, fit_intercept=True)
