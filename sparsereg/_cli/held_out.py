"""How well rows are predicted that a model has not seen."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class HeldOut:
    """Predictions of rows by models that were fitted, penalty and all, to other rows.

    rows : int array (m,)           of the problem
    y, predicted : arrays (m,)
    r2, error : float               R2 = 1 - sum (y - predicted)^2 / sum (y - mean y)^2, and its standard error
    rmse : float                    root of the mean squared error, in units of the target
    n_units : int                   what the standard error takes as independent: rows, or groups
    n_models : int                  that predicted them
    """

    rows: np.ndarray
    y: np.ndarray
    predicted: np.ndarray
    r2: float
    error: float
    rmse: float
    n_units: int
    n_models: int


def held_out(rows, y, predicted, groups=None, n_models=1):
    """The score of predictions; None where y has one value, so that there is nothing to explain.

    Parameters
    ----------
    rows : int array (m,)
    y, predicted : arrays (m,)
    groups : int array (m,) or None     rows of a group depend on each other
    n_models : int
    """
    squares, spread = (y - predicted) ** 2, (y - y.mean()) ** 2
    if spread.sum() == 0:
        return None
    error, n_units = ratio_error(squares, spread, groups)
    r2 = 1 - squares.sum() / spread.sum()
    return HeldOut(rows, y, predicted, float(r2), error, float(np.sqrt(squares.mean())), n_units, n_models)


def ratio_error(above, below, groups=None):
    """The standard error of sum(above) / sum(below) over independent units, linearised, and the number of units.

    Source: Cochran (1977), "Sampling techniques", section 6.4.
    """
    if groups is not None:
        _, unit = np.unique(groups, return_inverse=True)
        above, below = np.bincount(unit, above), np.bincount(unit, below)
    n_units = len(above)
    deviations = (above - above.sum() / below.sum() * below) / below.mean()
    return float(deviations.std(ddof=1) / np.sqrt(n_units)), n_units
