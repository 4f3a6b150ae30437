"""Results: one line of a table, and the CSV that keeps them."""

import csv
import hashlib
import os
import platform
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import cache

import numpy as np
import scipy
from threadpoolctl import threadpool_info

FILE = "results.csv"
KNOWN_BEFORE = ("task", "contender", "version", "tol", "n_alphas", "threads", "digest", "machine")
DIGITS = 1e7  # of the correlations in the digest: rounding, which differs between releases of BLAS, does not count


@dataclass(frozen=True)
class Result:
    """One line of a table; `note` says what ended the runs where that was not the tolerance.

    seconds, cpu_seconds : float              least of the runs; the limit, and nan, where the first run did not end
    passes : float                            CPU seconds over those of one X.T @ y
    objective : float                         at the last alpha, relative to y'y/2n
    gap : float                               worst of the path, relative to y'y/2n
    support : int                             non-zero coefficients at the last alpha
    memory : float                            MB that the first run held beyond what was there before
    digest : str                              of the data
    machine : str                             processor and number of cores
    """

    task: str
    contender: str
    version: str
    tol: float
    n_alphas: int
    threads: int
    digest: str
    machine: str = ""
    seconds: float = np.nan
    cpu_seconds: float = np.nan
    passes: float = np.nan
    objective: float = np.nan
    gap: float = np.nan
    support: int = -1
    memory: float = np.nan
    note: str = ""
    day: str = ""
    software: str = ""

    @property
    def cost(self):
        """Seconds; with one thread CPU seconds, to which it does not matter what else the machine does."""
        return self.cpu_seconds if self.threads == 1 and not np.isnan(self.cpu_seconds) else self.seconds

    @property
    def ended(self):
        """True where a whole run was measured."""
        return not self.note and not np.isnan(self.seconds)


def digest(problem):
    """Short name of the data: results on data that changed are not compared."""
    correlations = problem.X.T @ problem.target
    units = np.rint(correlations / np.abs(correlations).max() * DIGITS).astype(np.int64)
    return hashlib.sha256(repr(problem.X.shape).encode() + units.tobytes()).hexdigest()[:12]


@cache
def machine():
    """Processor and number of cores."""
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), model)
    return f"{model}, {os.cpu_count()} cores"


@cache
def software():
    """Python, NumPy, SciPy and the BLAS that NumPy loads."""
    blas = (f"{each['internal_api']} {each['version']}" for each in threadpool_info() if each["user_api"] == "blas")
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}"
    return ", ".join([versions, *list(blas)[:1]])


def key(result):
    """What two results must share to be of the same run."""
    return tuple(getattr(result, name) for name in KNOWN_BEFORE)


def read(folder):
    """The last result of each kind in the folder's CSV; none where there is no file, or no folder is given."""
    if not folder or not (folder / FILE).exists():
        return {}
    with (folder / FILE).open(newline="") as file:
        rows = [{field.name: field.type(row[field.name]) for field in fields(Result)} for row in csv.DictReader(file)]
    found = {}
    for result in (Result(**row) for row in rows):
        found.pop(key(result), None)  # the last written is the last in order
        found[key(result)] = result
    return found


def write(folder, result):
    """Append a result, with the day and the software, to the folder's CSV; nothing where no folder is given."""
    if not folder:
        return
    folder.mkdir(parents=True, exist_ok=True)
    row = {**asdict(result), "day": date.today().isoformat(), "software": software()}
    new = not (folder / FILE).exists()
    with (folder / FILE).open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if new:
            writer.writeheader()
        writer.writerow(row)
