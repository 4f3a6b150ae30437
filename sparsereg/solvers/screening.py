"""What is known of the correlations of all features: which will enter next, which cannot yet, which violate."""

import numpy as np

from .certificate import Points, certify, points_of
from .problem import weighted_squares
from .references import References

# A relative violation below this is rounding, as in the active set.
RELATIVE = 1e-11
# A column is left unread where its bound stays below alpha l1 by this part of it, far above any rounding.
SAFETY = 1e-6
# Directions read at most for a block of alphas, where too many columns would have to be read otherwise.
MOST_NEW = 4


class Screen:
    """The last two residuals of the path, and directions that tell how all features correlate with them.

    Parameters
    ----------
    problem : Problem
    residual : (n,)             of the start, where all penalised coefficients are zero
    correlations : (p,)         X~'Sr/n of it
    alpha : float               the smallest at which the start is the solution
    """

    def __init__(self, problem, residual, correlations, alpha):
        self._problem = problem
        penalty = problem.penalty
        self._is_open = bool((penalty.upper > 0).all() and (penalty.lower < 0).all())
        self._threshold = np.where(penalty.lower < penalty.upper, (1.0 - SAFETY) * penalty.l1, np.inf)
        self._references = References(problem)
        self._references.begin(residual, correlations)
        self._before, self._last = None, (alpha, residual)

    def expected(self, alpha):
        """|c_j| (p,) at alpha on the sides that the bounds leave open, from the residual and how it changed."""
        at, residual = self._last
        if self._before is not None and self._before[0] != at:
            at_before, before = self._before
            residual = residual + (alpha - at) / (at - at_before) * (residual - before)
        return self._pull(self._references.correlations(residual)[:, None], slice(None))[:, 0]

    def verify(self, alphas, coefs, features, goal, read=None):
        """One read of X: the certificate, and what violates outside `features` where the gap is above the goal.

        Parameters
        ----------
        alphas : (k,)
        coefs : (k, m)          on features (m,)
        goal : float
        read : Read or None     of these solutions, where the solver has it: X is then read for other features only

        Returns
        -------
        seen : Certificate
        n_verified : int        the alphas before the first that a feature outside violates
        violators : int array   the worst first
        """
        problem = self._problem
        known = None if read is None else (read.residuals, weighted_squares(problem.design, read.residuals))
        at = points_of(problem, alphas, coefs, features, known)
        if read is not None and at.points is at.residuals:
            seen = certify(problem, alphas, coefs, features, at, self._unsafe(alphas, at, features), read.correlations)
        else:
            # of the features only those that are part of a solution have to be read
            part = coefs.any(axis=0) | (problem.penalty.l1[features] == 0)
            support = features[part]
            seen = certify(problem, alphas, coefs[:, part], support, at, self._unsafe(alphas, at, support))
        outside = np.ones(len(self._threshold), dtype=np.bool_)
        outside[features] = False
        outside = outside[seen.others]
        others, beyond = seen.others[outside], seen.beyond[outside]
        over, violators = self._over(alphas, beyond, others)
        failing = np.flatnonzero((over > 0).any(axis=0) & (seen.gaps > goal))
        n_verified = int(failing[0]) if len(failing) else len(alphas)
        for k in range(max(n_verified - 2, 0), n_verified):
            self._before, self._last = self._last, (alphas[k], at.points[:, k].copy())
        return seen, n_verified, violators

    def missing(self, alpha, residual, features):
        """What violates outside `features` at a residual (n,) of a rough solution, the worst first."""
        problem, column = self._problem, residual[:, None]
        at = Points(column, weighted_squares(problem.design, column), column, np.zeros(1))
        alphas = np.array([alpha])
        others = self._unsafe(alphas, at, features)
        found = [block for _, block in problem.design.correlations(column, others)] or [np.zeros((0, 1))]
        return self._over(alphas, np.concatenate(found), others)[1]

    def _over(self, alphas, correlations, features):
        """By how much features violate at each alpha, and those that do, the worst first."""
        over = self._pull(correlations, features)
        over -= np.multiply.outer((1.0 + RELATIVE) * self._problem.penalty.l1[features], alphas)
        over -= self._problem.rounding[features, None]
        excess = over.max(axis=1)
        return over, features[np.argsort(-excess)][: np.count_nonzero(excess > 0)]

    def _pull(self, correlations, piece):
        """|c| (b, k) on the sides that the bounds leave open; 0 for excluded features."""
        if self._is_open:
            return np.abs(correlations)
        penalty = self._problem.penalty
        up = np.where(penalty.upper[piece, None] > 0, correlations, 0.0)
        down = np.where(penalty.lower[piece, None] < 0, -correlations, 0.0)
        return np.maximum(up, down)

    def _unsafe(self, alphas, at, support):
        """The features outside `support` that have to be read: those that the directions cannot rule out."""
        references, n_features = self._references, len(self._threshold)
        enough = int(self._problem.design.store.selective * n_features) + len(support)
        scales = alphas if alphas[-1] > 0 else np.ones(len(alphas))
        found = references.unsafe(at.points, at.squares, alphas, self._threshold, enough)
        # a read of all of X for one residual costs no more than for a direction
        for _ in range(MOST_NEW if len(alphas) > 1 else 0):
            if found is not None or not references.reach(at.points, at.squares, scales):
                break
            found = references.unsafe(at.points, at.squares, alphas, self._threshold, enough)
        if found is None and len(alphas) > 1:
            found = references.unsafe(at.points, at.squares, alphas, self._threshold, n_features)
        elif found is None:
            found = np.arange(n_features)
        outside = np.ones(n_features, dtype=np.bool_)
        outside[support] = False
        return found[outside[found]]
