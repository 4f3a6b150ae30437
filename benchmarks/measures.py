"""Measures that trust no contender: the gap is recomputed from X, the seconds are medians of interleaved runs."""

import time

import numpy as np


def lasso_gaps(X, y, alphas, coefs):
    """Duality gap of each column of coefs (p, K), relative to y'y/2n, in float64 from X and y (both centred)."""
    n_samples = len(y)
    gaps = []
    for alpha, coef in zip(alphas, coefs.T, strict=True):
        residual = y - X @ coef
        correlation = np.abs(X.T @ residual).max() / n_samples
        scaling = min(1.0, alpha / correlation) if correlation > 0 else 1.0
        primal = residual @ residual / (2 * n_samples) + alpha * np.abs(coef).sum()
        dual = (2 * scaling * (y @ residual) - scaling**2 * (residual @ residual)) / (2 * n_samples)
        gaps.append((primal - dual) / (y @ y / (2 * n_samples)))
    return np.array(gaps)


def pass_seconds(X, y, repeats=5):
    """Seconds of one X.T @ y: the unit in which the cost of a path is independent of the machine."""
    return min(seconds(lambda: X.T @ y)[0] for _ in range(repeats))


def seconds(function):
    """Seconds of one call, and what it returned."""
    begin = time.perf_counter()
    result = function()
    return time.perf_counter() - begin, result


def interleaved(contenders, repeats):
    """Median seconds and last result of each contender, run in turn so that drift of the machine hits all alike.

    Parameters
    ----------
    contenders : dict of name -> callable
    repeats : int

    Returns
    -------
    dict of name -> (median seconds, result)
    """
    times = {name: [] for name in contenders}
    results = {}
    for name, function in contenders.items():
        results[name] = function()  # not timed: compiles, and touches the memory
    for _ in range(repeats):
        for name, function in contenders.items():
            spent, results[name] = seconds(function)
            times[name].append(spent)
    return {name: (float(np.median(times[name])), results[name]) for name in contenders}
