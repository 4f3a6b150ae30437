"""penalty_factor, bounds, positive and l1_ratio into the four arrays of a Penalty."""

import numpy as np

from ..penalties import LARGEST, Penalty
from .arrays import first, float_array, float_vector, show


def build_penalty(n_features, *, l1_ratio, penalty_factor=None, bounds=None, positive=False):
    """The penalty of Lasso and ElasticNet per unit of alpha: l1 = l1_ratio f, l2 = (1 - l1_ratio) f.

    Parameters
    ----------
    n_features : int
    l1_ratio : float
        Checked: in [0, 1].
    penalty_factor : None or array-like (n_features,)
        f >= 0; 0 leaves a feature unpenalised, inf excludes it (its coefficient is 0). None: all 1. Not
        rescaled. Finite values beyond 1e100 count as 1e100.
    bounds : None or (lower, upper)
        Each a number or array-like (n_features,), lower <= 0 <= upper, on the original scale of the
        coefficients; inf and anything beyond 1e100 is no bound.
    positive : bool
        lower = 0, intersected with `bounds`.

    Raises
    ------
    ValueError, TypeError
        Naming penalty_factor or bounds, the value and the rule.
    """
    factor, lower, upper = _factor_and_bounds(n_features, penalty_factor, bounds, positive)
    return Penalty(l1_ratio * factor, (1.0 - l1_ratio) * factor, lower, upper)


def ridge_penalty(n_features, *, total_weight, penalty_factor=None, bounds=None, positive=False):
    """The penalty of Ridge per unit of its alpha, in the form of the common problem: l1 = 0, l2 = f / N.

    Parameters
    ----------
    total_weight : float
        N, the sum of the raw weights; n_samples without weights.
    n_features, penalty_factor, bounds, positive
        As in `build_penalty`.
    """
    factor, lower, upper = _factor_and_bounds(n_features, penalty_factor, bounds, positive)
    return Penalty(np.zeros(n_features), factor / total_weight, lower, upper)


def _factor_and_bounds(n_features, penalty_factor, bounds, positive):
    lower = np.full(n_features, -np.inf)
    upper = np.full(n_features, np.inf)
    if bounds is not None:
        lower[:], upper[:] = _check_bounds(bounds, n_features)
        lower[lower < -LARGEST] = -np.inf
        upper[upper > LARGEST] = np.inf
    if positive:
        lower[:] = 0.0
    if penalty_factor is None:
        return np.ones(n_features), lower, upper
    factor = float_vector("penalty_factor", penalty_factor, n_features, "features")
    if not factor.min() >= 0:
        position = first(~(factor >= 0))
        raise ValueError(f"penalty_factor must be >= 0, got {show(factor[position])} at index {position}")
    excluded = np.isinf(factor)
    lower[excluded] = upper[excluded] = 0.0
    return np.where(excluded, 0.0, np.minimum(factor, LARGEST)), lower, upper


def _check_bounds(bounds, n_features):
    if isinstance(bounds, (str, bytes, dict, set)) or not hasattr(bounds, "__len__"):
        raise TypeError(f"bounds must be a pair (lower, upper), got {show(bounds)}")
    if len(bounds) != 2:
        raise ValueError(
            f"bounds must be a pair (lower, upper), each a number or an array with {n_features} entries, "
            f"got {len(bounds)} entries"
        )
    # a frame is its two rows, a series its two entries, whatever the labels
    first_side, second_side = bounds if isinstance(bounds, (tuple, list)) else np.asarray(bounds)
    lower = _check_side("bounds[0]", first_side, n_features)
    upper = _check_side("bounds[1]", second_side, n_features)
    crossed = lower > upper
    if crossed.any():
        j = first(crossed)
        raise ValueError(f"bounds must have lower <= upper, got lower {lower[j]} > upper {upper[j]} for feature {j}")
    without_zero = (lower > 0) | (upper < 0)
    if without_zero.any():
        j = first(without_zero)
        raise ValueError(f"bounds must contain 0, got ({lower[j]}, {upper[j]}) for feature {j}")
    return lower, upper


def _check_side(name, side, n_features):
    if side is None:
        raise TypeError(f"{name} must be a number or an array, got None: write -np.inf or np.inf for no bound")
    values = float_array(name, side)
    if values.ndim == 0:
        values = np.full(n_features, float(values))
    values = float_vector(name, values, n_features, "features")
    missing = np.isnan(values)
    if missing.any():
        raise ValueError(f"{name} must not be NaN, got nan at index {first(missing)}")
    return values
