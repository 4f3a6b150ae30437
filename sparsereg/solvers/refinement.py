"""Solutions of a Gram improved by what X says of them, and certified from X."""

import numpy as np
import scipy.linalg

from ..penalties import Penalty
from .certificate import certify
from .workspace import Workspace

# Relative to y'y/2n: a solution is improved as long as its gap is above REFINED and falls tenfold, or is above
# PROMISED, at most so many times.
REFINED = 1e-12
PROMISED = 1e-10
MOST_REFINEMENTS = 6
# Residuals (n, k) and correlations (p, k) are formed for so many alphas together.
ALPHAS_PER_READ = 16
# A feature outside the support violates its condition if it does by more than this part of l1, or than rounding.
RELATIVE = 1e-11
# A feature at zero may join a step when its |gradient| is above this part of l1.
NEAR = 0.9


def refine(problem, alphas, solve, coefs, gaps, squares, n_iter, pending):
    """Certify the alphas `pending` from X; improve those with a gap above REFINED while that pays.

    Parameters
    ----------
    problem : Problem
    alphas : (K,)
    solve : callable               (linear (p,), alphas (1,), start (p,)) -> coefs (p,): the solver on the Gram
    coefs : (K, p); gaps, squares : (K,); n_iter : (K,) int      updated at `pending`
    pending : int array
    """
    half = 0.5 * problem.target_square
    best = np.full(len(alphas), np.inf)
    candidates = coefs[pending]
    for attempt in range(MOST_REFINEMENTS + 1):
        again, improved = [], []
        for begin in range(0, len(pending), ALPHAS_PER_READ):
            block = pending[begin : begin + ALPHAS_PER_READ]
            tried = candidates[begin : begin + ALPHAS_PER_READ]
            seen = certify(problem, alphas[block], tried)
            found, correlations = seen.gaps, seen.correlations
            for i, k in enumerate(block):
                before = best[k]
                if found[i] <= before:
                    best[k] = gaps[k] = found[i]
                    squares[k] = seen.residual_squares[i]
                    coefs[k] = tried[i]
                pays = found[i] < 0.1 * before or found[i] > PROMISED * half
                if found[i] > REFINED * half and pays and attempt < MOST_REFINEMENTS:
                    again.append(k)
                    improved.append(_improved(problem, alphas[k], solve, tried[i], correlations[i]))
                    n_iter[k] += 1
        if not again:
            return
        pending, candidates = np.array(again), np.array(improved)


def _improved(problem, alpha, solve, coef, correlation):
    """A better solution (p,): a Newton step on the support where that is right, else one that other features join."""
    penalty = problem.penalty.at(alpha)
    movable = (penalty.lower < penalty.upper) & (problem.diagonal > 0)
    gradient = correlation - penalty.l2 * coef
    free = (coef != 0) | (penalty.l1 == 0)
    inside = movable & free & (coef > penalty.lower) & (coef < penalty.upper)
    fixed = movable & ~inside
    slack = RELATIVE * penalty.l1 + problem.rounding
    grows = (coef < penalty.upper) & (gradient > np.where(coef < 0, -penalty.l1, penalty.l1) + slack)
    shrinks = (coef > penalty.lower) & (gradient < np.where(coef > 0, penalty.l1, -penalty.l1) - slack)
    if not (fixed & (grows | shrinks)).any():
        corrected = _newton_step(problem, penalty.l1, penalty.l2, coef, gradient, np.flatnonzero(inside))
        if corrected is not None:
            return corrected
    near = movable & (free | (np.abs(gradient) > NEAR * penalty.l1))
    corrected = _active_set_step(problem, penalty, coef, gradient, inside, np.flatnonzero(near))
    if corrected is not None:
        return corrected
    return solve(correlation + problem.gram @ coef, np.array([alpha]), coef)


def _active_set_step(problem, penalty, coef, gradient, inside, features):
    """coef moved to the minimiser over some features, each within its piece; None where that moves nothing.

    The active set solves for the step, for the same reason as `_newton_step`. A coefficient stops at an end of its
    piece, and goes on from there after the next read of X.
    """
    old = coef[features]
    l1, l2 = penalty.l1[features], penalty.l2[features]
    kinked = l1 > 0
    lower = np.where(kinked & (old > 0), np.maximum(penalty.lower[features], 0), penalty.lower[features])
    upper = np.where(kinked & (old < 0), np.minimum(penalty.upper[features], 0), penalty.upper[features])
    step_penalty = Penalty(np.where(old == 0, l1, 0), l2, lower - old, upper - old)
    block = np.ascontiguousarray(problem.gram[np.ix_(features, features)])
    workspace = Workspace(block, step_penalty, problem.rounding[features], problem.design.n_samples)
    start = np.flatnonzero(inside[features])[: len(workspace.active.order)]
    workspace.active.order[: len(start)] = start
    workspace.active.size[0] = len(start)
    path = workspace.solve(gradient[features] - l1 * np.sign(old), np.ones(1))
    step = path.coefs[0]
    if not step.any():
        return None
    reached = np.where(step == step_penalty.upper, upper, np.where(step == step_penalty.lower, lower, old + step))
    moved = coef.copy()
    moved[features] = np.clip(reached, lower, upper)
    return moved


def _newton_step(problem, l1, l2, coef, gradient, support):
    """coef moved to the minimiser on its support, with the gradient from X; None where that leaves its piece.

    Solving for the step, whose products with G are small, reaches what G w - q cannot: there the rounding of G w
    remains.
    """
    hessian = problem.gram[np.ix_(support, support)]
    hessian[np.diag_indices_from(hessian)] += l2[support]
    size = np.sqrt(hessian.diagonal())
    try:
        factor = scipy.linalg.cho_factor(hessian / size / size[:, None], overwrite_a=True, check_finite=False)
    except np.linalg.LinAlgError:
        return None  # dependent columns: the active set knows how to move along them
    right = (gradient[support] - l1[support] * np.sign(coef[support])) / size
    moved = coef.copy()
    moved[support] += scipy.linalg.cho_solve(factor, right, check_finite=False) / size
    kept = (l1 == 0) | (np.sign(moved) == np.sign(coef))
    within = (moved >= problem.penalty.lower) & (moved <= problem.penalty.upper)
    return moved if (kept & within).all() else None
