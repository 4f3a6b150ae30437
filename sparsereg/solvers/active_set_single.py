"""The exact solutions of a path by a Gram matrix G that float32 arithmetic formed, in half the time.

Its solution is off by some 1e-7 times the condition number. X says by how much: with its correlations c of the residual
of a solution w, in float64, and c + G w instead of q, the next solution on G is off by the square of that, and so on.
What is reported of the last ones is read from X.
"""

import numpy as np

from ..kernels.state import STALLED
from ..results import Solution, Status
from .active_set import active_set, first_coefs
from .certificate import certify
from .refinement import ALPHAS_PER_READ, REFINED
from .workspace import workspace_of

# So many alphas are solved before X is read for the first time, which says whether float32 will do.
FIRST_ALPHAS = 4
# The first solutions need not be better than float32 is: violations below so many times those of rounding are left.
ROUGH = 100.0
# A solution has settled when its next step would be below the root of this, relative to it: in float64 a solution is as
# exact, or as that of epochs.
SETTLED, SETTLED_BY_EPOCHS = 1e-30, 1e-20
# Where steps do not shrink any more it has when the square of the last one was below this part of y'y/n: rounding.
SHORT = 1e-14
# A smaller solution counts as of this part of y'y/n.
SMALLEST = 1e-8
# Steps whose squares do not shrink by so much, or more steps than that: float64 is worth its time.
SHRINKING, MOST_STEPS = 1e-2, 6


def active_set_single(problem, alphas, options, start=None):
    """As `active_set`, which goes on from the alpha on where the steps do not converge fast.

    All features must have l1 > 0 and alphas be above 0, so that no dual point has to be projected.
    """
    gram = problem.source.single
    workspace = workspace_of(problem, gram)
    start, n_done, length = first_coefs(problem, options, start), 0, FIRST_ALPHAS
    while n_done < len(alphas):
        piece = alphas[n_done : n_done + min(length, options.piece or length)]
        workspace.start(start)
        solution = _solved(problem, workspace, piece, options)
        if solution is None:
            del workspace, gram
            problem.source.drop_single()
            yield from active_set(problem, alphas[n_done:], options, start)
            return
        yield solution
        n_done += len(piece)
        start, length = solution.coefs[-1], ALPHAS_PER_READ


def _solved(problem, workspace, alphas, options):
    """The Solution at a few alphas, from where the workspace is; None where float32 does not resolve them."""
    coefs, n_steps = _steps(problem, workspace, alphas, options)
    if coefs is None:
        return None
    seen = certify(problem, alphas, coefs)
    if not seen.gaps.max() <= REFINED * 0.5 * problem.target_square:
        return None
    statuses, squares = [Status.OPTIMAL] * len(alphas), seen.residual_squares
    return Solution(alphas, coefs, seen.gaps, squares, problem.target_square, n_steps, statuses, "active_set")


def _steps(problem, workspace, alphas, options):
    """Coefficients (k, p), and how often each was solved for (k,); (None, None) where steps do not converge fast."""
    gram, penalty, target_square = workspace.gram, problem.penalty, problem.target_square
    refused = None, None
    workspace.use(gram, penalty, ROUGH * problem.rounding)
    path = workspace.solve(problem.linear, alphas, options.heed)
    if path is None or (path.states == STALLED).any():
        return refused
    workspace.use(gram, penalty, problem.rounding)
    coefs, n_iter, l2 = path.coefs, np.ones(len(alphas), dtype=np.int64), alphas[:, None] * penalty.l2
    products = coefs @ gram
    size = np.maximum(np.einsum("kj,kj->k", coefs, products + l2 * coefs), SMALLEST * target_square)
    before, pending = size.copy(), np.arange(len(alphas))
    enough = np.empty(len(alphas))
    for _ in range(MOST_STEPS):
        old = coefs[pending]
        linear = certify(problem, alphas[pending], old).correlations + products[pending]
        for i in range(len(pending) - 1, -1, -1):  # the workspace is at the last one
            if not np.array_equal(workspace.coef, old[i]):
                workspace.start(old[i])
            again = workspace.solve(linear[i], alphas[pending[[i]]], options.heed)
            if again is None or again.states[0] == STALLED:
                return refused
            coefs[pending[i]] = again.coefs[0]
            enough[pending[i]] = SETTLED_BY_EPOCHS if workspace.by_epochs else SETTLED
        step, old_products = coefs[pending] - old, products[pending]
        products[pending] = coefs[pending] @ gram
        squares = np.einsum("kj,kj->k", step, products[pending] - old_products + l2[pending] * step)
        shrunk, short = squares <= SHRINKING * before[pending], squares <= SHORT * target_square
        if not (shrunk | short).all():
            return refused
        settled = (squares * squares <= (enough * size * before)[pending]) | (short & ~shrunk)
        before[pending], pending = squares, pending[~settled]
        n_iter[pending] += 1
        if not len(pending):
            return coefs, n_iter
    return refused
