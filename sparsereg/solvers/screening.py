"""What is known of the correlations of all features: which will enter next, which cannot yet, which violate."""

import numpy as np

from ..kernels.screening import mark_unsafe
from .certificate import certify, residuals_of
from .problem import EPS, weighted_squares

# A relative violation below this is rounding, as in the active set.
RELATIVE = 1e-11
# A column is left unread where its bound stays below alpha l1 by this part of it, far above any rounding.
SAFETY = 1e-6
# Where more than this part of the columns would have to be read, all are: fresh correlations are worth that.
REFRESH = 0.25
# The square of a distance from the reference is uncertain by this part of r'r, and EPS for each row.
HIDDEN = 1e-14


class Screen:
    """Correlations of every feature as last seen, with how they change with alpha.

    Parameters
    ----------
    problem : Problem
    residual : (n, 1)           of the start, where all penalised coefficients are zero
    correlations : (p,)         X~'Sr/n of it
    alpha : float               the smallest at which the start is the solution
    """

    def __init__(self, problem, residual, correlations, alpha):
        self._problem = problem
        self._seen = correlations.copy()
        self._rate = np.zeros_like(correlations)
        self._at = np.full(len(correlations), alpha)
        self._norm = np.sqrt(problem.diagonal)
        penalty = problem.penalty
        self._threshold = np.where(penalty.lower < penalty.upper, (1.0 - SAFETY) * penalty.l1, np.inf)
        # where a feature has no penalty the dual point is not the residual, of which alone the bound speaks
        self._is_projected = bool(((penalty.l1 == 0) & (penalty.l2 == 0) & (penalty.lower < penalty.upper)).any())
        self._refer(residual, correlations)

    def expected(self, alpha):
        """|c_j| (p,) at alpha on the sides that the bounds leave open, from what was seen last and how it changed."""
        predicted = self._seen + self._rate * (alpha - self._at)
        return self._pull(predicted[:, None], slice(None))[:, 0]

    def verify(self, alphas, coefs, features, goal):
        """One read of X: the certificate, and what violates outside `features` where the gap is above the goal.

        Returns
        -------
        seen : Certificate
        n_verified : int        the alphas before the first that a feature outside violates
        violators : int array   the worst first
        """
        problem = self._problem
        residuals = residuals_of(problem, coefs, features)
        squares = weighted_squares(problem.design, residuals)
        columns = self._unsafe(alphas, residuals, squares, features)
        kept = np.empty((3, len(self._seen)))

        def visit(piece, block):
            kept[:, piece] = block[:, self._kept(len(alphas))].T

        seen = certify(problem, alphas, coefs, features, (residuals, squares), columns, visit)
        over = self._pull(seen.beyond, seen.others)
        over -= np.multiply.outer((1.0 + RELATIVE) * problem.penalty.l1[seen.others], alphas)
        over -= problem.rounding[seen.others, None]
        failing = np.flatnonzero((over > 0).any(axis=0) & (seen.gaps > goal))
        n_verified = int(failing[0]) if len(failing) else len(alphas)
        excess = over.max(axis=1)
        violators = seen.others[np.argsort(-excess)][: np.count_nonzero(excess > 0)]
        read = slice(None) if columns is None else columns
        first, before, last = kept
        if n_verified == len(alphas):
            self._learn(read, alphas[-1], last, alphas[-2] if len(alphas) > 1 else None, before)
            if columns is None:
                self._refer(residuals[:, -1:], last)
        elif n_verified > 0:
            self._learn(read, alphas[0], first, None, None)
            if columns is None:
                self._refer(residuals[:, :1], first)
        return seen, n_verified, violators

    @staticmethod
    def _kept(n_alphas):
        """Of which alphas of a block the correlations are kept: the first, the one before the last, the last."""
        return [0, max(n_alphas - 2, 0), n_alphas - 1]

    def _pull(self, correlations, piece):
        """|c| (b, k) on the sides that the bounds leave open; 0 for excluded features."""
        penalty = self._problem.penalty
        up = np.where(penalty.upper[piece, None] > 0, correlations, 0.0)
        down = np.where(penalty.lower[piece, None] < 0, -correlations, 0.0)
        return np.maximum(up, down)

    def _learn(self, read, alpha, now, alpha_before, before):
        """Take note of the correlations (p,) at alpha, and of their rate from the two last alphas."""
        now = now[read]
        if alpha_before is None or alpha_before == alpha:
            step, change = alpha - self._at[read], now - self._seen[read]
            self._rate[read] = np.divide(change, step, out=self._rate[read].copy(), where=step != 0)
        else:
            self._rate[read] = (now - before[read]) / (alpha - alpha_before)
        self._seen[read] = now
        self._at[read] = alpha

    def _refer(self, residual, correlations):
        """Remember a residual (n, 1) whose correlations with all features are known."""
        self._reference = residual.copy()
        self._reference_square = weighted_squares(self._problem.design, residual)[0]
        self._reference_size = np.abs(correlations)

    def _unsafe(self, alphas, residuals, squares, features):
        """The columns that have to be read: those in `features` and those that the reference cannot rule out.

        With r = t r0 + e, t r0 the part of r along the reference r0, |c_j(r)| <= |t| |c_j(r0)| + ||x_j|| ||e||.
        """
        if self._reference_square == 0 or self._is_projected:
            return None
        design = self._problem.design
        weighted = self._reference if design.weights is None else design.weights[:, None] * self._reference
        along = (weighted[:, 0] @ residuals) / (design.n_samples * self._reference_square)
        # Pythagoras, and what its rounding may hide
        hidden = HIDDEN + EPS * design.n_samples
        left = np.maximum(squares - along * along * self._reference_square, 0.0) + hidden * squares
        distance = np.sqrt(left)
        needed = np.zeros(len(self._seen), dtype=np.bool_)
        needed[features] = True
        most = int(REFRESH * len(needed))
        count = mark_unsafe(
            self._reference_size, self._norm, np.abs(along), distance, alphas, self._threshold, most, needed
        )
        return np.flatnonzero(needed) if count <= most else None
