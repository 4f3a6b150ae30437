"""Epochs of coordinate descent on a Gram matrix, extrapolated: for large supports under a strong ridge term.

There one epoch costs as little as one product with the Gram, a few of them do, and no factor is needed. An alpha starts
on the line through the two solutions before it, and the last iterates are combined so that their differences nearly
cancel (Anderson acceleration); either only where that lowers the objective. The slopes q - G w are affine in w, so a
combination of iterates has the same combination of slopes and needs no product.
"""

from typing import NamedTuple

import numpy as np

from ..kernels.active_set_path import FLOOR
from ..kernels.coordinate_descent import sweep
from ..kernels.pieces import slopes
from ..kernels.state import PenaltyArrays
from .anderson import DEPTH, combination
from .problem import EPS

# Only under a ridge term of this part of the mean square of a feature.
STRONG = 1e-4
# Seconds on one core of 2023 for an element of the Gram that an epoch reads, and for a multiply-add as the active set
# counts them, where the Gram or the factor fits a cache of so many bytes and where it does not; and for an epoch.
NEAR_ELEMENT, FAR_ELEMENT = 1e-10, 3.5e-10
NEAR_MULTIPLY, FAR_MULTIPLY = 6e-11, 1.2e-10
CACHE = 16e6
CALLING = 1e-4


class Iterate(NamedTuple):
    """Coefficients (p,) and their slopes q - G w (p,)."""

    coef: np.ndarray
    slope: np.ndarray


class Epochs:
    """Solutions on one Gram matrix, whose features all have a ridge term.

    Parameters
    ----------
    gram : float64 array (>= p, >= p), C order
    unit : PenaltyArrays (p,)       per unit of alpha
    floor : float64 array (p,)      32 eps sqrt(G_jj y'y/n): says how large the target is
    """

    def __init__(self, gram, unit, floor):
        self._gram, self._unit = gram, unit
        diagonal = gram.diagonal()[: len(floor)]
        movable = unit.lower < unit.upper
        self._ridge = unit.l2[movable].min(initial=np.inf)
        self._size = diagonal[movable].mean() if movable.any() else np.inf
        self._diagonal, self._order = diagonal, np.flatnonzero(movable)
        squares = np.divide(floor**2, diagonal, out=np.zeros(len(floor)), where=diagonal > 0)
        self._goal = 4 * EPS * squares.max(initial=0.0) / (FLOOR * EPS) ** 2

    def are_strong(self, alpha):
        """Whether the ridge term at alpha is large enough."""
        return alpha * self._ridge > STRONG * self._size

    def count(self, n_active, work):
        """How many epochs with so many non-zero coefficients cost as much as so much work of the active set."""
        n_features = len(self._diagonal)
        element = NEAR_ELEMENT if 8 * n_features**2 < CACHE else FAR_ELEMENT
        multiply = NEAR_MULTIPLY if 4 * n_active**2 < CACHE else FAR_MULTIPLY
        return multiply * work / (element * n_active * n_features + CALLING)

    def start(self, linear, coef):
        """An Iterate at these coefficients."""
        return self._exact(linear, coef.copy())

    def ahead(self, linear, alphas, coefs, at):
        """Where to start at alphas[2]: on the line through the coefs (2, p) at the two before, or at the last."""
        first, last, alpha = alphas
        if not first > last > alpha:
            return at
        old, new = coefs
        further = (alpha - last) / (last - first)
        penalty = self._at(alpha)
        coef = new + further * (new - old)
        coef[coef * new < 0] = 0.0  # a coefficient that would change its sign is about to leave
        ahead = self._exact(linear, np.clip(coef, penalty.lower, penalty.upper))
        return ahead if _objective(linear, penalty, ahead) < _objective(linear, penalty, at) else at

    def solve(self, linear, alpha, at, most, heed):
        """The solution at alpha from `at`, which is used up, with a gap of at most 8 eps y'y/2n.

        With w_j strongly convex in l2_j the objective is above its minimum by at most the sum of a_j^2 / (2 l2_j), a_j
        what its optimality condition lacks.

        Returns
        -------
        at : Iterate
        n_epochs : int
        reached : bool          False: not within `most` epochs
        """
        penalty = self._at(alpha)
        iterates, n_epochs = [Iterate(at.coef.copy(), at.slope.copy())], 0
        while n_epochs < most:
            heed()
            sweep(self._gram, *penalty, self._order, at.coef, at.slope)
            n_epochs += 1
            if self._gap(penalty, at) <= self._goal:
                at = self._exact(linear, at.coef)
                if self._gap(penalty, at) <= self._goal:
                    return at, n_epochs, True
            iterates.append(Iterate(at.coef.copy(), at.slope.copy()))
            if len(iterates) > DEPTH:
                at = self._extrapolated(linear, penalty, iterates, at)
                iterates = [Iterate(at.coef.copy(), at.slope.copy())]
        return at, n_epochs, False

    def _at(self, alpha):
        unit = self._unit
        return PenaltyArrays(alpha * unit.l1, alpha * unit.l2, unit.lower, unit.upper)

    def _exact(self, linear, coef):
        slope = np.empty(len(coef))
        slopes(self._gram, linear, coef, slope)
        return Iterate(coef, slope)

    def _extrapolated(self, linear, penalty, iterates, at):
        """The combination of the last iterates whose differences are shortest, or `at` if that is better."""
        coefs = np.array([each.coef for each in iterates])
        parts = combination(coefs, np.sqrt(self._diagonal + penalty.l2))
        slope = parts @ np.array([each.slope for each in iterates[1:]])
        trial = self._within(penalty, Iterate(parts @ coefs[1:], slope))
        return trial if _objective(linear, penalty, trial) < _objective(linear, penalty, at) else at

    def _within(self, penalty, at):
        """The iterate with its coefficients clipped to the bounds."""
        coef = np.clip(at.coef, penalty.lower, penalty.upper)
        back = coef - at.coef
        if not back.any():
            return at
        slope = np.empty(len(coef))
        slopes(self._gram, at.slope, back, slope)
        return Iterate(coef, slope)

    def _gap(self, penalty, at):
        l1, l2, lower, upper = (each[self._order] for each in penalty)
        coef, slope = at.coef[self._order], at.slope[self._order]
        gradient = slope - l2 * coef
        up = np.where(coef < upper, gradient - np.where(coef < 0, -l1, l1), 0.0)
        down = np.where(coef > lower, np.where(coef > 0, l1, -l1) - gradient, 0.0)
        lack = np.maximum(np.maximum(up, down), 0.0)
        return float((lack * lack / (2 * l2)).sum())


def _objective(linear, penalty, at):
    coef = at.coef
    return penalty.l1 @ np.abs(coef) + 0.5 * coef @ (penalty.l2 * coef - linear - at.slope)
