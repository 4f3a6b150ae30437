"""The combination of a few iterates whose differences nearly cancel: Anderson acceleration.

Source: Bertrand & Massias (2021), "Anderson acceleration of coordinate descent", algorithm 2.
"""

import numpy as np

# Differences of iterates that one extrapolation combines.
DEPTH = 5
# Added to the diagonal of their products, relative to the trace: they may be dependent to rounding.
SLIGHT = 1e-14


def combination(coefs, weights):
    """How much of each of the last DEPTH iterates to take, (DEPTH,), with sum 1; the last alone where none moved.

    Parameters
    ----------
    coefs : (DEPTH + 1, m)      iterates, the oldest first
    weights : (m,)              what makes their differences comparable
    """
    return mixture(np.diff(coefs, axis=0) * weights)


def mixture(steps):
    """How much of the end of each step (k, m) to take, (k,), with sum 1; the last alone where none moved."""
    products = steps @ steps.T
    trace = np.trace(products)
    if not trace > 0:
        return np.eye(len(steps))[-1]
    parts = np.linalg.solve(products / trace + SLIGHT * np.eye(len(steps)), np.ones(len(steps)))
    return parts / parts.sum()
