"""The file of a model: plain arrays and names, so that it depends on no version, and skops trusts it."""

from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np

from .. import __version__
from .columns import Columns
from .errors import CommandError
from .streams import say

KIND, VERSION = "sparsereg linear model", 1
NEEDS_SKOPS = "{} needs skops: pip install 'scikit-sparsereg[skops]'"


@dataclass(frozen=True)
class StoredModel:
    """What predicts: the columns that features are made from, their coefficients (p,) and the intercept."""

    columns: Columns
    coefficients: np.ndarray
    intercept: float

    def predict(self, table):
        """Predictions (n,) of the rows of a table; CommandError where its columns do not match."""
        return self.columns.encode(table) @ self.coefficients + self.intercept


def suffixes():
    """What the name of such a file may end with."""
    return set(_FORMATS)


def check_format(suffix):
    """CommandError where what writes such files is not installed."""
    if suffix == ".skops":
        _skops(f"--format {suffix[1:]}")


def save_model(path, analysis):
    """Write the model of an analysis; the suffix of the path says in which form."""
    columns, options = analysis.problem.columns, analysis.options
    content = {
        "kind": KIND,
        "version": VERSION,
        "made_by": f"sparsereg {__version__}",
        "model": options.model,
        "rule": options.rule,
        "alpha": float(analysis.model.alpha_),
        "target": analysis.problem.target,
        "numbers": np.array(columns.numbers, dtype=str),
        "categories": {name: np.array(values, dtype=str) for name, values in columns.categories.items()},
        "features": np.array(columns.features, dtype=str),
        "coefficients": np.array(analysis.model.coef_, dtype=float),
        "intercept": float(analysis.model.intercept_),
    }
    _FORMATS[path.suffix][0](content, path)


def load_model(path):
    """The model in a file.

    Raises
    ------
    CommandError
        If there is no such file, or it holds something else, or skops does not trust it.
    """
    path = Path(path)
    if path.suffix not in _FORMATS:
        raise CommandError(
            f"{path} has the unknown extension {path.suffix!r}; a model is a .joblib or .skops file that --out wrote"
        )
    if not path.is_file():
        raise CommandError(f"{path}: no such file")
    try:
        content = _FORMATS[path.suffix][1](path)
    except CommandError:
        raise
    except Exception as error:
        # What is no such file, or was cut short, makes them raise whatever they stumble over.
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise CommandError(f"{path} cannot be read as {path.suffix[1:]}: {reason}") from error
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise CommandError(f"{path} holds no model of this command; give a file that --out has written")
    if content["version"] != VERSION:
        raise CommandError(
            f"{path} has version {content['version']} of the format, but this sparsereg reads version {VERSION}; "
            f"install a release that reads it, or make the model again (it was made by {content['made_by']})"
        )
    categories = {name: tuple(values.tolist()) for name, values in content["categories"].items()}
    columns = Columns(tuple(content["numbers"].tolist()), categories)
    return StoredModel(columns, content["coefficients"], content["intercept"])


def _load_joblib(path):
    say(f"note: {path.name} is a pickle, and a pickle can run any code: load only what you trust (see --format skops)")
    return joblib.load(path)


def _dump_skops(content, path):
    _skops("--format skops").dump(content, path)


def _load_skops(path):
    io = _skops(f"reading {path.name}")
    unknown = io.get_untrusted_types(file=path)
    if unknown:
        raise CommandError(f"{path} holds {unknown[0]}, which no model of this command does; it was not loaded")
    return io.load(path)


def _skops(purpose):
    try:
        import skops.io
    except ImportError as error:
        raise CommandError(NEEDS_SKOPS.format(purpose)) from error
    return skops.io


_FORMATS = {".joblib": (joblib.dump, _load_joblib), ".skops": (_dump_skops, _load_skops)}
