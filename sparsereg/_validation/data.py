"""X and y into a store and a float64 target, without a copy of X."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import validate_data

from ..designs import make_store
from .arrays import float_array, show

# Products of four larger values, as a Gram entry times y'y, leave the range of float64, and alphas that matter 1e100.
_LARGEST_VALUE = 1e50
# Kinds of dtype that NumPy converts to float without a word.
_DATES = "mM"
_TEXT = "USTV"
# Entries per BLAS call: more of them OpenBLAS divides among its threads, which then keep a processor busy for 0.1 s.
_CHUNK = 10_000


class Data(NamedTuple):
    """Checked data.

    store : the store of X.
    X : the checked X; the user's own memory wherever its type allows it, never to be written to.
    Y : float64 array (n_samples, n_targets), read-only.
    y_ndim : 1 or 2, as y was given.
    dtype : np.dtype of the coefficients; float32 where X is float32, else float64.
    feature_names : tuple of str, or None.
    learnt : dict of what an estimator learns of X, ``n_features_in_`` and perhaps ``feature_names_in_``.
    """

    store: object
    X: object
    Y: np.ndarray
    y_ndim: int
    dtype: np.dtype
    feature_names: tuple | None
    learnt: dict


def check_data(X, y, *, estimator=None, check_input=True):
    """X and y, checked and ready for the solvers.

    Parameters
    ----------
    X : array-like, DataFrame or sparse (n_samples, n_features)
        Dense, CSC and CSR of float32 or float64 are used as they are; everything else is converted once.
    y : array-like (n_samples,) or (n_samples, n_targets)
    estimator : estimator, optional
        Is named in messages; nothing is set, see `learn_features`.
    check_input : bool
        False skips the search for NaN, inf and values beyond 1e50. Types, shapes and the index arrays of a
        sparse X are checked all the same.

    Returns
    -------
    Data

    Raises
    ------
    ValueError, TypeError
        Naming X or y, and the rule.
    """
    checked = _check_matrix(X, estimator)
    learnt = _learn(X)
    feature_names = tuple(learnt["feature_names_in_"]) if "feature_names_in_" in learnt else None
    _check_entries(checked, estimator, check_input)
    Y, y_ndim = _check_target(y, checked.shape[0], estimator, check_input)
    return Data(make_store(checked), checked, Y, y_ndim, checked.dtype, feature_names, learnt)


def _learn(X):
    """What an estimator learns of X, a dict: its number of features, and their names if it has any."""
    if _is_plain(X):
        return {"n_features_in_": X.shape[1]}
    # names that cannot be learnt must be an error now, but a failed fit must leave the estimator as it was
    blank = BaseEstimator()
    validate_data(blank, X, reset=True, skip_check_array=True)
    return vars(blank)


def _is_plain(X):
    """Whether X is an array that scikit-learn returns as it is: to ask it takes as long as a small fit."""
    return type(X) is np.ndarray and X.ndim == 2 and X.dtype in (np.float64, np.float32) and 0 not in X.shape


def learn_features(estimator, data):
    """Set ``n_features_in_`` and ``feature_names_in_`` as found by `check_data`: the last act of a fit."""
    vars(estimator).pop("feature_names_in_", None)
    vars(estimator).update(data.learnt)


def check_features(X, estimator):
    """X as a float array, CSC or CSR matrix with the features that the estimator was fitted on: for ``predict``."""
    checked = _check_matrix(X, estimator)
    validate_data(estimator, X, reset=False, skip_check_array=True)
    _check_entries(checked, estimator, True)
    return checked


def _check_matrix(X, estimator):
    """X as a float array, CSC or CSR matrix, without a copy where it is one already; its values are not looked at."""
    try:
        return _float_matrix(X, estimator)
    except (TypeError, ValueError, OverflowError) as error:
        columns = _columns_without_numbers(X)
        if columns:
            raise ValueError(
                f"X must hold numbers, got others in column {', '.join(map(show, columns))}: encode them, "
                "for example with sklearn.preprocessing.OneHotEncoder"
            ) from error
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"X: {error}") from error


def _check_entries(X, estimator, check_input):
    """Raise unless the index arrays of a sparse X are in order and, with check_input, its values finite."""
    if issparse(X):
        _check_compressed(X)
    if check_input and not get_config()["assume_finite"]:
        _check_values(X.data if issparse(X) else X, "X", estimator)


def _float_matrix(X, estimator):
    """X as scikit-learn converts it, less what it would convert silently: text, dates, masked entries."""
    if _is_plain(X):
        return X
    if isinstance(X, (list, tuple)):
        X = np.asarray(X)
    if isinstance(X, np.ma.MaskedArray) and np.ma.is_masked(X):
        raise ValueError("masked entries are not supported: fill or drop them")
    if hasattr(X, "dtype"):
        _check_kind(X.dtype, _DATES + _TEXT)
    elif hasattr(X, "dtypes"):
        for dtype in X.dtypes:
            _check_kind(dtype, _DATES)
    if issparse(X) and X.ndim == 2 and X.format not in ("csc", "csr"):
        X = _check_coordinates(X.tocoo(copy=False))
    return check_array(
        X,
        accept_sparse=("csc", "csr"),
        dtype=(np.float64, np.float32),
        ensure_all_finite=False,
        input_name="X",
        estimator=estimator,
    )


def _columns_without_numbers(X):
    """Names of the columns of a DataFrame that are not numbers."""
    if not hasattr(X, "dtypes") or not hasattr(X, "columns"):
        return []
    columns = X.items() if hasattr(X, "items") else zip(X.columns, X.iter_columns(), strict=True)
    names = []
    for name, column in columns:
        try:
            _check_kind(column.dtype, _DATES)
            check_array(column, dtype=np.float64, ensure_2d=False, ensure_all_finite=False, ensure_min_samples=0)
        except (TypeError, ValueError, OverflowError):
            names.append(name)
    return names


def _check_kind(dtype, kinds):
    """Raise where NumPy would convert to numbers what is none."""
    kind = getattr(dtype, "kind", "")
    if kind and kind in kinds:
        raise ValueError(f"numbers are required, got dtype {dtype}")


def _check_values(values, name, estimator):
    """Raise where there is NaN, inf or anything beyond 1e50: one read by BLAS in the ordinary case."""
    if _sum_of_squares(values) <= _LARGEST_VALUE**2:
        return
    label = None if estimator is None else type(estimator).__name__
    assert_all_finite(values, estimator_name=label, input_name=name)
    largest = float(max(values.max(), -values.min()))
    if largest > _LARGEST_VALUE:
        raise ValueError(f"{name} must not have values beyond {_LARGEST_VALUE:g}, got {show(largest)}: scale {name}")


def _sum_of_squares(values):
    """Sum of squares, in the precision of the values, without a copy; NaN or inf if any value is."""
    if values.flags.f_contiguous:
        values = values.T
    with np.errstate(over="ignore", invalid="ignore"):
        if not values.flags.c_contiguous:
            return float(np.einsum("ij,ij->", values, values))
        values = values.reshape(-1)
        total = 0.0
        for start in range(0, values.size, _CHUNK):
            chunk = values[start : start + _CHUNK]
            total += float(np.dot(chunk, chunk))
    return total


def _check_coordinates(X):
    """A COO matrix with every index inside: scipy converts it unchecked."""
    for name, index, size in (("row", X.row, X.shape[0]), ("col", X.col, X.shape[1])):
        if index.size and (index.min() < 0 or index.max() >= size):
            raise ValueError(f"X is a broken sparse matrix: {name} must be within [0, {size})")
    return X


def _check_compressed(X):
    """Raise unless the index arrays of a CSC or CSR matrix may be followed unchecked; none is changed."""
    n_major, n_minor = X.shape if X.format == "csr" else X.shape[::-1]
    data, indices, indptr = X.data, X.indices, X.indptr
    if data.ndim != 1 or indices.ndim != 1 or indptr.ndim != 1:
        rule = "data, indices and indptr must be 1-dimensional"
    elif indices.dtype not in (np.int32, np.int64) or indptr.dtype not in (np.int32, np.int64):
        rule = f"indices and indptr must be int32 or int64, got {indices.dtype} and {indptr.dtype}"
    elif indptr.size != n_major + 1:
        rule = f"indptr must have {n_major + 1} entries, got {indptr.size}"
    elif indptr[0] != 0 or (indptr[1:] < indptr[:-1]).any():
        rule = "indptr must start with 0 and never decrease"
    elif indptr[-1] > min(indices.size, data.size):
        rule = f"indptr ends at {indptr[-1]}, beyond the {min(indices.size, data.size)} entries stored"
    else:
        used = indices[: indptr[-1]]
        if not used.size or (used.min() >= 0 and used.max() < n_minor):
            return
        rule = f"indices must be within [0, {n_minor}), got {used.min()} to {used.max()}"
    raise ValueError(f"X is a broken sparse matrix: {rule}")


def _check_target(y, n_samples, estimator, check_input):
    """y as a read-only float64 array (n_samples, n_targets), and how many dimensions it had."""
    if y is None:
        label = "estimator" if estimator is None else f"{type(estimator).__name__} estimator"
        raise ValueError(f"This {label} requires y to be passed, but the target y is None.")
    if isinstance(y, np.matrix):
        raise TypeError("y must not be a np.matrix: convert it with np.asarray")
    values = float_array("y", y)
    if values.ndim not in (1, 2) or 0 in values.shape[1:]:
        raise ValueError(f"y must have shape (n_samples,) or (n_samples, n_targets >= 1), got shape {values.shape}")
    if values.shape[0] != n_samples:
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: y has {values.shape[0]} but X has {n_samples}"
        )
    Y = values.reshape(n_samples, -1)
    Y.flags.writeable = False
    if check_input and not get_config()["assume_finite"]:
        _check_values(Y, "y", estimator)
    return Y, values.ndim
