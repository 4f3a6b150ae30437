"""sparsereg with its defaults: the path functions, and the estimators for a single fit.

VERSION ends in a digest of the package's sources: what was measured before an edit is not taken for what is there now.
"""

import hashlib
from pathlib import Path

import numpy as np

import sparsereg

DEFAULT_TOL = 1e-4


def sources():
    """Eight hexadecimal digits of the package's Python files."""
    folder = Path(sparsereg.__file__).parent
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return found.hexdigest()[:8]


VERSION = f"{sparsereg.__version__}+{sources()}"


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
    options = {"alpha": alpha, "fit_intercept": problem.fit_intercept, "tol": tol}
    if problem.l1_ratio == 1:
        model = sparsereg.Lasso(**options)
    else:
        model = sparsereg.ElasticNet(l1_ratio=problem.l1_ratio, **options)
    return model.fit(problem.X, problem.y).coef_


def ridge(problem, alpha, tol):
    model = sparsereg.Ridge(alpha=alpha, fit_intercept=problem.fit_intercept, tol=tol)
    return model.fit(problem.X, problem.y).coef_


def cv(problem, n_alphas, folds, tol):
    model = sparsereg.LassoCV(alphas=n_alphas, cv=folds, fit_intercept=problem.fit_intercept, tol=tol)
    model.fit(problem.X, problem.y)
    return model.alpha_, model.coef_


def subset(problem, size):
    """Least squares on the features of the Lasso's last solution with at most `size` of them."""
    options = {"alphas": 100, "fit_intercept": problem.fit_intercept, "max_features": size}
    found = sparsereg.lasso_path(problem.X, problem.y, return_result=True, **options)
    coef = np.zeros(problem.X.shape[1])
    support = np.flatnonzero(found.coefs[:, [int(np.flatnonzero(found.df <= size)[-1])]].toarray()[:, 0])
    columns = problem.X[:, support] - problem.means[support]
    coef[support] = np.linalg.lstsq(columns, problem.target)[0]
    return coef
