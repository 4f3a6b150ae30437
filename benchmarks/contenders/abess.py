"""abess: best subsets of a given size, `LinearRegression`. Another problem than the Lasso, so it has no `path`."""

from importlib.metadata import version

import numpy as np
from abess import LinearRegression

VERSION = version("abess")
DEFAULT_TOL = 0.0  # it has none


def subset(problem, size):
    model = LinearRegression(support_size=size, fit_intercept=problem.fit_intercept)
    return np.asarray(model.fit(problem.X, problem.y).coef_)
