"""The hat matrix of many features and few samples, by matrices of the size of the samples."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from ..solvers.memory import check_memory
from ..solvers.problem import EPS, weights_of
from .active import ROUNDINGS, SMALLER

# Entries of a block of columns of X that is held at a time.
BLOCK = 2**22


@dataclass(frozen=True)
class Hat:
    """S^1/2 X_A (X_A'S X_A + n L2)^-1 X_A'S^1/2 without the intercept, as I - rest'rest.

    rest : (n, n)
    leverages : (n,)       its diagonal
    """

    rest: np.ndarray
    leverages: np.ndarray

    def smooth(self, values):
        """The product with values (n,)."""
        return values - self.rest.T @ (self.rest @ values)


class SampleSide:
    """I - H = (I + K)^-1 with K = S^1/2 X_A L2^-1 X_A'S^1/2 / n, in the complement of the unpenalised features.

    Rounding in K is a part of it, and moves k/(1 + k) by no more: nothing is lost to the square of X.

    Parameters
    ----------
    problem : Problem
    """

    def __init__(self, problem):
        self._problem = problem
        design = problem.design
        self._root = np.sqrt(weights_of(design) / design.n_samples)[:, None]
        self._free = self._basis = None

    def hat(self, features, ridge):
        """The Hat of some features (a,) with l2 (a,)."""
        n_samples, diagonal = len(self._root), self._problem.diagonal[features]
        check_memory(6 * 8 * n_samples**2, f"the hat matrix of {n_samples} samples", SMALLER)
        free = ridge <= ROUNDINGS * n_samples * EPS * diagonal
        basis = self._span(features[free])
        outer = self._outer(features[~free], 1 / ridge[~free])
        outer -= basis @ (basis.T @ outer)
        outer -= (outer @ basis) @ basis.T
        outer = 0.5 * (outer + outer.T)
        outer.flat[:: n_samples + 1] += 1.0
        factor, failed = lapack.dpotrf(outer.T, lower=1, clean=1, overwrite_a=1)
        if failed:
            raise np.linalg.LinAlgError("I + K is not positive definite: X, y or the weights are not finite")
        rest, _ = lapack.dtrtri(factor, lower=1, overwrite_c=1)
        rest -= (rest @ basis) @ basis.T
        leverages = 1.0 - np.einsum("ij,ij->j", rest, rest)
        return Hat(rest, np.clip(leverages, 0.0, 1.0))

    def _span(self, features):
        """An orthonormal basis (n, r) of the columns of some features, kept from one call to the next."""
        if self._free is None or not np.array_equal(self._free, features):
            outer = self._outer(features, 1 / self._problem.diagonal[features])
            values, vectors = np.linalg.eigh(outer)
            cut = ROUNDINGS * max(outer.shape[0], len(features)) * EPS * max(values[-1], 0.0)
            self._free, self._basis = features, vectors[:, values > cut]
        return self._basis

    def _outer(self, features, multiplier):
        """S^1/2 X diag(multiplier) X'S^1/2 / n, (n, n), reading only these features."""
        n_samples = len(self._root)
        outer = np.zeros((n_samples, n_samples))
        width = max(1, min(256, BLOCK // n_samples))
        for start in range(0, len(features), width):
            piece = slice(start, start + width)
            columns = self._root * self._problem.design.predict(np.diag(np.sqrt(multiplier[piece])), features[piece])
            outer += columns @ columns.T
        return outer
