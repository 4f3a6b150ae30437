"""Naive twin of the cross-validation: each fold on copied rows, its solution and errors in extended precision.

The kept columns and their signs are guessed; the conditions of optimality, checked on all columns, make the guess a
proof. The weights of the rows in training sum to their number, as everywhere.
"""

from typing import NamedTuple

import numpy as np

from .certificate import LONG, Problem

# Of l1: a zero coefficient whose |correlation| is nearer than this to l1 may be one of several solutions.
TIE = 1e-9
# A column with less than this part of its square left beside those before it depends on them.
DEPENDENT = 1e-22
# Guesses of the kept columns.
ATTEMPTS = 100


class Exact(NamedTuple):
    """coef (p,) on the scale of X and intercept at the minimum; is_unique: no other coefficients reach it."""

    coef: np.ndarray
    intercept: float
    is_unique: bool


def rows_of(rows, weights):
    """The weights of some rows, or None."""
    return None if weights is None else weights[rows]


def problem_of_fold(X, y, train, weights=None, **parameters):
    """The `Problem` of the rows in training."""
    return Problem(X[train], y[train], sample_weight=rows_of(train, weights), **parameters)


def exact(problem, alpha, guess):
    """The `Exact` minimum from a guess of the coefficients; None where no guess led to one that passes."""
    w = np.asarray(guess).astype(LONG) * problem.scale
    signs, l1, l2 = np.sign(w), alpha * problem.l1, alpha * problem.l2
    linear = problem.correlations(problem.y)
    for _ in range(ATTEMPTS):
        kept = np.flatnonzero((signs != 0) & (problem.length > 0))
        kept, w[:] = _solve(problem, kept, l2, linear - l1 * signs), 0
        w[kept.index] = kept.values
        wrong = np.flatnonzero((w != 0) & (np.sign(w) != signs) & (l1 > 0))
        if len(wrong):
            signs[wrong] = 0
            continue
        slopes = problem.correlations(problem.y - problem.X @ w) - l2 * w
        excess = np.where(w == 0, np.abs(slopes) - l1, 0) / problem.length.clip(1e-300)
        signs[w == 0] = 0
        worst = int(np.argmax(excess))
        if excess[worst] <= 1e-16 * np.sqrt(problem.target_square):
            break
        signs[worst] = np.sign(slopes[worst])
    else:
        return None
    near = (w != 0) | (np.abs(slopes) >= (1 - TIE) * l1) & (problem.length > 0)
    index = np.flatnonzero(near)
    is_unique = len(_solve(problem, index, l2, linear).index) == len(index)
    coef = w / problem.scale
    return Exact(coef, problem.best_intercept(coef) if problem.fit_intercept else LONG(0), is_unique)


class Solved(NamedTuple):
    index: np.ndarray
    values: np.ndarray


def _solve(problem, index, l2, right):
    """(X_J'SX_J/n + l2) w = right_J by Cholesky, J the index less the columns that depend on others."""
    X, n = problem.X[:, index], len(problem.y)
    gram = X.T @ (problem.s[:, None] * X) / n + np.diag(l2[index])
    size = np.sqrt(gram.diagonal())
    gram = gram / size / size[:, None]
    factor, free = np.zeros_like(gram), []
    for j in range(len(index)):
        row = factor[j]
        for place, k in enumerate(free):
            row[place] = (gram[j, k] - row[:place] @ factor[k, :place]) / factor[k, place]
        left = gram[j, j] - row[: len(free)] @ row[: len(free)]
        if left > DEPENDENT:
            row[len(free)] = np.sqrt(left)
            free.append(j)
    m = len(free)
    factor = factor[free, :m]
    values = (right[index] / size)[free]
    for j in range(m):
        values[j] = (values[j] - factor[j, :j] @ values[:j]) / factor[j, j]
    for j in reversed(range(m)):
        values[j] = (values[j] - factor[j + 1 :, j] @ values[j + 1 :]) / factor[j, j]
    return Solved(index[free], values / size[free])


def held_out_error(X, y, test, weights, coef, intercept):
    """The weighted mean squared error on some rows."""
    residuals = y[test].astype(LONG) - intercept - X[test].astype(LONG) @ coef
    s = np.ones(len(residuals), LONG) if weights is None else weights[test].astype(LONG)
    return s @ residuals**2 / s.sum()


def error_of_rounding(problem, alpha, found, X, y, test):
    """How far predictions on some rows may be off, if X'X and X'y are known to 4 roundings of their largest terms.

    The solution moves by that times the condition of X'X + l2 on the kept columns, and takes the rows with it: far
    rows, and directions in which the rows in training hardly differ, make it large.
    """
    eps, target = np.finfo(float).eps, float(np.sqrt(problem.target_square))
    terms = np.abs(y[test]).max() + np.abs(float(found.intercept)) + (np.abs(X[test]) @ np.abs(found.coef)).max()
    kept = np.flatnonzero(found.coef)
    if not len(kept):
        return float(64 * eps * (terms + target))
    length = problem.length[kept]
    columns = np.sqrt(problem.s)[:, None] * problem.X[:, kept] / length / np.sqrt(len(problem.y))
    hessian = columns.T @ columns + np.diag(alpha * problem.l2[kept] / length**2)
    smallest = max(np.linalg.eigvalsh(hessian.astype(float))[0], eps)
    rows = (X[test][:, kept] - problem.mean[kept]) / problem.scale[kept] / length
    reach = float(np.sqrt((rows**2).sum(axis=1).max()))
    return float(eps * (64 * terms + 4 * target * (1 + reach / smallest)))
