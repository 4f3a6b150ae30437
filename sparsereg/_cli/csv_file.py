"""Tables of separated values, by the standard library; the numbers by NumPy."""

import csv
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from .errors import CommandError, counted
from .table import Table

SEPARATORS = {".csv": ",", ".tsv": "\t"}
# What stands for a missing value, in lower case, spaces stripped. Not "none": that is often a level.
MISSING = frozenset({"", "na", "n/a", "nan", "null"})
# What else separates columns, where the header turns out to have one.
LIKELY_SEPARATORS = ";\t|,"
LOGICAL = {"true": 1.0, "false": 0.0}
# Rows held as text at a time: a cell takes about 60 bytes as text and 8 as a number.
ROWS_PER_BLOCK = 4096
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Where the decimal point is a comma, a point in a number is a mistake.
COMMA_TO_POINT = str.maketrans(".,", ",.")


def read_csv(path, separator, decimal="."):
    """The table in a file of UTF-8 text, or of UTF-16 that says so, whose first line names the columns.

    Raises
    ------
    CommandError
        If the file is empty, no such text, no csv, or has a row with more or fewer fields than the header.
    """
    with _rows(path, separator) as rows:
        header = next(rows, None)
        if header is None:
            raise CommandError(f"{path} is empty; its first line must name the columns")
        names = tuple(name.strip() for name in header)
        numbers, n_missing, text = _parse(path, rows, names, decimal)
    return Table(Path(path).name, names, numbers, n_missing, text, partial(_read_text, path, separator))


@contextmanager
def _rows(path, separator):
    """The rows of the file that are not blank, lists of str; errors in one line."""
    with Path(path).open("rb") as file:
        encoding = "utf-16" if file.read(2) in UTF_16_MARKS else "utf-8-sig"
    try:
        with Path(path).open(newline="", encoding=encoding) as file:
            yield filter(None, csv.reader(file, delimiter=separator, strict=True))
    except UnicodeError as error:
        raise CommandError(
            f"{path} is no UTF-8 text ({error}); save it as such, in a spreadsheet as 'CSV UTF-8'"
        ) from error
    except csv.Error as error:
        raise CommandError(f"{path} cannot be read as csv: {error}") from error


def _read_text(path, separator, columns):
    """Some columns of a file that was read before, so it is known to be in order."""
    with _rows(path, separator) as rows:
        next(rows)
        cells = [[row[j].strip() for j in columns] for row in rows]
    return np.array(cells, dtype=object).reshape(len(cells), len(columns))


def _parse(path, rows, names, decimal):
    n_columns = len(names)
    parsed, blocks = _Parsed(n_columns), []
    while block := list(islice(rows, ROWS_PER_BLOCK)):
        for i, row in enumerate(block, start=parsed.n_rows + 1):
            if len(row) != n_columns:
                fields = f"{counted(len(row), 'field')}, but the header has {n_columns}"
                raise CommandError(f"{path}, row {i} has {fields}; {_way_out(names)}")
        blocks.append(parsed.numbers(block, decimal))
    numbers = np.concatenate(blocks) if blocks else np.empty((0, n_columns))
    numbers[:, list(parsed.text)] = np.nan
    return numbers, parsed.n_missing, parsed.text


def _way_out(names):
    likely = [separator for separator in LIKELY_SEPARATORS if len(names) == 1 and separator in names[0]]
    if likely:
        return f"give the --separator {likely[0]!r} that the header has, and --decimal , if commas are decimal points"
    return "quote a separator that belongs to a value"


class _Parsed:
    """What is known of the columns after some blocks: rows, missing values, and where text or a logical value is."""

    def __init__(self, n_columns):
        self.n_rows = 0
        self.n_missing = np.zeros(n_columns, dtype=int)
        self.text = {}
        self._logical, self._numeric = {}, np.zeros(n_columns, dtype=bool)

    def numbers(self, block, decimal):
        """One more block as float64, NaN where there is no number."""
        try:
            if decimal != ".":
                raise ValueError("columns that hold commas must be told from text")
            numbers = np.array(block, dtype=np.float64)
        except ValueError:
            columns = zip(*block)
            numbers = np.column_stack([self._column(j, values, decimal) for j, values in enumerate(columns)])
        else:
            self._numeric[:] = True
            self.n_missing += np.isnan(numbers).sum(axis=0)
        for j in set(self._logical) & set(np.flatnonzero(self._numeric)):
            self.text.setdefault(j, self._logical[j])
        self.n_rows += len(block)
        return numbers

    def _column(self, j, column, decimal):
        numbers = np.full(len(column), np.nan)
        stripped = [value.strip().lower() for value in column]
        rows = np.flatnonzero([value not in MISSING for value in stripped])
        self.n_missing[j] += len(column) - len(rows)
        values = [stripped[i] if decimal == "." else stripped[i].translate(COMMA_TO_POINT) for i in rows]
        if not values:
            return numbers
        if all(value in LOGICAL for value in values):
            self._logical.setdefault(j, self._place(rows[0], column))
            numbers[rows] = [LOGICAL[value] for value in values]
            return numbers
        try:
            numbers[rows] = np.array(values, dtype=np.float64)
            self._numeric[j] = True
        except ValueError:
            first = next(i for i, value in zip(rows, values) if not is_number(value))
            self.text.setdefault(j, self._place(first, column))
        return numbers

    def _place(self, i, column):
        return f"row {self.n_rows + i + 1}: {column[i].strip()[:40]!r}"


def is_number(value):
    """Whether float() takes a string."""
    try:
        float(value)
    except ValueError:
        return False
    return True
