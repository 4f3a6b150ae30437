"""The one warning of a call."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ..results import Status

NOT_CENTERED = "Gram matrix was provided but X was centered to fit intercept: recomputing Gram matrix."


def warn_once(solutions, tol, recomputed=False, stacklevel=3):
    """Warn about the largest gap beyond tol y'y/n, else about a Gram matrix that could not be used, else not at all.

    Parameters
    ----------
    solutions : list of Solution
    tol : float
    recomputed : bool
    stacklevel : int            of the user's line, counted from here
    """
    worst, index = None, 0
    for solution in solutions:
        k = int(np.argmax(solution.gaps))
        too_large = solution.gaps[k] > tol * solution.target_square
        if too_large and (worst is None or solution.gaps[k] > worst.gaps[index]):
            worst, index = solution, k
    if worst is not None:
        status = worst.statuses[index]
        remedy = "increase max_iter, or use solver='auto', which is exact"
        if status != Status.MAX_ITER:
            remedy = "the rounding of float64 (or of float32 coefficients) does not allow more: increase tol or alpha"
        warnings.warn(
            f"Objective did not converge at alpha={worst.alphas[index]:.6g} ({status.name}): duality gap "
            f"{worst.gaps[index]:.3e}, tolerance {tol * worst.target_square:.3e}. Check the scale of the features; "
            f"{remedy}",
            ConvergenceWarning,
            stacklevel=stacklevel,
        )
    elif recomputed:
        warnings.warn(NOT_CENTERED, UserWarning, stacklevel=stacklevel)
