"""The exact solutions of a path on its Gram, certified, and refined from X where the Gram is not exact enough."""

import numpy as np

from ..kernels.active_set_path import active_set_path, adopt, bound_rounding
from ..kernels.cholesky import factorize
from ..kernels.entering import DEPENDENT, follow_null_direction
from ..kernels.state import (
    FINISHED,
    NOISY,
    NULL_STEP,
    SPENT,
    STALE_FACTOR,
    STALLED,
    PathArrays,
    PenaltyArrays,
    empty_active_set,
)
from ..results import Solution, Status
from .descent import descend_to_gap
from .memory import check_memory
from .problem import EPS, gaps_from_gram, gaps_from_x
from .refinement import REFINED, refine

# Gaps below are relative to y'y/2n. A Gram is trusted as long as its gap and the one from X agree to this.
TRUST = 1e-11
# What the exact solver promises: it counts as converged up to here even for a smaller tol. A stalled solution with a
# larger gap goes to coordinate descent, for at most so many epochs.
EXACT = 1e-10
RESCUE_EPOCHS = 10_000


class Workspace:
    """The state of the active set for one Gram: allocated once, used for every target and refinement."""

    def __init__(self, problem):
        n_features, penalty = len(problem.linear), problem.penalty
        ridge = bool((penalty.l2 > 0).any())
        capacity = n_features if ridge else min(n_features, problem.design.n_samples + 1)
        check_memory(
            8 * (n_features**2 + capacity**2),
            f"the Gram matrix of {n_features} features with its factor",
            "select features first, or use solver='coordinate_descent', which needs no factor",
        )
        self.gram = problem.gram
        self.floor = 32 * EPS * np.sqrt(problem.diagonal * problem.target_square)
        self.unit = PenaltyArrays(penalty.l1, penalty.l2, penalty.lower, penalty.upper)
        self.active = empty_active_set(n_features, capacity)
        self.work = np.empty((3, n_features))

    def unpenalised(self, linear):
        """The fit of the features without penalty alone, (p,); None if there are none.

        Paths start from it: at alpha_max no penalised feature then enters by rounding.
        """
        penalised = (self.unit.l1 > 0) | (self.unit.l2 > 0)
        if penalised.all() or not penalised.any():
            return None
        lower, upper = np.where(penalised, 0.0, self.unit.lower), np.where(penalised, 0.0, self.unit.upper)
        alone = PenaltyArrays(self.unit.l1, self.unit.l2, lower, upper)
        return self.solve(linear, np.zeros(1), None, alone).coefs[0]

    def solve(self, linear, alphas, start, unit=None):
        """Run the kernel over alphas from the coefficients `start` (p,) or None; returns PathArrays."""
        unit = self.unit if unit is None else unit
        n_alphas, n_features = len(alphas), len(linear)
        coef = np.zeros(n_features) if start is None else np.clip(start, unit.lower, unit.upper)
        support = np.flatnonzero((coef != 0) & (coef > unit.lower) & (coef < unit.upper))
        size = min(len(support), len(self.active.order))
        self.active.order[:size] = support[:size]
        self.active.size[0] = size
        self.active.where[:] = 0
        path = PathArrays(
            coefs=np.empty((n_alphas, n_features)),
            slopes=np.empty((n_alphas, n_features)),
            rounds=np.zeros(n_alphas, np.int64),
            states=np.zeros(n_alphas, np.int64),
            objective=np.empty(1),
        )
        progress = np.array([0, 0, 0, -1], np.int64)  # the factor is not that of the start
        slope, l1, l2 = self.work
        max_rounds = 50 * (n_features + 20)
        state = (coef, slope, l1, l2, self.active)
        reason = SPENT
        while reason != FINISHED:  # a call ends when its budget is spent: here Ctrl-C is answered
            reason = active_set_path(self.gram, linear, unit, alphas, self.floor, max_rounds, progress, *state, path)
            if reason == STALE_FACTOR:
                adopt(self.gram, l1, l2, coef, self.active)
            elif reason == NOISY:
                bound_rounding(self.gram, linear, coef, self.active.noise)
            elif reason == NULL_STEP:
                follow_null_direction(self.gram, l1, l2, unit.lower, unit.upper, coef, slope, self.active)
        return path

    def resolve(self, linear, alphas, start):
        """The coefficients (p,) at the one alpha with another q."""
        return self.solve(linear, alphas, start).coefs[0]


