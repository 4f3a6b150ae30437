"""The parameters of the cross-validated estimators."""

import warnings

import numpy as np
from sklearn.exceptions import DataConversionWarning

from .arrays import first, float_array, show
from .data import check_data
from .parameters import check_alphas, check_fraction, check_n_alphas
from .weights import check_weights

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
    count = check_n_alphas("n_alphas", n_alphas)
    if alphas is None:
        return count
    found = check_alphas(alphas)
    if not isinstance(found, int) or found not in (DEFAULT_COUNT, n_alphas):
        raise ValueError(
            f"n_alphas and alphas must not differ when both are given, got n_alphas={n_alphas} and "
            f"alphas={show(alphas)}: leave one of them out"
        )
    return count


def check_l1_ratios(l1_ratio):
    """The l1_ratios as a float64 array (L,) of values in [0, 1], for a number or an array-like."""
    return check_fractions("l1_ratio", l1_ratio)


def check_fractions(name, given):
    """A number or an array-like as a float64 array (L,) of values in [0, 1]."""
    if np.ndim(given) == 0:
        check_fraction(name, given)
    values = np.atleast_1d(float_array(name, given))
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"{name} must be a number or a non-empty 1-dimensional array, got {show(given)}")
    wrong = ~((values >= 0) & (values <= 1))
    if wrong.any():
        position = first(wrong)
        raise ValueError(f"{name} must be between 0 and 1, got {show(values[position])} at index {position}")
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


def check_held_out(criterion, data, X_val=None, y_val=None, sample_weight_val=None):
    """The held-out Data and their weights (m,) or None, for criterion="validation"; None for any other.

    Parameters
    ----------
    criterion : str
    data : Data                     to be fitted to
    X_val, y_val, sample_weight_val : as the user gave them to fit
    """
    values = {"X_val": X_val, "y_val": y_val, "sample_weight_val": sample_weight_val}
    given = [name for name, value in values.items() if value is not None]
    if criterion != "validation":
        if given:
            raise ValueError(
                f"{', '.join(given)} must not be given with criterion={criterion!r}: "
                "only criterion='validation' has held-out data of its own"
            )
        return None
    if X_val is None or y_val is None:
        raise ValueError("criterion='validation' needs held-out data: pass X_val and y_val to fit")
    try:
        held_out = check_data(X_val, y_val)
        weights = check_weights(sample_weight_val, held_out.store.n_samples)
    except (ValueError, TypeError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{', '.join(given)}: {error}") from error
    if held_out.store.n_features != data.store.n_features:
        raise ValueError(f"X_val has {held_out.store.n_features} features, but X has {data.store.n_features} features")
    if held_out.feature_names != data.feature_names and None not in (held_out.feature_names, data.feature_names):
        raise ValueError("X_val must have the feature names of X in the same order")
    if held_out.Y.shape[1] > 1:
        raise ValueError(f"y_val must have one column, got {held_out.Y.shape[1]}")
    return held_out, weights
