"""Coordinate descent on the residual of a working set, extrapolated: for supports too large for a Gram matrix.

Two extrapolations make it fast. Along the path each alpha starts on the line through the two solutions before it; at
one alpha the last iterates are combined so that their differences nearly cancel (Anderson acceleration). Either is
taken only where it lowers the objective.
"""

from dataclasses import dataclass

import numpy as np

from ..designs.columns import pack
from ..duality import least_squares_step
from ..results import Status
from .anderson import DEPTH, combination
from .certificate import Read
from .memory import check_memory
from .problem import EPS, gaps_at, unpenalised

# Part of the goal for the gap that an epoch may still move the objective by when the gap is looked at; then half of
# what would do if both fell alike.
QUIET, QUIETER = 0.3, 0.5
# Where the goal is below this, relative to y'y/2n, the gap is looked at on the way: features may be missing.
ON_THE_WAY = 1e-10
# Below this part of y'y, epochs that in a row of so many reach no new low of what they move are rounding.
TINY, MOST_IDLE = 1e-26, 100
# Seconds of an epoch for each feature, beside two reads: one core of 2023.
VISITING = 2e-8
# Projections of the dual point off the unpenalised features.
MOST_PROJECTIONS = 6


@dataclass
class Iterate:
    """Coefficients (m,) and the residual array (n + 1,) that belongs to them."""

    coef: np.ndarray
    residual: np.ndarray


