"""What estimators give to the displays: their paths, the names of features, the alphas that are marked."""

from dataclasses import replace
from numbers import Integral

import numpy as np

from .._validation.arrays import show
from .._validation.data import check_data, check_features
from .._validation.penalty import build_penalty
from .._validation.weights import check_absolute_weights, check_weights, rescale
from ..designs.standardized import Standardized
from ..estimators.elastic_net import ElasticNet
from ..estimators.ridge import Ridge
from ..model_selection.rules import choose
from ..paths import enet_path
from ..ridge_paths import ridge_path

# The alphas of a path that is computed for a display, and where it ends: a part of its largest alpha.
N_ALPHAS, EPS = 100, 1e-3
# Of Ridge, in terms of the sum of the eigenvalues: nearly all is shrunk away there, and nearly nothing.
LARGEST_OF_RIDGE, SMALLEST_OF_RIDGE = 10.0, 1e-5


def of_target(values, target, what):
    """One of a tuple with a value for each target, or the value that is for all."""
    if not isinstance(values, tuple):
        if target not in (None, 0):
            raise ValueError(f"target must be None where there is one {what}, got {show(target)}")
        return values
    return values[check_target(target, len(values))]


def check_target(target, n_targets):
    """The target, an int; TypeError or ValueError unless it is one of several."""
    rule = f"target must be an integer in [0, {n_targets - 1}] for an estimator with {n_targets} targets"
    if isinstance(target, bool) or not isinstance(target, Integral | None):
        raise TypeError(f"{rule}, got {show(target)}")
    if target is None or not 0 <= target < n_targets:
        raise ValueError(f"{rule}, got {show(target)}")
    return int(target)


def names_of(given, known, n_features):
    """Names (n_features,): those given, or those known, or x0, x1, ..."""
    if given is None:
        return [f"x{j}" for j in range(n_features)] if known is None else [str(name) for name in known]
    names = [str(name) for name in given]
    if isinstance(given, str) or len(names) != n_features:
        raise ValueError(f"feature_names must have {n_features} entries, one for each feature, got {show(given)}")
    return names


def search_of(estimator, target):
    """The `CVResult` of a fitted estimator, of one of its targets."""
    if not hasattr(estimator, "cv_result_"):
        raise TypeError(
            f"estimator must be a LassoCV, ElasticNetCV or RidgeCV of sparsereg, got {type(estimator).__name__}; of a "
            "pipeline pass the last step"
        )
    return of_target(estimator.cv_result_, target, "choice")


def second_axis(result):
    """What the rows of a CVResult are, by name, and its values (L,): l1_ratios, or gammas of a relaxed Lasso."""
    gammas = getattr(result, "gammas", None)
    if gammas is not None and len(gammas):
        return "gamma", gammas
    return "l1_ratio", result.l1_ratios


def told_apart(numbers):
    """Texts of numbers, with as few digits, from six, as tell those apart that are different."""
    different = len(set(map(float, numbers)))
    for digits in range(6, 18):
        texts = [f"{number:.{digits}g}" for number in numbers]
        if len(set(texts)) == different:
            break
    return texts


def row_of(estimator, result, l1_ratio=None):
    """The place of an l1_ratio, None: the chosen one, in a CVResult; ValueError if there is no such l1_ratio."""
    name, ratios = second_axis(result)
    if l1_ratio is None:
        return 0 if len(ratios) < 2 else int(np.flatnonzero(ratios == getattr(estimator, f"{name}_"))[0])
    places = np.flatnonzero(ratios == l1_ratio)
    if not len(places) or name != "l1_ratio":
        known = len(ratios) and name == "l1_ratio"
        among = f"one of {', '.join(told_apart(ratios))}" if known else "None"
        raise ValueError(f"l1_ratio must be {among} for {type(estimator).__name__}, got {show(l1_ratio)}")
    return int(places[0])


def marks_of(estimator, target=None, index=None):
    """Alphas to mark on the path of a fitted estimator, by name: the one that was taken comes first.

    Parameters
    ----------
    estimator : estimator
    target : int, optional
    index : int, optional       of the l1_ratio, where the alphas are those of a search; None: the chosen one
    """
    if not hasattr(estimator, "cv_result_"):
        alphas = np.atleast_1d(estimator.alpha)
        return {"chosen": float(alphas[0 if len(alphas) == 1 else target])}
    several = isinstance(estimator.cv_result_, tuple)
    result = estimator.cv_result_[target] if several else estimator.cv_result_
    chosen = row_of(estimator, result)
    index = chosen if index is None else index
    found = _rules(result, index)
    if index != chosen:
        return found
    taken = float(estimator.alpha_[target] if several else estimator.alpha_)
    first = [name for name, alpha in found.items() if alpha == taken] or ["chosen"]
    return dict.fromkeys(first, taken) | found


def _rules(result, index):
    """The alphas that the rules "min" and, where there is a standard error, "1se" take at an l1_ratio."""
    alphas, loss = np.atleast_2d(result.alphas)[index], np.atleast_2d(result.loss)[index]
    if not np.isfinite(loss).any():
        return {}
    errors = None if result.loss_se is None else np.atleast_2d(result.loss_se)[index]
    row = replace(result, alphas=alphas, loss=loss, loss_se=errors, l1_ratios=np.ones(1))
    best = choose("min", row)[1]
    found = {"min": float(alphas[best])}
    if errors is not None and np.isfinite(errors[best]):
        found["1se"] = float(alphas[choose("1se", row)[1]])
    return found


