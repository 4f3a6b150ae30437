"""From coefficients in units of the design to those that the user holds, and back."""

import numpy as np

from ..penalties import LARGEST


def in_units_of(design, coefs):
    """Coefficients (..., p) on the scale of X as a start for a solver; beyond 1e100 they are cut, for their squares."""
    return np.clip(coefs.astype(np.float64), -LARGEST, LARGEST) * design.scale


def on_original_scale(design, penalty, coefs, means, dtype, features=None):
    """Coefficients and intercepts on the scale of X, within the bounds to the last bit.

    Parameters
    ----------
    design : Standardized
    penalty : Penalty             on the scale of X
    coefs : float64 array (k, m)  in units of the design
    means : (k,) or (1,)          of the targets, as the design centred them
    dtype : np.dtype              of the result
    features : int (m,) or None   to which the coefs belong; None: all

    Returns
    -------
    coefs : (m, k) of that dtype
    intercepts : float64 array (k,)
    """
    coefs, intercepts = design.original(coefs.T, means, features)
    if features is not None:
        penalty = penalty.select(features)
    # dividing by a deviation and rounding to float32 may step over a bound
    lower, upper = _rounded_up(penalty.lower, dtype), -_rounded_up(-penalty.upper, dtype)
    held = np.clip(rounded(coefs, dtype), lower[:, None], upper[:, None])
    held += 0.0  # a zero has no sign, where a solver left it one
    if dtype != np.float64:
        mean = design.mean if features is None else design.mean[features]
        intercepts = means - mean @ held.astype(np.float64)
    return held, intercepts


def rounded(values, dtype):
    """The values as the dtype holds them, those beyond its range as the largest that it has."""
    if dtype == np.float64:
        return values
    largest = float(np.finfo(dtype).max)
    return np.clip(values, -largest, largest).astype(dtype)


def _rounded_up(values, dtype):
    """The smallest numbers of the dtype that are not below the values."""
    nearest = rounded(values, dtype)
    return np.where(nearest < values, np.nextafter(nearest, np.inf, dtype=dtype), nearest)
