"""Sample weights: raw and checked, and rescaled to the sum the solvers expect."""

import numpy as np

from ..penalties import LARGEST
from .arrays import first, float_array, float_vector, show


def check_weights(sample_weight, n_samples):
    """Weights of which only the ratios matter (Lasso, ElasticNet): a single number means no weights.

    Parameters
    ----------
    sample_weight : None, float or array-like (n_samples,)
        Finite and >= 0, at least one > 0.
    n_samples : int

    Returns
    -------
    None or float64 array (n_samples,)
        As given, not rescaled; the user's own array where it is float64: not to be written to.

    Raises
    ------
    ValueError, TypeError
        Naming sample_weight, the value and the rule.
    """
    if sample_weight is None:
        return None
    weights = float_array("sample_weight", sample_weight)
    if weights.ndim == 0:
        _check_scalar(weights)
        return None
    return _check_values(float_vector("sample_weight", weights, n_samples, "samples"))


def check_absolute_weights(sample_weight, n_samples):
    """Weights of which the scale matters too (Ridge): a single number is the weight of every row.

    Parameters and errors as `check_weights`; the sum must be between 1e-100 and 1e100.
    """
    if sample_weight is None:
        return None
    weights = float_array("sample_weight", sample_weight)
    if weights.ndim == 0:
        _check_scalar(weights)
        weights = np.full(n_samples, float(weights))
    else:
        weights = _check_values(float_vector("sample_weight", weights, n_samples, "samples"))
    with np.errstate(over="ignore"):
        total = weights.sum()
    # alpha * penalty_factor / total must stay finite
    if not 1 / LARGEST <= total <= LARGEST:
        raise ValueError(
            "sample_weight must have a sum between 1e-100 and 1e100 as its scale matters here, "
            f"got {show(total)}: rescale sample_weight and alpha together"
        )
    return weights


def rescale(weights, n_samples):
    """The weights times n_samples / sum(weights): a new array that sums to n_samples, whatever their scale.

    Parameters
    ----------
    weights : float64 array (n_samples,)
        Checked: finite, >= 0, not all zero. From 5e-324 to 1.8e308, so the sum itself may overflow.
    """
    relative = weights / weights.max()
    relative *= n_samples / relative.sum()
    return relative


def _check_scalar(weight):
    if not 0 < weight < np.inf:
        raise ValueError(f"sample_weight must be > 0 and finite when a number, got {show(weight[()])}")


def _check_values(weights):
    if not (weights.min() >= 0 and weights.max() < np.inf):
        position = first(~((weights >= 0) & (weights < np.inf)))
        raise ValueError(f"sample_weight must be >= 0 and finite, got {show(weights[position])} at index {position}")
    if weights.max() == 0:
        raise ValueError("sample_weight must have an entry > 0, got only zeros")
    return weights