QUANTITIES = {
    "aic": "AIC",
    "aicc": "AICc",
    "bic": "BIC",
    "ebic": "EBIC",
    "gcv": "generalised cross-validation error (y squared)",
    "loo": "leave-one-out error (y squared)",
    "validation": "squared error on held-out data (y squared)",
    "cv": "mean squared error (y squared)",
}


def quantity_of(estimator, result):
    """What the losses of a search are, and whether they are scores with the sign changed."""
    scoring = getattr(estimator, "scoring", None)
    if scoring is None and (result.fold_scores is None or result.criterion != "cv"):
        return QUANTITIES[result.criterion], False
    if scoring in (None, "r2"):
        return "$R^2$", True
    name = scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "scoring")
    return f"score ({name})", True


def folds_of(result, index, are_scores):
    """What the mean is of, (K, n_folds), or None where there are fewer than two folds."""
    values = result.fold_scores if are_scores else result.fold_errors
    if values is None or result.criterion != "cv" or values.shape[-1] < 2:
        return None
    return values.reshape(-1, *values.shape[-2:])[index]


def counts_of(estimator, result, index, target):
    """How many features, or degrees of freedom, there are at every alpha, (K,) or None where unknown; and which."""
    if result.df is not None:
        return np.atleast_2d(result.df)[index], "degrees of freedom"
    if not len(result.l1_ratios) or index != row_of(estimator, result):
        return None, ""
    path, alphas = path_of(estimator, None, None, None, target), np.atleast_2d(result.alphas)[index]
    places = np.searchsorted(-path.alphas, -alphas).clip(max=len(path.alphas) - 1)
    return path.df[places], "number of features"


def path_of(estimator, X, y, sample_weight, target):
    """The `PathResult` of a fitted estimator: its own, or one computed with its parameters."""
    if hasattr(estimator, "path_"):
        return of_target(estimator.path_, target, "path")
    if not isinstance(estimator, ElasticNet | Ridge):
        raise TypeError(
            "estimator must be a LassoCV, ElasticNetCV, RidgeCV, Lasso, ElasticNet or Ridge of sparsereg, got "
            f"{type(estimator).__name__}; of a pipeline pass the last step"
        )
    if X is None or y is None:
        raise ValueError(
            f"X and y must be given for {type(estimator).__name__}, which has no path: pass those of the fit, or use "
            f"{type(estimator).__name__}CV"
        )
    check_features(X, estimator)
    if np.ndim(y) == 2:
        y = np.asarray(y)
        y = y[:, 0 if y.shape[1] == 1 and target is None else check_target(target, y.shape[1])]
    elif target not in (None, 0):
        raise ValueError(f"target must be None where y has one column, got {show(target)}")
    names = ("fit_intercept", "positive", "penalty_factor", "bounds", "standardize", "solver", "tol", "max_iter")
    options = {name: getattr(estimator, name) for name in names} | {"sample_weight": sample_weight}
    (alpha,) = marks_of(estimator, target).values()
    if isinstance(estimator, Ridge):
        grid = _grid_of_ridge(X, y, estimator, check_absolute_weights, sample_weight)
        return ridge_path(X, y, _with(grid, alpha), return_result=True, **options)
    own = ("l1_ratio", "selection", "random_state")
    options |= {name: getattr(estimator, name) for name in own} | {"return_result": True}
    if estimator.l1_ratio == 0:
        grid = _grid_of_ridge(X, y, estimator, check_weights, sample_weight)
    else:
        largest = float(enet_path(X, y, alphas=1, **options).alphas[0])
        grid = np.geomspace(largest, EPS * largest, N_ALPHAS)
    return enet_path(X, y, alphas=_with(grid, alpha), **options)


def _with(grid, alpha):
    """The grid (K,) with an alpha in it, extended to it where that is far below."""
    if 0 < alpha < grid.min():
        grid = np.geomspace(grid.max(), alpha, len(grid))
    return np.unique(np.append(grid, alpha))[::-1]


def _grid_of_ridge(X, y, estimator, check, sample_weight):
    """Alphas between which nearly all of a Ridge path happens, in units of the estimator's alpha."""
    data = check_data(X, y)
    n_samples, n_features = data.store.n_samples, data.store.n_features
    weights = check(sample_weight, n_samples)
    # the objective of Ridge is a sum over the rows, that of ElasticNet a mean
    total = 1.0
    if isinstance(estimator, Ridge):
        total = n_samples if weights is None else weights.sum()
    penalty = build_penalty(n_features, l1_ratio=0.0, penalty_factor=estimator.penalty_factor)
    design = Standardized(
        data.store,
        weights=None if weights is None else rescale(weights, n_samples),
        center=bool(estimator.fit_intercept),
        scale=bool(estimator.standardize),
    )
    penalised = penalty.l2 > 0
    size = total * float((design.mean_squares()[penalised] / penalty.l2[penalised]).sum()) or 1.0
    return np.geomspace(LARGEST_OF_RIDGE * size, SMALLEST_OF_RIDGE * size, N_ALPHAS)
