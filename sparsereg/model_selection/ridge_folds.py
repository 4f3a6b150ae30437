"""Ridge fits of every fold at every alpha from its Gram matrix, which is a difference of sums over all folds."""

import numpy as np

from ..results import Solution, Status
from ..solvers.gram import Gram
from ..solvers.least_squares import solve
from ..solvers.options import Options
from ..solvers.problem import Problem
from ..solvers.ridge import QUADRATIC_MAX_ITER
from ..solvers.ridge_shifted import solve_shifted
from .held_out import FoldSums
from .ridge_fits import fit_from_x, without_coefs
from .training import training_from_sums


class GramFolds:
    """Fits of folds whose Gram matrices are differences of the same sums.

    Parameters
    ----------
    setting : RidgeSetting
    design : Standardized       of all rows
    folds : list of Fold
    """

    def __init__(self, setting, design, folds):
        self._setting, self._design, self._folds = setting, design, folds
        Y = setting.data.Y
        self._sums = FoldSums(design, Y, design.center_target(Y)[1], folds)

    def fit(self, index):
        """The `FoldFit` of a fold."""
        setting, fold = self._setting, self._folds[index]
        data = setting.data
        given = data.store, fold, setting.weights, data.Y, setting.center, setting.scale
        training = training_from_sums(self._sums, index, *given)
        if training.gram is None or not training.is_accurate:
            return fit_from_x(setting, fold, training)
        penalty = setting.per_row(fold.train)
        if not setting.is_plain:
            return _by_active_set(setting, training, penalty)
        solutions = _by_shifts(setting, training, penalty)
        if solutions is None:
            return fit_from_x(setting, fold, training)
        return without_coefs(training, solutions)

    def total_gram(self):
        """The Gram matrix (p, p) of the design of all rows."""
        return self._design.standardize_gram(self._sums.total_gram())


def _by_active_set(setting, training, penalty):
    """The `FoldFit` by the quadratic solver on the Gram matrix."""
    design, solutions = training.design, []
    source = Gram(design, training.gram, setting.n_targets)
    options = Options(tol=setting.options.tol, max_iter=QUADRATIC_MAX_ITER, rng=setting.options.rng)
    for target in range(setting.n_targets):
        linear = np.ascontiguousarray(training.linear[:, target])
        y, square = training.targets[:, target], float(training.squares[target])
        problem = Problem(design, source, linear, y, square, penalty.scaled(design.scale))
        solutions.append(solve(problem, setting.alphas, "active_set", options))
    return without_coefs(training, solutions)


def _by_shifts(setting, training, penalty):
    """Solutions by closed forms on the Gram matrix, certified by it; None where that is not accurate enough."""
    gram, linear, alphas = training.gram, training.linear, setting.alphas
    kept = (penalty.lower < penalty.upper) & (gram.diagonal() > 0)
    largest = penalty.l2[kept].max(initial=0.0)
    factor = np.where(kept, penalty.l2 / largest, 1.0) if kept.any() else np.ones(len(kept))
    lam = alphas * largest
    root = np.where(kept, 1 / np.sqrt(factor), 0.0)
    matrix = gram if (root == 1).all() else root[:, None] * gram * root
    rotated = root[:, None] * linear
    # |excess|^2 / (2 lam) is the duality gap where every f is 1
    found = solve_shifted(matrix, rotated, lam, 2 * lam, 0.5 * training.squares, setting.options.heed)
    if found is None:
        return None
    solved, gaps = found
    coefs = root[:, None, None] * solved
    # r'r/n = y'y/n - q'w - lam w'fw where (G + lam f) w = q
    squares = training.squares[:, None] - np.einsum("jt,jtk->tk", linear, coefs)
    squares -= lam * np.einsum("jtk,jtk->tk", solved, solved)
    return [
        Solution(
            alphas=alphas,
            coefs=coefs[:, target].T,
            gaps=gaps[target],
            residual_squares=squares[target],
            target_square=float(training.squares[target]),
            n_iter=np.ones(len(alphas), dtype=np.int64),
            statuses=[Status.OPTIMAL] * len(alphas),
            solver="cholesky",
        )
        for target in range(setting.n_targets)
    ]
