"""Tables of separated values, by the standard library; the numbers by NumPy."""

import csv
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from .errors import CommandError, counted
from .frames import read_text_columns
from .table import Table

SEPARATORS = {".csv": ",", ".tsv": "\t"}
# What stands for a missing value, in lower case, spaces stripped. Not "none": that is often a level.
MISSING = frozenset({"", "na", "n/a", "nan", "null"})
# Rows held as text at a time: a cell takes about 60 bytes as text and 8 as a number.
ROWS_PER_BLOCK = 4096


def read_csv(path, separator):
    """The table in a UTF-8 file whose first line names the columns.

    Raises
    ------
    CommandError
        If the file is empty, no UTF-8 text, no csv, or has a row with more or fewer fields than the header.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            rows = filter(None, csv.reader(file, delimiter=separator, strict=True))
            header = next(rows, None)
            if header is None:
                raise CommandError(f"{path} is empty; its first line must name the columns")
            names = tuple(name.strip() for name in header)
            numbers, n_missing, text = _parse(path, rows, names)
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is no UTF-8 text: {error.reason} at byte {error.start}") from error
    except csv.Error as error:
        raise CommandError(f"{path} cannot be read as csv: {error}") from error
    return Table(names, numbers, n_missing, text, partial(read_text_columns, path, separator))


def _parse(path, rows, names):
    blocks, n_rows, text = [], 0, {}
    n_missing = np.zeros(len(names), dtype=int)
    while block := list(islice(rows, ROWS_PER_BLOCK)):
        for i, row in enumerate(block, start=n_rows + 1):
            if len(row) != len(names):
                fields = f"{counted(len(row), 'field')}, but the header has {len(names)}"
                raise CommandError(f"{path}, row {i} has {fields}; quote a separator that belongs to a value")
        numbers = _numbers(block, n_rows, n_missing, text)
        blocks.append(numbers)
        n_rows += len(block)
    return np.concatenate(blocks) if blocks else np.empty((0, len(names))), n_missing, text


def _numbers(block, n_before, n_missing, text):
    """One block as float64; adds to n_missing, notes in text each column's first value that is no number."""
    try:
        numbers = np.array(block, dtype=np.float64)
    except ValueError:
        numbers = np.full((len(block), len(n_missing)), np.nan)
    else:
        n_missing += np.isnan(numbers).sum(axis=0)
        return numbers
    for j, column in enumerate(zip(*block)):
        present = np.array([value.strip().lower() not in MISSING for value in column])
        n_missing[j] += np.count_nonzero(~present)
        values = [value for value, is_present in zip(column, present) if is_present]
        try:
            numbers[present, j] = np.array(values, dtype=np.float64)
        except ValueError:
            k = next(k for k, value in enumerate(values) if not _is_number(value))
            text.setdefault(j, f"row {n_before + np.flatnonzero(present)[k] + 1}: {values[k][:40]!r}")
    return numbers


def _is_number(value):
    try:
        float(value)
    except ValueError:
        return False
    return True
