"""Naive twin of the stores and of the standardised matrix: dense, extended precision, formulas as written."""

import numpy as np
from scipy.sparse import issparse


def dense(X, rows=None):
    """X as a long double array: sums over 1e6 means per standard deviation keep all digits of a double."""
    X = X.astype(np.longdouble)
    X = X.toarray() if issparse(X) else np.asarray(X)
    return X if rows is None else X[rows]


def moments(X, shift, weights=None, rows=None):
    """Weighted sums and sums of squares of X - shift."""
    Z = dense(X, rows) - shift
    s = np.ones(len(Z)) if weights is None else weights
    return s @ Z, s @ (Z * Z)


def gram(X, J, K, weights=None, rows=None, shift=0.0):
    """(X_J - a)' diag(s) (X_K - a)."""
    Z = dense(X, rows) - shift
    s = np.ones(len(Z)) if weights is None else weights
    return (Z[:, J] * s[:, None]).T @ Z[:, K]


class Standardized:
    """The matrix X~ itself, with its weights."""

    def __init__(self, X, weights=None, rows=None, center=True, scale=False):
        X = dense(X, rows)
        n = len(X)
        self.s = np.ones(n, dtype=np.longdouble) if weights is None else weights.astype(np.longdouble)
        self.n = self.s.sum()
        mean = self.s @ X / self.n
        variance = self.s @ (X - mean) ** 2 / self.n
        eps = n * np.finfo(float).eps
        self.constant = (center or scale) & (variance <= eps * variance + (eps * mean) ** 2)
        self.mean = mean if center else np.zeros_like(mean)
        self.scale = np.where(self.constant | (not scale), 1.0, np.sqrt(variance))
        self.X = (X - self.mean) / self.scale
        if center:
            self.X[:, self.constant] = 0.0

    def gram(self, J, K):
        return (self.X[:, J] * self.s[:, None]).T @ self.X[:, K] / self.n

    def correlate(self, R):
        return self.X.T @ (self.s[:, None] * R) / self.n

    def predict(self, W, J):
        return self.X[:, J] @ W

    def outer(self, multiplier):
        Z = np.sqrt(self.s)[:, None] * self.X
        return (Z * multiplier) @ Z.T / self.n

    def norms(self):
        """The weighted norm of each column, sqrt(diag(gram)): the unit of the errors."""
        return np.sqrt(self.s @ (self.X * self.X) / self.n)
