"""scikit-learn: `enet_path`, given centred data or the means of sparse features; `ElasticNet` for a single fit."""

import numpy as np
import sklearn
from scipy.sparse import issparse
from sklearn.linear_model import ElasticNet, enet_path

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
    options = {"l1_ratio": problem.l1_ratio, "fit_intercept": problem.fit_intercept}
    return ElasticNet(alpha=alpha, tol=tol, max_iter=MAX_ITER, **options).fit(problem.X, problem.y).coef_
