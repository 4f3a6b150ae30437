"""The tables of the laws: one more row admits a store, a problem, a penalty or a solver to every law."""

import tempfile
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from reference.certificate import Problem

from sparsereg import ElasticNet


def _memmap(X):
    with tempfile.TemporaryFile() as file:
        np.memmap(file, X.dtype, "w+", shape=X.shape)[:] = X
        return np.memmap(file, X.dtype, "r", shape=X.shape)


def _read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def _strided(X):
    whole = np.full((2 * len(X), 3 * X.shape[1]), np.nan)
    whole[::2, 1::3] = X
    return whole[::2, 1::3]


def _wide_indices(X):
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


def _unsorted(X):
    X = sp.csc_array(X)
    for begin, end in zip(X.indptr[:-1], X.indptr[1:], strict=True):
        X.indices[begin:end] = X.indices[begin:end][::-1].copy()
        X.data[begin:end] = X.data[begin:end][::-1].copy()
    X.has_sorted_indices = False
    return X


def _duplicates(kind, X):
    """Every entry as twice itself and minus itself: the sum is exact."""
    X = kind(X)
    data = np.repeat(X.data, 2) * np.tile([2.0, -1.0], X.nnz)
    return kind((data, np.repeat(X.indices, 2), 2 * X.indptr), X.shape)


def _explicit_zeros(kind, X):
    """Every entry is stored."""
    minor, major = X.shape if kind is sp.csc_array else X.shape[::-1]
    data = (X.T if kind is sp.csc_array else X).ravel()
    return kind((data, np.tile(np.arange(minor), major), np.arange(0, X.size + 1, minor)), X.shape)


STORES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "C float32": lambda X: np.ascontiguousarray(X, dtype=np.float32),
    "F float32": lambda X: np.asfortranarray(X, dtype=np.float32),
    "memmap": _memmap,
    "read-only": _read_only,
    "strided": _strided,
    "CSC": sp.csc_array,
    "CSC matrix int64": lambda X: _wide_indices(sp.csc_matrix(X)),
    "CSC unsorted": _unsorted,
    "CSC duplicates": lambda X: _duplicates(sp.csc_array, X),
    "CSC explicit zeros": lambda X: _explicit_zeros(sp.csc_array, X),
    "CSC float32": lambda X: sp.csc_array(X.astype(np.float32)),
    "CSR": sp.csr_array,
    "CSR matrix int64": lambda X: _wide_indices(sp.csr_matrix(X)),
    "CSR duplicates": lambda X: _duplicates(sp.csr_array, X),
    "CSR explicit zeros": lambda X: _explicit_zeros(sp.csr_array, X),
    "CSR float32": lambda X: sp.csr_array(X.astype(np.float32)),
}
EXACT_SOLVERS = ("auto", "active_set", "working_set")
ITERATIVE_SOLVERS = ("coordinate_descent", "proximal_gradient")
SOLVERS = (*EXACT_SOLVERS, *ITERATIVE_SOLVERS)


def as_float64(X):
    """The values of any store, dense."""
    return np.asarray(X.toarray() if sp.issparse(X) else X, dtype=np.float64)