class ResidualDescent:
    """Solutions on a working set W of features, in the order in which they came; the packed columns grow with it.

    Parameters
    ----------
    problem : Problem               its Gram is never asked for
    features : int64 array (m,)     the first of W
    coefs : (m,)                    to start from
    options : Options               at most max_iter epochs at each alpha; in which order

    Attributes
    ----------
    features : int64 array (m,)
    read : Read or None             of the solutions of the last call; None where the goal was rough
    """

    improvable, gradual = False, True

    def __init__(self, problem, features, coefs, options):
        self.features = np.zeros(0, dtype=np.int64)
        self._problem, self.options = problem, options
        self._columns = pack(problem.design)
        self._target = self._columns.residual(problem.target)
        # (alpha, coef) of the last call and two before; the residual and the correlations of the last of them
        self._coef, self._solved, self._end = np.zeros(0), [], None
        self.read = None
        self.grow(features)
        self.start(coefs)

    def grow(self, new):
        """Let more features (an index array, none in W) into W."""
        check_memory(
            self._columns.n_bytes(new),
            f"the working set of {len(self.features) + len(new)} features",
            "use solver='proximal_gradient', which reads X where it lies",
        )
        self._columns.append(new)
        self.features = np.concatenate([self.features, new])
        self._coef = np.append(self._coef, np.zeros(len(new)))
        self._unit = self._problem.penalty.select(self.features)
        self._squares = self._problem.diagonal[self.features]
        self._movable = (self._unit.lower < self._unit.upper) & (self._squares > 0)

    def start(self, coefs):
        """Start from coefficients (m,)."""
        self._coef = np.where(self._movable, np.clip(coefs, self._unit.lower, self._unit.upper), 0.0)
        self._solved, self._end = [], None

    def epoch_seconds(self):
        """Return about how long an epoch over all of W takes."""
        return len(self.features) * VISITING + self._columns.seconds()

    def residual(self):
        """y - X w (n,) of the last solution; 0 where the weight is 0."""
        return self._columns.unweighted(self._end[0])

    def solve(self, alphas, goal):
        """Solutions on W from where the last call ended.

        Parameters
        ----------
        alphas : (k,)           descending
        goal : float            duality gap on W at which an alpha is left, in units of the objective; 0: as small as
                                float64 allows

        Returns
        -------
        coefs : (k, m)
        epochs : int64 (k,)
        statuses : list of Status       OPTIMAL, MAX_ITER, or INACCURATE where float64 ends above the goal
        """
        coefs, statuses = np.empty((len(alphas), len(self.features))), []
        read = Read(np.empty((self._problem.design.n_samples, len(alphas))), np.empty(coefs.shape))
        epochs = np.zeros(len(alphas), dtype=np.int64)
        again = self._solved[-1][0] if self._solved else None
        at, correlations = self._resume(alphas[0])
        before = None
        for k, alpha in enumerate(alphas):
            penalty = self._unit.at(alpha)
            at = at if alpha == again else self._ahead(alpha, penalty, at)
            # the sequential strong rule; features that it misses are found when the gap is looked at
            threshold = penalty.l1 if before is None else 2 * penalty.l1 - before.l1
            listed = self._movable & ((at.coef != 0) | (np.abs(correlations) >= threshold))
            epochs[k], correlations, status = self._reach(alpha, penalty, goal, listed, at)
            statuses.append(status)
            coefs[k], before = at.coef, penalty
            read.residuals[:, k], read.correlations[k] = self._columns.unweighted(at.residual), correlations
            self._solved.append((alpha, at.coef.copy()))
        self._coef, self._end = at.coef, (at.residual, correlations)
        self.read = read if self._is_fine(goal) else None
        return coefs, epochs, statuses

    def _resume(self, alpha):
        """Where to go on: at the solution of the same alpha on a smaller W, of the one above, or at the last.

        Returns
        -------
        Iterate, and the correlations (m,)
        """
        last = self._solved[-1][1] if self._solved else None
        again = [coef for solved, coef in self._solved if solved == alpha]
        self._solved = [each for each in self._solved if each[0] > alpha][-2:]
        known = again[0] if again else self._solved[-1][1] if self._solved else self._coef
        coef = np.append(known, np.zeros(len(self.features) - len(known)))
        if known is not last or self._end is None:
            return (at := self._iterate(coef)), self._columns.correlate(at.residual)
        residual, correlations = self._end
        fresh = self._columns.correlate(residual, len(correlations))
        return Iterate(coef, residual), np.append(correlations, fresh)

    def _ahead(self, alpha, penalty, at):
        """Where to start at alpha: on the line through the last two solutions, or at the last one if that is better."""
        if len(self._solved) < 2:
            return at
        (first, old), (last, new) = self._solved[-2:]
        if last == first:
            return at
        further = (alpha - last) / (last - first)
        trial = np.zeros(len(at.coef))
        trial[: len(new)] = (1 + further) * new
        trial[: len(old)] -= further * old
        # a coefficient that would change its sign is about to leave
        trial[(penalty.l1 > 0) & (trial * at.coef < 0)] = 0.0
        ahead = self._iterate(np.clip(trial, penalty.lower, penalty.upper))
        return ahead if self._rise(penalty, at, ahead) < 0 else at

    def _reach(self, alpha, penalty, goal, listed, at):
        """Epochs over the listed features, in place, until the gap on W is at most the goal or nothing moves.

        Returns
        -------
        n_epochs : int
        correlations : (m,)         at the end
        status : Status
        """
        quiet = max(QUIET * goal, ON_THE_WAY * 0.5 * self._problem.target_square)
        n_epochs = 0
        while True:
            order = self._columns.streamed(np.flatnonzero(listed))
            spent, moved, ended = self._descend(penalty, order, at, quiet, self.options.max_iter - n_epochs)
            n_epochs += spent
            if self._is_fine(goal):
                # the certificate is of the coefficients, and a combination with large coefficients has multiplied the rounding of the residuals
                at.residual[:] = self._iterate(at.coef).residual
            gap, correlations = self._gap(alpha, at)
            up = (correlations > penalty.l1) & (penalty.upper > 0)
            down = (correlations < -penalty.l1) & (penalty.lower < 0)
            missing = self._movable & ~listed & (up | down)
            # a gap may round to 0 while coefficients still move by the square root of rounding
            if gap <= goal and (goal > 0 or ended):
                return n_epochs, correlations, Status.OPTIMAL
            if n_epochs >= self.options.max_iter:
                return n_epochs, correlations, Status.MAX_ITER
            if ended and not missing.any():
                return n_epochs, correlations, Status.INACCURATE
            listed = listed | missing
            if not missing.any():
                wanted = QUIETER * goal / gap if goal > 0 else 0.0
                quiet = min(moved, quiet) * min(max(wanted, 0.01), QUIETER)

    def _is_fine(self, goal):
        """Whether residuals are computed anew from the coefficients before the gap is looked at."""
        return goal <= ON_THE_WAY * self._problem.target_square

    def _descend(self, penalty, order, at, quiet, most):
        """Epochs over the features `order`, in place, until one moves less than `quiet`.

        Returns
        -------
        n_epochs : int
        moved : float       by the last epoch: sum of step_j^2 (G_jj + l2_j)
        ended : bool        what moves is rounding
        """
        weights = np.sqrt(self._squares[order] + penalty.l2[order])
        size = self._problem.target_square + self._squares @ at.coef**2
        rounding = (4 * EPS) ** 2 * size
        coefs, residuals = [at.coef[order]], [at.residual.copy()]
        lowest, idle = np.inf, 0
        n_epochs, ended, moved = 0, False, np.inf
        while not ended and moved > quiet and n_epochs < most:
            n_epochs += 1
            moved = self._sweep(penalty, order, at)
            idle = 0 if moved < lowest else idle + 1
            lowest = min(lowest, moved)
            ended = moved <= rounding or (idle > MOST_IDLE and lowest <= TINY * size)
            coefs.append(at.coef[order])
            residuals.append(at.residual.copy())
            if len(coefs) > DEPTH and moved > quiet:
                self._extrapolate(penalty, order, weights, coefs, residuals, at)
                coefs, residuals = [at.coef[order]], [at.residual.copy()]
        return n_epochs, moved, ended

    def _extrapolate(self, penalty, order, weights, coefs, residuals, at):
        """Replace the iterate by the combination of the last ones whose differences are shortest, if it is better."""
        parts = combination(coefs, weights)
        trial = Iterate(at.coef.copy(), parts @ residuals[1:])
        free = parts @ coefs[1:]
        trial.coef[order] = np.clip(free, penalty.lower[order], penalty.upper[order])
        clipped = order[trial.coef[order] != free]
        if len(clipped):
            back = np.zeros(len(trial.coef))
            back[order] = trial.coef[order] - free
            self._columns.subtract(clipped, back, trial.residual)
        if self._rise(penalty, at, trial) < 0:
            at.coef[:], at.residual[:] = trial.coef, trial.residual

    def _gap(self, alpha, at):
        """The duality gap on W, and the correlations (m,)."""
        correlations = self._columns.correlate(at.residual)
        alphas, coefs = np.array([alpha]), at.coef[None]
        free = np.flatnonzero(unpenalised(self._unit, alphas, coefs, self._squares))
        point, projected = correlations, 0.0
        counted = self._problem.product_rounding[self.features]
        if len(free):
            point, projected = self._off(free, at.residual, correlations, counted)
        square = self._columns.square(at.residual)
        gap = gaps_at(self._unit, alphas, coefs, point[None], np.array([square]), np.array([projected]), counted)
        return float(gap[0]), correlations

    def _off(self, free, residual, correlations, counted):
        """Correlations (m,) of a dual point that has none with the features `free`, and the square taken off."""
        block = self._problem.source.block(self.features[free])
        taken, projected = np.zeros(len(correlations)), 0.0
        for _ in range(MOST_PROJECTIONS):
            if (np.abs(correlations[free]) <= counted[free]).all():
                break
            step, _ = least_squares_step(correlations[free], block)
            taken[free] += step
            point = residual.copy()
            self._columns.subtract(free, taken, point)
            again = self._columns.correlate(point)
            if np.abs(again[free]).max() >= np.abs(correlations[free]).max():
                break
            correlations, projected = again, self._columns.square(point - residual)
        return correlations, projected

    def _iterate(self, coef):
        """Coefficients with their residual, from scratch."""
        residual = self._target.copy()
        self._columns.subtract(np.flatnonzero(coef), coef, residual)
        self._columns.center(residual)
        return Iterate(coef, residual)

    def _rise(self, penalty, old, new):
        """The objective at one iterate less that at another, from their difference: near a minimum both are equal."""
        step, change = new.coef - old.coef, self._columns.explicit(new.residual - old.residual)
        size = penalty.l1 @ (np.abs(new.coef) - np.abs(old.coef))
        middle = self._columns.explicit(old.residual) + 0.5 * change
        return change @ middle + size + penalty.l2 @ (step * (old.coef + 0.5 * step))

    def _sweep(self, penalty, order, at):
        self.options.heed()
        order = order if self.options.selection == "cyclic" else self.options.rng.permutation(order)
        return self._columns.sweep(self._squares, penalty, order, at.coef, at.residual)
