"""Whether solutions on Gram matrices of folds hold on X itself: two reads of X answer for many folds."""

from typing import NamedTuple

import numpy as np

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
    designs = [last.problem.design for last in lasts]
    store, n_samples, about = designs[0].store, len(y), 0.0 if shift is None else shift
    W = np.column_stack([last.coef / design.scale for last, design in zip(lasts, designs, strict=True)])
    moved = np.column_stack([design.mean - about for design in designs])
    constants = np.array([last.mean for last in lasts]) - np.einsum("jk,jk->k", moved, W)
    residuals = y[:, None] - store.predict(None, W, None, shift)
    residuals -= constants
    weighted = np.column_stack([design.weights for design in designs])
    weighted *= residuals
    squares = np.einsum("ik,ik->k", weighted, residuals) / n_samples
    products = np.concatenate([block for _, block in store.correlations(weighted, None, shift)])
    products -= moved * weighted.sum(axis=0)
    gaps = []
    for k, (last, design) in enumerate(zip(lasts, designs, strict=True)):
        problem, alphas, coefs = last.problem, np.array([last.alpha]), last.coef[None]
        if unpenalised(problem.penalty, alphas, coefs, problem.diagonal).any():
            gaps.append(certify(problem, alphas, coefs).gaps[0])
            continue
        correlations = products[:, k] / (n_samples * design.scale)
        correlations[design.constant] = 0.0
        point = alphas, coefs, correlations[None], squares[[k]], np.zeros(1), problem.product_rounding
        gaps.append(gaps_at(problem.penalty, *point)[0])
    return gaps
