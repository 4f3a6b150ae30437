"""celer: `celer_path` without pruning, its default and the faster on these tables; `ElasticNet` for a single fit."""

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
    options = {"l1_ratio": problem.l1_ratio, "fit_intercept": problem.fit_intercept, **LIMITS}
    return celer.ElasticNet(alpha=alpha, tol=tol, **options).fit(problem.X, problem.y).coef_
