"""Coordinate descent on the residual of a working set, extrapolated: for supports too large for a Gram matrix.

Two extrapolations make it fast. Along the path each alpha starts on the line through the two solutions before it; at
one alpha the last iterates are combined so that their differences nearly cancel (Anderson acceleration). Either is
taken only where it lowers the objective.
"""

import numpy as np

from ..designs.columns import pack
from ..results import Status
from .anderson import DEPTH
from .certificate import Read
from .iterates import Iterates
from .memory import check_memory
from .problem import EPS
from .residual_gap import residual_gap

# The gap is looked at where it should be this part of the goal: it falls as what an epoch moves does, and was this many
# times as large when it was last looked at, or is so at first, or is taken to be at least.
QUIETER, FIRST, LEAST = 0.5, 1.7, 0.02
# Parts of y'y/n that epochs move when features that may be missing are looked at on the way, far above the goal.
ROUGH, FAR = (1e-3, 1e-5, 1e-7), 100
# Where the goal is below this, relative to y'y/n, residuals are computed anew.
FINE = 1e-10
# Below this part of y'y, epochs that in a row of so many reach no new low of what they move are rounding.
TINY, MOST_IDLE = 1e-26, 100
# Seconds of an epoch for each feature, beside two reads: one core of 2023.
VISITING = 2e-8
# After so many epochs at an alpha, then twice as many, features that may be missing are looked at too.
PAUSE = 50
# Iterates are combined after each epoch that takes longer, in seconds; else that would cost more than it saves, as it
# does where so many epochs have not been enough.
LONG, MANY = 2e-3, 20


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
        self._iterates = Iterates(self._columns, self._columns.residual(problem.target))
        # (alpha, Iterate) of the last call and two before; the correlations of the last of them
        self._coef, self._solved, self._correlations = np.zeros(0), [], None
        self.read, self._ratio = None, FIRST
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
        self._solved, self._correlations = [], None

    def epoch_seconds(self):
        """Return about how long an epoch over all of W takes."""
        return len(self.features) * VISITING + self._columns.seconds()

    def residual(self):
        """y - X w (n,) of the last solution; 0 where the weight is 0."""
        return self._columns.unweighted(self._solved[-1][1].residual)

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
        before = None
        for k, alpha in enumerate(alphas):
            penalty = self._unit.at(alpha)
            at, listed = self._begin(alpha, penalty, before)
            rough = ROUGH if before is None else ()
            epochs[k], self._correlations, status = self._reach(alpha, penalty, goal, listed, at, rough)
            statuses.append(status)
            self._solved.append((alpha, at))
            coefs[k], before = at.coef, penalty
            read.residuals[:, k], read.correlations[k] = self._columns.unweighted(at.residual), self._correlations
        self._coef = at.coef
        self.read = read if self._is_fine(goal) else None
        return coefs, epochs, statuses

    def approach(self, alphas, part):
        """As `solve` for one alpha, until an epoch moves the objective by no more than a part of y'Sy/n.

        The gap is not looked at: this is to see which features are missing.
        """
        alpha = alphas[0]
        penalty, most = self._unit.at(alpha), self.options.max_iter
        at, listed = self._begin(alpha, penalty)
        n_epochs, unlisted, correlations = self._settle(penalty, listed, at, part, most)
        # of what was visited only non-zero coefficients are listed again
        self._correlations = np.zeros(len(at.coef))
        self._correlations[unlisted] = correlations
        self._solved.append((alpha, at))
        self._coef, self.read = at.coef, None
        status = Status.MAX_ITER if n_epochs >= most else Status.OPTIMAL
        return at.coef[None].copy(), np.array([n_epochs]), [status]

    def _begin(self, alpha, penalty, before=None):
        """Where to start at alpha, and which features to visit first; before: the penalty of `_correlations`, if known.

        Returns
        -------
        Iterate, and listed (m,)
        """
        again = bool(self._solved) and self._solved[-1][0] == alpha
        at = self._resume(alpha)
        if not again:
            self._iterates.forget()
            if len(self._solved) > 1:
                (first, old), (last, new) = self._solved[-2:]
                at = self._iterates.ahead(penalty, (first, last, alpha), (old, new), at)
        # the sequential strong rule; features that it misses are found when the gap is looked at
        threshold = penalty.l1 if before is None else 2 * penalty.l1 - before.l1
        return at, self._movable & ((at.coef != 0) | (np.abs(self._correlations) >= threshold))

    def _resume(self, alpha):
        """Where to go on: at the solution of the same alpha on a smaller W, of the one above, or at the last."""
        size = len(self.features)
        last = self._solved[-1][1] if self._solved else None
        again = [solved for solved_alpha, solved in self._solved if solved_alpha == alpha]
        self._solved = [each for each in self._solved if each[0] > alpha][-2:]
        known = again[0] if again else self._solved[-1][1] if self._solved else None
        at = self._iterates.exact(self._coef) if known is None else known.padded(size)
        old = 0 if self._correlations is None or known is not last else len(self._correlations)
        fresh = self._columns.correlate(at.residual, np.arange(old, size))
        self._correlations = np.append(self._correlations[:old], fresh) if old else fresh
        return at

    def _reach(self, alpha, penalty, goal, listed, at, rough):
        """Epochs over the listed features, in place, until the gap on W is at most the goal or nothing moves.

        Parameters
        ----------
        rough : tuple       parts of y'Sy/n at which the features that are not listed are looked at on the way

        Returns
        -------
        n_epochs : int
        correlations : (m,)         at the end
        status : Status
        """
        most, n_epochs = self.options.max_iter, 0
        for part in rough:
            if part * self._problem.target_square > FAR * goal and n_epochs < most and not listed[self._movable].all():
                spent, unlisted, correlations = self._settle(penalty, listed, at, part, most - n_epochs)
                n_epochs += spent
                listed[unlisted] = _exceeds(penalty, correlations, unlisted)
        quiet, pause = QUIETER * goal / self._ratio, PAUSE
        while True:
            order, unlisted = self._columns.streamed(np.flatnonzero(listed)), np.flatnonzero(self._movable & ~listed)
            before_look = min(pause, most - n_epochs) if len(unlisted) else most - n_epochs
            spent, moved, ended = self._descend(penalty, order, at, quiet, before_look, n_epochs)
            n_epochs += spent
            if moved > quiet and not ended and n_epochs < most:
                pause *= 2
                listed[unlisted] = _exceeds(penalty, self._columns.correlate(at.residual, unlisted), unlisted)
                continue
            if self._is_fine(goal):
                # a combination with large coefficients has multiplied the rounding of the residuals
                at.residual[:] = self._iterates.exact(at.coef).residual
            gap, correlations = residual_gap(self._problem, self._columns, self.features, alpha, at)
            missing = self._movable & ~listed & _exceeds(penalty, correlations)
            if moved > 0 and not missing.any():
                self._ratio = max(gap / moved, LEAST)
            # a gap may round to 0 while coefficients still move by the square root of rounding
            if gap <= goal and (goal > 0 or ended):
                return n_epochs, correlations, Status.OPTIMAL
            if n_epochs >= most:
                return n_epochs, correlations, Status.MAX_ITER
            if ended and not missing.any():
                return n_epochs, correlations, Status.INACCURATE
            listed = listed | missing
            if not missing.any():
                wanted = QUIETER * goal / gap if goal > 0 else 0.0
                quiet = min(moved, quiet) * min(max(wanted, 0.01), QUIETER)

    def _settle(self, penalty, listed, at, part, most):
        """Epochs over the listed features, in place, until one moves no more than a part of y'Sy/n.

        Returns
        -------
        n_epochs : int
        unlisted : int array (u,)       the other features that may move
        correlations : (u,)             theirs
        """
        order = self._columns.streamed(np.flatnonzero(listed))
        n_epochs, _, _ = self._descend(penalty, order, at, part * self._problem.target_square, most)
        unlisted = np.flatnonzero(self._movable & ~listed)
        return n_epochs, unlisted, self._columns.correlate(at.residual, unlisted)

    def _is_fine(self, goal):
        """Whether residuals are computed anew from the coefficients before the gap is looked at."""
        return goal <= FINE * self._problem.target_square

    def _descend(self, penalty, order, at, quiet, most, done=0):
        """Epochs over the features `order`, in place, until one moves less than `quiet`; `done` were there before.

        Returns
        -------
        n_epochs : int
        moved : float       by the last epoch: sum of step_j^2 (G_jj + l2_j)
        ended : bool        what moves is rounding
        """
        weights = np.sqrt(self._squares + penalty.l2)
        size = self._problem.target_square + self._squares @ at.coef**2
        rounding = (4 * EPS) ** 2 * size
        every = 1 if self.epoch_seconds() > LONG else DEPTH
        lowest, idle = np.inf, 0
        n_epochs, ended, moved = 0, False, np.inf
        while not ended and moved > quiet and n_epochs < most:
            n_epochs, start = n_epochs + 1, at.coef.copy()
            moved = self._sweep(penalty, order, at)
            idle = 0 if moved < lowest else idle + 1
            lowest = min(lowest, moved)
            ended = moved <= rounding or (idle > MOST_IDLE and lowest <= TINY * size)
            self._iterates.note(start, at)
            if moved > quiet and n_epochs % (every if done + n_epochs < MANY else DEPTH) == 0:
                best = self._iterates.combined(penalty, weights, at)
                at.coef[:], at.residual[:] = best.coef, best.residual
        return n_epochs, moved, ended

    def _sweep(self, penalty, order, at):
        self.options.heed()
        order = order if self.options.selection == "cyclic" else self.options.rng.permutation(order)
        return self._columns.sweep(self._squares, penalty, order, at.coef, at.residual)


def _exceeds(penalty, correlations, features=slice(None)):
    """Which of these features with coefficient zero violate: |c_j| > l1_j on a side that the bounds leave open."""
    l1, lower, upper = penalty.l1[features], penalty.lower[features], penalty.upper[features]
    return ((correlations > l1) & (upper > 0)) | ((correlations < -l1) & (lower < 0))
