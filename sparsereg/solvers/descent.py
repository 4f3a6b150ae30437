"""Coordinate descent on the Gram, stopped by its certified gap."""

import numpy as np

from ..kernels.coordinate_descent import coordinate_descent
from ..kernels.pieces import slopes
from ..results import Solution, Status
from .certificate import certify
from .problem import EPS, gaps_from_gram
from .uniqueness import Ambiguity

# Multiply-adds per kernel call: about 0.2 s, so that Ctrl-C is answered.
BUDGET = 200_000_000
# The first step length, in units of the target, at which the gap is looked at; then a tenth of it, and so on.
FIRST_STEP = 1e-2


def descend_to_gap(problem, alpha, coef, target_gap, max_epochs, next_order):
    """Sweep until the gap of the Gram is at most target_gap, or rounding ends all movement.

    Parameters
    ----------
    alpha : float
    coef : float64 array (p,)       updated in place
    target_gap : float
    max_epochs : int
    next_order : callable           () -> int64 array (p,), the order of the next epochs

    Returns
    -------
    coef : float64 array (p,)
    n_epochs : int
    """
    penalty = problem.penalty
    l1, l2 = alpha * penalty.l1, alpha * penalty.l2
    slope = np.empty_like(coef)
    per_call = max(1, BUDGET // max(len(coef) ** 2, 1))
    size = np.sqrt(problem.target_square)
    step = FIRST_STEP * size
    n_epochs = 0
    while n_epochs < max_epochs:
        slopes(problem.gram, problem.linear, coef, slope)
        allowed = min(per_call, max_epochs - n_epochs)
        epochs, still = coordinate_descent(
            problem.gram, l1, l2, penalty.lower, penalty.upper, next_order(), coef, slope, step, allowed
        )
        n_epochs += epochs
        if not still:
            continue
        slopes(problem.gram, problem.linear, coef, slope)
        gap, bound, _ = gaps_from_gram(problem, np.array([alpha]), coef[None], slope[None])
        if gap[0] <= max(target_gap, 2 * bound[0]) or step <= EPS * size:
            break
        step /= 10
    return coef, n_epochs


def descent(problem, alphas, options, start=None):
    """Solutions with gap <= tol y'y/n, one alpha after the other; see `Solution`. max_iter counts epochs."""
    n_features = len(problem.linear)
    cyclic = np.arange(n_features)
    rng = options.rng

    def next_order():
        options.heed()
        return cyclic if options.selection == "cyclic" else rng.permutation(n_features)

    coef = problem.first_guess(start)
    target_gap, ambiguity = options.tol * problem.target_square, Ambiguity(problem)
    for k, alpha in enumerate(alphas):
        goal, allowed, spent = 0.5 * target_gap, options.max_iter, 0
        while True:
            coef, epochs = descend_to_gap(problem, alpha, coef, goal, allowed - spent, next_order)
            spent += max(epochs, 1)
            seen = certify(problem, alphas[k : k + 1], coef[None])
            reached = seen.gaps[0] <= target_gap
            if reached or spent >= allowed or goal <= EPS * target_gap:
                break
            goal *= 0.1
        missed = Status.MAX_ITER if spent >= allowed else Status.INACCURATE
        yield Solution(
            alphas=alphas[k : k + 1],
            coefs=coef[None].copy(),
            gaps=seen.gaps,
            residual_squares=seen.residual_squares,
            target_square=problem.target_square,
            n_iter=np.array([spent]),
            statuses=[ambiguity.converged(alpha) if reached else missed],
            solver="coordinate_descent",
        )
