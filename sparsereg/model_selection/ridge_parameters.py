"""The rules of the parameters of `RidgeCV`, alone and together."""

import numpy as np

from .._validation.arrays import float_array, show
from .._validation.parameters import check_alphas, check_choice, check_parameters
from .rules import check_rule

CRITERIA = ("cv", "loo", "gcv", "aic", "aicc", "bic", "ebic")
_CHECKED = ("fit_intercept", "positive", "standardize", "n_jobs", "verbose")


def check_search(estimator):
    """The criterion and the alphas (K,) of a `RidgeCV`; errors for whatever is outside its rules."""
    check_parameters(estimator, _CHECKED, optional=("n_jobs",))
    for name in ("store_cv_results", "alpha_per_target"):
        if not isinstance(getattr(estimator, name), (bool, np.bool_)):
            raise TypeError(f"{name} must be True or False, got {show(getattr(estimator, name))}")
    if estimator.gcv_mode is not None:
        check_choice("gcv_mode", estimator.gcv_mode, ("auto", "svd", "eigen"))
    check_rule(estimator.rule)
    criterion = estimator.criterion
    if criterion is None:
        criterion = "loo" if estimator.cv is None else "cv"
    check_choice("criterion", criterion, CRITERIA)
    if criterion == "cv" and estimator.store_cv_results:
        raise ValueError("cv!=None and store_cv_results=True are incompatible: leave cv=None for leave-one-out")
    if criterion == "cv" and estimator.alpha_per_target:
        raise ValueError("cv!=None and alpha_per_target=True are incompatible: leave cv=None, or fit each target")
    if criterion not in ("cv", "loo"):
        for name, value in (("scoring", estimator.scoring), ("store_cv_results", estimator.store_cv_results or None)):
            if value is not None:
                raise ValueError(f"{name} must be left out with criterion={criterion!r}: it leaves out no row")
    if estimator.rule == "1se" and (criterion not in ("cv", "loo") or (criterion == "loo" and estimator.scoring)):
        besides = " with scoring" if criterion == "loo" else ""
        raise ValueError(
            f"rule='1se' needs the standard error of the loss, which criterion={criterion!r}{besides} does not have: "
            "use rule='min', or set cv"
        )
    alphas = np.empty(0) if estimator.alphas is None else np.atleast_1d(float_array("alphas", estimator.alphas))
    if alphas.ndim != 1 or alphas.size == 0 or isinstance(estimator.alphas, bool):
        raise ValueError(f"alphas must be a number or a non-empty 1-dimensional array, got {show(estimator.alphas)}")
    alphas = check_alphas(alphas)
    if criterion != "cv" and not alphas.all():
        position = int(np.argmin(alphas))
        raise ValueError(
            f"alphas[{position}] == 0.0, must be > 0.0 for criterion={criterion!r}: leave it out, or set cv"
        )
    return criterion, alphas


def check_rows(criterion, rule, folds, scorer, weights, n_samples):
    """ValueError where there are too few rows to leave one out, or to score the rest, or folds for the rule."""
    counted = n_samples if weights is None else np.count_nonzero(weights)
    if criterion != "cv" and counted < 2:
        raise ValueError(
            f"criterion={criterion!r} needs at least 2 samples with a weight, got {counted} of n_samples={n_samples}: "
            "use Ridge"
        )
    if rule == "1se" and len(folds) == 1:
        raise ValueError("rule='1se' needs at least 2 folds, but cv gives 1: use rule='min', or more folds")
    counts = np.ones(n_samples, dtype=bool) if weights is None else weights > 0
    for number, fold in enumerate(folds):
        if scorer is None and np.count_nonzero(counts[fold.test]) < 2:
            raise ValueError(
                f"scoring=None is R^2, which one row has none of, but fold {number} holds out one row that counts: use "
                "scoring='neg_mean_squared_error', or cv=None, which is leave-one-out"
            )
