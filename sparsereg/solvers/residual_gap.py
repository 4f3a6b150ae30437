"""The duality gap on a working set, from the residual and the columns themselves."""

import numpy as np

from ..duality import least_squares_step
from .problem import gaps_at, unpenalised

# Projections of the dual point off the unpenalised features.
MOST_PROJECTIONS = 6


def residual_gap(problem, columns, features, alpha, at):
    """The duality gap on some features (m,), whose columns are given, and their correlations (m,).

    Parameters
    ----------
    problem : Problem
    columns : Columns           of the features
    features : int64 (m,)
    alpha : float
    at : Iterate
    """
    unit, squares = problem.penalty.select(features), problem.diagonal[features]
    correlations, counted = columns.correlate(at.residual), problem.product_rounding[features]
    alphas, coefs = np.array([alpha]), at.coef[None]
    free = np.flatnonzero(unpenalised(unit, alphas, coefs, squares))
    point, projected = correlations, 0.0
    if len(free):
        block = problem.source.block(features[free])
        point, projected = _off(columns, free, block, at.residual, correlations, counted)
    square = columns.square(at.residual)
    gap = gaps_at(unit, alphas, coefs, point[None], np.array([square]), np.array([projected]), counted)
    return float(gap[0]), correlations


def _off(columns, free, block, residual, correlations, counted):
    """Correlations (m,) of a dual point that has none with the features `free`, and the square taken off.

    `block` is the Gram matrix of these features; correlations below counted (m,) are rounding.
    """
    taken, projected = np.zeros(len(correlations)), 0.0
    for _ in range(MOST_PROJECTIONS):
        if (np.abs(correlations[free]) <= counted[free]).all():
            break
        step, _ = least_squares_step(correlations[free], block)
        taken[free] += step
        point = residual.copy()
        columns.subtract(free, taken, point)
        again = columns.correlate(point)
        if np.abs(again[free]).max() >= np.abs(correlations[free]).max():
            break
        correlations, projected = again, columns.square(point - residual)
    return correlations, projected
