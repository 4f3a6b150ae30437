"""Least squares under a separable penalty, for every target and every alpha: from a design to certified solutions."""

from dataclasses import replace

import numpy as np

from ..results import Status, joined
from .certificate import certify
from .choice import auto, coordinate_descent, whole_gram
from .gram import Gram, adopt_gram
from .original import on_original_scale
from .problem import Problem, weighted_squares
from .proximal_gradient import proximal_gradient
from .refinement import ALPHAS_PER_READ
from .working_set import working_set

# Generators (problem, alphas, options, start): a `Solution` for each piece of the descending alphas. `start` is None
# or coefficients (p,) in units of the design whose support is a first guess.
SOLVERS = {
    "auto": auto,
    "active_set": whole_gram,
    "working_set": working_set,
    "coordinate_descent": coordinate_descent,
    "proximal_gradient": proximal_gradient,
}


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
    matrix = None if precompute is None else adopt_gram(design, precompute)
    source = Gram(design, matrix, Y.shape[1])
    linear = design.correlate(Y)
    squares = weighted_squares(design, Y)
    scaled = penalty.scaled(design.scale)
    problems = [
        Problem(design, source, np.ascontiguousarray(linear[:, t]), Y[:, t], float(squares[t]), scaled)
        for t in range(Y.shape[1])
    ]
    return problems, precompute is not None and matrix is None


def solve(problem, alphas, solver, options, start=None):
    """The Solution of one target at descending alphas (K,), by a key of SOLVERS."""
    return joined(list(SOLVERS[solver](problem, alphas, options, start)))


def round_to(problem, penalty, solution, dtype, tol):
    """The solution as coefficients of that dtype hold it, certified anew from X; `penalty` on the scale of X."""
    design, features = problem.design, solution.features
    held, _ = on_original_scale(design, penalty, solution.coefs, np.zeros(1), dtype, features)
    scale = design.scale if features is None else design.scale[features]
    coefs = np.ascontiguousarray(held.T, dtype=np.float64) * scale
    gaps, squares = np.empty(len(coefs)), np.empty(len(coefs))
    for begin in range(0, len(coefs), ALPHAS_PER_READ):
        block = slice(begin, begin + ALPHAS_PER_READ)
        seen = certify(problem, solution.alphas[block], coefs[block], features)
        gaps[block], squares[block] = seen.gaps, seen.residual_squares
    statuses = [
        Status.INACCURATE if not gap <= tol * solution.target_square and status <= Status.NOT_UNIQUE else status
        for gap, status in zip(gaps, solution.statuses, strict=True)
    ]
    return replace(solution, coefs=coefs, gaps=gaps, residual_squares=squares, statuses=statuses)
