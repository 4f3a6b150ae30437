"""Solve a problem twice: on all rows for the answer, and on four fifths of them to choose alpha."""

import time
from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from ..paths import lasso_path
from ..results import PathResult

N_ALPHAS = 100
HELD_OUT = 0.2
SEED = 0


@dataclass(frozen=True)
class Fit:
    """A path, the alpha chosen on it, and what the choice rests on.

    path : PathResult                   on all rows
    held_out_r2 : float64 array (K,)    on the held-out rows, of the same alphas fitted to the other rows;
                                        NaN if the target is constant on the held-out rows
    chosen : int                        index of the alpha with the least held-out error
    n_held_out : int
    seconds : tuple of float            taken by the first path, which compiles or loads the solver, and by
                                        the other
    """

    path: PathResult
    held_out_r2: np.ndarray
    chosen: int
    n_held_out: int
    seconds: tuple


def fit(problem):
    """The Lasso path of a problem, features standardised, with an intercept, and a choice on it."""
    n_samples = len(problem.y)
    held_out = check_random_state(SEED).permutation(n_samples)[: int(HELD_OUT * n_samples)]
    weights = np.ones(n_samples)
    weights[held_out] = 0.0
    options = {"fit_intercept": True, "standardize": True, "return_result": True}

    start = time.perf_counter()
    path = lasso_path(problem.X, problem.y, alphas=N_ALPHAS, **options)
    between = time.perf_counter()
    # A row of weight 0 counts as removed: no copy of X is needed.
    training = lasso_path(problem.X, problem.y, alphas=path.alphas, sample_weight=weights, **options)
    end = time.perf_counter()

    y = problem.y[held_out]
    errors = ((y[:, None] - training.predict(problem.X[held_out])) ** 2).mean(axis=0)
    variance = y.var()
    r2 = 1 - errors / variance if variance > 0 else np.full(len(errors), np.nan)
    return Fit(path, r2, int(errors.argmin()), len(held_out), (between - start, end - between))
