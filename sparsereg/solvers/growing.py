"""Exact solutions on a working set of features whose Gram matrix grows with it."""

import numpy as np

from .active_set import certified
from .workspace import Workspace

# Rows of the first Gram; it doubles when it is full.
FIRST = 128


class GrowingGram:
    """The active set on G_WW, W in the order in which its features came.

    Parameters
    ----------
    problem : Problem
    features : int64 array      the first of W

    Attributes
    ----------
    features : int64 array (m,)
    """

    def __init__(self, problem, features):
        self.features = np.zeros(0, dtype=np.int64)
        self._problem = problem
        self._gram = np.zeros((FIRST, FIRST))
        self._workspace = Workspace(self._gram, *self._penalty_and_floor(), problem.design.n_samples)
        self.grow(features)

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

    def start(self, coefs):
        """Start from coefficients (m,)."""
        self._workspace.start(coefs)

    def solve(self, alphas, options):
        """Coefficients (k, m), iterations (k,) and statuses at the alphas with all other features at zero."""
        size = len(self.features)
        part = self._problem.select(self.features, self._gram[:size, :size])
        path = self._workspace.solve(part.linear, alphas)
        solution = certified(part, alphas, path, self._workspace, options)
        return solution.coefs, solution.n_iter, solution.statuses

    def _penalty_and_floor(self):
        return self._problem.penalty.select(self.features), self._problem.rounding[self.features]
