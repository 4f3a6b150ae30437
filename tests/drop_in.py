"""Shared by the comparisons with scikit-learn: its estimators beside ours, X and y of all types."""

import inspect

import numpy as np
import scipy.sparse as sp
import sklearn.linear_model as sk

import sparsereg as ours

NAMES = ["Lasso", "ElasticNet", "Ridge"]
COORDINATE = ["Lasso", "ElasticNet"]
PATHS = ["lasso_path", "enet_path"]
ADDED = {"penalty_factor": None, "bounds": None, "standardize": False, "solver": "auto"}
# Parameters with which coordinate descent ends before its tolerance: one ConvergenceWarning
UNFINISHED = {"solver": "coordinate_descent", "tol": 0, "max_iter": 1}

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 5))
Y = X @ np.array([3.0, 0.0, -2.0, 0.0, 1.0]) + RNG.normal(size=30)
WEIGHTS = RNG.uniform(0.5, 2.0, size=30)
MATRICES = {
    "C": X,
    "F": np.asfortranarray(X),
    "float32": X.astype(np.float32),
    "float16": X.astype(np.float16),
    "integer": np.round(10 * X).astype(int),
    "boolean": X > 0,
    "list": X.tolist(),
    "csr_matrix": sp.csr_matrix(X),
    "csc_array": sp.csc_array(X),
    "csr_float32": sp.csr_array(X.astype(np.float32)),
    "coo_matrix": sp.coo_matrix(X),
}
TARGETS = {
    "1-d": Y,
    "float32": Y.astype(np.float32),
    "integer": np.round(Y).astype(int),
    "list": Y.tolist(),
    "one column": Y[:, None],
    "two columns": np.c_[Y, 1.0 - 2.0 * Y],
}


def pair(name, **parameters):
    """scikit-learn's estimator and ours, with the same parameters."""
    return getattr(sk, name)(**parameters), getattr(ours, name)(**parameters)


def precise_pair(name, X, **parameters):
    """As `pair`, with a tolerance for scikit-learn at which its error is that of the precision of X.

    Ours keeps its default tolerance: it is exact all the same.
    """
    theirs, mine = pair(name, **parameters)
    single = getattr(X, "dtype", None) == np.float32
    if name in COORDINATE:
        theirs.set_params(tol=1e-6 if single else 1e-14, max_iter=100_000)
    elif parameters.get("positive"):
        theirs.set_params(tol=1e-12)
    return theirs, mine


def kind(value):
    """What a caller can rely on without looking at the numbers."""
    if isinstance(value, np.ndarray):
        return "array", value.shape, value.dtype
    if isinstance(value, list):
        return [kind(item) for item in value]
    if sp.issparse(value):
        return type(value), value.shape, value.dtype
    return type(value)


def fitted_attributes(model):
    return {name for name in vars(model) if name.endswith("_")}


def parameters_of(function):
    """The parameters that can be named, in order, without **params."""
    found = inspect.signature(function).parameters.values()
    return {p.name: p for p in found if p.kind is not inspect.Parameter.VAR_KEYWORD}
