"""R's glmnet, run by Rscript on files: seconds are taken in R around glmnet() alone.

glmnet divides y, centred where there is an intercept, by s = ||y||/sqrt(n) before it applies alpha and lambda. Given
y/s, which it then leaves as it is, l1 = alpha l1_ratio / s and l2 = alpha (1 - l1_ratio) say the same as alpha and
l1_ratio in the objective of `Problem`; the gap recomputed from its coefficients confirms it.
"""

import json
import math
import resource
import signal
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.sparse import issparse

from . import Timed

DEFAULT_TOL = 1e-7  # thresh
LIMIT = math.inf  # seconds of CPU for R, set from outside
PROGRAM = Path(__file__).with_name("glmnet.R")
VERSION = subprocess.run(
    ["Rscript", "-e", 'cat(as.character(packageVersion("glmnet")))'], capture_output=True, text=True, check=True
).stdout


def path(problem, alphas, tol):
    scale = np.linalg.norm(problem.target) / np.sqrt(len(problem.y))
    l1, l2 = alphas * problem.l1_ratio / scale, alphas * (1 - problem.l1_ratio)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, problem.X, problem.y / scale, l1 + l2)
        about = [*problem.X.shape, len(alphas), l1[0] / (l1[0] + l2[0]), problem.fit_intercept, tol]
        (folder / "about.txt").write_text(" ".join(f"{float(number):.17g}" for number in about))
        command = ["Rscript", "--vanilla", str(PROGRAM), name]
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit_cpu)
        if done.returncode in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
            raise TimeoutError
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        seconds, cpu_seconds = json.loads(done.stdout)
        coefs = np.fromfile(folder / "coefs").reshape(-1, problem.X.shape[1]).T
    if coefs.shape[1] != len(alphas):
        raise RuntimeError(f"glmnet ended after {coefs.shape[1]} of {len(alphas)} alphas: {done.stderr.strip()}")
    return Timed(coefs * scale, seconds, cpu_seconds)


def limit_cpu():
    """End this process after LIMIT seconds of CPU, rounded up."""
    if math.inf > LIMIT:
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(LIMIT), resource.RLIM_INFINITY))


def write(folder, X, y, alphas):
    """Raw files of the arrays: X by columns, or its three parts where it is sparse."""
    y.tofile(folder / "y")
    alphas.tofile(folder / "alphas")
    if issparse(X):
        X.data.tofile(folder / "data")
        X.indices.astype(np.int32).tofile(folder / "indices")
        X.indptr.astype(np.int32).tofile(folder / "indptr")
    else:
        X.T.tofile(folder / "X")


def fit(problem, alpha, tol):
    found = path(problem, np.array([alpha]), tol)
    return Timed(found.result[:, 0], found.seconds, found.cpu_seconds)
