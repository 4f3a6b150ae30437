"""Which alpha to take, given the loss at every alpha: the minimum, one standard error, or a function of the user's."""

import numbers
import reprlib

import numpy as np

RULES = ("min", "1se")


def check_rule(rule):
    """ValueError unless the rule is "min", "1se" or callable."""
    if not callable(rule) and not (isinstance(rule, str) and rule in RULES):
        raise ValueError(f"rule must be 'min', '1se' or a callable(CVResult) -> index, got {reprlib.repr(rule)}")


def choose(rule, result):
    """The place in the grid that the rule takes.

    Parameters
    ----------
    rule : "min", "1se" or callable
        "min": the smallest loss, the first of equal ones (the largest alpha, where those come first).
        "1se": the largest alpha whose loss is at most one standard error above the smallest, at its l1_ratio
        (Breiman et al. 1984, "Classification and Regression Trees", section 3.4.3).
        callable: gets the CVResult, returns (l1_index, alpha_index), or alpha_index where there is one l1_ratio.
    result : CVResult

    Returns
    -------
    l1_index, alpha_index : int       l1_index is 0 where the result has no axis of l1_ratios

    Raises
    ------
    ValueError
        If no loss is finite, the losses have no standard error, or a callable returns a place outside the grid or
        one whose loss is not finite.
    TypeError
        If a callable returns something else than integers.
    """
    check_rule(rule)
    loss = np.atleast_2d(result.loss)
    if callable(rule):
        return _checked(rule(result), loss)
    comparable = np.where(np.isfinite(loss), loss, np.inf)
    place = np.unravel_index(np.argmin(comparable), loss.shape)
    if comparable[place] == np.inf:
        by_folds = result.criterion == "cv"
        way_out = "use fewer folds, or scoring=None" if by_folds else "add larger alphas, or choose by criterion='cv'"
        raise ValueError(
            f"no alpha can be chosen: the loss (criterion={result.criterion!r}) is finite at none of the {loss.size} "
            f"alphas; {way_out}"
        )
    l1_index, alpha_index = (int(index) for index in place)
    if rule == "1se":
        alpha_index = index_of_1se(result, l1_index, alpha_index)
    return l1_index, alpha_index


def index_of_1se(result, l1_index, alpha_index):
    """The index of the largest alpha whose loss is within one standard error of that at the given place.

    Parameters
    ----------
    result : CVResult
    l1_index, alpha_index : int       of the smallest loss; l1_index 0 where there is no axis of l1_ratios

    Raises
    ------
    ValueError
        If the loss has no standard error there.
    """
    if result.loss_se is None:
        raise ValueError(
            f"rule='1se' needs the standard error of the loss, which criterion={result.criterion!r} does not have "
            "here; use rule='min', or criterion='cv' with at least 2 folds"
        )
    loss, alphas = np.atleast_2d(result.loss)[l1_index], np.atleast_2d(result.alphas)[l1_index]
    error = np.atleast_2d(result.loss_se)[l1_index, alpha_index]
    if not np.isfinite(error):
        raise ValueError(
            f"rule='1se' needs a finite standard error of the loss, got {error} at alpha={alphas[alpha_index]:.6g}; "
            "use at least 2 folds, or rule='min'"
        )
    within = np.isfinite(loss) & (loss <= loss[alpha_index] + error)
    return int(np.argmax(np.where(within, alphas, -np.inf)))


def _checked(returned, loss):
    """What a callable returned as (l1_index, alpha_index)."""
    if isinstance(returned, np.ndarray) and returned.ndim < 2:
        returned = returned.tolist()
    place = returned if isinstance(returned, tuple | list) else (returned,)
    if any(isinstance(index, bool | np.bool_) or not isinstance(index, numbers.Integral) for index in place):
        raise TypeError(
            f"rule must return an int or a pair of int (l1_index, alpha_index), got {reprlib.repr(returned)}"
        )
    if len(place) == 1 and len(loss) == 1:
        place = (0, place[0])
    if len(place) != 2:
        raise ValueError(
            f"rule must return (l1_index, alpha_index) for {len(loss)} l1_ratios, got {reprlib.repr(returned)}"
        )
    for name, index, size in zip(("l1_index", "alpha_index"), place, loss.shape, strict=True):
        if not 0 <= index < size:
            raise ValueError(f"rule must return an {name} in [0, {size - 1}], got {index}")
    l1_index, alpha_index = (int(index) for index in place)
    if not np.isfinite(loss[l1_index, alpha_index]):
        raise ValueError(
            f"rule must return a place whose loss is finite, got {reprlib.repr(returned)}, where it is "
            f"{loss[l1_index, alpha_index]}"
        )
    return l1_index, alpha_index
