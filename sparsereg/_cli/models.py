"""The models that the command offers: which estimator chooses their penalty, and on which grid."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.preprocessing import StandardScaler

import sparsereg

from .errors import CommandError

N_ALPHAS = 100
L1_RATIOS = (0.1, 0.5, 0.7, 0.9, 0.95, 0.99, 1.0)
# Alphas of Ridge, as parts of the sum of all eigenvalues of X'X: from hardly any fit to hardly any shrinkage.
RIDGE_RANGE = (10, 1e-7)


@dataclass(frozen=True)
class Model:
    """A model by its name in a report.

    title : str
    make : callable             (X, is_standardized, **how) -> estimator; `how` is rule, cv or criterion, verbose
    has_criteria : bool         whether criterion="bic" is known
    objective : str             what the duality gap is a part of
    scale : callable            n_samples -> the objective without features, as a multiple of the variance of y
    """

    title: str
    make: Callable
    has_criteria: bool = True
    scale: Callable = lambda n_samples: 0.5


def _path_model(name, **fixed):
    def make(X, is_standardized, **how):
        return getattr(sparsereg, name)(alphas=N_ALPHAS, standardize=is_standardized, **fixed, **how)

    return make


def _minus_mean_square(model, X, y):
    """What "neg_mean_squared_error" is, without its checks, which take longer than a fold."""
    return -np.mean((y - model.predict(X)) ** 2)


def _ridge(X, is_standardized, *, cv=None, **how):
    n_samples, n_features = X.shape
    total = n_features if is_standardized else StandardScaler(with_mean=False).fit(X).var_.sum()
    alphas = n_samples * total * np.geomspace(*RIDGE_RANGE, N_ALPHAS)
    if cv is not None:
        how |= {"cv": cv, "scoring": _minus_mean_square}
    return sparsereg.RidgeCV(alphas, standardize=is_standardized, **how)


MODELS = {
    "lasso": Model("Lasso", _path_model("LassoCV")),
    "elasticnet": Model("Elastic Net", _path_model("ElasticNetCV", l1_ratio=L1_RATIOS)),
    "ridge": Model("Ridge regression", _ridge, scale=lambda n_samples: n_samples),
    "adaptive": Model("Adaptive Lasso", _path_model("AdaptiveLassoCV")),
    "relaxed": Model("Relaxed Lasso", _path_model("RelaxedLassoCV"), has_criteria=False),
}


def check_rule(name, rule):
    """CommandError where the model has no such rule."""
    if rule == "bic" and not MODELS[name].has_criteria:
        has = [each for each, model in MODELS.items() if model.has_criteria]
        raise CommandError(
            f"--rule bic is known for --model {', '.join(has)}, got --model {name}; use --rule min or --rule 1se"
        )


def build(name, rule, X, folds, *, is_standardized, verbose):
    """The estimator that chooses the penalty of a model.

    Parameters
    ----------
    name, rule : str
    X : array or matrix (n, p)      what it will be fitted to
    folds : list of (train, test)   not used by the rule "bic"
    is_standardized, verbose : bool
    """
    how = {"criterion": "bic"} if rule == "bic" else {"rule": rule, "cv": folds}
    return MODELS[name].make(X, is_standardized, verbose=verbose, **how)
