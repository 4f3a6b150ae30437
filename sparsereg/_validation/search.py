"""The parameters of the cross-validated estimators."""

import warnings

import numpy as np
from sklearn.exceptions import DataConversionWarning

from .arrays import first, float_array, show
from .parameters import check_alphas, check_parameters

# Of alphas, where neither it nor n_alphas is given.
DEFAULT_COUNT = 100


def check_grid(alphas, n_alphas):
    """The number of alphas of the automatic grid (int), or the alphas (array).

    Parameters
    ----------
    alphas : None, int or array-like      None: 100
    n_alphas : None or int                the older name of an integer `alphas`; wins over its default
    """
    if n_alphas is None:
        return DEFAULT_COUNT if alphas is None else check_alphas(alphas)
    check_parameters({"n_alphas": n_alphas}, ("n_alphas",))
    if alphas is None:
        return int(n_alphas)
    found = check_alphas(alphas)
    if not isinstance(found, int) or found not in (DEFAULT_COUNT, n_alphas):
        raise ValueError(
            f"n_alphas and alphas must not differ when both are given, got n_alphas={n_alphas} and "
            f"alphas={show(alphas)}: leave one of them out"
        )
    return int(n_alphas)


def check_l1_ratios(l1_ratio):
    """The l1_ratios as a float64 array (L,) of values in [0, 1], for a number or an array-like."""
    if np.ndim(l1_ratio) == 0:
        check_parameters({"l1_ratio": l1_ratio}, ("l1_ratio",))
    values = np.atleast_1d(float_array("l1_ratio", l1_ratio))
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"l1_ratio must be a number or a non-empty 1-dimensional array, got {show(l1_ratio)}")
    wrong = ~((values >= 0) & (values <= 1))
    if wrong.any():
        position = first(wrong)
        raise ValueError(f"l1_ratio must be between 0 and 1, got {show(values[position])} at index {position}")
    return values


def check_one_target(data, name, stacklevel):
    """Data with a target of one dimension; a column is taken as one, with scikit-learn's DataConversionWarning.

    Parameters
    ----------
    data : Data
    name : str              of the estimator
    stacklevel : int        of the user's line, counted from here

    Raises
    ------
    ValueError
        For several columns.
    """
    if data.Y.shape[1] > 1:
        raise ValueError(
            f"y must have one column, got {data.Y.shape[1]}. For multi-task outputs, use MultiTask{name}, or fit each "
            f"column by itself"
        )
    if data.y_ndim == 1:
        return data
    warnings.warn(
        "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples, ), for "
        "example using ravel().",
        DataConversionWarning,
        stacklevel=stacklevel,
    )
    return data._replace(y_ndim=1)
