"""scikit-learn: `enet_path`, given centred data or the means of sparse features; its estimators for a single fit."""

import numpy as np
import sklearn
from scipy.sparse import issparse
from sklearn.linear_model import ElasticNet, Lasso, LassoCV, Ridge, enet_path

VERSION = sklearn.__version__
DEFAULT_TOL = 1e-4
MAX_ITER = 1_000_000


def path(problem, alphas, tol):
    X, y = problem.X, problem.target
    options = {"l1_ratio": problem.l1_ratio, "alphas": alphas, "tol": tol, "max_iter": MAX_ITER, "copy_X": False}
    if issparse(X) and problem.fit_intercept:
        options |= {"X_offset": problem.means, "X_scale": np.ones(X.shape[1])}
    elif problem.fit_intercept:
        X = X - problem.means
    return enet_path(X, y, **options)[1]


def fit(problem, alpha, tol):
    options = {"alpha": alpha, "fit_intercept": problem.fit_intercept, "tol": tol, "max_iter": MAX_ITER}
    model = Lasso(**options) if problem.l1_ratio == 1 else ElasticNet(l1_ratio=problem.l1_ratio, **options)
    return model.fit(problem.X, problem.y).coef_


def ridge(problem, alpha, tol):
    return Ridge(alpha=alpha, fit_intercept=problem.fit_intercept, tol=tol).fit(problem.X, problem.y).coef_


def cv(problem, n_alphas, folds, tol):
    model = LassoCV(alphas=n_alphas, cv=folds, fit_intercept=problem.fit_intercept, tol=tol, max_iter=MAX_ITER)
    model.fit(problem.X, problem.y)
    return model.alpha_, model.coef_
