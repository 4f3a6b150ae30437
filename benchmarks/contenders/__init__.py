"""Contenders, one module each, all on the objective of `Problem`:

VERSION                          str
DEFAULT_TOL                      its own default for a path
path(problem, alphas, tol)       coefficients (p, K), dense or CSC, at the descending alphas (K,)
fit(problem, alpha, tol)         coefficients (p,) at one alpha, through its estimator

`tol` is in the contender's own units. An intercept is fitted where the problem has one, and not returned: the measure
finds the best for given coefficients. Iteration limits are raised so far that only `tol` ends a run.
"""

from importlib import import_module
from importlib.util import find_spec

# Name as its authors write it -> name to import.
PACKAGES = {"sparsereg": "sparsereg", "scikit-learn": "sklearn", "celer": "celer", "skglm": "skglm"}


def installed(name):
    """True where the contender's package can be imported."""
    return find_spec(PACKAGES[name]) is not None


def load(name):
    """The module of a contender that is installed."""
    return import_module("." + name.replace("-", "_"), __name__)
