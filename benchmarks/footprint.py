"""What a fit costs besides its seconds: import, first fit with and without a disk cache, and peak memory.

    python -m benchmarks.footprint [--contenders ...] [--out FOLDER]

Each figure is the median of CPU seconds in processes of their own. Import is on top of scikit-learn's linear models.
The first fit is that of the Lasso on 200 x 20, in a process that has imported the package: with an empty folder for
compiled code (NUMBA_CACHE_DIR), and with a full one. Memory is the rise of the process's peak over what it held once X
was in place, relative to the size of X.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from . import contenders
from .packages import cache_folder
from .results import Result, machine, write

REPEATS = 3
SHAPE = (20_000, 2000)
FIRST_FIT = """
import time
from benchmarks import contenders
from benchmarks.problems import synthetic
problem, contender = synthetic(200, 20, 5, 0.5, fit_intercept=True), contenders.load("{name}")
alpha = problem.grid(0.1, 2)[1]
begin = time.process_time()
contender.fit(problem, alpha, contender.DEFAULT_TOL)
print(time.process_time() - begin)
"""
IMPORT = """
import time
import sklearn.linear_model
begin = time.process_time()
from {package} import {what}
print(time.process_time() - begin)
"""
MEMORY = """
import numpy as np
from benchmarks import contenders
from benchmarks.measures import peak_memory, reset_peak_memory
from benchmarks.problems import Problem, synthetic
contender = contenders.load("{name}")
run = {run}
run(synthetic(50, 5, 3, 0.5, fit_intercept=True))
rng = np.random.default_rng(0)
X = np.empty({shape}, order="{order}")
for start in range(0, len(X), 100):
    X[start:start + 100] = rng.standard_normal((100, X.shape[1]))
problem = Problem(X, X[:, :20].sum(axis=1) + rng.standard_normal(len(X)), fit_intercept=True)
before = reset_peak_memory()
run(problem)
print((peak_memory() - before) / X.nbytes)
"""
PLACES, USED = {"scikit-learn": "sklearn.linear_model"}, {"adelie": "grpnet"}  # some packages import on use alone
RUNS = {
    "fit": "lambda problem: contender.fit(problem, 0.1, contender.DEFAULT_TOL)",
    "cv": "lambda problem: contender.cv(problem, 100, 5, contender.DEFAULT_TOL)",
}
IN_PYTHON = [name for name, package in contenders.PACKAGES.items() if package and name not in ("abess", "BLAS")]


def run(code, **environment):
    """The number that a fresh process prints."""
    root = str(Path(__file__).parents[1])
    paths = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), root]))
    environment = {**os.environ, "PYTHONPATH": paths, **environment}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return float(done.stdout)


def median(code, repeats=REPEATS, **environment):
    """Median of the number over fresh processes."""
    return statistics.median(run(code, **environment) for _ in range(repeats))


def extra_memory(name, kind, order, shape=SHAPE):
    """Peak extra memory of a fit relative to X, whose number of rows is a multiple of 100."""
    return run(MEMORY.format(name=name, run=RUNS[kind], order=order, shape=shape))


def measures(name):
    """Yield (measure, function that takes it) for one contender."""
    first = FIRST_FIT.format(name=name)
    yield "import", lambda: median(IMPORT.format(package=PLACES.get(name, name), what=USED.get(name, "Lasso")))

    def cold():
        with tempfile.TemporaryDirectory() as folder:
            return run(first, NUMBA_CACHE_DIR=folder)

    def warm():
        with tempfile.TemporaryDirectory() as folder:
            run(first, NUMBA_CACHE_DIR=folder)
            return median(first, NUMBA_CACHE_DIR=folder)

    yield "first fit, empty cache", lambda: statistics.median(cold() for _ in range(REPEATS))
    yield "first fit, full cache", warm
    for kind in RUNS:
        for order in "CF":
            if hasattr(contenders.load(name), kind):
                yield f"memory of {kind}, {order} order", lambda kind=kind, order=order: extra_memory(name, kind, order)


def main(arguments=None):
    """Print and keep every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contenders", nargs="+", choices=IN_PYTHON, default=IN_PYTHON)
    parser.add_argument("--out", type=Path, default=cache_folder(), help="folder of the CSV (default: %(default)s)")
    options = parser.parse_args(arguments)
    for name in filter(contenders.installed, options.contenders):
        contender = contenders.load(name)
        for measure, take in measures(name):
            blank = {"tol": contender.DEFAULT_TOL, "n_alphas": 1, "threads": 1, "digest": "", "machine": machine()}
            figures = {}
            try:
                figures["memory" if "memory" in measure else "seconds"] = take()
            except RuntimeError as error:
                figures["note"] = str(error)[:200]
            result = Result(f"footprint: {measure}", name, contender.VERSION, **blank, **figures)
            write(options.out, result)
            shown = result.note or (f"{result.memory:.2f} of X" if "memory" in measure else f"{result.seconds:.3f} s")
            print(f"{name:<14} {measure:<26} {shown}", flush=True)


if __name__ == "__main__":
    main()
