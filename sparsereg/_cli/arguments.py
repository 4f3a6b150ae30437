"""The arguments of the command: what they are, what they may be, and what goes together."""

import argparse

from .. import __version__
from .errors import CommandError
from .streams import write

# What it offers; the modules behind these names are imported once they are needed.
MODELS = ("lasso", "elasticnet", "ridge", "adaptive", "relaxed")
RULES = ("min", "1se", "bic")
N_FOLDS = 5
KINDS = ".csv, .tsv, .parquet, .feather, .orc, .json, .dta"

DESCRIPTION = """\
Explain one column of a table by the others, with a penalty chosen by
cross-validation: the exact path of solutions, each with its duality gap, and
the features kept. Without DATA: scikit-learn's diabetes data.

`sparsereg predict MODEL DATA` scores new rows; see sparsereg predict --help."""
EPILOG = """\
examples:
  sparsereg
  sparsereg houses.csv --target price --drop id
  sparsereg houses.csv --target price --one-hot --out report
  sparsereg visits.csv --target cost --group patient --model elasticnet
  sparsereg sales.csv --target sales --time date --test-size 0.2
  sparsereg predict report/model.joblib new.csv > predictions.csv

`python -m sparsereg` is the same as `sparsereg`. Files other than csv need
pip install 'scikit-sparsereg[table]', and --out needs 'scikit-sparsereg[plot]'.
Exit status: 2 for a mistake in the command or the table, or output that cannot
be written; 130 after Ctrl-C."""
PREDICT_DESCRIPTION = """\
Score the rows of a table by a model that `sparsereg DATA --target Y --out DIR`
has written. The table must have the columns that the model was made from, by
name, in any order; others are ignored, with a note. A value of a column of text
that the model has never seen is an error."""
PREDICT_EPILOG = """\
A .joblib file is a pickle, and a pickle can run any code when it is loaded:
load only what you trust. A .skops file (`--format skops`) runs none."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise CommandError(f"{message}; see {self.prog} --help")

    def exit(self, status=0, message=None):
        write("")  # the help is written, and perhaps not yet through
        super().exit(status, message)


def parse(arguments):
    """The options of one call; `options.job` is "analyse" or "predict".

    Parameters
    ----------
    arguments : list of str

    Raises
    ------
    CommandError
        For what cannot be understood, or does not go together.
    """
    if arguments and arguments[0] == "predict":
        return _predict_parser().parse_args(arguments[1:])
    options = _analysis_parser().parse_args(arguments)
    options.arguments = list(arguments)
    _check(options)
    return options


def _check(options):
    if options.data is None:
        about_table = ("target", "drop", "one_hot", "separator", "decimal", "group", "time")
        given = [name for name in about_table if getattr(options, name) not in (None, [], False)]
        if given:
            name = given[0].replace("_", "-")
            if isinstance(options.time, str):
                raise CommandError(f"{options.time!r} was taken as the column of --time; put DATA first")
            raise CommandError(f"--{name} needs DATA, the table it is about; see sparsereg --help")
    if options.group is not None and options.time is not None:
        raise CommandError("--group and --time cannot be combined: rows are split by group or by time; leave one out")
    for name in ("format", "overwrite"):
        if getattr(options, name) and options.out is None:
            raise CommandError(f"--{name} needs --out DIR, the folder it is about; see sparsereg --help")


def _analysis_parser():
    parser = _parser("sparsereg", DESCRIPTION, EPILOG)
    parser.set_defaults(job="analyse")
    parser.add_argument("data", nargs="?", metavar="DATA", help=f"a table whose first row names its columns: {KINDS}")

    table = parser.add_argument_group("the table")
    table.add_argument("--target", metavar="COLUMN", help="the column to explain, a number")
    table.add_argument(
        "--drop", metavar="COLUMN", action="append", default=[], help="leave a column out; may be repeated"
    )
    table.add_argument(
        "--one-hot",
        action="store_true",
        help="turn columns of text into a column of 0 and 1 for each of their values",
    )
    _add_reading(table)

    model = parser.add_argument_group("the model")
    model.add_argument(
        "--model",
        choices=MODELS,
        default="lasso",
        help="lasso keeps few features; elasticnet, a mixture, keeps correlated ones together; ridge keeps all; "
        "adaptive and relaxed are lassos that shrink large coefficients less (default: lasso)",
    )
    model.add_argument(
        "--rule",
        choices=RULES,
        default="min",
        help="what chooses the penalty alpha: min, the best held-out R2; 1se, the largest alpha within one standard "
        "error of it, which keeps fewer features; bic, an information criterion that needs no folds (default: min)",
    )
    model.add_argument(
        "--standardize",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let the penalty see features in units of their standard deviation, so that metres or miles make no "
        "difference; coefficients are always told in the table's own units (default: --standardize)",
    )

    splits = parser.add_argument_group("which rows are held out")
    splits.add_argument(
        "--cv",
        type=_folds,
        metavar="N",
        default=N_FOLDS,
        help="number of folds of the cross-validation, at least 2 (default: %(default)s)",
    )
    splits.add_argument(
        "--group",
        metavar="COLUMN",
        help="rows with the same value here stay together, in a fold or in the test; it is no feature",
    )
    splits.add_argument(
        "--time",
        metavar="COLUMN",
        nargs="?",
        const=True,
        help="rows are in order of time, or of this column, which is no feature: folds are predicted from the rows "
        "before them, and --test-size takes the last rows",
    )
    splits.add_argument(
        "--test-size",
        type=_fraction,
        metavar="FRACTION",
        help="keep this part of the rows (or groups) away from everything, and score the model on it",
    )

    output = parser.add_argument_group("output")
    output.add_argument(
        "--out",
        metavar="DIR",
        help="write report.html, coefficients.csv and model.joblib into this folder; without --test-size this takes "
        "more fits, for the score of the report",
    )
    output.add_argument("--overwrite", action="store_true", help="replace these files in a folder that is not empty")
    output.add_argument(
        "--format",
        choices=("joblib", "skops"),
        help="of the model file: joblib, a pickle, or skops, which runs no code when it is loaded and needs "
        "pip install 'scikit-sparsereg[skops]' (default: joblib)",
    )
    return parser


def _predict_parser():
    parser = _parser("sparsereg predict", PREDICT_DESCRIPTION, PREDICT_EPILOG)
    parser.set_defaults(job="predict")
    parser.add_argument("model", metavar="MODEL", help="a model.joblib or model.skops")
    parser.add_argument("data", metavar="DATA", help=f"a table whose first row names its columns: {KINDS}")
    parser.add_argument("--out", metavar="FILE", help="write the csv here instead of to the output")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    _add_reading(parser)
    return parser


def _parser(name, description, epilog):
    parser = _Parser(
        prog=name,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"sparsereg {__version__}")
    return parser


def _add_reading(parser):
    parser.add_argument(
        "--separator",
        type=_separator,
        metavar="CHARACTER",
        help="what separates the values of a text file, or the word tab (default: comma; tab for .tsv)",
    )
    parser.add_argument(
        "--decimal",
        choices=(".", ","),
        help="the decimal point of the numbers of a text file (default: .)",
    )


def _separator(text):
    separator = "\t" if text in ("tab", "\\t") else text
    if len(separator) != 1 or separator in '"\r\n':
        raise argparse.ArgumentTypeError(f"must be one character or the word tab, got {text!r}")
    return separator


def _folds(text):
    if not text.isascii() or not text.isdigit() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 2, got {text!r}")
    return int(text)


def _fraction(text):
    try:
        fraction = float(text)
    except ValueError:
        fraction = 0.0
    if not 0 < fraction < 1:
        raise argparse.ArgumentTypeError(f"must be a number between 0 and 1, as 0.2, got {text!r}")
    return fraction
