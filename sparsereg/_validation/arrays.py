"""Whatever a user calls an array into float64, with errors that name the argument."""

import reprlib

import numpy as np
from scipy.sparse import issparse

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 60


def show(value):
    """The value on one line of at most 80 characters, for a message."""
    if isinstance(value, np.generic):
        value = value.item()
    text = " ".join(_repr.repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."


def float_array(name, value):
    """The value as a float64 array of any shape, a view where it is one already; it may hold NaN and inf.

    Raises
    ------
    TypeError, ValueError
        Sparse, masked, complex, text, dates, or objects that are not numbers.
    """
    if issparse(value):
        raise TypeError(f"{name} must be dense, got a sparse {type(value).__name__}: use {name}.toarray()")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(f"{name} must not have masked entries: fill or drop them")
    try:
        array = np.asarray(value)
        if array.dtype.kind in "biufO":
            return array.astype(np.float64, copy=False)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name} must hold real numbers, got {show(value)}: {error}") from error
    except TypeError as error:
        raise TypeError(f"{name} must hold real numbers, got {show(value)}: {error}") from error
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} must hold real numbers, got dtype {array.dtype}")
    raise ValueError(f"{name} must hold real numbers, got {show(value)} of dtype {array.dtype}")


def float_vector(name, value, length, things):
    """The value as a float64 array (length,); `things` is what X has `length` of: "samples" or "features"."""
    array = float_array(name, value)
    if array.ndim != 1:
        raise ValueError(f"{name} must be 1-dimensional with {length} entries, got shape {array.shape}")
    if array.size != length:
        raise ValueError(f"{name} has {array.size} entries but X has {length} {things}")
    return array


def first(mask):
    """Index of the first True of a 1-d mask, for a message."""
    return int(np.argmax(mask))
