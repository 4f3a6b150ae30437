"""sparsereg with its defaults: the path functions, and the estimators for a single fit."""

import sparsereg

VERSION = sparsereg.__version__
DEFAULT_TOL = 1e-4


def path(problem, alphas, tol):
    return sparsereg.enet_path(
        problem.X,
        problem.y,
        l1_ratio=problem.l1_ratio,
        alphas=alphas,
        fit_intercept=problem.fit_intercept,
        tol=tol,
        return_result=True,
    ).coefs


def fit(problem, alpha, tol):
    model = sparsereg.ElasticNet(alpha=alpha, l1_ratio=problem.l1_ratio, fit_intercept=problem.fit_intercept, tol=tol)
    return model.fit(problem.X, problem.y).coef_
