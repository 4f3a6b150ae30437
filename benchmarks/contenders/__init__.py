"""Contenders, one module each, all on the objective of `Problem`:

VERSION                               str
DEFAULT_TOL                           its own default for a path
path(problem, alphas, tol)            coefficients (p, K), dense or CSC, at the descending alphas (K,)
fit(problem, alpha, tol)              coefficients (p,) at one alpha, through its estimator
ridge(problem, alpha, tol)            coefficients (p,) of ||y - b - Xw||^2 + alpha ||w||^2, through its estimator
cv(problem, n_alphas, folds, tol)     alpha chosen by cross-validation on its own grid, and coefficients (p,) there
subset(problem, size)                 coefficients (p,) of at most `size` features with the least squared error it finds
gram(problem)                         X'X (p, p)

A module has those that its package can do. `tol` is in the contender's own units. An intercept is fitted where the
problem has one, and not returned: the measure finds the best for given coefficients. Iteration limits are raised so far
that only `tol` ends a run. A contender that runs outside of Python returns Timed.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import numpy as np

# Name as its authors write it -> name to import; None: the module says itself what it needs.
PACKAGES = {
    "sparsereg": "sparsereg",
    "scikit-learn": "sklearn",
    "celer": "celer",
    "skglm": "skglm",
    "adelie": "adelie",
    "glmnet": None,
    "abess": "abess",
    "BLAS": "scipy",
}
OURS = "sparsereg"
HOW = {
    "celer": "pip install celer",
    "skglm": "pip install skglm",
    "adelie": "pip install adelie, in an environment of its own: it needs NumPy < 2",
    "glmnet": "apt-get install r-base-core r-cran-glmnet",
    "abess": "pip install abess",
}


@dataclass(frozen=True)
class Timed:
    """What a contender returned that measured its own seconds, in a process of another language."""

    result: np.ndarray
    seconds: float
    cpu_seconds: float


@cache
def installed(name):
    """True where the contender can run here."""
    package = PACKAGES[name]
    if package is not None:
        return find_spec(package) is not None
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", 'quit(status = !requireNamespace("glmnet", quietly = TRUE))']
    return subprocess.run(asked, env=os.environ, capture_output=True).returncode == 0


def load(name):
    """The module of a contender that is installed."""
    return import_module("." + name.replace("-", "_").lower(), __name__)
