"""From a table to X and y: every rule that a table must obey, checked before any work."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from sklearn.datasets import load_diabetes
from sklearn.utils.sparsefuncs import min_max_axis

from .checks import check_names, check_values, columns_of, quoted, unknown, way_out_of_text
from .columns import Columns, learn_columns
from .errors import CommandError, counted

# With fewer rows than this the held-out errors say nothing.
FEWEST_ROWS = 10


@dataclass(frozen=True)
class Problem:
    """The regression of one column on others.

    source : str                        the name of the table
    X : ndarray (n, p) or csc_array
    y : ndarray (n,)
    columns : Columns                   what the features are made from
    target : str
    left_out : tuple of str             columns of the table that are neither features nor the target
    groups : int array (n,) or None     rows with the same number stay together
    group, time : str or None           the columns that say which rows do, and in which order they are
    is_ordered : bool                   the rows are in order of time
    """

    source: str
    X: np.ndarray | sp.csc_array
    y: np.ndarray
    columns: Columns
    target: str
    left_out: tuple = ()
    groups: np.ndarray | None = None
    group: str | None = None
    time: str | None = None
    is_ordered: bool = False

    @property
    def features(self):
        """The names of the p features."""
        return self.columns.features

    def take(self, rows):
        """The same of some rows only."""
        groups = None if self.groups is None else self.groups[rows]
        return replace(self, X=self.X[rows], y=self.y[rows], groups=groups)


def diabetes():
    """The problem that is solved where no table is given."""
    data = load_diabetes(scaled=False)
    columns = Columns(tuple(data.feature_names), {})
    return Problem("diabetes (scikit-learn)", np.asfortranarray(data.data), data.target, columns, "disease progression")


def build_problem(table, target, drop=(), encode=False, group=None, time=None):
    """The regression of one column of a table on the others.

    Parameters
    ----------
    table : Table
    target : str                    the column to explain
    drop : list of str              columns to leave out
    encode : bool                   columns of text become columns of 0 and 1; otherwise they are an error
    group : str or None             the column of groups
    time : str, True or None        the column of times; True: the rows are in order

    Raises
    ------
    CommandError
        If a column is not there or not usable.
    """
    roles = {"--group": group, "--time": None if time is True else time}
    at, kept, features = _assign(table, target, drop, {role: name for role, name in roles.items() if name is not None})
    if len(table.numbers) < FEWEST_ROWS:
        rows = counted(len(table.numbers), "row") if len(table.numbers) else "no rows"
        raise CommandError(f"the table has {rows}; at least {FEWEST_ROWS} are needed")
    if at in table.text:
        way_out = way_out_of_text(
            table.text[at], "a regression explains a number: choose another --target, or code it as a number"
        )
        raise CommandError(f"the target {target!r} is not numeric ({table.text[at]}); {way_out}")
    texts = [j for j in features if j in table.text]
    if texts and not encode:
        what = "is not numeric" if len(texts) == 1 else "are not numeric"
        way_out = way_out_of_text(table.text[texts[0]], "encode text with --one-hot, or leave it out with --drop")
        raise CommandError(f"{quoted(table, texts)} {what} ({table.text[texts[0]]}); {way_out}")
    check_values(table, kept)
    y = table.numbers[:, at].copy()
    if np.all(y == y[0]):
        raise CommandError(f"the target {target!r} is {y[0]:g} in every row; there is nothing to explain")
    columns, X = learn_columns(table, [j for j in features if j not in table.text], texts)
    if _is_constant(X):
        raise CommandError("every feature has one value throughout the table; none can explain the target")
    if roles["--time"] is not None:
        order = _order(table, table.names.index(time))
        X, y = X[order], y[order]
    return Problem(
        source=table.name,
        X=sp.csc_array(X) if sp.issparse(X) else X,
        y=y,
        columns=columns,
        target=target,
        left_out=tuple(name for name in table.names if name != target and name not in columns.names),
        groups=None if group is None else _groups(table, table.names.index(group)),
        group=group,
        time=roles["--time"],
        is_ordered=time is not None,
    )


def _assign(table, target, drop, roles):
    """The column of the target, all that are used, and those of the features; each name must be there, in one role."""
    if target is None:
        raise CommandError(f"name the column to explain with --target; {columns_of(table.names)}")
    for name in (target, *drop, *roles.values()):
        if name not in table.names:
            raise CommandError(unknown(name, table.names))
    if target in drop:
        raise CommandError(f"{target!r} is both --target and --drop")
    for role, name in roles.items():
        if name == target or name in drop:
            raise CommandError(f"{name!r} is both {role} and {'--target' if name == target else '--drop'}")
    kept = [j for j, name in enumerate(table.names) if name not in drop]
    check_names(table, kept)
    at = table.names.index(target)
    features = [j for j in kept if j != at and table.names[j] not in roles.values()]
    if not features:
        raise CommandError(f"the table has no column besides the target {target!r}; at least one feature is needed")
    return at, kept, features


def _is_constant(X):
    lowest, highest = min_max_axis(X, axis=0) if sp.issparse(X) else (X.min(axis=0), X.max(axis=0))
    return np.array_equal(lowest, highest)


def _groups(table, j):
    """The group of each row, as whole numbers from 0."""
    labels = table.read_text([j])[:, 0].astype(str) if j in table.text else table.numbers[:, j]
    return np.unique(labels, return_inverse=True)[1]


def _order(table, j):
    """The rows by time; of equal times the first in the table first."""
    if j not in table.text:
        return np.argsort(table.numbers[:, j], kind="stable")
    texts = table.read_text([j])[:, 0]
    times = np.empty(len(texts), dtype="datetime64[us]")
    for i, text in enumerate(texts):
        try:
            times[i] = np.datetime64(text.removesuffix("Z").removesuffix("+00:00"), "us")
        except ValueError as error:
            raise CommandError(
                f"the times in {table.names[j]!r} must be numbers, or dates as 2024-12-31 or 2024-12-31T23:59:59, got "
                f"row {i + 1}: {text[:40]!r}; correct it, or sort the rows, give --time without a column, and --drop it"
            ) from error
    return np.argsort(times, kind="stable")
