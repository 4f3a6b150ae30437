"""The one warning of a call."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ..results import Status

NOT_CENTERED = "Gram matrix was provided but X was centered to fit intercept: recomputing Gram matrix."


def warn_once(solutions, tol, recomputed=False, unit=1.0, stacklevel=3):
    """Warn about the largest gap of those beyond tol y'y/n, else about a Gram that could not be used, else not at all.

    A solution that is exact to rounding counts as converged whatever tol.

    Parameters
    ----------
    solutions : list of Solution
    tol : float
    recomputed : bool
    unit : float                of the estimator's objective, in terms of the solutions'
    stacklevel : int            of the user's line, counted from here

    Returns
    -------
    bool                        whether there was a warning
    """
    worst, index = None, 0
    for solution in solutions:
        if max(solution.statuses) <= Status.NOT_UNIQUE:
            continue
        failed = np.array([status > Status.NOT_UNIQUE for status in solution.statuses])
        gaps = np.where(np.isnan(solution.gaps), np.inf, solution.gaps)
        k = int(np.argmax(np.where(failed, gaps, -1.0)))
        too_large = failed[k] and gaps[k] > tol * solution.target_square
        if too_large and (worst is None or solution.gaps[k] > worst.gaps[index]):
            worst, index = solution, k
    if worst is not None:
        status = worst.statuses[index]
        remedy = "increase max_iter, or use solver='auto', which is exact"
        if status != Status.MAX_ITER:
            remedy = "the rounding of float64 (or of float32 coefficients) does not allow more: increase tol or alpha"
        gap, tolerance = unit * worst.gaps[index], unit * tol * worst.target_square
        warnings.warn(
            f"Objective did not converge at alpha={worst.alphas[index]:.6g} ({status.name}): "
            f"duality gap {gap:.3e}, tolerance {tolerance:.3e}. Check the scale of the features; {remedy}",
            ConvergenceWarning,
            stacklevel=stacklevel,
        )
    elif recomputed:
        warnings.warn(NOT_CENTERED, UserWarning, stacklevel=stacklevel)
    return worst is not None or recomputed
