"""Ridge fits of every fold at every alpha from products with X: where no square matrix is possible, or pays.

A fold takes one Krylov space, in vectors as long as the smaller side of X; one more read of X for all alphas gives the
predictions of all rows, and with them the duality gaps. Coefficients are formed a few alphas at a time and not kept.
"""

import threading
from functools import partial

import numpy as np

from ..results import Solution, Status
from ..solvers.problem import weighted_squares
from ..solvers.ridge import ACCURATE, EXACT
from ..solvers.ridge_krylov import by_krylov, exceeds, most_shared
from ..solvers.ridge_problem import build_ridge_problems
from ..solvers.ridge_shifted import ENOUGH
from .ridge_fits import fit_from_x
from .ridge_wide_folds import WideFoldFit
from .training import training_from_x

# Steps tried for the other folds, times those that the first one took.
MARGIN = 2


class KrylovFolds:
    """Fits of folds from products with X.

    Whether they pay is for the first fold to tell, so that what fits a fold does not depend on the number of threads.

    Parameters
    ----------
    setting : RidgeSetting           no bounds, no penalty factor of 0
    folds : list of Fold
    steps : int or None              those tried for the first fold; None: whatever it takes, to a gap of `EXACT`
    otherwise : callable or None     what fits folds for which the steps are too few
    """

    def __init__(self, setting, folds, steps=None, otherwise=None):
        self._setting, self._folds, self._steps, self._otherwise = setting, folds, steps, otherwise
        self._lock, self._first, self._instead = threading.Lock(), [], None

    def fit(self, index):
        """The fit of a fold, with `predictions`."""
        if self._otherwise is None:
            return self._by_products(index, EXACT, None) or fit_from_x(self._setting, self._folds[index])
        with self._lock:
            if not self._first:
                self._first.append(self._by_products(0, ENOUGH, self._steps))
        found = first = self._first[0]
        if first is not None and index > 0:
            taken = max(int(solution.n_iter.max()) for solution in first.solutions)
            found = self._by_products(index, ENOUGH, MARGIN * taken)
        if found is not None:
            return found
        with self._lock:
            if self._instead is None:
                self._instead = self._otherwise()
        return self._instead.fit(index)

    def total_gram(self):
        """The Gram matrix (p, p) of the design of all rows, or None where it was not needed."""
        return None if self._instead is None else self._instead.total_gram()

    def _by_products(self, index, goal, steps):
        """The fit of a fold; None where the steps do not reach the goal."""
        setting, fold = self._setting, self._folds[index]
        data, alphas = setting.data, setting.alphas
        training = training_from_x(data.store, fold, setting.weights, data.Y, setting.center, setting.scale)
        penalty, excluded = setting.per_row(fold.train), setting.penalty.upper == setting.penalty.lower
        each = np.broadcast_to(alphas, (setting.n_targets, len(alphas)))
        given = training.targets, penalty.l2, excluded, each, setting.options.dtype
        heed = setting.options.heed
        problems = build_ridge_problems(training.design, data.store, *given, heed=heed)
        shares = exceeds(problems)
        if not shares.all():
            return None
        method = by_krylov(problems, shares, goal, most_shared(problems) if steps is None else steps)
        if not method.spaces.reached.all():
            return None
        fitted, gaps, squares = _certified(problems, method)
        if not (gaps <= ACCURATE * problems.half).all():
            return None
        fitted = fitted.reshape(len(fitted), setting.n_targets, -1) + training.means[:, None]
        from_x = partial(fit_from_x, setting, fold, training)
        return WideFoldFit(fitted, _ended(problems, method, each, gaps, squares), from_x)


def _certified(problems, method):
    """Predictions (n, K) of all rows less the means of the targets, duality gaps (K,), and r'Sr/n (K,)."""
    n_problems = len(problems.lam)
    fitted = np.empty((problems.design.n_samples, n_problems))
    gaps, squares = np.empty(n_problems), np.empty(n_problems)
    for block in problems.blocks(np.arange(n_problems)):
        coefs = method.start(block)
        fitted[:, block] = problems.design.predict(coefs)
        residuals = problems.targets[:, problems.which[block]] - fitted[:, block]
        squares[block] = weighted_squares(problems.design, residuals)
        gaps[block] = method.gaps_at(block, coefs, residuals)
    return fitted, gaps, squares


def _ended(problems, method, alphas, gaps, squares):
    """The solutions (T) without their coefficients."""
    shape = alphas.shape
    rows = zip(alphas, gaps.reshape(shape), squares.reshape(shape), method.spaces.n_iter.reshape(shape), strict=True)
    return [
        Solution(
            alphas=own,
            coefs=np.empty((len(own), 0)),
            gaps=gap,
            residual_squares=square,
            target_square=float(problems.target_squares[target]),
            n_iter=n_iter,
            statuses=[Status.OPTIMAL] * len(own),
            solver="sparse_cg",
        )
        for target, (own, gap, square, n_iter) in enumerate(rows)
    ]
