"""Coefficients with their residual: a combination of them has the same combination of residuals, and needs no read."""

from dataclasses import dataclass

import numpy as np

from .anderson import DEPTH, mixture

# A combination multiplies the rounding of its residuals by the sum of its coefficients; beyond this, in all, the
# residual is computed anew.
MOST_MULTIPLIED = 1e6


@dataclass
class Iterate:
    """Coefficients (m,) and the residual array (n + 1,) that belongs to them."""

    coef: np.ndarray
    residual: np.ndarray

    def padded(self, size):
        """A copy, with zeros for the features up to `size`."""
        return Iterate(_padded(self.coef, size), self.residual.copy())


class Iterates:
    """Iterates on a working set that may grow, and the steps of the last epochs at one alpha.

    Parameters
    ----------
    columns : Columns
    target : float64 array (n + 1,)     the residual array of w = 0
    """

    def __init__(self, columns, target):
        self._columns, self._target = columns, target
        self.forget()

    def forget(self):
        """Begin anew: with another alpha."""
        self._steps, self._ends, self._multiplied = [], [], 1.0

    def exact(self, coef):
        """Coefficients with their residual, from scratch."""
        residual = self._target.copy()
        self._columns.subtract(np.flatnonzero(coef), coef, residual)
        self._columns.center(residual)
        return Iterate(coef, residual)

    def rise(self, penalty, old, new):
        """The objective at one iterate less that at another, from their difference: near a minimum both are equal."""
        step, change = new.coef - old.coef, self._columns.explicit(new.residual - old.residual)
        size = penalty.l1 @ (np.abs(new.coef) - np.abs(old.coef))
        middle = self._columns.explicit(old.residual) + 0.5 * change
        return change @ middle + size + penalty.l2 @ (step * (old.coef + 0.5 * step))

    def ahead(self, penalty, alphas, solutions, at):
        """Where to start at alphas[2]: on the line through solutions at the two before, or `at` if that is better."""
        first, last, alpha = alphas
        if last == first:
            return at
        old, new = (each.padded(len(at.coef)) for each in solutions)
        further = (alpha - last) / (last - first)
        residual = (1 + further) * new.residual - further * old.residual
        line = Iterate((1 + further) * new.coef - further * old.coef, residual)
        # a coefficient that would change its sign is about to leave
        leaving = (penalty.l1 > 0) & (line.coef * at.coef < 0)
        return self._better(penalty, at, line, np.where(leaving, 0.0, line.coef))

    def note(self, start, end):
        """Keep the step of an epoch, with where it ended."""
        self._steps = [*self._steps, end.coef - start][-DEPTH:]
        self._ends = [*self._ends, end.padded(len(end.coef))][-DEPTH:]

    def combined(self, penalty, weights, at):
        """The combination of the last ends whose steps nearly cancel, or `at` if that is better.

        Parameters
        ----------
        weights : (m,)          what makes steps comparable
        """
        if len(self._steps) < 2:
            return at
        size = len(at.coef)
        parts = mixture(np.array([_padded(step, size) for step in self._steps]) * weights)
        coefs = np.array([_padded(each.coef, size) for each in self._ends])
        line = Iterate(parts @ coefs, parts @ np.array([each.residual for each in self._ends]))
        best = self._better(penalty, at, line, line.coef)
        if best is not at:
            self._multiplied *= np.abs(parts).sum()
            if self._multiplied > MOST_MULTIPLIED:
                self.forget()
                best = self.exact(best.coef)
        return best

    def _better(self, penalty, at, line, coef):
        """An iterate moved to other coefficients within the bounds, few of which differ, or `at` if that is better."""
        coef = np.clip(coef, penalty.lower, penalty.upper)
        back, residual = coef - line.coef, line.residual.copy()
        self._columns.subtract(np.flatnonzero(back), back, residual)
        trial = Iterate(coef, residual)
        return trial if self.rise(penalty, at, trial) < 0 else at


def _padded(array, size):
    return np.append(array, np.zeros(size - len(array)))
