"""Whether solutions on Gram matrices of folds hold on X itself: two reads of X answer for many folds."""

from typing import NamedTuple

import numpy as np

from ..penalties import stacked
from ..solvers.active_set import TRUST
from ..solvers.certificate import certify
from ..solvers.problem import Problem, gaps_at, unpenalised

# Elements of the residuals (n, k) that are formed together: 16 MB.
ELEMENTS = 2**21


class Last(NamedTuple):
    """The solution of a fold at its smallest alpha, where the Gram matrix is the least certain.

    problem : Problem          of the rows in training
    mean : float               of y over them
    alpha : float
    coef : float64 array (p,)  in units of the design
    """

    problem: Problem
    mean: float
    alpha: float
    coef: np.ndarray


def disproved(lasts, shift, y):
    """Which of the solutions have, by X, a duality gap beyond what the exact solver trusts a Gram matrix with.

    Parameters
    ----------
    lasts : list of Last         all on the same store
    shift : float64 (p,) or None what the store takes off its columns
    y : float64 array (n,)

    Returns
    -------
    list of int                  positions in `lasts`
    """
    found, together = [], max(1, ELEMENTS // len(y))
    for first in range(0, len(lasts), together):
        some = lasts[first : first + together]
        gaps = _gaps(some, shift, y)
        limits = [TRUST * 0.5 * last.problem.target_square for last in some]
        found.extend(first + k for k in range(len(some)) if not gaps[k] <= limits[k])
    return found


def _gaps(lasts, shift, y):
    """The duality gaps from X, in units of the objective."""
    problems = [last.problem for last in lasts]
    designs = [problem.design for problem in problems]
    store, n_samples, about = designs[0].store, len(y), 0.0 if shift is None else shift
    alphas, coefs = np.array([last.alpha for last in lasts]), np.array([last.coef for last in lasts])
    scale, moved = (np.array([getattr(design, name) for design in designs]) for name in ("scale", "mean"))
    moved -= about
    W = coefs / scale
    constants = np.array([last.mean for last in lasts]) - np.einsum("kj,kj->k", moved, W)
    residuals = y[:, None] - store.predict(None, np.ascontiguousarray(W.T), None, shift)
    residuals -= constants
    weighted = np.column_stack([design.weights for design in designs])
    weighted *= residuals
    squares = np.einsum("ik,ik->k", weighted, residuals) / n_samples
    products = np.concatenate([block for _, block in store.correlations(weighted, None, shift)]).T
    correlations = (products - moved * weighted.sum(axis=0)[:, None]) / (n_samples * scale)
    correlations[np.array([design.constant for design in designs])] = 0.0
    penalty = stacked([problem.penalty for problem in problems])
    counted = np.array([problem.product_rounding for problem in problems])
    gaps = gaps_at(penalty, alphas, coefs, correlations, squares, np.zeros(len(lasts)), counted)
    free = unpenalised(penalty, alphas, coefs, np.array([problem.diagonal for problem in problems]))
    for k in np.flatnonzero(free.any(axis=1)):
        gaps[k] = certify(problems[k], alphas[[k]], coefs[[k]]).gaps[0]
    return gaps
