"""The rules of the parameters: one table, and one form of message, `name must be rule, got value`."""

import numbers
from typing import NamedTuple

import numpy as np

from .arrays import first, float_array, show

_PANEL = 256  # rows of a Gram matrix checked at once, to bound the temporary
# Of an automatic grid: more differ by rounding, and what is kept of each fills the memory.
MOST_ALPHAS = 1_000_000
_ASYMMETRY = 1e-4  # of the largest entry: far above the rounding of a Gram matrix computed in float32


def _is_real(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _is_integer(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_flag(value):
    return isinstance(value, (bool, np.bool_))


def _is_seed(value):
    return value is None or value is np.random or _is_integer(value) or isinstance(value, np.random.RandomState)


def _is_non_negative(value):
    """Whether the float of the value is finite and >= 0; an integer or a fraction may have none."""
    try:
        return 0 <= float(value) < np.inf
    except OverflowError:
        return False


class _Rule(NamedTuple):
    kind: str
    is_kind: object
    text: str
    holds: object


_NON_NEGATIVE = _Rule("a real number", _is_real, ">= 0 and finite", _is_non_negative)
_COUNT = _Rule("an integer", _is_integer, ">= 1 and < 2**63", lambda value: 1 <= value < 2**63)
_FRACTION = _Rule("a real number", _is_real, "between 0 and 1", lambda value: 0 <= value <= 1)
_FLAG = _Rule("True or False", _is_flag, "True or False", lambda value: True)

RULES = {
    "alpha": _NON_NEGATIVE,
    "gamma": _NON_NEGATIVE,
    "pilot_alpha": _NON_NEGATIVE,
    "l1_ratio": _FRACTION,
    "eps": _Rule("a real number", _is_real, "> 0 and < 1", lambda value: 0 < value < 1),
    "tol": _NON_NEGATIVE,
    "min_improvement": _NON_NEGATIVE,
    "max_iter": _COUNT,
    "max_features": _COUNT,
    "n_alphas": _COUNT,
    "selection": _Rule(
        "a string",
        lambda value: isinstance(value, str),
        "'cyclic' or 'random'",
        lambda value: value in ("cyclic", "random"),
    ),
    "random_state": _Rule(
        "None, an integer or a numpy.random.RandomState",
        _is_seed,
        "between 0 and 2**32 - 1 when an integer",
        lambda value: not _is_integer(value) or 0 <= value < 2**32,
    ),
    "verbose": _Rule(
        "True, False or an integer",
        lambda value: _is_flag(value) or _is_integer(value),
        ">= 0",
        lambda value: value >= 0,
    ),
    "fit_intercept": _FLAG,
    "copy_X": _FLAG,
    "warm_start": _FLAG,
    "positive": _FLAG,
    "standardize": _FLAG,
    "check_input": _FLAG,
    "return_n_iter": _FLAG,
    "return_result": _FLAG,
    "extend_grid": _FLAG,
    "store_fold_coefs": _FLAG,
    "patience": _COUNT,
    "n_jobs": _Rule("None or an integer", _is_integer, "an integer other than 0", lambda value: value != 0),
}


def check_parameters(source, names, optional=()):
    """Check parameters against the table.

    Parameters
    ----------
    source : estimator or dict
        Holds the values, as attributes or as items.
    names : iterable of str
        The parameters to check, each a key of ``RULES``.
    optional : container of str
        Those which may also be None.

    Raises
    ------
    TypeError
        A value of the wrong type.
    ValueError
        A value outside its range.
    """
    values = source if isinstance(source, dict) else vars(source)
    for name in names:
        value = values[name]
        if value is None and name in optional:
            continue
        _check(name, value, RULES[name])


def check_fraction(name, value):
    """Raise unless the value is a number in [0, 1]: TypeError if it is none, else ValueError."""
    _check(name, value, _FRACTION)


def check_n_alphas(name, count):
    """The length of an automatic grid as an int; an error unless it is an integer in [1, 1000000]."""
    _check(name, count, _COUNT)
    if count > MOST_ALPHAS:
        raise ValueError(
            f"{name} must be <= {MOST_ALPHAS}, got {show(count)}: ask for fewer, or pass the values of the grid"
        )
    return int(count)


def _check(name, value, rule):
    if not rule.is_kind(value):
        raise TypeError(f"{name} must be {rule.kind}, got {show(value)}")
    if not rule.holds(value):
        raise ValueError(f"{name} must be {rule.text}, got {show(value)}")


def check_choice(name, value, choices):
    """Raise unless the value is one of the strings `choices`: TypeError if no string, else ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(map(repr, choices))}, got {show(value)}")
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {show(value)}")


def check_alphas(alphas):
    """The number of alphas of an automatic grid, or a given grid.

    Parameters
    ----------
    alphas : int in [1, 1000000] or array-like (n_alphas,)
        A count, or finite values >= 0 in any order.

    Returns
    -------
    int, or float64 array (n_alphas,) in the order given
    """
    if _is_integer(alphas):
        if alphas < 1:
            raise ValueError(f"alphas must be >= 1 when an integer, got {show(alphas)}")
        return check_n_alphas("alphas", alphas)
    grid = float_array("alphas", alphas)
    if grid.ndim != 1 or grid.size == 0:
        raise ValueError(f"alphas must be an integer or a non-empty 1-dimensional array, got {show(alphas)}")
    _check_non_negative("alphas", grid)
    return grid


def check_alpha_per_target(alpha, n_targets):
    """The penalty of each target, for Ridge.

    Parameters
    ----------
    alpha : float or array-like (n_targets,)
        Finite and >= 0; one number, or an array with one entry, is for all targets.

    Returns
    -------
    float64 array (n_targets,)
    """
    if isinstance(alpha, np.ndarray) and alpha.ndim == 0:
        alpha = alpha[()]
    if np.ndim(alpha) == 0:
        check_parameters({"alpha": alpha}, ("alpha",))
        return np.full(n_targets, float(alpha))
    values = float_array("alpha", alpha)
    if values.ndim != 1:
        raise ValueError(f"alpha must be a number or 1-dimensional, got shape {values.shape}")
    if values.size not in (1, n_targets):
        raise ValueError(f"alpha has {values.size} entries but y has {n_targets} targets")
    _check_non_negative("alpha", values)
    return np.broadcast_to(values, (n_targets,)).copy()


def _check_non_negative(name, values):
    wrong = ~((values >= 0) & (values < np.inf))
    if wrong.any():
        position = first(wrong)
        raise ValueError(f"{name} must be >= 0 and finite, got {show(values[position])} at index {position}")


def check_precompute(precompute, n_features, choices=()):
    """Whether to use a Gram matrix, or the Gram matrix given.

    Parameters
    ----------
    precompute : bool, array-like (n_features, n_features), or one of `choices`
    choices : tuple of str
        Words that are allowed as well: ("auto",) for the paths.

    Returns
    -------
    bool, str, or float64 array (n_features, n_features)
        The array is the user's own where it is float64: not to be written to. It is finite and symmetric to
        rounding.
    """
    if _is_flag(precompute):
        return bool(precompute)
    if isinstance(precompute, str) or precompute is None:
        if precompute in choices:
            return precompute
        allowed = ", ".join(("True", "False", "a Gram matrix", *map(repr, choices)))
        kind = ValueError if isinstance(precompute, str) else TypeError
        raise kind(f"precompute must be one of {allowed}, got {show(precompute)}")
    gram = float_array("precompute", precompute)
    if gram.shape != (n_features, n_features):
        raise ValueError(
            f"precompute must be a Gram matrix of shape {(n_features, n_features)}, as X has {n_features} "
            f"features, got shape {gram.shape}"
        )
    largest = max(gram.max(), -gram.min())
    if not largest < np.inf:
        raise ValueError("precompute must be a finite Gram matrix, got NaN or inf")
    for start in range(0, n_features, _PANEL):
        rows = slice(start, start + _PANEL)
        if np.abs(gram[rows] - gram[:, rows].T).max() > _ASYMMETRY * largest:
            raise ValueError("precompute must be a symmetric Gram matrix")
    return gram
