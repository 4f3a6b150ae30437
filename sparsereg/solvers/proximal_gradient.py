"""Accelerated proximal gradient: no Gram, no packed columns, X only through its products; the slow cross-check.

In the metric of the diagonal of the Gram, so that the scales of the features do not matter:

    w = clip(soft(v + t c, t l1) / (1 + t l2), lower, upper),   c = X'S(y - Xv)/n,   t_j = 1/(L G_jj)

with L at least the largest eigenvalue of G in units of its diagonal, and v beyond w on the line from the last one.

Source: Beck & Teboulle (2009), FISTA; O'Donoghue & Candes (2015), "Adaptive restart", the gradient scheme.
"""

import numpy as np

from ..results import Solution, Status
from .certificate import certify, points_of, residuals_of
from .problem import EPS, weighted_squares
from .uniqueness import Ambiguity

# Steps of the power iteration, and what is added to its result, which comes from below.
POWER_STEPS = 12
SAFETY = 1.02
# Where X shows a larger L, it grows to that and so much more.
LARGER = 1.1
# Steps until the gap is looked at, at least and as a part of those taken: each look costs as much as a step.
FEWEST_STEPS = 10
PART_OF_STEPS = 0.125
# The curvature that X shows in a step is looked at where the step is above this part of y: below, it is rounding.
VISIBLE = 1e-8


def proximal_gradient(problem, alphas, options, start=None):
    """Solutions with gap <= tol y'y/n at one alpha after the other, from X; see `solve`. max_iter counts steps."""
    descent = AcceleratedDescent(problem, problem.first_guess(start))
    goal = options.tol * problem.target_square
    for k in range(len(alphas)):
        yield descent.solve(alphas[k : k + 1], goal, options)


class AcceleratedDescent:
    """Steps from wherever the last alpha ended.

    Parameters
    ----------
    problem : Problem       of its Gram only the part of the features without penalty is asked for
    coef : (p,)             to start from, within the bounds
    """

    def __init__(self, problem, coef):
        self._problem, self._coef, self._ambiguity = problem, coef, Ambiguity(problem)
        penalty = problem.penalty
        self._movable = (problem.diagonal > 0) & (penalty.lower < penalty.upper)
        self._metric = np.where(self._movable, problem.diagonal, 1.0)
        self._curvature = SAFETY * self._largest_eigenvalue()

    def solve(self, alpha, goal, options):
        """The Solution at one alpha, an array (1,)."""
        problem, coef, max_iter = self._problem, self._coef, options.max_iter
        penalty = problem.penalty.at(alpha[0])
        residual = residuals_of(problem, coef[None])
        ahead, ahead_residual, momentum = coef, residual, 1.0
        n_steps, look, still = 0, 0, False
        while True:
            if n_steps >= look or n_steps >= max_iter or still:
                known = residual, weighted_squares(problem.design, residual)
                seen = certify(problem, alpha, coef[None], at=points_of(problem, alpha, coef[None], known=known))
                if seen.gaps[0] <= goal or n_steps >= max_iter or still:
                    break
                look = n_steps + max(FEWEST_STEPS, int(PART_OF_STEPS * n_steps))
            options.heed()
            old, old_residual = coef, residual
            coef, residual = self._step(penalty, ahead, ahead_residual)
            n_steps += 1
            step = coef - old
            still = self._metric @ step**2 <= (4 * EPS) ** 2 * (problem.target_square + self._metric @ coef**2)
            if is_uphill(self._metric * (ahead - coef), step):
                momentum = 1.0
            following = 0.5 + np.sqrt(0.25 + momentum**2)
            beyond, momentum = (momentum - 1) / following, following
            ahead, ahead_residual = coef + beyond * step, residual + beyond * (residual - old_residual)
        self._coef = coef
        missed = Status.MAX_ITER if n_steps >= max_iter else Status.INACCURATE
        # features without a penalty are part of a solution also where they are zero
        features = np.flatnonzero((coef != 0) | (self._movable & (penalty.l1 == 0)))
        return Solution(
            alphas=alpha,
            coefs=coef[None, features],
            gaps=seen.gaps,
            residual_squares=seen.residual_squares,
            target_square=problem.target_square,
            n_iter=np.array([max(n_steps, 1)]),
            statuses=[self._ambiguity.converged(alpha[0]) if seen.gaps[0] <= goal else missed],
            solver="proximal_gradient",
            features=features,
        )

    def _step(self, penalty, point, residual):
        """The step from a point (p,) with its residual (n, 1); a shorter one where L was too small."""
        problem = self._problem
        correlations = problem.design.correlate(residual)[:, 0]
        while True:
            size = np.where(self._movable, 1.0 / (self._curvature * self._metric), 0.0)
            moved = point + size * correlations
            shrunk = np.sign(moved) * np.maximum(np.abs(moved) - size * penalty.l1, 0.0) / (1.0 + size * penalty.l2)
            coef = np.clip(shrunk, penalty.lower, penalty.upper)
            after = residuals_of(problem, coef[None])
            length = self._metric @ (coef - point) ** 2
            found = weighted_squares(problem.design, after - residual)[0]
            if length <= VISIBLE**2 * problem.target_square or found <= self._curvature * length:
                return coef, after
            self._curvature = LARGER * found / length

    def _largest_eigenvalue(self):
        """Of the Gram in units of its diagonal, from below, by power iteration."""
        design, unit = self._problem.design, (self._movable / np.sqrt(self._metric))[:, None]
        vector = np.random.default_rng(0).standard_normal((len(unit), 1))
        vector /= np.linalg.norm(vector)
        largest = 1.0
        for _ in range(POWER_STEPS):
            product = unit * design.correlate(design.predict(unit * vector))
            size = np.linalg.norm(product)
            if not size > 0:
                break
            # never below 1, the mean of the eigenvalues
            largest, vector = max(size, 1.0), product / size
        return largest


def is_uphill(gradient, step):
    """Whether the last step went against the gradient mapping (p,) where it started: then its momentum is dropped."""
    return gradient @ step > 0
