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
    if len(support) == 0:
        return np.repeat(problem.target[:, None], len(coefs), axis=1)
    if 2 * len(support) > problem.design.n_features:
        # to read all of X where it lies costs less than to gather most of its columns
        every = coefs.T
        if features is not None:
            every = np.zeros((problem.design.n_features, len(coefs)))
            every[features] = coefs.T
        predicted = problem.design.predict(every)
    else:
        columns = support if features is None else features[support]
        predicted = problem.design.predict(coefs.T[support], columns)
    return np.subtract(problem.target[:, None], predicted, out=predicted)


@dataclass(frozen=True)
class Points:
    """The residuals of k solutions, and the dual points that no unpenalised feature correlates with.

    residuals : (n, k)
    squares : (k,)          r'Sr/n
    points : (n, k)         the same array where there is nothing to take off
    projected : (k,)        the square that was taken off
    """

    residuals: np.ndarray
    squares: np.ndarray
    points: np.ndarray
    projected: np.ndarray


def points_of(problem, alphas, coefs, features=None, known=None):
    """Points of k solutions; arguments as for `certify`. known: (residuals, squares) where they are known."""
    if known is None:
        residuals = residuals_of(problem, coefs, features)
        known = residuals, weighted_squares(problem.design, residuals)
    residuals, squares = known
    penalty, diagonal = problem.penalty, problem.diagonal
    if features is not None:
        penalty, diagonal = penalty.select(features), diagonal[features]
    free = unpenalised(penalty, alphas, coefs, diagonal)
    if not free.any():
        return Points(residuals, squares, residuals, np.zeros(len(alphas)))
    return Points(residuals, squares, *_off_the_unpenalised(problem, free, residuals, features))


@dataclass(frozen=True)
class Read:
    """What a solver has computed of its solutions on m features from X and their coefficients, from scratch.

    residuals : (n, k)          y - X~w; anything where the weight is 0
    correlations : (k, m)       X~'S r/n at these features
    """

    residuals: np.ndarray
    correlations: np.ndarray


def certify(problem, alphas, coefs, features=None, at=None, others=None, found=None):
    """One read of X that certifies k solutions.

    A feature outside `features` with |c_j| <= l1_j adds nothing to the gap, hence only the others are kept.

    Parameters
    ----------
    problem : Problem
    alphas : (k,)
    coefs : (k, m)                      k small: residuals (n, k) are formed
    features : int64 (m,) or None       None: all; features without penalty must be among them
    at : Points or None                 of the coefs; None: found here
    others : int64 array or None        of the features outside read these only: all others are known to have
                                        |c_j| <= l1_j. None: all
    found : (k, m) or None              the correlations of the features with at.residuals, which are its points,
                                        where X need not be read for them

    Returns
    -------
    Certificate
    """
    at = points_of(problem, alphas, coefs, features) if at is None else at
    k = len(alphas)
    read = at.residuals if at.points is at.residuals else np.hstack([at.residuals, at.points])
    penalty, counted = problem.penalty, problem.product_rounding
    if features is None:
        found, others, beyond = problem.design.correlate(read), np.zeros(0, dtype=np.int64), np.zeros((0, k))
        dual = found[:, -k:].T
    else:
        others = _all_but(problem, features) if others is None else others
        if found is None:
            found, others, beyond = _read(problem, alphas, read, features, others)
        else:
            found, (_, others, beyond) = found.T, _read(problem, alphas, read, features[:0], others)
        dual = found[:, -k:].T
        index = features
        if len(others):
            index = np.concatenate([features, others])
            dual = np.hstack([dual, beyond.T])
            coefs = np.hstack([coefs, np.zeros((k, len(others)))])
        penalty, counted = penalty.select(index), counted[index]
    gaps = gaps_at(penalty, alphas, coefs, dual, at.squares, at.projected, counted)
    return Certificate(gaps, at.squares, found[:, :k].T, others, beyond)


def _all_but(problem, features):
    """The features that are not among some (an index array)."""
    outside = np.ones(problem.design.n_features, dtype=np.bool_)
    outside[features] = False
    return np.flatnonzero(outside)


def _read(problem, alphas, vectors, features, others):
    """The correlations of some features with vectors (n, c), and those of the others that exceed l1 at any alpha.

    Returns
    -------
    found : (m, c)              of the features
    others : int array (v,)     those where |c_j| > l1_j with any of the last k vectors
    beyond : (v, k)             their correlations with these
    """
    k, every, start = len(alphas), problem.penalty, 0
    found = np.empty((len(features), vectors.shape[1]))
    marked_features, beyond = [others[:0]], [np.zeros((0, k))]
    for piece, block in problem.design.correlations(vectors, np.concatenate([features, others])):
        n_known = min(max(len(features) - start, 0), len(block))
        found[start : start + n_known] = block[:n_known]
        start += len(block)
        piece, block = piece[n_known:], np.ascontiguousarray(block[n_known:, -k:])
        marked = np.empty(len(block), dtype=np.bool_)
        mark_beyond(block, alphas, every.l1[piece], every.lower[piece], every.upper[piece], marked)
        if marked.any():
            marked_features.append(piece[marked])
            beyond.append(block[marked])
    return found, np.concatenate(marked_features), np.concatenate(beyond)


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
