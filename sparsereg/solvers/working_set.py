"""The path on a small working set W of features, verified on all of X for a block of alphas at a time.

A solution that is exact on W needs X only to see whether a feature outside W violates its optimality condition, and
one read of X answers that for several alphas. The alphas before the first violation are accepted, the violators join
W, and the path goes on.

Source: Massias, Gramfort & Salmon (2018), "Celer", for working sets; Tibshirani et al. (2012) for the strong rules.
"""

from dataclasses import replace

import numpy as np

from ..results import Solution, Status
from .active_set import EXACT, TRUST, first_coefs
from .certificate import residuals_of
from .grid import largest_ratio
from .inner import Descent, ExactSolvers
from .problem import EPS
from .residual_descent import ROUGH
from .screening import Screen
from .uniqueness import Ambiguity

# Alphas verified together: at first, and at most. The number adapts. Where the grid is fine they are more, down to half
# of the first, as long as their residuals have no more elements than this. One by one where that is what a solution
# costs: seconds for k^3 of its k non-zero coefficients, one core of 2023.
FIRST_AHEAD = 4
SOLVING = 4e-11
MOST_AHEAD, MOST_NEAR = 16, 64
NEAR, ELEMENTS = 0.5, 2**21
# Where the epochs at an alpha take so many times as long as a read of X, and the next is smaller than this part of it,
# features are missed, which costs most of the epochs again: each alpha is then solved alone, and rough solutions with
# these gaps, in units of y'Sy/n, are looked at for such features.
COSTLY, FAR = 8, 0.9
# New features in W at a time: at most this many and this part of those that are non-zero.
FEWEST_NEW = 64
PART_NEW = 0.25
# Features are let into W that are expected to reach this part of their threshold by the end of the block.
NEARLY = 0.95


def working_set(problem, alphas, options, start=None):
    """Exact solutions at every alpha; see `solve`. max_iter counts refinements and never stops an exact solve."""
    goal = TRUST * 0.5 * problem.target_square
    return _path(problem, alphas, options, start, ExactSolvers(problem, options), goal, "working_set")


def descent_on_working_set(problem, alphas, options, start=None):
    """Solutions with gap <= tol y'y/n by coordinate descent on the residual; max_iter counts epochs at an alpha."""
    goal = max(options.tol, EPS) * problem.target_square
    return _path(problem, alphas, options, start, Descent(problem, options), goal, "coordinate_descent")


