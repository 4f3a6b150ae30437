"""The active set of one Gram matrix, kept from one block of alphas to the next while features are appended."""

import numpy as np

from ..kernels.active_set_path import active_set_path, adopt, bound_rounding
from ..kernels.entering import follow_null_direction
from ..kernels.state import (
    FINISHED,
    NOISY,
    NULL_STEP,
    SPENT,
    STALE_FACTOR,
    PathArrays,
    PenaltyArrays,
    empty_active_set,
)
from .memory import check_memory

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
    """

    def __init__(self, gram, penalty, floor, n_samples):
        self._n_samples = n_samples
        self.active = empty_active_set(0, 0)
        self.coef = np.zeros(0)
        self.known = UNKNOWN
        self.use(gram, penalty, floor)

    def use(self, gram, penalty, floor):
        """Go on with more features: those before come first, and their coefficients and factor stay."""
        n_features, capacity = len(floor), len(gram)
        rank = capacity if (penalty.l2 > 0).any() else min(capacity, self._n_samples + 1)
        if len(self.active.where) < n_features or len(self.active.order) < min(rank, n_features):
            check_memory(
                8 * (capacity**2 + rank**2),
                f"the Gram matrix of {capacity} features with its factor",
                "use solver='coordinate_descent', which needs neither",
            )
            self.active = _moved(self.active, empty_active_set(capacity, rank))
        self.gram, self.floor = gram, floor
        self.unit = PenaltyArrays(penalty.l1, penalty.l2, penalty.lower, penalty.upper)
        self.coef = np.concatenate([self.coef, np.zeros(n_features - len(self.coef))])

    def start(self, coef):
        """Start from coefficients (p,) within the bounds."""
        self.coef = np.clip(coef, self.unit.lower, self.unit.upper)
        inside = (self.coef != 0) & (self.coef > self.unit.lower) & (self.coef < self.unit.upper)
        support = np.flatnonzero(inside)[: len(self.active.order)]
        self.active.order[: len(support)] = support
        self.active.size[0] = len(support)
        self.active.where[:] = 0
        self.known = UNKNOWN

    def solve(self, linear, alphas):
        """Solutions for q = linear (p,) at the alphas; PathArrays."""
        n_alphas, n_features = len(alphas), len(linear)
        path = PathArrays(
            coefs=np.empty((n_alphas, n_features)),
            slopes=np.empty((n_alphas, n_features)),
            rounds=np.zeros(n_alphas, np.int64),
            states=np.zeros(n_alphas, np.int64),
            objective=np.empty(1),
        )
        gram, unit, active = self.gram, self.unit, self.active
        progress = np.array([0, 0, 0, self.known], np.int64)
        coef, slope, l1, l2 = self.coef, *np.empty((3, n_features))
        max_rounds = 50 * (n_features + 20)
        state = (progress, coef, slope, l1, l2, active, path)
        reason = SPENT
        while reason != FINISHED:  # a call ends when its budget is spent: here Ctrl-C is answered
            reason = active_set_path(gram, linear, unit, alphas, self.floor, max_rounds, *state)
            if reason == STALE_FACTOR:
                adopt(gram, l1, l2, coef, active)
            elif reason == NOISY:
                bound_rounding(gram, linear, coef, active.noise)
            elif reason == NULL_STEP:
                follow_null_direction(gram, l1, l2, unit.lower, unit.upper, coef, slope, active)
        self.known = progress[3]
        return path

    def resolve(self, linear, alphas, start):
        """The coefficients (p,) at the one alpha with another q."""
        self.start(start)
        return self.solve(linear, alphas).coefs[0]


def workspace_of(problem):
    """A workspace on the whole Gram of a problem."""
    return Workspace(problem.gram, problem.penalty, problem.rounding, problem.design.n_samples)


def _moved(old, new):
    """The larger active set `new` with the features and the factor of the old one."""
    size = old.size[0]
    new.size[0] = size
    new.order[:size] = old.order[:size]
    new.sign[:size] = old.sign[:size]
    new.where[: len(old.where)] = old.where
    new.factor[:size, :size] = old.factor[:size, :size]
    return new
