"""Rules for the columns of a table, whatever it is used for; errors name the column and the way out."""

import re
from collections import Counter
from difflib import get_close_matches

import numpy as np

from .csv_file import LIKELY_SEPARATORS, is_number
from .errors import CommandError, counted, listed

# The products in which larger numbers occur could overflow.
LARGEST = 1e50
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
# What people write around numbers, and between their digits: signs of currencies, percent, thousands.
DRESSED = re.compile(r"[-+(]*[$\u20ac\u00a3\u00a5]?\s*[-+]?\d[\d,' \u00a0\u202f]*(\.\d+)?\s*[%$\u20ac\u00a3\u00a5)]*")


def check_names(table, kept):
    """CommandError where one of the columns kept has no name, or the name of another."""
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


def check_values(table, kept, way_out="or leave the columns out with --drop"):
    """CommandError where one of the columns kept lacks values, or has numbers too large."""
    lacking = [j for j in kept if table.n_missing[j]]
    if lacking:
        counts = listed(f"{table.names[j]!r} ({table.n_missing[j]})" for j in lacking)
        raise CommandError(
            f"missing values in {counts} of {counted(len(table.numbers), 'row')}; fill them in, remove those "
            f"rows, {way_out}"
        )
    huge = [j for j in kept if j not in table.text and np.abs(table.numbers[:, j]).max(initial=0.0) > LARGEST]
    if huge:
        raise CommandError(f"values beyond {LARGEST:g} in {quoted(table, huge)}; correct or scale them")


def way_out_of_text(place, otherwise):
    """What to do about a value that is no number, given as a table tells it: 'row 3: 1,5' in quotes."""
    value = place.partition(": ")[2][1:-1]
    if DECIMAL_COMMA.fullmatch(value):
        return "if its comma is the decimal point, give --decimal , and the --separator between values, else remove it"
    if DRESSED.fullmatch(value):
        return "write plain numbers, without currency, percent or separators of thousands"
    return otherwise


def unknown(name, names):
    """What to say of a name that no column has."""
    if len(names) == 1 and any(separator in names[0] for separator in LIKELY_SEPARATORS):
        return f"no column {name!r}: the table has the one column {names[0][:60]!r}; give its --separator"
    if all(is_number(each) for each in names):
        return f"no column {name!r}: the first row must name the columns, but it holds numbers; add a row of names"
    close = [repr(match) for match in similar(name, names)]
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return f"no column {name!r}; {hint}{columns_of(names)}"


def similar(name, names, most=3):
    """The names most like this one, whatever their case."""
    folded = {other.lower(): other for other in names}
    return [folded[match] for match in get_close_matches(name.lower(), folded, n=most, cutoff=0.5)]


def columns_of(names):
    """What columns there are."""
    return f"the columns are {listed((repr(name) for name in names), most=10)}"


def quoted(table, columns):
    """The names of columns, the first few."""
    return listed(repr(table.names[j]) for j in columns)
