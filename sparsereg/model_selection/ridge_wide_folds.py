"""Ridge fits of folds where n_samples < n_features: every one from the same (n, n) products of the rows of X.

With K = X f^-1 X' of all rows, the fit to some of them with weights s is w = f^-1 (X - 1 mean')'a, where
(S^1/2 K_c S^1/2 + alpha) S^-1/2 a = S^1/2 (y - mean), and K_c is their block of K, centred. As the a_i sum to zero the
prediction for row i is K_i a plus a constant: neither X nor w is needed.
"""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from ..designs.standardized import Standardized
from ..results import Solution, Status
from ..solvers.ridge_shifted import solve_shifted
from .folds import row_counts
from .ridge_fits import fit_from_x

# Where the products of the centred rows in training are below this part of those of all rows, they have lost digits.
LOST = 1e-4


@dataclass(frozen=True)
class WideFoldFit:
    """The fits of one fold as predictions for all rows.

    fitted : (n, T, K)
    solutions : list of Solution, without their coefficients
    from_x : callable            returns the `FoldFit` that has them too
    """

    fitted: np.ndarray
    solutions: list
    from_x: object

    def predictions(self, rows):
        """Predictions (m, T, K) for some rows of X."""
        return self.fitted[rows]

    def model(self, k):
        """As that of a `FoldFit`."""
        return self._with_coefs.model(k)

    @cached_property
    def _with_coefs(self):
        return self.from_x()


class WideFolds:
    """Fits of folds from the products of the rows of X.

    Parameters
    ----------
    setting : RidgeSetting      no bounds, no penalty factor of 0, no standardize
    folds : list of Fold
    """

    def __init__(self, setting, folds):
        self._setting, self._folds = setting, folds
        store, penalty = setting.data.store, setting.penalty
        included = penalty.l2 > 0
        inverse = np.divide(1.0, penalty.l2, out=np.zeros(len(included)), where=included)
        design = Standardized(store, center=setting.center)
        self._products = design.outer(inverse)
        self._products *= store.n_samples

    def fit(self, index):
        """The fit of a fold, with `predictions`."""
        setting, fold = self._setting, self._folds[index]
        counts = row_counts(fold.train, setting.data.store.n_samples)
        if setting.weights is not None:
            counts *= setting.weights
        rows = np.flatnonzero(counts)
        weights, Y = counts[rows], setting.data.Y[rows]
        share = weights / weights.sum()
        root = np.sqrt(weights)[:, None]
        across = self._products[:, rows]
        inner = across[rows]
        size = np.trace(inner)
        means, y = np.zeros(Y.shape[1]), Y
        if setting.center:
            means = Y[0] + share @ (Y - Y[0])
            y = Y - means
            toward = inner @ share
            inner = inner - toward - (toward - share @ toward)[:, None]
            across = across - toward
        if np.trace(inner) < LOST * size:
            return fit_from_x(setting, fold)
        weighted, alphas = root * y, setting.alphas
        squares = np.einsum("it,it->t", weighted, weighted)
        n_targets, total = len(squares), weights.sum()
        given = root * inner * root.T, weighted, alphas, np.ones(len(alphas)), squares
        found = solve_shifted(*given, setting.options.heed)
        if found is None:
            return fit_from_x(setting, fold)
        dual, left = found
        fitted = np.tensordot(across, root[:, :, None] * dual, 1)
        if setting.center:
            fitted -= np.einsum("i,itk->tk", share, fitted[rows])
        fitted += means[:, None]
        residuals = root[:, :, None] * (Y[:, :, None] - fitted[rows])
        ended = [
            Solution(
                alphas=alphas,
                coefs=np.empty((len(alphas), 0)),
                gaps=left[target] / total,
                residual_squares=np.einsum("ik,ik->k", residuals[:, target], residuals[:, target]) / total,
                target_square=float(squares[target]) / total,
                n_iter=np.ones(len(alphas), dtype=np.int64),
                statuses=[Status.OPTIMAL] * len(alphas),
                solver="cholesky",
            )
            for target in range(n_targets)
        ]
        return WideFoldFit(fitted, ended, partial(fit_from_x, setting, fold))

    def total_gram(self):
        """None: that of the features is not known."""
