"""The grid of alphas: from the smallest at which every penalised coefficient is zero, down by a ratio."""

import numpy as np

from .active_set import fit_unpenalised
from .options import Options
from .problem import EPS

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
    correlations = problem.linear
    index, coefs = fit_unpenalised(problem, options or Options())
    if len(index):
        correlations = _correlations_after(problem, index, coefs)
    return largest_ratio(problem.penalty, correlations)


def largest_ratio(penalty, correlations):
    """max_j c_j^+ / l1_j over the signs that the bounds allow, for correlations c (p,)."""
    return float(ratios(penalty, correlations).max(initial=0.0))


def ratios(penalty, correlations):
    """c_j^+ / l1_j (p,) over the signs that the bounds allow, 0 where l1_j = 0."""
    penalised = penalty.l1 > 0
    allowed = np.maximum(
        np.where(penalty.upper > 0, correlations, 0.0), np.where(penalty.lower < 0, -correlations, 0.0)
    )
    return np.divide(allowed, penalty.l1, out=np.zeros_like(allowed), where=penalised)


def _correlations_after(problem, index, coefs):
    """X~'Sr/n once the features without penalty are fitted."""
    residual = problem.target[:, None] - problem.design.predict(coefs[:, None], index)
    correlations = problem.design.correlate(residual)[:, 0]
    # what is left of a target that they explain wholly is rounding
    size = np.sqrt(problem.diagonal)
    rounding = 32 * EPS * size * (np.sqrt(problem.target_square) + np.abs(coefs) @ size[index])
    return np.where(np.abs(correlations) > rounding, correlations, 0.0)


def alpha_grid(largest, eps, n_alphas):
    """n_alphas values from `largest` down to eps * largest, evenly spaced in their logarithm (n_alphas,)."""
    if largest <= SMALLEST:
        return np.full(n_alphas, SMALLEST)
    return largest * np.power(eps, np.linspace(0.0, 1.0, n_alphas))


def extended(alphas, eps):
    """The grid with as many alphas again below it, at the same spacing; eps as in `alpha_grid`."""
    largest, n_alphas = alphas[0], len(alphas)
    if largest <= SMALLEST:
        return alphas
    if n_alphas == 1:
        return alpha_grid(largest, eps, 2)
    return np.concatenate([alphas, np.geomspace(alphas[-1], alphas[-1] * (alphas[-1] / largest), num=n_alphas)[1:]])
