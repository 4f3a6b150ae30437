"""The exact solutions of a path on its Gram, certified, and refined from X where the Gram is not exact enough."""

import numpy as np

from ..kernels.cholesky import factorize
from ..kernels.entering import DEPENDENT
from ..kernels.state import STALLED
from ..results import Solution, Status
from .certificate import certify
from .descent import descend_to_gap
from .options import pieces
from .problem import gaps_from_gram
from .refinement import REFINED, refine
from .workspace import UNKNOWN, workspace_of

# Gaps below are relative to y'y/2n. A Gram is trusted as long as its gap and the one from X agree to this.
TRUST = 1e-11
# What the exact solver promises: it counts as converged up to here even for a smaller tol. A stalled solution with a
# larger gap goes to coordinate descent, for at most so many epochs.
EXACT = 1e-10
RESCUE_EPOCHS = 10_000


def active_set(problem, alphas, options, start=None):
    """Exact solutions at every alpha; see `solve`. max_iter counts refinements and never stops an exact solve."""
    workspace = workspace_of(problem)
    workspace.start(first_coefs(problem, options, start))
    for piece in pieces(alphas, options):
        path = workspace.solve(problem.linear, piece, options.heed)
        yield certified(problem, piece, path, workspace, options)


def first_coefs(problem, options, start):
    """Coefficients (p,) to start from; where none are given, the fit of the features without penalty alone.

    At alpha_max no penalised feature then enters by rounding.
    """
    if start is not None:
        return problem.first_guess(start)
    index, coefs = fit_unpenalised(problem, options)
    guess = np.zeros(len(problem.linear))
    guess[index] = coefs
    return guess


def fit_unpenalised(problem, options):
    """The features without any penalty, and their coefficients where all others are zero.

    Returns
    -------
    index : int array (u,)      empty also where no feature has a penalty
    coefs : float64 array (u,)
    """
    penalty, nothing = problem.penalty, (np.zeros(0, dtype=np.int64), np.zeros(0))
    if penalty.l1.all():
        return nothing
    penalised = (penalty.l1 > 0) | (penalty.l2 > 0)
    if penalised.all() or not penalised.any():
        return nothing
    index = np.flatnonzero(~penalised & (penalty.lower < penalty.upper))
    if not len(index):
        return index, np.zeros(0)
    (solution,) = active_set(problem.select(index, problem.source.block(index)), np.zeros(1), options)
    return index, solution.coefs[0]


def certified(problem, alphas, path, workspace, options):
    """The Solution of a solved path: gaps from the Gram where X confirms them, else from X, refined where that pays."""
    n_iter = np.ones(len(alphas), dtype=np.int64)
    half = 0.5 * problem.target_square
    gaps, squares = np.full(len(alphas), np.inf), np.full(len(alphas), np.inf)
    pending = np.arange(len(alphas))
    if len(alphas) > 1:
        gaps, _, squares = gaps_from_gram(problem, alphas, path.coefs, path.slopes)
        seen = certify(problem, alphas[-1:], path.coefs[-1:])
        if abs(seen.gaps[0] - gaps[-1]) <= TRUST * half and gaps.max() <= TRUST * half:
            gaps[-1:], squares[-1:] = seen.gaps, seen.residual_squares
            pending = pending[-1:] if seen.gaps[0] > REFINED * half else pending[:0]
    if len(pending):
        improve(problem, alphas, path, workspace, gaps, squares, n_iter, pending)
    statuses = exact_statuses(problem, alphas, workspace)
    for k in np.flatnonzero(gaps > max(options.tol * problem.target_square, EXACT * half)):
        statuses[k] = Status.STALLED if path.states[k] == STALLED else Status.INACCURATE
    return Solution(alphas, path.coefs, gaps, squares, problem.target_square, n_iter, statuses, "active_set")


def improve(problem, alphas, path, workspace, gaps, squares, n_iter, pending):
    """Certify the alphas `pending` from X and improve them where that pays, in place."""
    refine(problem, alphas, workspace.resolve, path.coefs, gaps, squares, n_iter, pending)
    workspace.start(path.coefs[-1])
    for k in np.flatnonzero((path.states == STALLED) & (gaps > EXACT * 0.5 * problem.target_square)):
        _rescue(problem, alphas, path, gaps, squares, n_iter, k)


def exact_statuses(problem, alphas, workspace):
    """NOT_UNIQUE where the features without penalty are linearly dependent, else OPTIMAL: if the gaps are small."""
    dependent = _unpenalised_are_dependent(problem, alphas, workspace)
    return [Status.NOT_UNIQUE if one else Status.OPTIMAL for one in dependent]


def _rescue(problem, alphas, path, gaps, squares, n_iter, k):
    """Coordinate descent from where the active set stalled; kept where its gap is smaller."""
    half = 0.5 * problem.target_square
    coef, epochs = descend_to_gap(
        problem,
        alphas[k],
        path.coefs[k].copy(),
        EXACT * half,
        RESCUE_EPOCHS,
        lambda: np.arange(len(path.coefs[k])),
    )
    found = certify(problem, alphas[k : k + 1], coef[None])
    n_iter[k] += epochs
    if found.gaps[0] < gaps[k]:
        gaps[k], squares[k], path.coefs[k] = found.gaps[0], found.residual_squares[0], coef


def _unpenalised_are_dependent(problem, alphas, workspace):
    """Whether the features without penalty at each alpha are linearly dependent: then any minimiser is one of many."""
    penalty, result = problem.penalty, np.zeros(len(alphas), dtype=bool)
    movable = (penalty.lower < penalty.upper) & (problem.diagonal > 0)
    for some in (alphas > 0, alphas == 0):  # the same features at each of these
        if not some.any():
            continue
        free = movable & (alphas[some][0] * penalty.l1 == 0) & (alphas[some][0] * penalty.l2 == 0)
        order = np.flatnonzero(free)
        factor = workspace.active.factor
        if len(order):
            workspace.known = UNKNOWN  # its place is needed
        none = np.zeros(len(free))
        result[some] = len(order) > len(factor) or (
            len(order) > 0 and factorize(problem.gram, none, order, len(order), DEPENDENT, factor) >= 0
        )
    return result
