"""Exact solutions on a working set of features whose Gram matrix grows with it."""

import numpy as np

from .active_set import certified
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
    options : Options

    Attributes
    ----------
    features : int64 array (m,)
    """

    def __init__(self, problem, features, coefs, options):
        self.features = np.zeros(0, dtype=np.int64)
        self._problem, self._options = problem, options
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
        block = problem.design.gram(new, self.features)
        self._gram[old:size, :size] = block
        self._gram[:old, old:size] = block[:, :old].T
        self._workspace.use(self._gram, *self._penalty_and_floor())

    def solve(self, alphas, goal):
        """Coefficients (k, m), iterations (k,) and statuses, all others at zero: exact whatever the goal."""
        size = len(self.features)
        part = self._problem.select(self.features, self._gram[:size, :size])
        path = self._workspace.solve(part.linear, alphas)
        solution = certified(part, alphas, path, self._workspace, self._options)
        return solution.coefs, solution.n_iter, solution.statuses

    def _penalty_and_floor(self):
        return self._problem.penalty.select(self.features), self._problem.rounding[self.features]


def fits_memory(problem, n_features):
    """Whether the Gram of so many features, its factor and the copies made while they grow fit the memory budget."""
    rank = n_features if (problem.penalty.l2 > 0).any() else min(n_features, problem.design.n_samples + 1)
    return is_within_budget(GROWTH * 8 * (n_features**2 + rank**2))
