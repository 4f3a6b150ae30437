"""What is known of the correlations of all features: which will enter next, which cannot yet, which violate."""

import numpy as np

from .certificate import certify, residuals_of
from .problem import weighted_squares

# A relative violation below this is rounding, as in the active set.
RELATIVE = 1e-11
# A column is left unread where its bound stays below alpha l1 by this part of it, far above any rounding.
SAFETY = 1e-6
# Where more than this part of the columns would have to be read, all are: fresh correlations are worth that.
REFRESH = 0.25


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
        self._rate = correlations / alpha if alpha > 0 else np.zeros_like(correlations)
        self._at = np.full(len(correlations), alpha)
        self._norm = np.sqrt(problem.diagonal)
        self._refer(residual, correlations)

    def expected(self, alpha):
        """Features expected to be non-zero at alpha or nearly so: |c_j| / l1_j (p,), their correlation extrapolated."""
        predicted = self._seen + self._rate * (alpha - self._at)
        return self._pull(predicted[:, None], slice(None))[:, 0]

    def verify(self, alphas, coefs, features):
        """One read of X: the certificate, and what violates outside `features`.

        Returns
        -------
        seen : Certificate
        n_verified : int        the alphas before the first that a feature outside violates
        violators : int array   the worst first
        """
        problem = self._problem
        residuals = residuals_of(problem, coefs, features)
        columns = self._unsafe(alphas, residuals, features)
        outside = np.ones(len(self._seen), dtype=bool)
        outside[features] = False
        excess = np.zeros(len(self._seen))
        worst = np.full(len(alphas), -np.inf)
        kept = np.empty((3, len(self._seen)))
        penalty, rounding = problem.penalty, problem.rounding

        def visit(piece, block):
            over = self._pull(block, piece)
            over -= np.multiply.outer((1.0 + RELATIVE) * penalty.l1[piece], alphas)
            over -= rounding[piece, None]
            over[~outside[piece]] = -1.0
            np.maximum(worst, over.max(axis=0), out=worst)
            excess[piece] = over.max(axis=1)
            kept[0, piece], kept[1, piece], kept[2, piece] = (
                block[:, 0],
                block[:, max(len(alphas) - 2, 0)],
                block[:, -1],
            )

        seen = certify(problem, alphas, coefs, features, residuals, columns, visit)
        failing = np.flatnonzero(worst > 0)
        n_verified = int(failing[0]) if len(failing) else len(alphas)
        violators = np.flatnonzero(excess > 0)
        violators = violators[np.argsort(-excess[violators])]
        read = slice(None) if columns is None else columns
        if n_verified == len(alphas):
            self._learn(read, alphas[-1], kept[2], alphas[-2] if len(alphas) > 1 else None, kept[1])
            if columns is None:
                self._refer(residuals[:, -1:], kept[2])
        elif n_verified > 0:
            self._learn(read, alphas[0], kept[0], None, None)
            if columns is None:
                self._refer(residuals[:, :1], kept[0])
        return seen, n_verified, violators

    def _pull(self, correlations, piece):
        """|c| (b, k) on the sides that the bounds leave open; 0 for excluded features."""
        penalty = self._problem.penalty
        up = np.where(penalty.upper[piece, None] > 0, correlations, 0.0)
        down = np.where(penalty.lower[piece, None] < 0, -correlations, 0.0)
        return np.maximum(up, down)

    def _learn(self, read, alpha, now, alpha_before, before):
        """Take note of the correlations (p,) at alpha, and of their rate from the two last alphas."""
        now = now[read]
        if alpha_before is None:
            step = alpha - self._at[read]
            change = now - self._seen[read]
            moved = step != 0
            rate = np.divide(change, step, out=self._rate[read].copy(), where=moved)
        else:
            rate = (now - before[read]) / (alpha - alpha_before)
        self._rate[read] = rate
        self._seen[read] = now
        self._at[read] = alpha

    def _refer(self, residual, correlations):
        """Remember a residual (n, 1) whose correlations with all features are known."""
        self._reference = residual.copy()
        self._reference_square = weighted_squares(self._problem.design, residual)[0]
        self._reference_size = np.abs(correlations)

    def _unsafe(self, alphas, residuals, features):
        """The columns that have to be read: those in `features` and those that the reference cannot rule out.

        With r = t r0 + e, t r0 the part of r along the reference r0, |c_j(r)| <= |t| |c_j(r0)| + ||x_j|| ||e||.
        """
        if self._reference_square == 0:
            return None
        problem, design = self._problem, self._problem.design
        n = design.n_samples
        weighted = self._reference if design.weights is None else design.weights[:, None] * self._reference
        along = (weighted[:, 0] @ residuals) / (n * self._reference_square)
        distance = np.sqrt(weighted_squares(design, residuals - self._reference * along))
        needed = np.zeros(len(self._seen), dtype=bool)
        for part, rest, alpha in zip(np.abs(along), distance, alphas, strict=True):
            needed |= part * self._reference_size + rest * self._norm >= (1.0 - SAFETY) * alpha * problem.penalty.l1
        needed &= problem.penalty.lower < problem.penalty.upper
        needed[features] = True
        return np.flatnonzero(needed) if np.count_nonzero(needed) <= REFRESH * len(needed) else None
