"""Least squares under a separable penalty, for every target and every alpha: from a design to certified solutions."""

from dataclasses import dataclass, field, replace

import numpy as np

from ..results import Status
from .active_set import active_set
from .descent import descent
from .gram import adopt_gram, compute_gram
from .original import on_original_scale
from .problem import Problem, gaps_from_x, weighted_squares
from .refinement import ALPHAS_PER_READ

SOLVERS = {"auto": active_set, "active_set": active_set, "coordinate_descent": descent}


@dataclass(frozen=True)
class Options:
    """How long to iterate, and in what order.

    tol : float              a solution counts as converged when its gap is <= tol y'y/n
    max_iter : int
    selection : str          "cyclic" or "random"; only for coordinate descent
    rng : numpy.random.RandomState
    """

    tol: float = 1e-4
    max_iter: int = 1000
    selection: str = "cyclic"
    rng: object = field(default_factory=np.random.RandomState)


def build_problems(design, Y, penalty, precompute=None):
    """One problem per target, all on one Gram.

    Parameters
    ----------
    design : Standardized
    Y : (n, t)                  centred as the design is
    penalty : Penalty           on the scale of X, per unit of alpha
    precompute : None or float64 array (p, p), the user's Gram matrix

    Returns
    -------
    problems : list of Problem
    recomputed : bool           the user's Gram was not centred and could not be used
    """
    gram = None if precompute is None else adopt_gram(design, precompute)
    recomputed = precompute is not None and gram is None
    if gram is None:
        gram = compute_gram(design)
    linear = design.correlate(Y)
    squares = weighted_squares(design, Y)
    scaled = penalty.scaled(design.scale)
    problems = [
        Problem(design, gram, np.ascontiguousarray(linear[:, t]), Y[:, t], float(squares[t]), scaled)
        for t in range(Y.shape[1])
    ]
    return problems, recomputed


def solve(problem, alphas, solver, options, start=None):
    """Solutions of one target at descending alphas; see `Solution`.

    Parameters
    ----------
    problem : Problem
    alphas : float64 array (K,)
    solver : str                    a key of SOLVERS
    options : Options
    start : None or (p,)            coefficients in units of the design whose support is a first guess
    """
    return SOLVERS[solver](problem, alphas, options, start)


def round_to(problem, penalty, solution, dtype, tol):
    """The solution as coefficients of that dtype hold it, certified anew from X; `penalty` on the scale of X."""
    design = problem.design
    held, _ = on_original_scale(design, penalty, solution.coefs, np.zeros(1), dtype)
    coefs = np.ascontiguousarray(held.T, dtype=np.float64) * design.scale
    gaps, squares = np.empty(len(coefs)), np.empty(len(coefs))
    for begin in range(0, len(coefs), ALPHAS_PER_READ):
        block = slice(begin, begin + ALPHAS_PER_READ)
        gaps[block], squares[block], _ = gaps_from_x(problem, solution.alphas[block], coefs[block])
    statuses = [
        Status.INACCURATE if gap > tol * solution.target_square and status <= Status.NOT_UNIQUE else status
        for gap, status in zip(gaps, solution.statuses, strict=True)
    ]
    return replace(solution, coefs=coefs, gaps=gaps, residual_squares=squares, statuses=statuses)
