"""The active set of one Gram matrix, kept from one block of alphas to the next while features are appended."""

import numpy as np
from scipy.linalg.lapack import dpotrf

from ..kernels.active_set_path import FACTORING, active_set_path, adopt, bound_rounding
from ..kernels.entering import DEPENDENT, follow_null_direction
from ..kernels.state import (
    FINISHED,
    IN,
    NOISY,
    NULL_STEP,
    OUT,
    SOLVED,
    SPENT,
    STALE_FACTOR,
    PathArrays,
    PenaltyArrays,
    empty_active_set,
)
from .gram_epochs import Epochs
from .interruptible import call_interruptibly
from .memory import check_memory
from .options import go_on

# So many features are factored by LAPACK: six times as fast as the kernel at 1000, but for fewer not worth the calls.
LARGE = 64
# Epochs at an alpha are tried where so many, or as many as the last alpha took, cost no more than the active set did at
# the alphas before, for no more than it cost; where these fail, not before so many times as many do.
FEWEST_EPOCHS, AGAIN = 60, 4
# What an alpha has cost the active set, over the square of its size, before it has spent the budget of a call.
UNTRIED = 0.0
# What `known` says of the factor, as the kernel has it.
UNKNOWN = -1


class Workspace:
    """Exact solutions on a Gram matrix, each started from the last.

    Parameters
    ----------
    gram : float64 array (capacity, capacity), C order     G of the first p features in its corner
    penalty : Penalty (p,)                                 per unit of alpha
    floor : float64 array (p,)                             a violation below it is rounding
    n_samples : int
    coarse : bool       G is of float32, which does not tell what depends linearly on the active features: ask nobody

    Attributes
    ----------
    coef : float64 array (p,)       the last solution, or where the next one starts
    by_epochs : bool                whether epochs found it, to a gap of at most 8 eps y'y/2n
    """

    def __init__(self, gram, penalty, floor, n_samples, coarse=False):
        self._n_samples, self._coarse = n_samples, coarse
        self.active = empty_active_set(0, 0)
        self.coef, self.by_epochs = np.zeros(0), False
        self.known = UNKNOWN
        self._per_square, self._needed = UNTRIED, FEWEST_EPOCHS
        self.use(gram, penalty, floor)

    def use(self, gram, penalty, floor):
        """Go on with more features: those before come first, and their coefficients and factor stay."""
        n_features, capacity = len(floor), len(gram)
        rank = capacity if (penalty.l2 > 0).any() else min(capacity, self._n_samples + 1)
        if len(self.active.where) < n_features or len(self.active.order) < min(rank, n_features):
            self.active = _moved(self.active, empty_active_set(capacity, rank))
        self.gram, self.floor = gram, floor
        self.unit = PenaltyArrays(penalty.l1, penalty.l2, penalty.lower, penalty.upper)
        self.coef = np.concatenate([self.coef, np.zeros(n_features - len(self.coef))])

    def start(self, coef):
        """Start from coefficients (p,) within the bounds."""
        np.clip(coef, self.unit.lower, self.unit.upper, out=self.coef)
        inside = (self.coef != 0) & (self.coef > self.unit.lower) & (self.coef < self.unit.upper)
        support = np.flatnonzero(inside)[: len(self.active.order)]
        self.active.order[: len(support)] = support
        self.active.size[0] = len(support)
        self.active.spent[0] = 0
        self.active.where[:] = 0
        self.known = UNKNOWN

    def solve(self, linear, alphas, heed=go_on):
        """Solutions for q = linear (p,) at the alphas; PathArrays. heed: as in `Options`.

        None where G is coarse and a feature depends on the active ones, as far as it tells.
        """
        n_alphas, n_features = len(alphas), len(linear)
        path = PathArrays(
            coefs=np.empty((n_alphas, n_features)),
            slopes=np.empty((n_alphas, n_features)),
            rounds=np.zeros(n_alphas, np.int64),
            states=np.zeros(n_alphas, np.int64),
            objective=np.empty(1),
        )
        gram, unit, active = self.gram, self.unit, self.active
        progress = np.array([0, 0, 0, self.known, 0], np.int64)
        coef, slope, l1, l2 = self.coef, *np.empty((3, n_features))
        max_rounds = 50 * (n_features + 20)
        state = (progress, coef, slope, l1, l2, active, path)
        reason = SPENT
        work, since = 0, 0
        self.by_epochs = False
        while reason != FINISHED:  # a call ends when its budget is spent: here Ctrl-C is answered
            heed()
            if reason == SPENT and self._per_square > 0:
                self._by_epochs(linear, alphas, progress, path, heed)
                work, since = (work, since) if progress[0] == since else (0, progress[0])
                if progress[0] == n_alphas:
                    self.by_epochs = True
                    break
            reason = active_set_path(gram, linear, unit, alphas, self.floor, max_rounds, *state)
            work += progress[4]
            if reason == STALE_FACTOR:
                work += FACTORING * active.size[0] ** 3
                if active.size[0] < LARGE or not _adopt_by_lapack(gram, l1, l2, unit, coef, slope, active):
                    adopt(gram, l1, l2, coef, active)
            elif reason == NOISY:
                bound_rounding(gram, linear, coef, active.noise)
            elif reason == NULL_STEP and self._coarse:
                return None
            elif reason == NULL_STEP:
                follow_null_direction(gram, l1, l2, unit.lower, unit.upper, coef, slope, active)
            if reason == SPENT:
                self._per_square = work / max(progress[0] - since, 1) / max(active.size[0], 1) ** 2
                work, since = (work, since) if progress[0] == since else (0, progress[0])
        self.known = progress[3]
        return path

    def _by_epochs(self, linear, alphas, progress, path, heed):
        """Solve for alphas[progress[0]:] as long as epochs cost less than what the active set has cost; in place."""
        epochs, at = Epochs(self.gram, self.unit, self.floor), None
        for i in range(int(progress[0]), len(alphas)):
            n_active = np.count_nonzero(self.coef)
            as_many = epochs.count(n_active, self._per_square * n_active**2)
            if as_many < self._needed or not epochs.are_strong(alphas[i]):
                break
            at = epochs.start(linear, self.coef) if at is None else at
            if i >= 2:
                at = epochs.ahead(linear, alphas[i - 2 : i + 1], path.coefs[i - 2 : i], at)
            at, self._needed, reached = epochs.solve(linear, alphas[i], at, as_many, heed)
            self.start(at.coef)
            progress[:4] = i, 0, 0, UNKNOWN
            if not reached:
                self._needed *= AGAIN
                break
            path.coefs[i], path.slopes[i] = at
            path.rounds[i], path.states[i] = self._needed, SOLVED
            progress[0] = i + 1

    def resolve(self, linear, alphas, start):
        """The coefficients (p,) at the one alpha with another q."""
        self.start(start)
        return self.solve(linear, alphas).coefs[0]


