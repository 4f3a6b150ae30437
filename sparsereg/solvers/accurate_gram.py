"""Exact paths on a Gram matrix that is known to be as accurate as X: certified without another look at X."""

import numpy as np

from ..results import Solution, Status
from .active_set import TRUST, certified, first_coefs
from .problem import gaps_from_gram
from .workspace import workspace_of


class OnAccurateGram:
    """As `active_set`; X is read only where the Gram matrix certifies less than it should.

    One after the other it solves problems of the same size, in the same memory.
    """

    def __init__(self):
        self._workspace = None

    def __call__(self, problem, alphas, options, start=None):
        """Yield the Solution at all alphas: how many are solved together shows in the last bits."""
        if self._workspace is None:
            self._workspace = workspace_of(problem)
        else:
            self._workspace.use(problem.gram, problem.penalty, problem.rounding)
        workspace, target_square = self._workspace, problem.target_square
        workspace.start(first_coefs(problem, options, start))
        path = workspace.solve(problem.linear, alphas, options.heed)
        gaps, _, squares = gaps_from_gram(problem, alphas, path.coefs, path.slopes)
        if gaps.max() <= TRUST * 0.5 * target_square:
            n_iter, statuses = np.ones(len(alphas), dtype=np.int64), [Status.OPTIMAL] * len(alphas)
            yield Solution(alphas, path.coefs, gaps, squares, target_square, n_iter, statuses, "active_set")
        else:
            yield certified(problem, alphas, path, workspace, options)
