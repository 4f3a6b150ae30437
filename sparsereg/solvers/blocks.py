"""A path that may end early, or that reports its progress."""

import sys
from dataclasses import replace

import numpy as np

from ..results import joined
from .least_squares import SOLVERS

ALPHAS_PER_BLOCK = 10
# A small improvement never ends a path before this many alphas: near alpha_max every path is flat.
FEWEST_ALPHAS = 5


class FeatureLimit:
    """Ends a path before the first alpha with more non-zero coefficients than `most`."""

    def __init__(self, most):
        self._most, self._n_seen = most, 0

    def __call__(self, block):
        """How many alphas of the path to keep after one more Solution of it; None: go on."""
        crowded = np.flatnonzero(np.count_nonzero(block.coefs, axis=1) > self._most)
        self._n_seen += len(block.alphas)
        return self._n_seen - len(block.alphas) + int(crowded[0]) if len(crowded) else None


class Improvement:
    """Ends a path at the first alpha (from the fifth) that raises R2 by less than `least`."""

    def __init__(self, least):
        self._least, self._r2 = least, []

    def __call__(self, block):
        """As `FeatureLimit`."""
        self._r2.extend(1.0 - block.residual_squares / (block.target_square or 1.0))
        flat = np.flatnonzero(np.diff(self._r2) < self._least) + 2
        return next((int(end) for end in flat if end >= FEWEST_ALPHAS), None)


def stops_for(max_features, min_improvement):
    """What ends a path early, for limits that may be None."""
    stops = [] if max_features is None else [FeatureLimit(max_features)]
    return stops if min_improvement is None else [*stops, Improvement(min_improvement)]


def solve_in_blocks(problem, alphas, solver, options, start=None, stops=(), verbose=False):
    """The path, to its end or to where one of `stops`, callables as `FeatureLimit`, ends it; one alpha at least."""
    if stops or verbose:
        options = replace(options, piece=ALPHAS_PER_BLOCK)
    blocks, n_done = [], 0
    for block in SOLVERS[solver](problem, alphas, options, start):
        options.heed()
        blocks.append(block)
        n_done += len(block.alphas)
        if verbose:
            print(
                f"path: {n_done}/{len(alphas)} alphas, alpha {block.alphas[-1]:.4g}, "
                f"{np.count_nonzero(block.coefs[-1])} features, largest gap {block.gaps.max():.1e}",
                file=sys.stderr,
            )
        ends = [end for end in [stop(block) for stop in stops] if end is not None]
        if ends:
            return joined(blocks, max(min(ends), 1))
    return joined(blocks)
