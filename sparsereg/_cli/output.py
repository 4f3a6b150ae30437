"""The folder that `--out` names: nothing is there before all is, and nothing is replaced unasked."""

import csv
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .errors import CommandError, listed
from .model_file import check_format, save_model, suffixes
from .page import write_page
from .pictures import check_matplotlib

PAGE, COEFFICIENTS = "report.html", "coefficients.csv"


class Output:
    """The folder of one analysis; a context, so that what is half written goes away.

    Raises
    ------
    CommandError
        At entry where the folder cannot be written, or holds something and --overwrite is not given: before any work.
    """

    def __init__(self, options):
        self._folder, self._overwrite = Path(options.out), options.overwrite
        self._suffix = f".{options.format or 'joblib'}"

    def __enter__(self):
        folder = self._folder
        check_matplotlib()
        check_format(self._suffix)
        with _told(folder):
            if folder.exists() and not folder.is_dir():
                raise CommandError(f"--out {folder} is a file; name a folder")
            if folder.is_dir() and not self._overwrite and (found := sorted(each.name for each in folder.iterdir())):
                raise CommandError(
                    f"--out {folder} is not empty ({listed(found, most=3)}); name another folder, or replace what an "
                    "earlier analysis has written by --overwrite"
                )
            # beside the folder, so that one step puts it in place; inside where there is one, perhaps on another disk
            base = folder if folder.is_dir() else folder.parent
            base.mkdir(parents=True, exist_ok=True)
            self._unfinished = base / f".{folder.name}.{os.getpid()}"
            self._unfinished.mkdir()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self._unfinished, ignore_errors=True)

    def write(self, analysis):
        """Write every file; a sentence that says so.

        Raises
        ------
        CommandError
            If the disk is full, or the folder was taken away or filled meanwhile.
        """
        with _told(self._folder):
            write_page(self._unfinished / PAGE, analysis)
            write_coefficients(self._unfinished / COEFFICIENTS, analysis)
            save_model(self._unfinished / f"model{self._suffix}", analysis)
            names = sorted(each.name for each in self._unfinished.iterdir())
            if self._folder.is_dir():
                for name in names:
                    os.replace(self._unfinished / name, self._folder / name)
                for suffix in suffixes() - {self._suffix}:  # of the analysis that was there before
                    (self._folder / f"model{suffix}").unlink(missing_ok=True)
            else:
                os.rename(self._unfinished, self._folder)
        return f"Written to {self._folder}: {', '.join(names)}"


@contextmanager
def _told(path):
    """Errors of the file system in one line."""
    try:
        yield
    except OSError as error:
        raise CommandError(f"--out {path} cannot be written: {error.strerror or error}") from error


def write_coefficients(path, analysis):
    """The intercept and every coefficient, on the scale of the table and times the feature's standard deviation."""
    coef = analysis.model.coef_
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["feature", "coefficient", "standardized"])
        rows.writerow(["intercept", repr(float(analysis.model.intercept_)), ""])
        rows.writerows(
            zip(analysis.problem.features, coef.tolist(), (coef * analysis.deviations).tolist(), strict=True)
        )


def write_predictions(path, predicted, overwrite):
    """Predictions as csv into a file, in place all at once.

    Raises
    ------
    CommandError
        If the file is there and may not be replaced, or cannot be written.
    """
    path = Path(path)
    if path.exists() and not (overwrite and path.is_file()):
        raise CommandError(f"--out {path} exists; name another file, or replace it by --overwrite")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with _told(path):
        try:
            unfinished.write_text(predictions_csv(predicted), encoding="utf-8")
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def predictions_csv(predicted):
    """One column, `prediction`, with every digit that counts."""
    return "\n".join(["prediction", *map(repr, np.asarray(predicted).tolist())]) + "\n"
