"""What a fit costs besides its seconds: start-up, with and without the disk cache, and peak memory.

    python -m benchmarks.footprint

Each figure comes from processes of their own. Memory is the rise of the process's peak (VmHWM) over what it held once X
was in place, relative to the size of X.
"""

import os
import statistics
import subprocess
import sys
import tempfile

FIRST_FIT = """
import time
import numpy as np
from sparsereg import Lasso
rng = np.random.default_rng(0)
X, y = rng.standard_normal((200, 20)), rng.standard_normal(200)
begin = time.perf_counter()
Lasso(alpha=0.1).fit(X, y)
print(time.perf_counter() - begin)
"""
IMPORT = """
import time
begin = time.perf_counter()
import sklearn.linear_model
middle = time.perf_counter()
import sparsereg
print(time.perf_counter() - middle)
"""
MEMORY = """
import sys
import numpy as np
from {module} import {name} as Estimator
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
rng = np.random.default_rng(0)
Estimator({options}).fit(rng.standard_normal((50, 5)), rng.standard_normal(50))
X = np.empty({shape}, order="{order}")
for start in range(0, len(X), 100):
    X[start:start + 100] = rng.standard_normal((100, X.shape[1]))
y = X[:, :20].sum(axis=1) + rng.standard_normal(len(X))
before = peak()
Estimator({options}).fit(X, y)
print((peak() - before) / X.nbytes)
"""
ESTIMATORS = {"Lasso": "alpha=0.1", "LassoCV": "cv=5"}


def run(code, **environment):
    """The number that a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def median(code, repeats=5, **environment):
    """Median of the number over fresh processes."""
    return statistics.median(run(code, **environment) for _ in range(repeats))


def extra_memory(module, name, options, order, shape=(20_000, 2000)):
    """Peak extra memory of a fit relative to X, whose number of rows is a multiple of 100."""
    return run(MEMORY.format(module=module, name=name, options=options, order=order, shape=shape))


def main():
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        cold = [run(FIRST_FIT, NUMBA_CACHE_DIR=os.path.join(folder, str(i))) for i in range(3)]
        print(f"first fit, empty disk cache:          {statistics.median(cold):.2f} s")
        run(FIRST_FIT, NUMBA_CACHE_DIR=folder)
        print(f"first fit, warm disk cache:           {median(FIRST_FIT, NUMBA_CACHE_DIR=folder):.2f} s")
    print(f"import sparsereg after scikit-learn:  {median(IMPORT):.2f} s")
    for name, options in ESTIMATORS.items():
        for order in "CF":
            for module in ("sparsereg", "sklearn.linear_model"):
                extra = extra_memory(module, name, options, order)
                print(f"peak extra memory of {name}.fit, 20000 x 2000, order {order}, {module}: {extra:.2f} of X")


if __name__ == "__main__":
    main()
