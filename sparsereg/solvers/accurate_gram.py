"""Exact paths on a Gram matrix that is known to be as accurate as X: certified without another look at X."""

import numpy as np

from ..results import Solution, Status
from .active_set import TRUST, certified, first_coefs
from .options import pieces
from .problem import gaps_from_gram
from .workspace import workspace_of


def on_accurate_gram(problem, alphas, options, start=None):
    """As `active_set`; X is read only where the Gram matrix certifies less than it should."""
    workspace = workspace_of(problem)
    workspace.start(first_coefs(problem, options, start))
    target_square = problem.target_square
    for piece in pieces(alphas, options):
        path = workspace.solve(problem.linear, piece)
        gaps, _, squares = gaps_from_gram(problem, piece, path.coefs, path.slopes)
        if gaps.max() <= TRUST * 0.5 * target_square:
            n_iter, statuses = np.ones(len(piece), dtype=np.int64), [Status.OPTIMAL] * len(piece)
            yield Solution(piece, path.coefs, gaps, squares, target_square, n_iter, statuses, "active_set")
        else:
            yield certified(problem, piece, path, workspace, options)
