"""The relaxed Lasso: least squares on the features that each solution of a path keeps, and what lies between."""

from dataclasses import replace
from functools import partial

import numpy as np
from scipy.linalg import cho_solve, lapack

from ..penalties import Penalty
from ..results import Status
from ..solvers.interruptible import call_interruptibly
from ..solvers.least_squares import solve
from ..solvers.memory import check_memory
from ..solvers.options import Options
from ..solvers.problem import weighted_squares
from .active import rounding_of
from .criteria import n_observations
from .degrees import regular_factor

# A coefficient that adds less than this part of y to the predictions is none: on a knot of the path, as the first alpha
# of a grid is, a solver may leave rounding instead of 0, to which least squares would give its full size.
LEAST = 1e-12
# Residuals (n, k) are formed for so many alphas together.
ALPHAS_PER_READ = 16
# Steps from X: each leaves the rounding of the Gram matrix times the condition of the features.
MOST_STEPS = 4
# A gap below this part of y'y/2n is rounding.
REFINED = 1e-14
# Elements of factors that are kept from one step to the next: 64 MB.
ELEMENTS = 2**23
# Beyond a bound by more than this part of the size of the coefficients is no rounding.
BEYOND = 1e-12


def between(gammas, problem, solution, accurate):
    """What `Setting.variants` asks for: for each gamma the Solution gamma Lasso + (1 - gamma) least squares."""
    if all(gamma == 1 for gamma in gammas):
        return [solution] * len(gammas)
    relaxed = relax(problem, solution, from_x=not accurate)
    return [blend(gamma, solution, relaxed) for gamma in gammas]


def blend(gamma, solution, relaxed):
    """The solution whose coefficients are gamma times those of one, and 1 - gamma times those of the other."""
    if gamma == 1:
        return solution
    coefs = relaxed.coefs if gamma == 0 else gamma * solution.coefs + (1 - gamma) * relaxed.coefs
    return replace(solution, coefs=coefs)


def relax(problem, solution, from_x=True):
    """Least squares, within the bounds, on the features that each solution keeps.

    Where these are dependent it is the fit that is nearest to the Lasso's coefficients, each times the root of the mean
    square of its feature. A solution that keeps so many features that least squares would leave no degree of freedom
    (with the intercept as many as there are rows with a weight, or more) stays as it is.

    Parameters
    ----------
    problem : Problem
    solution : Solution
    from_x : bool         refine on X, and certify: gaps are how far 1/(2n) ||y - Xw||^2 is above its minimum over the
                          coefficients of those features. Else the Gram matrix is trusted, and gaps and squares of the
                          residuals are left to be those of the Lasso

    Returns
    -------
    Solution              of the same features

    Source: Meinshausen (2007), "Relaxed Lasso"; in this form Hastie, Tibshirani & Tibshirani (2020), "Best subset,
    forward stepwise or Lasso?", section 2.
    """
    kept = _Kept(problem, solution)
    coefs, gaps, squares = solution.coefs.copy(), solution.gaps.copy(), solution.residual_squares.copy()
    statuses = list(solution.statuses)
    scaled = np.where(kept.mask, coefs[:, kept.places], 0.0) * kept.size
    scaled += kept.steps(slice(None), kept.linear - scaled @ kept.gram)
    outside = kept.relaxed & kept.is_outside(scaled)
    inside = kept.relaxed & ~outside
    if from_x:
        rows = np.flatnonzero(inside)
        for first in range(0, len(rows), ALPHAS_PER_READ):
            some = rows[first : first + ALPHAS_PER_READ]
            scaled[some], gaps[some], squares[some] = kept.refined(some, scaled[some])
    coefs[kept.relaxed] = 0.0
    coefs[np.ix_(inside, kept.places)] = scaled[inside] / kept.size
    for k in np.flatnonzero(outside):
        positions, found = kept.bounded(k)
        coefs[k, kept.places[positions]] = found.coefs[0]
        gaps[k], squares[k], statuses[k] = found.gaps[0], found.residual_squares[0], found.statuses[0]
    for k in np.flatnonzero(inside):
        statuses[k] = Status.NOT_UNIQUE if kept.is_dependent[k] else Status.OPTIMAL
    return replace(solution, coefs=coefs, gaps=gaps, residual_squares=squares, statuses=statuses)