def _path(problem, alphas, options, start, solvers, goal, name):
    """The solutions of the blocks of alphas, each accepted where its gap on all of X is at most the goal.

    Parameters
    ----------
    solvers : ExactSolvers or Descent       which solver works on W
    goal : float            gap at which a solution is accepted whatever violates, in units of the objective
    name : str              what the solutions say ran
    """
    screen, features, last = _first(problem, options, start)
    inner, n_active, violators = None, np.count_nonzero(last), features[:0]
    ambiguity = Ambiguity(problem)
    done, ahead, in_vain, alone = 0, FIRST_AHEAD, 0, False
    rough = [part for part in ROUGH if part * problem.target_square > 10 * goal]
    reading, _ = problem.design.seconds()
    tolerance = max(options.tol * problem.target_square, EXACT * 0.5 * problem.target_square, goal)
    while done < len(alphas):
        block = _block(alphas[done:], ahead, options)
        inner = solvers.choose(inner, features, last, block[-1])
        if done == 0 and len(violators):
            # they say more than what was expected at the start, where all coefficients are zero
            inner.grow(violators)
        else:
            _enter(inner, screen, block, n_active, problem.penalty, violators)
        coefs, n_iter, statuses = _solved(inner, screen, block, goal, rough if alone and inner.gradual else ())
        costly = inner.gradual and n_iter.mean() * inner.epoch_seconds() > COSTLY * reading
        alone = costly and alphas[min(done + 1, len(alphas) - 1)] < FAR * alphas[done]
        seen, verified, violators = screen.verify(block, coefs, inner.features, goal, inner.read)
        unfinished = statuses[0] == Status.MAX_ITER
        if unfinished or (verified and not seen.gaps[:verified].max() <= goal):
            # what is unfinished has features that do not belong: to take them out costs more than to begin again
            known = np.append(last, np.zeros(len(inner.features) - len(last))) if unfinished else coefs[0]
            stronger = solvers.stronger(inner, known, block[-1])
            if stronger is not None:
                inner, features, last = stronger, stronger.features, known
                continue
            if inner.improvable:
                block = block[:verified]
                coefs, n_iter, statuses = inner.improve(block)
                seen, verified, violators = screen.verify(block, coefs, inner.features, goal)
        if verified:
            n_iter[0] += in_vain
            n_active, in_vain = np.count_nonzero(coefs[verified - 1]), 0
            found = (block, coefs, seen.gaps, seen.residual_squares, problem.target_square, n_iter, statuses)
            yield _accepted(Solution(*found, name, inner.features), verified, tolerance, ambiguity)
            done += verified
        if verified == len(block):
            most = _most_ahead(alphas[done:], problem.design.n_samples)
            ahead, violators = 1 if alone else min(most, ahead + max(1, ahead // 2)), violators[:0]
        else:
            ahead, in_vain = 1 if alone else max(_fewest_ahead(n_active, reading), verified), in_vain + 1
            violators = violators[: max(FEWEST_NEW, np.count_nonzero(coefs[verified]))]
        features, last = inner.features, coefs[max(verified - 1, 0)]


def _solved(inner, screen, block, goal, rough):
    """Solutions on W; for one alpha let into W first what rough solutions find missing.

    Returns
    -------
    coefs, n_iter, statuses     as of `inner.solve`
    """
    spent = 0
    for part in rough if len(block) == 1 else ():
        coefs, n_iter, statuses = inner.approach(block, part)
        if statuses[0] == Status.MAX_ITER:
            return coefs, n_iter, statuses
        spent += n_iter[0]
        missing = screen.missing(block[0], inner.residual(), inner.features)
        inner.grow(missing[: max(FEWEST_NEW, np.count_nonzero(coefs))])
    coefs, n_iter, statuses = inner.solve(block, 0.5 * goal)
    n_iter[0] += spent
    return coefs, n_iter, statuses


def _fewest_ahead(n_active, reading):
    """How many alphas are verified together at least, for a read of X of so many seconds."""
    return FIRST_AHEAD if SOLVING * n_active**3 <= reading else 1


def _most_ahead(alphas, n_samples):
    """How many of the alphas may be verified together."""
    near = np.count_nonzero(alphas >= NEAR * alphas[:1])
    return max(MOST_AHEAD, min(near, MOST_NEAR, ELEMENTS // max(n_samples, 1)))


def _block(alphas, ahead, options):
    """The alphas to be solved together; 0 by itself, where there is no penalty."""
    block = alphas[: ahead if options.piece is None else min(ahead, options.piece)]
    return block[block > 0] if block[0] > 0 else block[:1]


def _first(problem, options, start):
    """What is known before the first alpha: the correlations, the first of W, and coefficients on them."""
    penalty = problem.penalty
    coefs = first_coefs(problem, options, None)
    residual = residuals_of(problem, coefs[None])
    correlations = problem.linear if not coefs.any() else problem.design.correlate(residual)[:, 0]
    screen = Screen(problem, residual[:, 0], correlations, largest_ratio(penalty, correlations))
    guess = coefs if start is None else problem.first_guess(start)
    # without a kink at zero a coefficient is zero only by chance
    smooth = (penalty.l1 == 0) & (penalty.lower < penalty.upper)
    features = np.flatnonzero(smooth | (guess != 0))
    return screen, features, guess[features]


def _enter(inner, screen, block, n_active, penalty, violators):
    """Let the violators into W, and features that are expected to be needed for the block."""
    pull = screen.expected(block[-1])
    pull[inner.features] = 0.0
    pull[violators] = 0.0
    threshold = NEARLY * block[-1] * penalty.l1
    candidates = np.flatnonzero(pull > threshold)
    most = int(max(FEWEST_NEW, PART_NEW * n_active))
    if len(candidates) > most:
        nearest = np.argpartition(threshold[candidates] - pull[candidates], most)[:most]
        candidates = np.sort(candidates[nearest])
    inner.grow(np.concatenate([violators, candidates]))


def _accepted(solution, verified, tolerance, ambiguity):
    """The first `verified` alphas of a solution on W, on its support, with statuses from the gaps on all of X."""
    coefs = solution.coefs[:verified]
    support = np.flatnonzero(coefs.any(axis=0))
    support = support[np.argsort(solution.features[support])]
    gaps = solution.gaps[:verified]
    statuses = []
    for alpha, gap, status in zip(solution.alphas, gaps, solution.statuses, strict=False):
        missed = status if status > Status.NOT_UNIQUE else Status.INACCURATE
        statuses.append(ambiguity.converged(alpha) if gap <= tolerance else missed)
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
