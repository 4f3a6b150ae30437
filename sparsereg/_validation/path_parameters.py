"""The parameters of scikit-learn's path functions, with its deprecations."""

import warnings

import numpy as np

from .arrays import first, float_vector, show
from .parameters import check_alphas, check_n_alphas

# The keywords that scikit-learn's paths take as **params, with its defaults.
PARAMS = {
    "tol": 1e-4,
    "max_iter": 1000,
    "random_state": None,
    "selection": "cyclic",
    "sample_weight": None,
    "X_offset": None,
    "X_scale": None,
    "do_screening": True,
}


def count_or_alphas(n_alphas, alphas):
    """The length of the automatic grid (int) or the alphas (array); scikit-learn's deprecations."""
    unset = isinstance(alphas, str) and alphas == "warn"
    if not (isinstance(n_alphas, str) and n_alphas == "deprecated"):
        warnings.warn(
            "'n_alphas' was deprecated in scikit-learn 1.9 and will be removed in 1.11: pass an integer as 'alphas'",
            FutureWarning,
            stacklevel=4,
        )
        if unset or alphas is None:
            return check_n_alphas("n_alphas", n_alphas)
    elif alphas is None:
        warnings.warn(
            "'alphas=None' is deprecated and will be removed in scikit-learn 1.11: pass 'alphas=100'",
            FutureWarning,
            stacklevel=4,
        )
    return 100 if unset or alphas is None else check_alphas(alphas)


def known_params(params):
    """The **params of a path with their defaults filled in; ValueError for one that is unknown or not supported."""
    unknown = sorted(set(params) - set(PARAMS))
    if unknown:
        raise ValueError(f"Unexpected parameters in params: {', '.join(unknown)}; allowed are {', '.join(PARAMS)}")
    given = {**PARAMS, **params}
    for name in ("X_offset", "X_scale"):
        if given[name] is not None:
            raise ValueError(f"{name} must be None: pass fit_intercept=True or standardize=True instead")
    return given


def check_coef_init(coef_init, n_features):
    """The coefficients to start from, None or a finite float64 array (n_features,)."""
    if coef_init is None:
        return None
    start = float_vector("coef_init", coef_init, n_features, "features")
    wrong = ~np.isfinite(start)
    if wrong.any():
        position = first(wrong)
        raise ValueError(f"coef_init must be finite, got {show(start[position])} at index {position}")
    return start
