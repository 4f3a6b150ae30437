"""The folds of a cross-validation: which rows each trains on, and which it holds out."""

import numbers
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import check_cv

from .._validation.arrays import show

OTHER_WAYS = "for one held-out set pass [(train, test)], and for a choice without folds another criterion"


class Fold(NamedTuple):
    """Rows as a slice where they are consecutive, else as an index array; a row may be named twice.

    train : slice or int array
    test : slice or int array
    """

    train: object
    test: object


def check_splitter(cv):
    """A splitter of scikit-learn's kind; None: five folds of consecutive rows. An iterator is read, once and for all.

    Raises
    ------
    ValueError, TypeError
        For what is none.
    """
    if cv is None:
        return check_cv(5)
    if isinstance(cv, numbers.Integral) and not isinstance(cv, bool):
        if cv < 2:
            raise ValueError(f"cv must be at least 2 when an integer, got {cv}: {OTHER_WAYS}")
        return check_cv(int(cv))
    if isinstance(cv, type):
        raise TypeError(f"cv must be a splitter, got the class {cv.__name__}: write {cv.__name__}(...)")
    if isinstance(cv, str) or not (hasattr(cv, "split") or np.iterable(cv)):
        raise TypeError(f"cv must be an integer, a splitter or an iterable of (train, test), got {show(cv)}")
    if hasattr(cv, "split"):
        return cv
    pairs = list(cv)
    if not pairs:
        raise ValueError(f"cv must give at least one fold, got none from {show(cv)}")
    for number, pair in enumerate(pairs):
        if not isinstance(pair, (tuple, list, np.ndarray)) or len(pair) != 2:
            raise ValueError(f"cv must hold pairs (train, test) of row numbers, got {show(pair)} for fold {number}")
    return check_cv(pairs)


def list_folds(cv, X, y, weights=None, params=None):
    """Every fold of a splitter, checked.

    Parameters
    ----------
    cv : as `check_splitter` takes and returns it
    X, y : as the user gave them
    weights : float64 array (n,) or None
    params : dict or None           what the splitter gets besides, as groups

    Returns
    -------
    list of Fold

    Raises
    ------
    ValueError, TypeError
        For no folds at all, indices outside X, or a side without a row that counts.
    """
    splitter, n_samples = check_splitter(cv), len(np.asarray(y))
    # those of scikit-learn look at its length only, and would make a CSR matrix of one in CSC
    seen = np.empty((n_samples, 0)) if type(splitter).__module__.startswith("sklearn.") else X
    try:
        pairs = list(splitter.split(seen, y, **(params or {})))
    except (ValueError, TypeError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"cv cannot split X with n_samples={n_samples}: {error}") from error
    if not pairs:
        raise ValueError(f"cv must give at least one fold, got none from {show(splitter)}")
    folds = []
    for number, pair in enumerate(pairs):
        if not isinstance(pair, (tuple, list, np.ndarray)) or len(pair) != 2:
            raise ValueError(f"cv must give pairs (train, test) of row numbers, got {show(pair)} for fold {number}")
        sides = []
        for name, rows in zip(("train", "test"), pair, strict=True):
            rows = _as_indices(rows, n_samples, f"{name} of fold {number}")
            counts = len(rows) if weights is None else np.count_nonzero(weights[rows])
            if counts == 0:
                held = "no rows" if weights is None or not len(rows) else "no row with sample_weight > 0"
                raise ValueError(
                    f"cv must give every fold rows to train on and to test, but fold {number} has {held} "
                    f"to {'train on' if name == 'train' else 'test'}: use fewer folds"
                )
            sides.append(_as_slice(rows))
        folds.append(Fold(*sides))
    return folds


def _as_indices(rows, n_samples, name):
    """Rows as int64 indices >= 0."""
    rows = np.asarray(rows)
    if rows.dtype == bool:
        if rows.shape != (n_samples,):
            raise ValueError(f"cv: {name} is a mask of {rows.size} entries but X has {n_samples} rows")
        return np.flatnonzero(rows)
    if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
        raise TypeError(f"cv: {name} must be a 1-dimensional array of row numbers, got {show(rows)}")
    rows = rows.astype(np.int64, copy=False)
    lowest = rows.min(initial=0)
    if lowest < -n_samples or rows.max(initial=-1) >= n_samples:
        raise ValueError(f"cv: {name} names row {rows[np.argmax(np.abs(rows))]} but X has {n_samples} rows")
    return np.where(rows < 0, rows + n_samples, rows) if lowest < 0 else rows


def _as_slice(rows):
    """The rows as a slice where they are consecutive."""
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows) and (rows[1:] - rows[:-1] == 1).all():
        return slice(first, last + 1)
    return rows


def row_counts(rows, n_samples):
    """How often each of the rows of X is named, float64 (n,)."""
    if isinstance(rows, slice):
        counts = np.zeros(n_samples)
        counts[rows] = 1.0
        return counts
    return np.bincount(rows, minlength=n_samples).astype(np.float64)


def chunks_of(rows, size):
    """Consecutive pieces of the rows, each of at most `size`."""
    start, stop = (rows.start, rows.stop) if isinstance(rows, slice) else (0, len(rows))
    for first in range(start, stop, size):
        piece = slice(first, min(first + size, stop))
        yield piece if isinstance(rows, slice) else rows[piece]