class _Kept:
    """The features that the solutions of a path keep, scaled to a mean square of one, and least squares on them.

    Attributes
    ----------
    relaxed : bool (K,)         the solutions that least squares takes the place of
    places : int (m,)           columns of the coefficients that any of these keeps, in the order of their entry
    mask : bool (K, m)          which each keeps; none where it is not relaxed
    size : (m,)                 roots of their mean squares
    gram, linear : (m, m), (m,) in these units
    is_dependent : bool (K,)
    """

    def __init__(self, problem, solution):
        self._problem = problem
        features = np.arange(solution.coefs.shape[1]) if solution.features is None else solution.features
        penalty, size = problem.penalty.select(features), np.sqrt(problem.diagonal[features])
        least = LEAST * np.sqrt(problem.target_square)
        free = (penalty.l1 == 0) & (penalty.lower < penalty.upper)
        mask = ((np.abs(solution.coefs) * size > least) | free) & (size > 0)
        n_kept = mask.sum(axis=1)
        self.relaxed = (n_kept > 0) & (n_kept + problem.design.centered < n_observations(problem.design))
        mask &= self.relaxed[:, None]
        self.places = np.flatnonzero(mask.any(axis=0))
        self.places = self.places[np.argsort(mask[:, self.places].argmax(axis=0), kind="stable")]
        self.mask, self.size = mask[:, self.places], size[self.places]
        self._features, self._penalty = features[self.places], penalty.select(self.places)
        n_places = len(self.places)
        what = f"least squares on subsets of {n_places} features"
        check_memory(3 * 8 * n_places**2, what, "end the path early by max_features")
        self.gram = problem.source.block(self._features) if n_places else np.zeros((0, 0))
        self.gram /= np.multiply.outer(self.size, self.size)
        self.linear = problem.linear[self._features] / self.size
        groups, self._group = np.unique(self.mask, axis=0, return_inverse=True)
        self._group = self._group.ravel()
        self._supports = [np.flatnonzero(group) for group in groups]
        self._solvers = {}
        self._keeps = sum(len(support) ** 2 for support in self._supports) <= ELEMENTS
        self._leading = self._factor_of_first(max(map(len, self._supports), default=0))
        self.is_dependent = np.zeros(len(mask), dtype=bool)

    def steps(self, rows, slopes):
        """Steps (k, m) of some solutions to least squares on what each keeps, for slopes X'Sr/n (k, m)."""
        steps = np.zeros_like(slopes)
        group = self._group[rows]
        for index in np.unique(group):
            support = self._supports[index]
            if len(support):
                some = np.flatnonzero(group == index)
                steps[np.ix_(some, support)] = self._solver(index)(slopes[np.ix_(some, support)].T).T
        return steps

    def refined(self, rows, scaled):
        """Some solutions (k, m) improved by what X says of their residuals, with gaps and mean squares (k,)."""
        problem, half = self._problem, 0.5 * self._problem.target_square
        best, gaps, squares = scaled.copy(), np.full(len(rows), np.inf), np.empty(len(rows))
        pending = np.arange(len(rows))
        for _ in range(MOST_STEPS):
            coefs = scaled[pending] / self.size
            residuals = problem.target[:, None] - problem.design.predict(np.ascontiguousarray(coefs.T), self._features)
            slopes = problem.design.correlate(residuals, self._features).T / self.size
            slopes = np.where(self.mask[rows[pending]], slopes, 0.0)
            steps = self.steps(rows[pending], slopes)
            found = 0.5 * np.einsum("km,km->k", steps, slopes)
            better = found < gaps[pending]
            place = pending[better]
            best[place], gaps[place] = scaled[place], found[better]
            squares[place] = weighted_squares(problem.design, residuals[:, better])
            scaled[pending] += steps
            pending = place[gaps[place] > REFINED * half]
            if not len(pending):
                break
        return best, gaps, squares

    def is_outside(self, scaled):
        """Whether solutions (K, m) are beyond a bound, (K,)."""
        coefs = scaled / self.size
        margin = BEYOND * np.abs(coefs).max(axis=1, initial=0.0, keepdims=True)
        return ((coefs < self._penalty.lower - margin) | (coefs > self._penalty.upper + margin)).any(axis=1)

    def bounded(self, k):
        """The positions (a,) of what the k-th solution keeps, and the Solution of least squares within the bounds."""
        positions = np.flatnonzero(self.mask[k])
        some, none = self._penalty.select(positions), np.zeros(len(positions))
        gram = self.gram[np.ix_(positions, positions)] * np.multiply.outer(self.size[positions], self.size[positions])
        problem = self._problem.select(self._features[positions], gram)
        problem = replace(problem, penalty=Penalty(none, none, some.lower, some.upper))
        return positions, solve(problem, np.zeros(1), "active_set", Options())

    def _factor_of_first(self, count):
        """Cholesky's factor of the first features, at most so many and as many as are independent.

        Features that enter one after the other and stay make supports whose factors are parts of this one.
        """
        if not count:
            return np.zeros((0, 0))
        factorize = partial(lapack.dpotrf, lower=1, clean=1)
        factor, failed = call_interruptibly(factorize, self.gram[:count, :count], cost=count**3 / 3)
        rounding = rounding_of(self._problem, self._features[:count])
        pivots = np.square(factor.diagonal())[: failed - 1 if failed else count]
        dependent = pivots <= rounding
        n_regular = int(np.argmax(dependent)) if dependent.any() else len(pivots)
        return factor[:n_regular, :n_regular]

    def _solver(self, index):
        """What solves for the step on one of the supports, kept where all fit the memory set aside."""
        if index in self._solvers:
            return self._solvers[index]
        support = self._supports[index]
        n_kept = len(support)
        factor = None
        if n_kept <= len(self._leading) and support[-1] == n_kept - 1:
            factor = self._leading[:n_kept, :n_kept]
        else:
            gram, rounding = self.gram[np.ix_(support, support)], rounding_of(self._problem, self._features[support])
            factor = regular_factor(gram, rounding)
        if factor is not None:
            solver = partial(cho_solve, (factor, True), check_finite=False)
        else:
            self.is_dependent |= self._group == index
            values, vectors = call_interruptibly(np.linalg.eigh, gram, cost=9 * n_kept**3)
            vectors, values = vectors[:, values > rounding], values[values > rounding, None]
            solver = partial(_project, vectors, values)
        if self._keeps:
            self._solvers[index] = solver
        return solver


def _project(vectors, values, slopes):
    """The shortest step for slopes (a, k)."""
    return vectors @ ((vectors.T @ slopes) / values)
