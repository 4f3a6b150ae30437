"""Results: one line of a table, and the CSV that keeps them."""

import csv
import hashlib
import os
import platform
from dataclasses import asdict, dataclass, fields
from datetime import date

import numpy as np
from scipy import sparse

FILE = "results.csv"
KNOWN_BEFORE = ("task", "contender", "version", "tol", "n_alphas", "threads", "digest")


@dataclass(frozen=True)
class Result:
    """One line of a table; `note` says what ended the runs where that was not the tolerance.

    seconds, cpu_seconds : float              least of the runs; the limit, and nan, where the first run did not end
    passes : float                            CPU seconds over those of one X.T @ y
    gap : float                               worst of the path
    support : int                             non-zero coefficients at the last alpha
    digest : str                              of the data
    """

    task: str
    contender: str
    version: str
    tol: float
    n_alphas: int
    threads: int
    digest: str
    seconds: float = np.nan
    cpu_seconds: float = np.nan
    passes: float = np.nan
    gap: float = np.nan
    support: int = -1
    note: str = ""

    @property
    def cost(self):
        """Seconds; with one thread CPU seconds, to which it does not matter what else the machine does."""
        return self.cpu_seconds if self.threads == 1 and not np.isnan(self.cpu_seconds) else self.seconds


def digest(problem):
    """Short name of the data: results on data that changed are not compared."""
    X = problem.X
    found = hashlib.sha256(problem.y)
    for part in (X.data, X.indices) if sparse.issparse(X) else (X.T,):
        found.update(part)
    return found.hexdigest()[:12]


def key(result):
    """What two results must share to be of the same run."""
    return tuple(getattr(result, name) for name in KNOWN_BEFORE)


def read(folder):
    """The last result of each kind in the folder's CSV; none where there is no file, or no folder is given."""
    if not folder or not (folder / FILE).exists():
        return {}
    with (folder / FILE).open(newline="") as file:
        rows = [{field.name: field.type(row[field.name]) for field in fields(Result)} for row in csv.DictReader(file)]
    return {key(result): result for result in (Result(**row) for row in rows)}


def write(folder, result):
    """Append a result, with the day and the machine, to the folder's CSV; nothing where no folder is given."""
    if not folder:
        return
    folder.mkdir(parents=True, exist_ok=True)
    machine = (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}"
    )
    row = {**asdict(result), "day": date.today().isoformat(), "machine": machine}
    new = not (folder / FILE).exists()
    with (folder / FILE).open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if new:
            writer.writeheader()
        writer.writerow(row)
