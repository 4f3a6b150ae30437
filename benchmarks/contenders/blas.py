"""The bare Gram matrix of BLAS, dsyrk: what a solver that begins with X'X cannot undercut."""

import scipy
from scipy.linalg.blas import dsyrk

VERSION = scipy.__version__
DEFAULT_TOL = 0.0  # it has none


def gram(problem):
    return dsyrk(1.0, problem.X, trans=1)
