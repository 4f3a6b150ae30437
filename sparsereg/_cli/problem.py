"""From a table to X and y: every rule that a table must obey, checked before any work."""

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import scipy.sparse as sp
from sklearn.utils.sparsefuncs import min_max_axis

from .errors import CommandError, counted, listed
from .frames import one_hot

# With fewer rows than this the held-out errors say nothing.
FEWEST_ROWS = 10
# The products in which larger numbers occur could overflow.
LARGEST = 1e50
LIKELY_SEPARATORS = ";\t|,"


@dataclass(frozen=True)
class Problem:
    """X (n, p) dense or CSC, y (n,), the names of the p features, and the name of the target."""

    X: np.ndarray | sp.csc_array
    y: np.ndarray
    features: list
    target: str


def build_problem(table, target, drop=(), encode=False):
    """The regression of one column of a table on the others.

    Parameters
    ----------
    table : Table
    target : str            the column to explain
    drop : list of str      columns to leave out
    encode : bool           columns of text become columns of 0 and 1; otherwise they are an error

    Raises
    ------
    CommandError
        If a column is not there or not usable.
    """
    if target is None:
        raise CommandError(f"name the column to explain with --target; {_columns(table.names)}")
    for name in (target, *drop):
        if name not in table.names:
            raise CommandError(_unknown(name, table.names))
    if target in drop:
        raise CommandError(f"{target!r} is both --target and --drop")
    kept = [j for j, name in enumerate(table.names) if name not in drop]
    _check_names(table, kept)
    at = table.names.index(target)
    features = [j for j in kept if j != at]
    if not features:
        raise CommandError(f"the table has no column besides the target {target!r}; at least one feature is needed")
    if len(table.numbers) < FEWEST_ROWS:
        rows = counted(len(table.numbers), "row") if len(table.numbers) else "no rows"
        raise CommandError(f"the table has {rows}; at least {FEWEST_ROWS} are needed")
    if at in table.text:
        raise CommandError(f"the target {target!r} is not numeric ({table.text[at]}); a regression explains a number")
    texts = [j for j in features if j in table.text]
    if texts and not encode:
        what = "is not numeric" if len(texts) == 1 else "are not numeric"
        first = table.text[texts[0]]
        raise CommandError(
            f"{_quoted(table, texts)} {what} ({first}); encode text with --one-hot, or leave it out with --drop"
        )
    _check_values(table, kept)
    y = table.numbers[:, at].copy()
    if np.all(y == y[0]):
        raise CommandError(f"the target {target!r} is {y[0]:g} in every row; there is nothing to explain")
    problem = _assemble(table, features, texts, y, target)
    if _is_constant(problem.X):
        raise CommandError("every feature has one value throughout the table; none can explain the target")
    return problem


def _assemble(table, features, texts, y, target):
    plain = [j for j in features if j not in table.text]
    X, names = table.numbers[:, plain], [table.names[j] for j in plain]
    if texts:
        columns, levels = one_hot(table.read_text(texts), [table.names[j] for j in texts])
        X, names = sp.hstack([sp.csc_array(X), columns], format="csc"), names + levels
    return Problem(X, y, names, target)


def _is_constant(X):
    lowest, highest = min_max_axis(X, axis=0) if sp.issparse(X) else (X.min(axis=0), X.max(axis=0))
    return np.array_equal(lowest, highest)


def _check_names(table, kept):
    nameless = [j for j in kept if not table.names[j]]
    if nameless:
        raise CommandError(
            f"column {nameless[0] + 1} has no name; name it, or leave it out (row labels?) with --drop ''"
        )
    repeated = [name for name, count in Counter(table.names[j] for j in kept).items() if count > 1]
    if repeated:
        raise CommandError(
            f"the column name {repeated[0]!r} occurs more than once; names must differ: rename one, or leave "
            "them out with --drop"
        )


def _check_values(table, kept):
    lacking = [j for j in kept if table.n_missing[j]]
    if lacking:
        counts = listed(f"{table.names[j]!r} ({table.n_missing[j]})" for j in lacking)
        raise CommandError(
            f"missing values in {counts} of {counted(len(table.numbers), 'row')}; fill them in, remove those "
            "rows, or leave the columns out with --drop"
        )
    huge = [j for j in kept if j not in table.text and np.abs(table.numbers[:, j]).max() > LARGEST]
    if huge:
        raise CommandError(f"values beyond {LARGEST:g} in {_quoted(table, huge)}; correct or scale them")


def _unknown(name, names):
    if len(names) == 1 and any(separator in names[0] for separator in LIKELY_SEPARATORS):
        return f"no column {name!r}: the table has the one column {names[0][:60]!r}; give its --separator"
    folded = {other.lower(): other for other in names}
    close = [repr(folded[match]) for match in get_close_matches(name.lower(), folded, n=3, cutoff=0.5)]
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return f"no column {name!r}; {hint}{_columns(names)}"


def _columns(names):
    return f"the columns are {listed((repr(name) for name in names), most=10)}"


def _quoted(table, columns):
    return listed(repr(table.names[j]) for j in columns)
