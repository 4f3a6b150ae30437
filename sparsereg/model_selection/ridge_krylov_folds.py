"""Ridge fits of every fold at every alpha where X is too large for any square matrix, and has more features than rows.

A fold takes one Krylov space, in vectors as long as X has rows; one more read of X for all alphas gives the predictions
of all rows, and with them the duality gaps. Coefficients are formed a few alphas at a time and not kept.
"""

from functools import partial

import numpy as np

from ..results import Solution, Status
from ..solvers.problem import weighted_squares
from ..solvers.ridge import ACCURATE, EXACT
from ..solvers.ridge_krylov import KrylovSamples, exceeds, most_shared
from ..solvers.ridge_problem import build_ridge_problems
from .ridge_fits import fit_from_x
from .ridge_wide_folds import WideFoldFit
from .training import training_from_x


class KrylovFolds:
    """Fits of folds from products with X.

    Parameters
    ----------
    setting : RidgeSetting      no bounds, no penalty factor of 0
    folds : list of Fold
    """

    def __init__(self, setting, folds):
        self._setting, self._folds = setting, folds

    def fit(self, index):
        """The fit of a fold, with `predictions`."""
        setting, fold = self._setting, self._folds[index]
        data, alphas = setting.data, setting.alphas
        training = training_from_x(data.store, fold, setting.weights, data.Y, setting.center, setting.scale)
        penalty, excluded = setting.per_row(fold.train), setting.penalty.upper == setting.penalty.lower
        each = np.broadcast_to(alphas, (setting.n_targets, len(alphas)))
        given = training.targets, penalty.l2, excluded, each, setting.options.dtype
        problems = build_ridge_problems(training.design, data.store, *given)
        from_x = partial(fit_from_x, setting, fold, training)
        if not exceeds(problems).all():
            return from_x()
        method = KrylovSamples(problems, np.ones(len(problems.lam), dtype=bool), EXACT, most_shared(problems))
        fitted, gaps, squares = _certified(problems, method)
        if not (gaps <= ACCURATE * problems.half).all():
            return from_x()
        fitted = fitted.reshape(len(fitted), setting.n_targets, -1) + training.means[:, None]
        return WideFoldFit(fitted, _ended(problems, method, each, gaps, squares), from_x)

    def total_gram(self):
        """None: it is not formed."""


def _certified(problems, method):
    """Predictions (n, K) of all rows less the means of the targets, duality gaps (K,), and r'Sr/n (K,)."""
    n_problems = len(problems.lam)
    fitted = np.empty((problems.design.n_samples, n_problems))
    gaps, squares = np.empty(n_problems), np.empty(n_problems)
    for block in problems.blocks(np.arange(n_problems)):
        fitted[:, block] = problems.design.predict(method.start(block))
        residuals = problems.targets[:, problems.which[block]] - fitted[:, block]
        squares[block] = weighted_squares(problems.design, residuals)
        # w = diag(1/f) X'S a/n, so that lam a is a dual point whose gap is all in its distance from the residual
        distance = residuals - method.dual_point(block, residuals)
        gaps[block] = 0.5 * weighted_squares(problems.design, distance)
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
