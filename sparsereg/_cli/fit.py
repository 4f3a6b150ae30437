"""Solve a problem: the path on all rows, and the alpha that cross-validation chooses on it."""

import time
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import KFold

from ..estimators.elastic_net_cv import LassoCV
from ..model_selection.rules import RULES, choose
from ..results import PathResult

N_ALPHAS = 100
N_FOLDS = 5
SEED = 0


@dataclass(frozen=True)
class Fit:
    """A path, the alpha chosen on it, and what the choice rests on.

    path : PathResult                       on all rows
    held_out_r2 : float64 array (K,)        1 less the mean squared error on rows held out, of the same alphas fitted to
                                            the other rows, over the variance of the target; mean over the folds
    standard_error : float64 array (K,)     of that mean
    rule : str                              that chose
    by_rule : dict of str -> int            every rule, and the index of the alpha that it takes
    n_folds : int
    seconds : float                         taken by it all, which includes compiling or loading the solver
    """

    path: PathResult
    held_out_r2: np.ndarray
    standard_error: np.ndarray
    rule: str
    by_rule: dict
    n_folds: int
    seconds: float

    @property
    def chosen(self):
        """The index of the alpha chosen."""
        return self.by_rule[self.rule]


def fit(problem, rule="min", n_folds=N_FOLDS):
    """The Lasso path of a problem, features standardised, with an intercept, and a choice on it.

    Parameters
    ----------
    problem : Problem
    rule : str              "min" or "1se"
    n_folds : int           from 2 to the number of rows; which rows make a fold is random, but always the same
    """
    folds = KFold(n_folds, shuffle=True, random_state=SEED)
    start = time.perf_counter()
    model = LassoCV(alphas=N_ALPHAS, standardize=True, cv=folds, rule=rule).fit(problem.X, problem.y)
    seconds = time.perf_counter() - start
    variance = problem.y.var()
    by_rule = {each: choose(each, model.cv_result_)[1] for each in RULES}
    r2, error = 1 - model.mse_mean_ / variance, model.mse_se_ / variance
    return Fit(model.path_, r2, error, rule, by_rule, n_folds, seconds)
