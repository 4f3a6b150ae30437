"""Exact solutions on a working set of features whose Gram matrix grows with it."""

import numpy as np

from ..kernels.state import STALLED
from ..results import Status
from .active_set import improve
from .memory import is_within_budget
from .workspace import Workspace

# Rows of the first Gram; it doubles when it is full, and then old and new exist together.
FIRST = 128
GROWTH = 5


class GrowingGram:
    """The active set on G_WW, W in the order in which its features came.

    Parameters
    ----------
    problem : Problem
    features : int64 array (m,)     the first of W
    coefs : (m,)                    to start from

    Attributes
    ----------
    features : int64 array (m,)
    """

    improvable, gradual, read = True, False, None

    def __init__(self, problem, features, coefs, _options):
        self.features = np.zeros(0, dtype=np.int64)
        self._problem = problem
        self._gram = np.zeros((FIRST, FIRST))
        self._workspace = Workspace(self._gram, *self._penalty_and_floor(), problem.design.n_samples)
        self.grow(features)
        self._workspace.start(coefs)

    def grow(self, new):
        """Let more features (an index array, none in W) into W."""
        problem, old = self._problem, len(self.features)
        size = old + len(new)
        if size == old:
            return
        self.features = np.concatenate([self.features, new])
        if size > len(self._gram):
            gram = np.zeros((max(2 * len(self._gram), size),) * 2)
            gram[:old, :old] = self._gram[:old, :old]
            self._gram = gram
        self._gram[old:size, old:size] = problem.design.gram(new)
        if old:
            block = problem.design.gram(new, self.features[:old])
            self._gram[old:size, :old] = block
            self._gram[:old, old:size] = block.T
        self._workspace.use(self._gram, *self._penalty_and_floor())

    def solve(self, alphas, goal):
        """Coefficients (k, m), iterations (k,) and statuses, all others at zero: exact whatever the goal."""
        self._path = self._workspace.solve(self._problem.linear[self.features], alphas)
        return self._path.coefs, np.ones(len(alphas), dtype=np.int64), self._statuses()

    def improve(self, alphas):
        """As `solve`, for the first of the alphas solved last, refined with X where the Gram is not exact enough."""
        k, size = len(alphas), len(self.features)
        part = self._problem.select(self.features, self._gram[:size, :size])
        path = self._path._replace(coefs=self._path.coefs[:k].copy(), states=self._path.states[:k])
        gaps, squares, n_iter = np.empty(k), np.empty(k), np.ones(k, dtype=np.int64)
        improve(part, alphas, path, self._workspace, gaps, squares, n_iter, np.arange(k))
        return path.coefs, n_iter, self._statuses()[:k]

    def _statuses(self):
        """STALLED or OPTIMAL; whether a minimiser is one of many depends on the features outside too."""
        return [Status.STALLED if state == STALLED else Status.OPTIMAL for state in self._path.states.tolist()]

    def _penalty_and_floor(self):
        return self._problem.penalty.select(self.features), self._problem.rounding[self.features]


def fits_memory(problem, n_features):
    """Whether the Gram of so many features, its factor and the copies made while they grow fit the memory budget."""
    rank = n_features if (problem.penalty.l2 > 0).any() else min(n_features, problem.design.n_samples + 1)
    return is_within_budget(GROWTH * 8 * (n_features**2 + rank**2))
