"""Certificates from X itself: residuals, correlations and duality gaps of given coefficients."""

from dataclasses import dataclass

import numpy as np

from ..duality import least_squares_step
from ..kernels.screening import mark_beyond
from .problem import gaps_at, unpenalised, weighted_squares

# Projections off the unpenalised features: each leaves the relative error of the Gram times their condition.
MOST_PROJECTIONS = 6


@dataclass(frozen=True)
class Certificate:
    """What X says of the solutions at k alphas.

    gaps : (k,)                P - D in units of 1/(2n) ||y - Xw||^2 + penalty
    residual_squares : (k,)    r'Sr/n
    correlations : (k, m)      X~'S r/n at the features of the coefficients
    others : int (v,)          other features where |c_j| > l1_j at any alpha
    beyond : (v, k)            their correlations
    """

    gaps: np.ndarray
    residual_squares: np.ndarray
    correlations: np.ndarray
    others: np.ndarray
    beyond: np.ndarray


def residuals_of(problem, coefs, features=None):
    """y - X~w, (n, k), for coefs (k, m) on some features (None: all)."""
    support = np.flatnonzero(coefs.any(axis=0))
    residuals = np.repeat(problem.target[:, None], len(coefs), axis=1)
    if len(support) == 0:
        return residuals
    if features is None and 2 * len(support) > coefs.shape[1]:
        residuals -= problem.design.predict(coefs.T)
    else:
        columns = support if features is None else features[support]
        residuals -= problem.design.predict(coefs.T[support], columns)
    return residuals


def certify(problem, alphas, coefs, features=None, known=None, columns=None, visit=None):
    """One read of X that certifies k solutions.

    A feature outside `features` with |c_j| <= l1_j adds nothing to the gap, hence only the others are kept.

    Parameters
    ----------
    problem : Problem
    alphas : (k,)
    coefs : (k, m)                      k small: residuals (n, k) are formed
    features : int64 (m,) or None       None: all; features without penalty must be among them
    known : pair or None                residuals (n, k) of the coefs and their squares r'Sr/n (k,)
    columns : int64 array or None       read these only, the features among them: all others are known to have
                                        |c_j| <= l1_j. None: all
    visit : callable or None            (columns, block): gets the correlations of each block of columns, (b, k)

    Returns
    -------
    Certificate
    """
    design, whole = problem.design, features is None
    if known is None:
        residuals = residuals_of(problem, coefs, features)
        known = residuals, weighted_squares(design, residuals)
    residuals, squares = known
    penalty, diagonal = problem.penalty, problem.diagonal
    if not whole:
        penalty, diagonal = penalty.select(features), diagonal[features]
    free = unpenalised(penalty, alphas, coefs, diagonal)
    points, projected = residuals, np.zeros(len(alphas))
    if free.any():
        points, projected = _off_the_unpenalised(problem, free, residuals, features)
    k = len(alphas)
    read = residuals if points is residuals else np.hstack([residuals, points])
    found = np.empty((coefs.shape[1], read.shape[1]))
    others, beyond = [np.zeros(0, dtype=np.int64)], [np.zeros((0, k))]
    if not whole:
        all_features = np.arange(design.n_features)
        place = np.full(design.n_features, -1, dtype=np.int64)
        place[features] = np.arange(len(features))
    for piece, block in design.correlations(read, columns):
        if visit is not None:
            visit(piece, block[:, :k])
        if whole:
            found[piece] = block
            continue
        where = place[piece]
        inside = where >= 0
        found[where[inside]] = block[inside]
        outside = np.empty(len(block), dtype=np.bool_)
        point = np.ascontiguousarray(block[:, -k:])
        every = problem.penalty
        mark_beyond(point, alphas, every.l1[piece], every.lower[piece], every.upper[piece], outside)
        outside &= ~inside
        if outside.any():
            others.append(all_features[piece][outside])
            beyond.append(point[outside])
    others, beyond = np.concatenate(others), np.concatenate(beyond)
    dual = found[:, -k:].T
    index = features
    if len(others):
        index = np.concatenate([features, others])
        penalty = problem.penalty.select(index)
        dual = np.hstack([dual, beyond.T])
        coefs = np.hstack([coefs, np.zeros((k, len(others)))])
    counted = problem.product_rounding if whole else problem.product_rounding[index]
    gaps = gaps_at(penalty, alphas, coefs, dual, squares, projected, counted)
    return Certificate(gaps, squares, found[:, :k].T, others, beyond)


def _off_the_unpenalised(problem, free, residuals, features):
    """Dual points (n, k) that no unpenalised feature correlates with, and the square taken off each, (k,).

    `free` (k, m) says which of the features are without penalty. The Gram gives the projection, X what is left of
    the correlations; the error of the Gram makes it a short iteration.
    """
    design = problem.design
    projected = np.zeros(len(free))
    points, blocks = residuals.copy(), {}
    for k in np.flatnonzero(free.any(axis=1)):
        index = np.flatnonzero(free[k]) if features is None else features[free[k]]
        key = index.tobytes()
        if key not in blocks:
            blocks[key] = problem.source.block(index)
        rounding = problem.product_rounding[index]
        left = design.correlate(points[:, [k]], index)[:, 0]
        taken = np.zeros((len(index), 1))
        for _ in range(MOST_PROJECTIONS):
            if (np.abs(left) <= rounding).all():
                break
            step, _ = least_squares_step(left, blocks[key])
            trial = taken + step[:, None]
            moved = design.predict(trial, index)
            point = residuals[:, [k]] - moved
            correlations = design.correlate(point, index)[:, 0]
            if np.abs(correlations).max() >= np.abs(left).max():
                break
            taken, left, points[:, [k]] = trial, correlations, point
            projected[k] = weighted_squares(design, moved)[0]
    return (points if projected.any() else residuals), projected
