"""Tall problems, n > p: the whole Lasso path of 100 alphas to alpha_max/1000, and one tiny fit, against scikit-learn.

    python -m benchmarks.tall

One process, one thread. Each row: seconds (median of interleaved runs), passes (seconds over those of one X.T @ y),
the worst gap of the path relative to y'y/2n recomputed from X, and the seconds relative to scikit-learn.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is loaded

import numpy as np
import sklearn.linear_model

import sparsereg

from .measures import interleaved, lasso_gaps, pass_seconds
from .problems import correlated

PROBLEMS = [(100_000, 100, 20, 0.5), (10_000, 1000, 50, 0.5)]
ROW = "{:>16} {:<14} {:>9.4f} s {:>7.1f} passes   gap {:.1e}   {:5.2f} x scikit-learn"


def path_rows(n_samples, n_features, n_informative, rho, repeats=7):
    """One row per contender for one problem."""
    X, y = correlated(n_samples, n_features, n_informative, rho)
    alphas = np.abs(X.T @ y).max() / n_samples * np.geomspace(1, 1e-3, 100)
    found = interleaved(
        {
            "scikit-learn": lambda: sklearn.linear_model.lasso_path(X, y, alphas=alphas),
            "sparsereg": lambda: sparsereg.lasso_path(X, y, alphas=alphas),
        },
        repeats,
    )
    unit = pass_seconds(X, y)
    for name, (spent, (_, coefs, _)) in found.items():
        gap = lasso_gaps(X, y, alphas, coefs).max()
        ratio = spent / found["scikit-learn"][0]
        yield ROW.format(f"{n_samples}x{n_features}", name, spent, spent / unit, gap, ratio)


def tiny_rows(repeats=300):
    """Lasso.fit on 50 x 5: nothing but overhead."""
    X, y = correlated(50, 5, 3, 0.5)
    found = interleaved(
        {
            "scikit-learn": lambda: sklearn.linear_model.Lasso(alpha=0.1).fit(X, y),
            "sparsereg": lambda: sparsereg.Lasso(alpha=0.1).fit(X, y),
        },
        repeats,
    )
    for name, (spent, model) in found.items():
        gap = lasso_gaps(X, y, [0.1], model.coef_[:, None])[0]
        ratio = spent / found["scikit-learn"][0]
        yield f"{'fit 50x5':>16} {name:<14} {1e6 * spent:9.0f} us {'':15}   gap {gap:.1e}   {ratio:5.2f} x scikit-learn"


if __name__ == "__main__":
    print(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, one thread")
    for problem in PROBLEMS:
        for row in path_rows(*problem):
            print(row, flush=True)
    for row in tiny_rows():
        print(row)
