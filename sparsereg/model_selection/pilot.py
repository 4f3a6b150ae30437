"""The ridge fit by which an adaptive Lasso weighs its penalty, on any rows of X."""

from dataclasses import dataclass, replace

import numpy as np
from joblib import effective_n_jobs

from .._validation.penalty import ridge_penalty
from ..designs.threads import WORTHWHILE, map_on_threads, n_processors, n_threads
from ..solvers.memory import is_within_budget
from ..solvers.ridge import UNEVEN, RidgeOptions
from ..solvers.ridge_direct import n_bytes
from .folds import row_counts
from .ridge_fits import RidgeSetting
from .ridge_left_out import by_closed_form
from .ridge_search import all_rows, criterion_of, solved

# The grid of the pilot: from the trace of the Gram matrix, where at least half of every direction is shrunk away, to
# this part of its mean eigenvalue, which is least squares to four digits.
SMALLEST = 1e-4
# A factor of two from one to the next for 1000 features.
N_ALPHAS = 30
# As the default of Ridge; what is solved here is exact.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Pilot:
    """A ridge fit, in the units that the penalty acts in.

    coefs : float64 array (p,)     w_j times the scale of feature j; 0 for those excluded
    scale : float64 array (p,)     ones if not standardised
    alpha : float                  in 1/(2n) ||y - Xw||^2 + alpha/2 ||w||^2; 0.0 where nothing is penalised
    """

    coefs: np.ndarray
    scale: np.ndarray
    alpha: float

    def factor(self, factor, gamma):
        """Penalty factors (p,) of the adaptive Lasso: those given times (max_k |b_k| / |b_j|)^gamma.

        Of the features that have a penalty the largest coefficient keeps its own, so that alpha means what it means to
        a Lasso; those without a penalty, and those excluded, stay so. A coefficient of 0 excludes its feature, unless
        gamma is 0.

        Parameters
        ----------
        factor : float64 array (p,)      >= 0, may be inf
        gamma : float >= 0

        Source: Zou (2006), "The adaptive Lasso and its oracle properties", equation 4.
        """
        penalised = (factor > 0) & (factor < np.inf)
        size = np.abs(self.coefs[penalised])
        weighted = factor.copy()
        if gamma > 0 and size.size:
            with np.errstate(divide="ignore", over="ignore"):
                weighted[penalised] *= np.where(size > 0, (size.max() / np.where(size > 0, size, 1.0)) ** gamma, np.inf)
        return weighted


def pilot_on(data, weights, factor, center, scale, alpha=None):
    """The `Pilot` of the rows with a weight; the others are not looked at.

    Parameters
    ----------
    data : Data                        of one target
    weights : float64 array (n,) or None
    factor : float64 array (p,)        penalty factors of the ridge: >= 0, may be inf
    center, scale : bool
    alpha : float or None              None: of 30 the one of the smallest leave-one-out error, or by generalised
                                       cross-validation where that has no closed form to enough digits
    """
    setting = RidgeSetting(
        data=data,
        weights=weights,
        penalty=ridge_penalty(data.store.n_features, total_weight=1.0, penalty_factor=factor),
        center=center,
        scale=scale,
        alphas=np.zeros(0),
        options=RidgeOptions("auto", TOLERANCE, None, None, np.dtype(np.float64)),
    )
    full = all_rows(setting, with_weight=True)
    total = setting.weight_of(slice(0, data.store.n_samples))
    penalised = (factor > 0) & (factor < np.inf)
    divisor = factor[penalised]
    trace = full.design.mean_squares()[penalised] @ (1.0 / np.maximum(divisor, UNEVEN * divisor.max(initial=0.0)))
    if trace == 0:
        return Pilot(np.zeros(len(factor)), full.design.scale, 0.0)
    if alpha is not None:
        found = solved(replace(setting, alphas=np.array([total * alpha])), full, spectral=False)
        return Pilot(found.solutions[0].coefs[0], full.design.scale, alpha)
    grid = np.geomspace(trace, SMALLEST * trace / np.count_nonzero(penalised), N_ALPHAS)
    setting = replace(setting, alphas=total * grid)
    full = solved(setting, full, spectral=True)
    left_out = None if full.spectrum is None else by_closed_form(setting, full, keeps=False)
    losses = criterion_of("gcv", setting, full)[0] if left_out is None else left_out.squares
    place = int(np.argmin(losses[0]))
    return Pilot(full.solutions[0].coefs[place], full.design.scale, float(grid[place]))


def pilots_of_folds(folds, n_jobs, data, weights, *arguments):
    """The `Pilot` of the training rows of each fold, a list; other arguments as for `pilot_on`, n_jobs as `planned`."""
    n_samples, n_features = data.store.n_samples, data.store.n_features
    smaller = min(n_samples, n_features)

    def of_fold(fold):
        counts = row_counts(fold.train, n_samples)
        return pilot_on(data, counts if weights is None else counts * weights, *arguments)

    asked = effective_n_jobs(n_jobs)
    if n_jobs is None and asked == 1 and len(folds) * smaller * n_samples * n_features >= WORTHWHILE:
        asked = n_threads()
    most = max(1, min(asked, n_processors(), len(folds)))
    while most > 1 and not is_within_budget(most * n_bytes(smaller)):
        most -= 1
    return list(map_on_threads(most, of_fold, folds, ahead=1))


def check_rows(folds, weights, n_samples):
    """ValueError unless every fold, and all rows together, have two rows with a weight to leave one of them out."""
    for number, rows in [(None, slice(0, n_samples)), *((k, fold.train) for k, fold in enumerate(folds))]:
        counts = row_counts(rows, n_samples)
        n_counted = np.count_nonzero(counts if weights is None else counts * weights)
        if n_counted < 2:
            where = f"n_samples={n_samples}" if number is None else f"the training rows of fold {number}"
            raise ValueError(
                f"pilot_alpha=None needs at least 2 samples with a weight, to leave one out, got {n_counted} in "
                f"{where}: give pilot_alpha, or use fewer folds"
            )
