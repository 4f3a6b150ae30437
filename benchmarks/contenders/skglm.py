"""skglm: its estimators, their method `path` for a path. tol bounds the violation of the optimality conditions."""

import skglm

VERSION = skglm.__version__
DEFAULT_TOL = 1e-4
LIMITS = {"max_iter": 10_000, "max_epochs": 1_000_000}


def estimator(problem, tol, **options):
    options |= {"tol": tol, "fit_intercept": problem.fit_intercept, **LIMITS}
    if problem.l1_ratio == 1:
        return skglm.Lasso(**options)
    return skglm.ElasticNet(l1_ratio=problem.l1_ratio, **options)


def path(problem, alphas, tol):
    coefs = estimator(problem, tol).path(problem.X, problem.y, alphas, return_n_iter=False)[1]
    return coefs[: problem.X.shape[1]]  # the intercepts are the last row


def fit(problem, alpha, tol):
    return estimator(problem, tol, alpha=alpha).fit(problem.X, problem.y).coef_
