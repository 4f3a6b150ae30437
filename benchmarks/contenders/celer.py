"""celer: `celer_path` without pruning, its default and the faster on these tables; its estimators for a single fit."""

import celer
import numpy as np
from scipy.sparse import issparse

VERSION = celer.__version__
DEFAULT_TOL = 1e-4  # of its estimators; 1e-6 of celer_path alone
LIMITS = {"max_iter": 10_000, "max_epochs": 1_000_000}


def path(problem, alphas, tol):
    X, y = problem.X, problem.target
    options = {"l1_ratio": problem.l1_ratio, "alphas": alphas, "tol": tol, **LIMITS}
    if issparse(X) and problem.fit_intercept:
        options |= {"X_offset": problem.means, "X_scale": np.ones(X.shape[1])}
    elif problem.fit_intercept:
        X = X - problem.means
    return celer.celer_path(X, y, "lasso", **options)[1]


def fit(problem, alpha, tol):
    options = {"alpha": alpha, "tol": tol, "fit_intercept": problem.fit_intercept, **LIMITS}
    model = celer.Lasso(**options) if problem.l1_ratio == 1 else celer.ElasticNet(l1_ratio=problem.l1_ratio, **options)
    return model.fit(problem.X, problem.y).coef_


def cv(problem, n_alphas, folds, tol):
    model = celer.LassoCV(n_alphas=n_alphas, cv=folds, tol=tol, fit_intercept=problem.fit_intercept, **LIMITS)
    model.fit(problem.X, problem.y)
    return model.alpha_, model.coef_
