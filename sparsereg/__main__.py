"""The command `python -m sparsereg`: a Lasso path on a table, from the file to the features chosen."""

import argparse
import io
import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes

from . import __version__
from ._cli.csv_file import SEPARATORS
from ._cli.errors import CommandError
from ._cli.fit import N_FOLDS, fit
from ._cli.frames import FORMATS
from ._cli.problem import Problem, build_problem
from ._cli.reading import read_table
from ._cli.report import chosen_features, heading, path_table, timing
from .model_selection.rules import RULES

# Exit statuses: anything the user can put right; those of a process ended by SIGINT and by SIGPIPE.
FAILED, INTERRUPTED, BROKEN_PIPE = 2, 130, 141

DESCRIPTION = """\
Explain one column of a table by as few of the others as it takes: the exact
Lasso path, each solution with its duality gap, and the features kept at the
alpha that cross-validation chooses. Without DATA: scikit-learn's diabetes."""
EPILOG = """\
examples:
  python -m sparsereg
  python -m sparsereg houses.csv --target price --drop id
  python -m sparsereg houses.csv --target price --one-hot --separator ';'
  python -m sparsereg houses.csv --target price --rule 1se --cv 10

Text in a table and files other than csv need
pip install 'scikit-sparsereg[table]'.
Exit status: 2 for a mistake in the command or the table, or output that cannot
be written; 130 after Ctrl-C."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise CommandError(f"{message}; see python -m sparsereg --help")

    def exit(self, status=0, message=None):
        _write("")  # the help is written, and perhaps not yet through
        super().exit(status, message)


def main(argv=None):
    """Run the command.

    Parameters
    ----------
    argv : list of str, or None     None: the arguments of this process

    Returns
    -------
    int                             the exit status
    """
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            _write(_report(_parser().parse_args(argv)) + "\n")
    except (CommandError, MemoryError) as error:
        _say(error)
        return FAILED
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE
    return 0


def _report(options):
    """What the command prints."""
    if options.data is None:
        given = [name for name in ("target", "drop", "one_hot", "separator") if getattr(options, name)]
        if given:
            name = given[0].replace("_", "-")
            raise CommandError(f"--{name} needs DATA, the table it is about; see python -m sparsereg --help")
        problem, source = _diabetes(), "diabetes (scikit-learn)"
    else:
        table = read_table(options.data, options.separator)
        problem = build_problem(table, options.target, drop=options.drop, encode=options.one_hot)
        source = Path(options.data).name
    if options.cv > len(problem.y):
        raise CommandError(
            f"--cv {options.cv} needs {options.cv} rows, but the table has {len(problem.y)}; ask for fewer folds"
        )
    solved = fit(problem, options.rule, options.cv)
    parts = heading(problem, source), path_table(problem, solved), chosen_features(problem, solved), timing(solved)
    return "\n\n".join(parts)


def _write(text):
    if sys.stdout is None:
        raise CommandError("there is no output to write to")
    try:
        _put(text, sys.stdout)
    except BrokenPipeError:  # whoever read the output has enough
        raise
    except OSError as error:
        raise CommandError(f"the output cannot be written: {error.strerror}") from error


def _put(text, stream):
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # the interpreter would try to write it again at its end, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise


def _diabetes():
    data = load_diabetes(scaled=False)
    return Problem(np.asfortranarray(data.data), data.target, list(data.feature_names), "disease progression")


def _parser():
    known = ", ".join([*SEPARATORS, *FORMATS])
    parser = _Parser(
        prog="python -m sparsereg",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("data", nargs="?", metavar="DATA", help=f"a table whose first row names its columns: {known}")
    parser.add_argument("--target", metavar="COLUMN", help="the column to explain, a number")
    parser.add_argument(
        "--drop", metavar="COLUMN", action="append", default=[], help="leave a column out; may be repeated"
    )
    parser.add_argument(
        "--one-hot",
        action="store_true",
        help="turn columns of text into a column of 0 and 1 for each of their values",
    )
    parser.add_argument(
        "--separator",
        type=_separator,
        metavar="CHARACTER",
        help="what separates the values of a text file, or the word tab (default: comma; tab for .tsv)",
    )
    parser.add_argument(
        "--rule",
        choices=RULES,
        default="min",
        help="what chooses alpha: min, the best held-out R2, or 1se, the largest alpha within one standard error of "
        "it, which keeps fewer features (default: min)",
    )
    parser.add_argument(
        "--cv",
        type=_folds,
        metavar="N",
        default=N_FOLDS,
        help="number of folds of the cross-validation, at least 2 (default: %(default)s)",
    )
    parser.add_argument("--version", action="version", version=f"sparsereg {__version__}")
    return parser


def _separator(text):
    separator = "\t" if text in ("tab", "\\t") else text
    if len(separator) != 1 or separator in '"\r\n':
        raise argparse.ArgumentTypeError(f"must be one character or the word tab, got {text!r}")
    return separator


def _folds(text):
    if not text.isascii() or not text.isdigit() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 2, got {text!r}")
    return int(text)


def _show_warning(message, category, filename, lineno, file=None, line=None):
    _say(f"warning: {message}")


def _say(message):
    with suppress(OSError):  # nobody is left to be told; the exit status tells
        _put(f"sparsereg: {' '.join(str(message).split())}\n", sys.stderr)


if __name__ == "__main__":
    # A name that the terminal cannot show is better escaped than fatal.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
