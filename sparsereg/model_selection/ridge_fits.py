"""Ridge fits at every alpha on some of the rows: what all of them share, and those made from X alone."""

from dataclasses import dataclass, replace

import numpy as np

from ..penalties import Penalty
from ..solvers.ridge import has_closed_form, solve_ridge
from .folds import row_counts
from .training import training_from_x


@dataclass(frozen=True)
class RidgeSetting:
    """What the fits of a search share.

    data : Data
    weights : float64 array (n,) or None   as the user gave them: their scale matters
    penalty : Penalty                      of the sum over all rows: l2 = f
    center, scale : bool
    alphas : float64 array (K,)            descending, >= 0
    options : RidgeOptions
    """

    data: object
    weights: np.ndarray | None
    penalty: Penalty
    center: bool
    scale: bool
    alphas: np.ndarray
    options: object

    @property
    def n_targets(self):
        """T."""
        return self.data.Y.shape[1]

    @property
    def is_bounded(self):
        """Whether a feature that is not excluded has a bound."""
        included = self.penalty.lower < self.penalty.upper
        return bool(np.isfinite([self.penalty.lower[included], self.penalty.upper[included]]).any())

    @property
    def is_plain(self):
        """Whether there is a closed form: no bounds, and every feature not excluded has a penalty, of one order."""
        return bool(self.penalty.l2.any()) and has_closed_form(self.penalty)

    def per_row(self, rows):
        """The penalty in the problem of some rows, in which it is divided by their weight."""
        return replace(self.penalty, l2=self.penalty.l2 / self.weight_of(rows))

    def weight_of(self, rows):
        """The sum of the weights of some rows, each as often as it is named."""
        counts = row_counts(rows, self.data.store.n_samples)
        return float(counts.sum() if self.weights is None else counts @ self.weights)

    def with_scale_fixed(self, design):
        """The setting where features keep the scale that they have in a design of all rows."""
        if not self.scale:
            return self
        return replace(self, scale=False, penalty=replace(self.penalty, l2=self.penalty.l2 * design.scale**2))


@dataclass(frozen=True)
class FoldFit:
    """The fits of one fold, in units of its design.

    design : Standardized
    means : (T,)              of the targets
    coefs : (p, T K)
    solutions : list of Solution, without their coefficients: how the fits ended
    """

    design: object
    means: np.ndarray
    coefs: np.ndarray
    solutions: list

    def predictions(self, rows):
        """Predictions (m, T, K) for some rows of X."""
        predictions = self.design.predict(self.coefs, rows=rows)
        return predictions.reshape(len(predictions), len(self.means), -1) + self.means[:, None]

    def model(self, k):
        """Coefficients (T, p) and intercepts (T,) at the k-th alpha, on the scale of X."""
        n_alphas = self.coefs.shape[1] // len(self.means)
        coefs, intercepts = self.design.original(self.coefs[:, k::n_alphas], self.means)
        return coefs.T, intercepts


class FoldsFromX:
    """Fits of folds, each from X.

    Parameters
    ----------
    setting : RidgeSetting
    folds : list of Fold
    """

    def __init__(self, setting, folds):
        self._setting, self._folds = setting, folds

    def fit(self, index):
        """The `FoldFit` of a fold."""
        return fit_from_x(self._setting, self._folds[index])

    def total_gram(self):
        """None: it is not known."""


def fit_from_x(setting, fold, training=None):
    """The `FoldFit` of a fold, each solution refined from X; its `Training`, if known."""
    data = setting.data
    if training is None:
        training = training_from_x(data.store, fold, setting.weights, data.Y, setting.center, setting.scale)
    each = np.broadcast_to(setting.alphas, (setting.n_targets, len(setting.alphas)))
    arguments = training.targets, setting.per_row(fold.train), each, setting.options
    return without_coefs(training, solve_ridge(training.design, data.store, *arguments))


def without_coefs(training, solutions):
    """The `FoldFit` of some solutions, one for each target."""
    coefs = np.hstack([solution.coefs.T for solution in solutions])
    ended = [replace(solution, coefs=np.empty((len(solution.alphas), 0))) for solution in solutions]
    return FoldFit(training.design, training.means, coefs, ended)
