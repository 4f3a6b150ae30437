"""Solutions of a Gram improved by what X says of them, and certified from X."""

import numpy as np
import scipy.linalg

from .certificate import certify

# Relative to y'y/2n: a solution is improved as long as its gap is above this and falls tenfold, at most so many times.
REFINED = 1e-12
MOST_REFINEMENTS = 6
# Residuals (n, k) and correlations (p, k) are formed for so many alphas together.
ALPHAS_PER_READ = 16
# A feature outside the support violates its condition if it does by more than this part of l1, or than rounding.
RELATIVE = 1e-11


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
                if found[i] > REFINED * half and found[i] < 0.1 * before and attempt < MOST_REFINEMENTS:
                    again.append(k)
                    improved.append(_improved(problem, alphas[k], solve, tried[i], correlations[i]))
                    n_iter[k] += 1
        if not again:
            return
        pending, candidates = np.array(again), np.array(improved)


def _improved(problem, alpha, solve, coef, correlation):
    """A better solution (p,): a Newton step on the support where that is right, else the Gram's with q corrected."""
    penalty = problem.penalty
    l1, l2 = alpha * penalty.l1, alpha * penalty.l2
    movable = (penalty.lower < penalty.upper) & (problem.diagonal > 0)
    gradient = correlation - l2 * coef
    inside = movable & (coef > penalty.lower) & (coef < penalty.upper) & ((coef != 0) | (l1 == 0))
    fixed = movable & ~inside
    slack = RELATIVE * l1 + problem.rounding
    grows = (coef < penalty.upper) & (gradient > np.where(coef < 0, -l1, l1) + slack)
    shrinks = (coef > penalty.lower) & (gradient < np.where(coef > 0, l1, -l1) - slack)
    if not (fixed & (grows | shrinks)).any():
        corrected = _newton_step(problem, l1, l2, coef, gradient, np.flatnonzero(inside))
        if corrected is not None:
            return corrected
    return solve(correlation + problem.gram @ coef, np.array([alpha]), coef)


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