def _adopt_by_lapack(gram, l1, l2, unit, coef, slope, active):
    """What `adopt` does, by LAPACK, and the worst violators enter at once; False if a pivot is too small for that.

    In that case nothing has changed.
    """
    order = active.order[: active.size[0]]
    kept = order[(l1[order] == 0.0) | (coef[order] != 0.0)]
    pull = np.where(unit.upper > 0.0, slope, 0.0)
    pull = np.where((unit.lower < 0.0) & (slope < 0.0), -slope, pull) - l1
    pull[(coef != 0.0) | (active.where[: len(coef)] != OUT)] = 0.0
    entering = np.flatnonzero(pull > 0.0)
    most = min(len(kept) // 4, len(active.order) - len(kept))
    if len(entering) > most:
        entering = entering[np.argpartition(-pull[entering], most)[:most]] if most > 0 else entering[:0]
    chosen = np.concatenate([kept, entering])
    signs = np.sign(np.concatenate([coef[kept], slope[entering]]))
    hessian = gram[np.ix_(chosen, chosen)]
    hessian[np.diag_indices_from(hessian)] += l2[chosen]
    diagonal = hessian.diagonal().copy()
    # LAPACK sees the transpose of an array in C order: its lower triangle is our upper one
    factor, failed = call_interruptibly(dpotrf, hessian.T, 1, 0, 1, cost=len(chosen) ** 3 / 3)
    if failed or (np.square(factor.diagonal()) <= DEPENDENT * diagonal).any():
        return False
    size = len(chosen)
    active.where[order] = OUT
    active.where[chosen] = IN
    active.order[:size] = chosen
    active.sign[:size] = np.where(l1[chosen] == 0.0, 0.0, signs)
    active.factor[:size, :size] = factor.T
    active.held[:size] = l2[chosen]
    active.size[0] = size
    active.spent[0] = 0.0
    return True


def workspace_of(problem, single=None):
    """A workspace on the whole Gram of a problem, or on `single`, one of float32."""
    n_features, n_samples = len(problem.linear), problem.design.n_samples
    check_memory(
        2 * 8 * n_features**2,
        f"the Gram matrix of {n_features} features with its factor",
        "use solver='working_set', which needs that of a few",
    )
    if single is None:
        return Workspace(problem.gram, problem.penalty, problem.rounding, n_samples)
    return Workspace(single, problem.penalty, problem.rounding, n_samples, coarse=True)


def _moved(old, new):
    """The larger active set `new` with the features and the factor of the old one."""
    size = old.size[0]
    new.size[0] = size
    new.order[:size] = old.order[:size]
    new.sign[:size] = old.sign[:size]
    new.held[:size] = old.held[:size]
    new.spent[0] = old.spent[0]
    new.where[: len(old.where)] = old.where
    new.factor[:size, :size] = old.factor[:size, :size]
    return new
