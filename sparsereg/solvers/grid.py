"""The grid of alphas: from the smallest at which every penalised coefficient is zero, down by a ratio."""

from dataclasses import replace

import numpy as np

from .active_set import active_set
from .least_squares import Options
from .problem import EPS, Problem

# scikit-learn's floor for alpha_max (the resolution of float64), kept so that its grids are met exactly.
SMALLEST = 1e-15


def alpha_max(problem, options=None):
    """The smallest alpha at which all penalised coefficients are zero.

    The intercept and the features without penalty are fitted first; then max_j c_j^+ / l1_j over the signs that the
    bounds allow.

    Parameters
    ----------
    problem : Problem        its penalty has l1 > 0 wherever a feature is penalised
    """
    penalty = problem.penalty
    penalised = penalty.l1 > 0
    unpenalised = ~penalised & (penalty.lower < penalty.upper)
    correlations = problem.linear
    if unpenalised.any():
        correlations = _correlations_after(problem, penalised, options or Options())
    allowed = np.maximum(
        np.where(penalty.upper > 0, correlations, 0.0), np.where(penalty.lower < 0, -correlations, 0.0)
    )
    ratio = np.divide(allowed, penalty.l1, out=np.zeros_like(allowed), where=penalised)
    return float(ratio.max(initial=0.0))


def _correlations_after(problem, penalised, options):
    """X~'Sr/n once the features without penalty are fitted."""
    penalty = problem.penalty
    none = np.zeros(len(penalised))
    free = replace(
        penalty,
        l1=none,
        l2=none,
        lower=np.where(penalised, 0.0, penalty.lower),
        upper=np.where(penalised, 0.0, penalty.upper),
    )
    restricted = Problem(problem.design, problem.gram, problem.linear, problem.target, problem.target_square, free)
    solution = active_set(restricted, np.zeros(1), options)
    residual = problem.target[:, None] - problem.design.predict(solution.coefs.T)
    correlations = problem.design.correlate(residual)[:, 0]
    # what is left of a target that they explain wholly is rounding
    size = np.sqrt(problem.diagonal)
    rounding = 32 * EPS * size * (np.sqrt(problem.target_square) + np.abs(solution.coefs[0]) @ size)
    return np.where(np.abs(correlations) > rounding, correlations, 0.0)


def alpha_grid(largest, eps, n_alphas):
    """n_alphas values from `largest` down to eps * largest, evenly spaced in their logarithm (n_alphas,)."""
    if largest <= SMALLEST:
        return np.full(n_alphas, SMALLEST)
    return np.geomspace(largest, largest * eps, num=n_alphas)
