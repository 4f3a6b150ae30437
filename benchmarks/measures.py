"""Measures that trust no contender: objective and gap recomputed from X and y in float64; seconds of repeated runs."""

import time

import numpy as np
from scipy import sparse

from .contenders import Timed
from .problems import Problem


def objectives_and_gaps(problem, alphas, coefs):
    """Objective and duality gap of each column of coefs (p, K), both relative to y'y/2n, y centred where b is free.

    The intercept is the best for each column. With r the residual, c = X'r/n, l1 = alpha l1_ratio,
    l2 = alpha (1 - l1_ratio), the dual is the larger of

        (2 s y'r - s^2 (r'r + n l2 w'w))/2n,  s = min(1, l1/max|c - l2 w|)         the ridge as n more rows of X
        (2 y'r - r'r)/2n - sum_j max(|c_j| - l1, 0)^2/(2 l2)                       where l2 > 0

    Source: Mairal (2010), appendix D; Zou & Hastie (2005), lemma 1, for the additional rows.
    """
    X, y, n_samples = problem.X, problem.target, len(problem.y)
    unit = y @ y / (2 * n_samples)
    found = []
    for k, alpha in enumerate(alphas):
        coef = coefs[:, [k]].toarray()[:, 0] if sparse.issparse(coefs) else coefs[:, k]
        l1, l2 = alpha * problem.l1_ratio, alpha * (1 - problem.l1_ratio)
        residual = y - X @ coef
        if problem.fit_intercept:
            residual -= residual.mean()
        correlation = X.T @ residual / n_samples
        square = residual @ residual / n_samples
        fitted = y @ residual / n_samples
        ridge = l2 * (coef @ coef)
        largest = np.abs(correlation - l2 * coef).max()
        scaling = min(1.0, l1 / largest) if largest > 0 else 1.0
        dual = scaling * fitted - scaling**2 * (square + ridge) / 2
        if l2 > 0:
            excess = np.maximum(np.abs(correlation) - l1, 0)
            dual = max(dual, fitted - square / 2 - excess @ excess / (2 * l2))
        primal = square / 2 + l1 * np.abs(coef).sum() + ridge / 2
        found.append((primal / unit, (primal - dual) / unit))
    return np.array(found).T


def lasso_gaps(X, y, alphas, coefs):
    """Relative duality gap of each column of coefs (p, K) for the Lasso without intercept."""
    return objectives_and_gaps(Problem(X, y), alphas, coefs)[1]


def ridge_residuals(X, y, alpha, rows, held_out):
    """Residuals of the held-out rows for ||y - b - Xw||^2 + alpha ||w||^2 on other rows: normal equations."""
    means, mean = X[rows].mean(axis=0), y[rows].mean()
    centred = X[rows] - means
    gram = centred.T @ centred
    gram[np.diag_indices_from(gram)] += alpha
    coef = np.linalg.solve(gram, centred.T @ (y[rows] - mean))
    return y[held_out] - mean - (X[held_out] - means) @ coef


def ridge_fold_score(X, y, alpha, n_folds):
    """Mean R2 of the held-out rows of contiguous folds, each fitted without them."""
    scores = []
    for held_out in np.array_split(np.arange(len(y)), n_folds):
        residual = ridge_residuals(X, y, alpha, np.setdiff1d(np.arange(len(y)), held_out), held_out)
        scores.append(1 - residual @ residual / np.sum((y[held_out] - y[held_out].mean()) ** 2))
    return np.mean(scores)


def ridge_leave_one_out(X, y, alpha):
    """Minus the mean squared residual of each row fitted without it, r_i/(1 - h_i).

    h is the diagonal of 1 1'/n + Z (Z'Z + alpha I)^-1 Z', Z = X less its means. Source: Allen (1974), PRESS.
    """
    centred = X - X.mean(axis=0)
    gram = centred.T @ centred
    gram[np.diag_indices_from(gram)] += alpha
    solved = np.linalg.solve(gram, centred.T)
    leverage = 1 / len(y) + np.einsum("ij,ji->i", centred, solved)
    target = y - y.mean()
    return -np.mean(((target - centred @ (solved @ target)) / (1 - leverage)) ** 2)


def pass_seconds(X, y, repeats=9, clock=time.perf_counter):
    """Seconds of one X.T @ y: the unit in which the cost of a path is independent of the machine."""
    return min(seconds(lambda: X.T @ y, clock)[0] for _ in range(repeats))


def seconds(function, clock=time.perf_counter):
    """Seconds of one call, and what it returned."""
    begin = clock()
    result = function()
    return clock() - begin, result


def runs(function, most, budget, least=0.0):
    """Run a function again while there is reason to: yields (seconds, CPU seconds, result) of each run.

    CPU seconds, of all threads, do not count what other programs take from a shared machine.

    Parameters
    ----------
    most : int          runs, once they have taken `least` seconds of CPU together
    budget : float      seconds of CPU; no run begins after them
    """
    total, done = 0.0, 0
    while done == 0 or (total <= budget and (done < most or total < least)):
        before = time.process_time()
        spent, result = seconds(function)
        cpu_spent = time.process_time() - before
        if isinstance(result, Timed):
            spent, cpu_spent, result = result.seconds, result.cpu_seconds, result.result
        yield spent, cpu_spent, result
        total, done = total + cpu_spent, done + 1


def peak_memory():
    """Bytes of the most memory that this process has held, of Linux's /proc."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def reset_peak_memory():
    """Begin anew with `peak_memory`, at the bytes held now, which are returned."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return peak_memory()


def interleaved(contenders, repeats, once=(), clock=time.perf_counter):
    """Median seconds and last result of each contender, run in turn so that drift of the machine hits all alike.

    Parameters
    ----------
    contenders : dict of name -> callable
    repeats : int
    once : names of contenders too slow to run more than once
    clock : function () -> seconds

    Returns
    -------
    dict of name -> (median seconds, result)
    """
    times = {name: [] for name in contenders}
    results = {}
    for name, function in contenders.items():
        if name not in once:
            results[name] = function()  # not timed: compiles, and touches the memory
    for i in range(repeats):
        for name, function in contenders.items():
            if name not in once or i == 0:
                spent, results[name] = seconds(function, clock)
                times[name].append(spent)
    return {name: (float(np.median(times[name])), results[name]) for name in contenders}
