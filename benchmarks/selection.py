"""Choosing alpha: LassoCV, ElasticNetCV and RidgeCV with their default grids, against scikit-learn.

    python -m benchmarks.selection [row ...] [--help]

One process, one thread, X in Fortran order, an intercept. Each line has

    CPU s     median of interleaved runs; with one thread it does not matter what else the machine does
    faster    scikit-learn's time over this, and the aim
    alpha_    the alpha chosen
    errors    worst relative difference of mse_path_ to scikit-learn's at tol=1e-12 (of its first alphas only, where the
              whole path takes minutes); for RidgeCV of best_score_ to the score at alpha_ recomputed from X
    gap       duality gap of coef_ at alpha_, relative to y'y/2n, recomputed from X
"""

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import sklearn.linear_model
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

import sparsereg

from .measures import interleaved, objectives_and_gaps, ridge_fold_score, ridge_leave_one_out
from .problems import Problem, synthetic

THEIRS, OURS = "scikit-learn", "sparsereg"
MODULES = {THEIRS: sklearn.linear_model, OURS: sparsereg}
HEAD = f"  {'':<14} {'CPU s':>9} {'faster':>8} {'aim':>6} {'alpha_':>12} {'l1_ratio_':>9} {'errors':>8} {'gap':>8}"
EXACT = {"tol": 1e-12, "max_iter": 1_000_000}


@dataclass(frozen=True)
class Row:
    """One estimator on one problem.

    build : function () -> Problem
    estimator : str                 the same name in both packages
    options : dict                  of the estimator
    aim : float                     scikit-learn's seconds over this package's
    repeats : int
    once : bool                     scikit-learn runs once only
    first : int or None             alphas of the grid at which the errors are compared; None: all of them
    """

    name: str
    build: Callable[[], Problem]
    estimator: str
    options: dict
    aim: float
    repeats: int = 5
    once: bool = False
    first: int | None = None

    @property
    def l1_ratio(self):
        """The only one there is, where the estimator does not choose."""
        return 0.0 if self.estimator == "RidgeCV" else 1.0

    def reference(self, problem):
        """mse_path_ of scikit-learn at a tight tolerance."""
        grid = {} if self.first is None else {"alphas": problem.grid(1e-3, 100)[: self.first]}
        return fitted(THEIRS, self, problem, **grid, **EXACT).mse_path_

    def score(self, problem, alpha):
        """best_score_ of RidgeCV at an alpha."""
        if "cv" in self.options:
            return ridge_fold_score(problem.X, problem.y, alpha, self.options["cv"])
        return ridge_leave_one_out(problem.X, problem.y, alpha)


def shape(n_samples, n_features, n_informative):
    """A problem with an intercept whose neighbouring features have correlation 1/2."""
    return partial(synthetic, n_samples, n_features, n_informative, rho=0.5, fit_intercept=True)


L1_RATIOS = [0.1, 0.5, 0.7, 0.9]
RIDGE_GRID = (1e-2, 1e5)
ROWS = [
    Row("lasso-200x20", shape(200, 20, 5), "LassoCV", {"cv": 5}, aim=20, repeats=51),
    Row("lasso-10000x1000", shape(10_000, 1000, 50), "LassoCV", {"cv": 5}, aim=2.5, repeats=3),
    Row("lasso-100000x100", shape(100_000, 100, 20), "LassoCV", {"cv": 5}, aim=5),
    Row("lasso-500x5000", shape(500, 5000, 50), "LassoCV", {"cv": 5}, aim=15, once=True, first=30),
    Row("elastic-net-5000x300", shape(5000, 300, 30), "ElasticNetCV", {"cv": 5, "l1_ratio": L1_RATIOS}, aim=4),
    Row(
        "ridge-loo-10000x1000",
        shape(10_000, 1000, 50),
        "RidgeCV",
        {"alphas": np.geomspace(*RIDGE_GRID, 100)},
        aim=30,
        once=True,
    ),
    Row(
        "ridge-cv-10000x1000",
        shape(10_000, 1000, 50),
        "RidgeCV",
        {"alphas": np.geomspace(*RIDGE_GRID, 20), "cv": 5},
        aim=15,
        once=True,
    ),
]


def fitted(package, row, problem, **more):
    """The package's estimator, fitted."""
    return getattr(MODULES[package], row.estimator)(**{**row.options, **more}).fit(problem.X, problem.y)


def run(row, packages):
    """The lines of one row, one per package."""
    problem = row.build()
    contenders = {package: partial(fitted, package, row, problem) for package in packages}
    once = {THEIRS} if row.once else ()
    found = interleaved(contenders, row.repeats, once=once, clock=time.process_time)
    reference = None if row.estimator == "RidgeCV" else row.reference(problem)
    for package, (spent, model) in found.items():
        faster = f"{found[THEIRS][0] / spent:.2f}" if THEIRS in found else ""
        l1_ratio = getattr(model, "l1_ratio_", row.l1_ratio)
        figures = f"{errors(row, problem, model, reference):8.1e} {gap(problem, model, l1_ratio):8.1e}"
        yield f"  {package:<14} {spent:9.4f} {faster:>8} {row.aim:6g} {model.alpha_:12.6g} {l1_ratio:9g} {figures}"


def errors(row, problem, model, reference):
    """Worst relative difference of the errors along the path, or of the score at the alpha chosen, to exact ones."""
    if reference is None:
        exact = row.score(problem, model.alpha_)
        return abs(model.best_score_ / exact - 1)
    found = model.mse_path_[..., : reference.shape[-2], :]
    return np.abs(found / reference - 1).max()


def gap(problem, model, l1_ratio):
    """Relative duality gap of coef_; RidgeCV's alpha is n times that of a Problem with l1_ratio 0."""
    alpha = model.alpha_ if l1_ratio > 0 else model.alpha_ / len(problem.y)
    coefs = np.reshape(model.coef_, (-1, 1))
    return objectives_and_gaps(replace(problem, l1_ratio=l1_ratio), [alpha], coefs)[1][0]


def main(rows=ROWS, description=__doc__, arguments=None):
    """Run the rows that the command line names."""
    by_name = {row.name: row for row in rows}
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(by_name)} (default: all)")
    parser.add_argument("--packages", nargs="+", choices=MODULES, default=list(MODULES))
    options = parser.parse_args(arguments)
    for name in options.rows:
        if name not in by_name:
            parser.error(f"row must be one of {', '.join(by_name)}, got {name}")
    print(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, one thread")
    for name in options.rows or by_name:
        print(f"\n{name}\n{HEAD}", flush=True)
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the gap tells
            for line in run(by_name[name], options.packages):
                print(line, flush=True)


if __name__ == "__main__":
    main()