def gaussian(n, p, seed, noise=1.0, zeros=0.0):
    """X with independent columns, some entries zero, and y from a few of them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) >= zeros)
    return X, X[:, : min(p, 5)] @ rng.normal(size=min(p, 5)) + noise * rng.normal(size=n)


def _scales():
    X, y = gaussian(30, 7, seed=2)
    return X * np.logspace(-6, 6, 7), y


def _large_means():
    X, y = gaussian(30, 7, seed=3)
    return X + 1e6, y


def _degenerate():
    X, y = gaussian(30, 9, seed=4)
    X[:, 1], X[:, 2], X[:, 3], X[:, 4] = 0.1, 0.0, X[:, 0], -2 * X[:, 0]
    return X, y


def _integers():
    rng = np.random.default_rng(5)
    X = rng.integers(-1, 2, size=(8, 20)).astype(float)
    return X, rng.integers(-3, 4, size=8).astype(float)


class Row(NamedTuple):
    """X (n, p), y (n,); well_conditioned: coordinate descent reaches 1e-10 on it too."""

    X: np.ndarray
    y: np.ndarray
    well_conditioned: bool


PROBLEMS = {
    "n > p": Row(*gaussian(30, 8, seed=0), True),
    "p > n": Row(*gaussian(12, 30, seed=1), False),
    "sparse": Row(*gaussian(40, 10, seed=6, zeros=0.7), True),
    "scales 1e-6..1e6": Row(*_scales(), True),
    "means 1e6": Row(*_large_means(), False),
    "constant, zero, duplicated": Row(*_degenerate(), True),
    "integers": Row(*_integers(), False),
    "n = 1": Row(*gaussian(1, 4, seed=7), True),
    "p = 1": Row(*gaussian(20, 1, seed=8), True),
    "constant y": Row(gaussian(15, 4, seed=9)[0], np.full(15, 0.1), True),
}


def _factors(n, p):
    return np.array([0.0, 1.0, np.inf, 3.0, 0.25])[np.arange(p) % 5]


def _weights(n, p):
    return np.random.default_rng(n).choice([0.0, 1e-3, 1.0, 7.5], size=n - 1).tolist() + [2.0]


# Each row gives the parameters for X (n, p); alphas are parts of alpha_max.
PENALTIES = {
    "lasso": lambda n, p: {"l1_ratio": 1.0},
    "elastic net .5": lambda n, p: {"l1_ratio": 0.5},
    "elastic net .1": lambda n, p: {"l1_ratio": 0.1},
    "no intercept": lambda n, p: {"l1_ratio": 1.0, "fit_intercept": False},
    "positive": lambda n, p: {"l1_ratio": 1.0, "positive": True},
    "bounds": lambda n, p: {"l1_ratio": 0.9, "bounds": (-0.2, np.linspace(0.1, 0.5, p))},
    "factors": lambda n, p: {"l1_ratio": 1.0, "penalty_factor": _factors(n, p)},
    "elastic net with factors": lambda n, p: {"l1_ratio": 0.5, "penalty_factor": _factors(n, p)},
    "standardize": lambda n, p: {"l1_ratio": 1.0, "standardize": True},
    "weights": lambda n, p: {"l1_ratio": 1.0, "sample_weight": np.array(_weights(n, p))},
    "all at once": lambda n, p: {
        "l1_ratio": 0.7,
        "bounds": (np.where(np.arange(p) % 5 == 0, -np.inf, -0.3), np.inf),
        "penalty_factor": _factors(n, p),
        "standardize": True,
        "sample_weight": np.array(_weights(n, p)),
    },
}
# Of alpha_max; 0 is least squares.
PARTS = (0.3, 0.01, 0.0)
# float64 sums of a few hundred terms, and coefficients that are products of a few rounded numbers.
ROUNDING = 1e-12


def problem_of(X, y, parameters):
    """The reference's statement of what the parameters ask."""
    return Problem(as_float64(X), y, **parameters)


def fit(X, y, alpha, parameters, **others):
    """An ElasticNet with these parameters, sample_weight among them."""
    parameters = dict(parameters)
    weights = parameters.pop("sample_weight", None)
    return ElasticNet(alpha=alpha, **parameters, **others).fit(X, y, sample_weight=weights)


# Coefficients are compared where the smallest singular value of the active columns is above this.
UNIQUE = 1e-4


def assert_same(problem, alpha, one, other):
    """Two exact solutions (coef, intercept) are the same: coefficients where only one exists, predictions always."""
    target = float(problem.target_square) ** 0.5
    coef, other_coef = np.asarray(one[0], dtype=float), np.asarray(other[0], dtype=float)
    gap = max(abs(problem.gap(*one, alpha)), abs(problem.gap(*other, alpha))) if target > 0 else 0.0
    assert gap <= max(1e-10, problem.rounding(coef))
    # P grows as the square of the distance from the minimum: a gap of 1e-14 leaves predictions free by 1e-7
    apart = 2 * np.sqrt(gap) * target
    singular = problem.conditioning(coef, alpha)
    if singular > UNIQUE:
        unit = (problem.scale * problem.length).astype(float)
        # exact solvers leave eps times the condition of the Gram matrix, the square of that of the columns
        tol = 1e-9 + 100 * np.finfo(float).eps / singular**2
        largest = max(np.abs(coef * unit).max(), 1e-3 * target)
        assert np.abs((coef - other_coef) * unit).max() <= tol * largest + apart / singular
    difference = problem.residual(*one) - problem.residual(*other)
    size = np.sqrt(float(problem.s @ difference**2) / len(difference))
    assert size <= 1e-9 * target + apart + 4 * np.finfo(float).eps * np.abs(problem.y_raw).max()