def active_set(problem, alphas, options, start=None):
    """Exact solutions at every alpha; see `Solution`. max_iter counts refinements and never stops an exact solve."""
    workspace = Workspace(problem)
    start = workspace.unpenalised(problem.linear) if start is None else problem.first_guess(start)
    path = workspace.solve(problem.linear, alphas, start)
    n_iter = np.ones(len(alphas), dtype=np.int64)
    half = 0.5 * problem.target_square
    gaps, squares = np.full(len(alphas), np.inf), np.full(len(alphas), np.inf)
    pending = np.arange(len(alphas))
    if len(alphas) > 1:
        gaps, _, squares = gaps_from_gram(problem, alphas, path.coefs, path.slopes)
        seen, seen_squares, _ = gaps_from_x(problem, alphas[-1:], path.coefs[-1:])
        if abs(seen[0] - gaps[-1]) <= TRUST * half and gaps.max() <= TRUST * half:
            gaps[-1:], squares[-1:] = seen, seen_squares
            pending = pending[-1:] if seen[0] > REFINED * half else pending[:0]
    if len(pending):
        refine(problem, alphas, workspace.resolve, path.coefs, gaps, squares, n_iter, pending)
    states = path.states
    for k in np.flatnonzero((states == STALLED) & (gaps > EXACT * half)):
        _rescue(problem, alphas, path, gaps, squares, n_iter, k)
    dependent = _unpenalised_are_dependent(problem, alphas, workspace)
    statuses = []
    for k in range(len(alphas)):
        if gaps[k] > max(options.tol * problem.target_square, EXACT * half):
            statuses.append(Status.STALLED if states[k] == STALLED else Status.INACCURATE)
        else:
            statuses.append(Status.NOT_UNIQUE if dependent[k] else Status.OPTIMAL)
    return Solution(alphas, path.coefs, gaps, squares, problem.target_square, n_iter, statuses, "active_set")


def _rescue(problem, alphas, path, gaps, squares, n_iter, k):
    """Coordinate descent from where the active set stalled; kept where its gap is smaller."""
    half = 0.5 * problem.target_square
    coef, epochs = descend_to_gap(
        problem,
        alphas[k],
        path.coefs[k].copy(),
        EXACT * half,
        RESCUE_EPOCHS,
        lambda: np.arange(len(path.coefs[k])),
    )
    found, found_squares, _ = gaps_from_x(problem, alphas[k : k + 1], coef[None])
    n_iter[k] += epochs
    if found[0] < gaps[k]:
        gaps[k], squares[k], path.coefs[k] = found[0], found_squares[0], coef


def _unpenalised_are_dependent(problem, alphas, workspace):
    """Whether the features without penalty at each alpha are linearly dependent: then any minimiser is one of many."""
    penalty, result = problem.penalty, np.zeros(len(alphas), dtype=bool)
    movable = (penalty.lower < penalty.upper) & (problem.diagonal > 0)
    for k, alpha in enumerate(alphas):
        if alpha > 0 and k > 0 and alphas[k - 1] > 0:
            result[k] = result[k - 1]  # the same features as at the alpha before
            continue
        free = movable & (alpha * penalty.l1 == 0) & (alpha * penalty.l2 == 0)
        order = np.flatnonzero(free)
        factor = workspace.active.factor
        none = np.zeros(len(free))
        result[k] = len(order) > len(factor) or (
            len(order) > 0 and factorize(problem.gram, none, order, len(order), DEPENDENT, factor) >= 0
        )
    return result
