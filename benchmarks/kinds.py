"""Kinds of task: what a contender is asked for, and how its answer is graded, by a function of this module each.

A kind takes (problem, n_alphas, end, solve) with solve the contender's function of the same name, and returns a Job.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from .measures import objectives_and_gaps

FOLDS = 5


@dataclass(frozen=True)
class Job:
    """What is run.

    warm : function (tol)              something simpler with the same code: compiles, and touches the memory
    run : function (tol) -> answer     what is timed
    grade : function (answer) -> (objective, gap, support) of the answer, all relative to y'y/2n but the support
    """

    warm: Callable
    run: Callable
    grade: Callable


def columns(coefs, n_features):
    """Coefficients of any form as (p, K)."""
    return coefs if getattr(coefs, "ndim", 1) == 2 else np.reshape(coefs, (n_features, -1))


def worst(problem, alphas, coefs):
    """Objective and support at the last alpha, the worst gap of all."""
    coefs = columns(coefs, problem.X.shape[1])
    objectives, gaps = objectives_and_gaps(problem, alphas, coefs)
    return objectives[-1], gaps.max(), int((coefs[:, [-1]] != 0).sum())


def path(problem, n_alphas, end, solve):
    """`n_alphas` solutions from alpha_max to `end` times alpha_max."""
    alphas = problem.grid(end, n_alphas)
    return Job(
        lambda tol: solve(problem, alphas[:2], tol),
        lambda tol: solve(problem, alphas, tol),
        lambda coefs: worst(problem, alphas, coefs),
    )


def fit(problem, n_alphas, end, solve):
    """One fit at `end` times alpha_max."""
    alpha = problem.grid(end, 2)[1]
    return Job(
        lambda tol: solve(problem, 2 * alpha, tol),
        lambda tol: solve(problem, alpha, tol),
        lambda coef: worst(problem, [alpha], coef),
    )


def ridge(problem, n_alphas, end, solve):
    """One fit with the penalty `end` ||w||^2 beside ||y - b - Xw||^2."""
    return Job(
        lambda tol: solve(problem, 2 * end, tol),
        lambda tol: solve(problem, end, tol),
        lambda coef: worst(replace(problem, l1_ratio=0.0), [end / len(problem.y)], coef),
    )


def cv(problem, n_alphas, end, solve):
    """The fit of LassoCV with five folds on `n_alphas` alphas of its own; graded at the alpha chosen."""
    few = problem.X[:50] if sparse.issparse(problem.X) else np.asfortranarray(problem.X[:50, :5])
    small = replace(problem, X=few, y=problem.y[:50])
    return Job(
        lambda tol: solve(small, 5, FOLDS, tol),
        lambda tol: solve(problem, n_alphas, FOLDS, tol),
        lambda found: worst(problem, [found[0]], found[1]),
    )


def subset(problem, n_alphas, end, solve):
    """At most `n_alphas` features with little squared error; the penalty is nothing, so there is no gap."""

    def grade(coef):
        objective = objectives_and_gaps(replace(problem, l1_ratio=1.0), [0.0], columns(coef, len(coef)))[0][0]
        return objective, np.nan, int(np.count_nonzero(coef))

    return Job(lambda tol: solve(problem, 2), lambda tol: solve(problem, n_alphas), grade)


def gram(problem, n_alphas, end, solve):
    """X'X and nothing else: there is nothing to grade."""
    return Job(lambda tol: solve(problem), lambda tol: solve(problem), lambda _: (np.nan, np.nan, -1))


KINDS = {"path": path, "fit": fit, "ridge": ridge, "cv": cv, "subset": subset, "gram": gram}
