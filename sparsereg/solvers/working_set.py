"""The exact path on a small working set W of features, verified on all of X for a block of alphas at a time.

A solution that is exact on W needs X only to see whether a feature outside W violates its optimality condition, and
one read of X answers that for several alphas. The alphas before the first violation are accepted, the violators join
W, and the path goes on.

Source: Massias, Gramfort & Salmon (2018), "Celer", for working sets; Tibshirani et al. (2012) for the strong rules.
"""

from dataclasses import replace

import numpy as np

from ..results import Solution, Status
from . import dual_newton
from .active_set import EXACT, first_coefs
from .certificate import residuals_of
from .grid import largest_ratio
from .growing import GrowingGram
from .screening import Screen

# Alphas verified together: at first, and at most. The number adapts.
FIRST_AHEAD = 4
MOST_AHEAD = 16
# New features in W at a time: at most this many and this part of those that are non-zero.
FEWEST_NEW = 32
PART_NEW = 0.25
# Features are let into W that are expected to reach this part of their threshold by the end of the block.
NEARLY = 0.95


def working_set(problem, alphas, options, start=None):
    """Exact solutions at every alpha; see `solve`. max_iter counts refinements and never stops an exact solve."""
    coefs = first_coefs(problem, options, None)
    features = np.flatnonzero(coefs if start is None else (coefs != 0) | (problem.first_guess(start) != 0))
    penalty = problem.penalty
    held = (penalty.l1 == 0) & (penalty.l2 == 0) & (penalty.lower < penalty.upper)
    features = np.union1d(features, np.flatnonzero(held))
    residual = residuals_of(problem, coefs[None])
    correlations = problem.linear if not coefs.any() else problem.design.correlate(residual)[:, 0]
    screen = Screen(problem, residual, correlations, largest_ratio(penalty, correlations))
    inner = GrowingGram(problem, features)
    if len(features):
        guess = coefs if start is None else problem.first_guess(start)
        inner.start(guess[features])
    done, ahead, n_active, on_gram = 0, FIRST_AHEAD, len(features), True
    while done < len(alphas):
        most = ahead if options.piece is None else min(ahead, options.piece)
        block = alphas[done : done + most]
        _enter(inner, screen, block, n_active, problem.penalty)
        coefs, n_iter, statuses = inner.solve(block, options)
        seen, verified, violators = screen.verify(block, coefs, inner.features)
        if verified:
            n_active = np.count_nonzero(coefs[verified - 1])
            found = (block, coefs, seen.gaps, seen.residual_squares, problem.target_square, n_iter, statuses)
            yield _accepted(Solution(*found, "working_set", inner.features), verified, options)
            done += verified
        if verified == len(block):
            ahead = min(MOST_AHEAD, ahead + ahead // 2)
        else:
            ahead = max(FIRST_AHEAD, verified)
            inner.grow(violators[: max(FEWEST_NEW, n_active)])
        if on_gram and dual_newton.applies(problem, n_active):
            last = np.zeros(len(inner.features))
            last[: coefs.shape[1]] = coefs[-1]
            inner, on_gram = dual_newton.DualNewton(problem, inner.features, last), False


def _enter(inner, screen, block, n_active, penalty):
    """Let the features into W that are expected to be needed for the block."""
    pull = screen.expected(block[-1])
    pull[inner.features] = 0.0
    threshold = NEARLY * block[-1] * penalty.l1
    candidates = np.flatnonzero(pull > threshold)
    most = int(max(FEWEST_NEW, PART_NEW * n_active))
    if len(candidates) > most:
        nearest = np.argpartition(threshold[candidates] - pull[candidates], most)[:most]
        candidates = np.sort(candidates[nearest])
    inner.grow(candidates)


def _accepted(solution, verified, options):
    """The first `verified` alphas of a solution on W, on its support, with statuses from the gaps on all of X."""
    coefs = solution.coefs[:verified]
    support = np.flatnonzero(coefs.any(axis=0))
    support = support[np.argsort(solution.features[support])]
    gaps, half = solution.gaps[:verified], 0.5 * solution.target_square
    statuses = []
    for gap, status in zip(gaps, solution.statuses, strict=False):
        if gap <= max(2 * options.tol, EXACT) * half:
            statuses.append(status if status == Status.NOT_UNIQUE else Status.OPTIMAL)
        else:
            statuses.append(status if status == Status.STALLED else Status.INACCURATE)
    return replace(
        solution,
        alphas=solution.alphas[:verified],
        coefs=coefs[:, support],
        gaps=gaps,
        residual_squares=solution.residual_squares[:verified],
        n_iter=solution.n_iter[:verified],
        statuses=statuses,
        features=solution.features[support],
    )
