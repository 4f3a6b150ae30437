"""The quadratic problem of one target, and the certificates of its solutions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..designs.standardized import Standardized
from ..duality import ROUNDING, SquaredError, duality_gap, least_squares_step
from ..penalties import Penalty

EPS = np.finfo(np.float64).eps
# Entries of the (alphas, features) arrays that one certificate holds at a time: about 2 MB each.
BLOCK_ENTRIES = 2**18
# A coefficient nearer to a bound than this part of it, a few roundings of float32, stands at the bound.
AT_BOUND = 1e-6
# Projections off the unpenalised features: each leaves the relative error of the Gram times their condition.
MOST_PROJECTIONS = 6


@dataclass(frozen=True)
class Problem:
    """1/2 w'Gw - q'w + penalty, with the design behind it.

    design : Standardized
    gram : float64 array (p, p), C order     G, as computed or as refined from the user's
    linear : float64 array (p,)              q = X'Sy/n
    target : float64 array (n,)              y, centred as the design is
    target_square : float                    y'Sy/n
    penalty : Penalty                        per unit of alpha, in units of the design
    """

    design: Standardized
    gram: np.ndarray
    linear: np.ndarray
    target: np.ndarray
    target_square: float
    penalty: Penalty

    @cached_property
    def diagonal(self):
        """G_jj, (p,)."""
        return np.maximum(self.gram.diagonal(), 0.0)

    def first_guess(self, start):
        """Coefficients (p,) to start from: `start` within the bounds, 0 for columns of zeros; 0 for None."""
        if start is None:
            return np.zeros(len(self.linear))
        return np.where(self.diagonal > 0, np.clip(start, self.penalty.lower, self.penalty.upper), 0.0)

    def gram_columns(self, index):
        """G[:, index] (p, k)."""
        return self.gram[:, index]


def weighted_squares(design, residuals):
    """r'Sr/n of each column of residuals (n, k)."""
    weights = np.ones(design.n_samples) if design.weights is None else design.weights
    return np.einsum("i,ik,ik->k", weights, residuals, residuals) / design.n_samples


def alpha_blocks(n_alphas, width):
    """Slices over the alphas so that a block of `width` entries per alpha stays small."""
    step = max(1, BLOCK_ENTRIES // max(width, 1))
    return [slice(start, min(start + step, n_alphas)) for start in range(0, n_alphas, step)]


def gaps_from_gram(problem, alphas, coefs, slopes):
    """Duality gaps in float64 from the Gram, the bound on their rounding included.

    The bound is design's 16 eps (y'y + 2|w|'|q| + |w|'|G||w|)/2n with |G_jk| <= sqrt(G_jj G_kk).

    Parameters
    ----------
    alphas : (K,)
    coefs, slopes : (K, p)      w and q - G w

    Returns
    -------
    gaps, bounds, residual_squares : (K,)     gaps contain bounds
    """
    size = np.abs(coefs)
    reach = size @ np.sqrt(problem.diagonal)
    bounds = 8 * EPS * (problem.target_square + 2 * (size @ np.abs(problem.linear)) + reach**2)
    squares = problem.target_square - coefs @ problem.linear - np.einsum("kj,kj->k", coefs, slopes)
    squares = np.maximum(squares, 0.0)
    gaps = np.empty(len(alphas))
    for block in alpha_blocks(len(alphas), coefs.shape[1]):
        points, projected = slopes[block], np.zeros(len(alphas[block]))
        free = _free(problem, alphas[block], coefs[block])
        if free.any():
            points = points.copy()
            for k in np.flatnonzero(free.any(axis=1)):
                index = np.flatnonzero(free[k])
                columns = problem.gram_columns(index)
                step, projected[k] = least_squares_step(points[k], index, columns)
                points[k] -= columns @ step
        gaps[block] = _gaps(problem, alphas[block], coefs[block], points, squares[block], projected)
    return gaps + bounds, bounds, squares


def gaps_from_x(problem, alphas, coefs):
    """Duality gaps from X itself.

    Parameters
    ----------
    alphas : (k,)
    coefs : (k, p)      k small: residuals (n, k) are formed

    Returns
    -------
    gaps, residual_squares : (k,)
    correlations : (k, p)
    """
    support = np.flatnonzero(coefs.any(axis=0))
    if len(support) == 0:
        fitted = 0.0
    elif 2 * len(support) > coefs.shape[1]:
        fitted = problem.design.predict(coefs.T)
    else:
        fitted = problem.design.predict(coefs.T[support], support)
    residuals = np.repeat(problem.target[:, None], len(coefs), axis=1) - fitted
    correlations = problem.design.correlate(residuals).T
    squares = weighted_squares(problem.design, residuals)
    points, projected = _off_the_free(problem, alphas, coefs, residuals, correlations)
    return _gaps(problem, alphas, coefs, points, squares, projected), squares, correlations


def _off_the_free(problem, alphas, coefs, residuals, correlations):
    """Correlations (k, p) of dual points that no unpenalised feature correlates with, and what was taken off (k,).

    The Gram gives the projection, X what is left of the correlations; the error of the Gram makes it a short iteration.
    """
    projected = np.zeros(len(alphas))
    free = _free(problem, alphas, coefs)
    if not free.any():
        return correlations, projected
    correlations = correlations.copy()
    rounding = rounding_of_correlations(problem)
    for k in np.flatnonzero(free.any(axis=1)):
        index = np.flatnonzero(free[k])
        taken = np.zeros((len(index), 1))
        for _ in range(MOST_PROJECTIONS):
            step, _ = least_squares_step(correlations[k], index, problem.gram_columns(index))
            trial = taken + step[:, None]
            moved = problem.design.predict(trial, index)
            point = problem.design.correlate(residuals[:, [k]] - moved)[:, 0]
            if np.abs(point[index]).max() >= np.abs(correlations[k, index]).max():
                break
            taken, correlations[k] = trial, point
            projected[k] = weighted_squares(problem.design, moved)[0]
            if (np.abs(point[index]) <= rounding[index]).all():
                break
    return correlations, projected


def _free(problem, alphas, coefs):
    """Features (k, p) that no penalty and no bound holds: the dual point must be orthogonal to them."""
    penalty = problem.penalty
    unpenalised = (alphas[:, None] * penalty.l1 == 0) & (alphas[:, None] * penalty.l2 == 0) & (problem.diagonal > 0)
    if not unpenalised.any():
        return unpenalised
    # what rounding has moved off its bound is still held by it
    held = 1.0 - AT_BOUND
    return unpenalised & (coefs > held * penalty.lower) & (coefs < held * penalty.upper)


def rounding_of_correlations(problem):
    """Correlations below this are rounding, (p,)."""
    return ROUNDING * np.sqrt(problem.diagonal * problem.target_square)


def _gaps(problem, alphas, coefs, correlations, squares, projected):
    penalty = problem.penalty
    l1 = alphas[:, None] * penalty.l1
    l2 = alphas[:, None] * penalty.l2
    loss = SquaredError(squares, projected)
    return duality_gap(
        loss, l1, l2, penalty.lower, penalty.upper, coefs, correlations, rounding_of_correlations(problem)
    )
