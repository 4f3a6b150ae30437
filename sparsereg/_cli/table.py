"""A table of named columns, as every reader returns it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Table:
    """Columns of numbers, and columns of text that stay where they are until they are wanted.

    name : str                          of the file, for messages
    names : tuple of str (p,)
    numbers : float64 array (n, p)      NaN where a value is missing, and throughout a column of text; true and false
                                        are 1 and 0
    n_missing : int array (p,)          missing values of each column
    text : dict                         column -> its first value that is no number, and where it stands
    read_text : callable                list of columns -> object array (n, len(list)) of str, spaces stripped
    """

    name: str
    names: tuple
    numbers: np.ndarray
    n_missing: np.ndarray
    text: dict
    read_text: Callable
