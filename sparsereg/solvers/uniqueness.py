"""Whether a minimiser is one of many: where features that have no penalty are linearly dependent."""

import numpy as np

from ..kernels.cholesky import factorize
from ..kernels.entering import DEPENDENT
from ..results import Status
from .memory import is_within_budget


class Ambiguity:
    """Says of each alpha whether any minimiser is one of many; what it finds holds for all alphas > 0.

    Parameters
    ----------
    problem : Problem
    """

    def __init__(self, problem):
        self._problem, self._found = problem, {}

    def __call__(self, alpha):
        """Whether the features without any penalty at this alpha are linearly dependent."""
        key = bool(alpha > 0)
        if key not in self._found:
            penalty = self._problem.penalty
            free = (penalty.lower < penalty.upper) & (self._problem.diagonal > 0)
            if key:
                free &= (penalty.l1 == 0) & (penalty.l2 == 0)
            self._found[key] = _are_dependent(self._problem, np.flatnonzero(free))
        return self._found[key]

    def converged(self, alpha):
        """The status of a solution whose gap is small enough."""
        return Status.NOT_UNIQUE if self(alpha) else Status.OPTIMAL


def _are_dependent(problem, features):
    """Whether features (an index array) are linearly dependent; taken for independent where memory cannot tell."""
    size = len(features)
    if size > problem.design.n_samples - problem.design.centered:
        return True
    if size == 0 or not is_within_budget(3 * 8 * size**2):
        return False
    block = np.ascontiguousarray(problem.source.block(features))
    return bool(factorize(block, np.zeros(size), np.arange(size), size, DEPENDENT, np.empty_like(block)) >= 0)
