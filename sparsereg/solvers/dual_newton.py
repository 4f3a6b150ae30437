"""Exact solutions under a ridge term, for supports larger than the number of samples: Newton's method on the dual.

With l2 > 0 everywhere the coefficients follow from the residual r, the dual variable:

    w_j(r) = clip(soft(c_j, l1_j) / l2_j, lower_j, upper_j),   c = X'Sr/n

and the solution is the root of r = y - X w(r), the maximum of a concave function that is quadratic on pieces. A Newton
step solves with I + Z_A Z_A', Z the columns over sqrt(n l2) and A the features that move with r: n x n, however large
the support. With an exact line search it ends at the exact solution after finitely many steps.

Source: Li, Sun & Toh (2018), "A highly efficient semismooth Newton augmented Lagrangian method for solving Lasso
problems"; Tomasi, Boschi et al. (2020) for the Elastic Net.
"""

import numpy as np
import scipy.linalg

from ..results import Status
from .interruptible import call_interruptibly
from .problem import EPS, weighted_squares

MOST_STEPS = 600
# Halvings of a line search, and the part of the first slope at which it ends.
HALVINGS, FLAT = 50, 1e-10
# Columns of X that are added to or taken from the matrix of the Newton step at a time.
PANEL = 256
# The matrix is formed anew once so many times its own columns have been added and taken: rounding gathers.
TURNOVER = 4


class DualNewton:
    """Solutions on a working set W whose features all have a ridge term.

    Parameters
    ----------
    problem : Problem
    features : int64 array (m,)     the first of W
    coefs : (m,)                    to start from

    Attributes
    ----------
    features : int64 array (m,)
    """

    improvable, gradual, read = False, False, None

    def __init__(self, problem, features, coefs, _options):
        self.features = features
        self._problem = problem
        self._weights = problem.design.weights
        self._residual = problem.target - problem.design.predict(coefs[:, None], features)[:, 0]
        self._forget()

    def grow(self, new):
        """Let more features (an index array, none in W) into W."""
        self.features = np.concatenate([self.features, new])
        self._moving = np.concatenate([self._moving, np.zeros(len(new), dtype=bool)])

    def solve(self, alphas, goal):
        """Coefficients (k, m), steps (k,) and statuses, all others at zero: exact whatever the goal."""
        coefs = np.empty((len(alphas), len(self.features)))
        n_steps = np.empty(len(alphas), dtype=np.int64)
        for k, alpha in enumerate(alphas):
            coefs[k], n_steps[k] = self._solve(alpha)
        return coefs, n_steps, [Status.OPTIMAL] * len(alphas)

    def _solve(self, alpha):
        problem, design, features = self._problem, self._problem.design, self.features
        penalty = problem.penalty.select(features).at(alpha)
        least, coef, best = np.inf, np.zeros(len(features)), self._residual
        pieces = None
        n_steps = 0
        while n_steps < MOST_STEPS:
            n_steps += 1
            correlations = design.correlate(self._residual[:, None], features)[:, 0]
            now, moving = _primal(penalty, correlations)
            before, pieces = pieces, np.sign(now) * (1 + moving)
            off = problem.target - self._residual - design.predict(now[:, None], features)[:, 0]
            size = weighted_squares(design, off[:, None])[0]
            if size >= least and np.array_equal(pieces, before):
                break  # on the right piece, and down to rounding
            if size < least:
                least, coef, best = size, now, self._residual
            if size <= (8 * EPS) ** 2 * problem.target_square:
                break
            self._set_moving(moving)
            step = self._newton_step(alpha, off)
            change = design.correlate(step[:, None], features)[:, 0]
            length = self._line_search(penalty, correlations, change, off, step)
            self._residual = self._residual + length * step
        self._residual = best
        return coef, n_steps

    def _newton_step(self, alpha, off):
        """Solve (I + M/alpha) d = off, in units in which the weights are one."""
        root = 1.0 if self._weights is None else np.sqrt(self._weights)
        hessian = self._matrix / alpha
        hessian[np.diag_indices_from(hessian)] += 1.0
        cost = len(hessian) ** 3 / 3
        factor = call_interruptibly(_cholesky, hessian, cost=cost)
        step = scipy.linalg.cho_solve((factor, True), root * off, check_finite=False)
        if self._weights is None:
            return step
        # rows without weight have no part in the fit: their residual is what the fit leaves
        return np.divide(step, root, out=off.copy(), where=root > 0)

    def _line_search(self, penalty, correlations, change, off, step):
        """The length in (0, 1] at which the dual along the step is highest."""
        weighted = step if self._weights is None else self._weights * step
        n = len(step)
        first, second = weighted @ off / n, weighted @ step / n
        start, _ = _primal(penalty, correlations)

        def slope(length):
            now, _ = _primal(penalty, correlations + length * change)
            return first - length * second - change @ (now - start)

        low, high = 0.0, 1.0
        at_low, at_high = slope(low), slope(high)
        if at_high >= 0 or at_low <= 0:
            return 1.0
        # The slope falls and is linear on pieces: halving finds the piece, and its chord the root on it.
        for _ in range(HALVINGS):
            chord = low + (high - low) * at_low / (at_low - at_high)
            for length in (chord, 0.5 * (low + high)):
                found = slope(length)
                if abs(found) <= FLAT * first:
                    return length
                if found > 0 and length > low:
                    low, at_low = length, found
                elif found < 0 and length < high:
                    high, at_high = length, found
        return low

    def _set_moving(self, moving):
        """Make the matrix that of the features `moving`."""
        changed = np.flatnonzero(moving != self._moving)
        self._turned += len(changed)
        if self._turned > TURNOVER * max(np.count_nonzero(moving), PANEL):
            self._forget()
            changed = np.flatnonzero(moving)
        for start in range(0, len(changed), PANEL):
            panel = changed[start : start + PANEL]
            for sign, part in ((1.0, panel[moving[panel]]), (-1.0, panel[~moving[panel]])):
                if len(part):
                    columns = self._columns(self.features[part])
                    self._matrix += sign * (columns @ columns.T)
        self._moving = moving.copy()

    def _columns(self, index):
        """S^1/2 x~_j / sqrt(n l2_j) per unit of alpha, (n, |index|)."""
        design, n = self._problem.design, self._problem.design.n_samples
        scale = np.diag(1.0 / np.sqrt(n * self._problem.penalty.l2[index]))
        columns = design.predict(scale, index)
        return columns if self._weights is None else np.sqrt(self._weights)[:, None] * columns

    def _forget(self):
        n = self._problem.design.n_samples
        self._matrix = np.zeros((n, n))
        self._moving = np.zeros(len(self.features), dtype=bool)
        self._turned = 0


def _primal(penalty, correlations):
    """w (m,) of a dual point, and which of the coefficients move with it."""
    shrunk = np.sign(correlations) * np.maximum(np.abs(correlations) - penalty.l1, 0.0)
    raw = np.divide(shrunk, penalty.l2, out=np.zeros_like(shrunk), where=penalty.l2 > 0)
    coef = np.clip(raw, penalty.lower, penalty.upper)
    return coef, (raw != 0) & (raw == coef)


def _cholesky(matrix):
    return scipy.linalg.cholesky(matrix, lower=True, overwrite_a=True, check_finite=False)
