"""A path that may end early, or that reports its progress."""

import sys
from dataclasses import replace

import numpy as np

from ..results import joined
from .least_squares import SOLVERS

ALPHAS_PER_BLOCK = 10
# min_improvement never ends a path before this many alphas: near alpha_max every path is flat.
FEWEST_ALPHAS = 5


def solve_in_blocks(problem, alphas, solver, options, start, max_features, min_improvement, verbose):
    """The path, to its end or to where max_features or min_improvement end it."""
    if max_features < np.inf or min_improvement is not None or verbose:
        options = replace(options, piece=ALPHAS_PER_BLOCK)
    blocks, kept, r2 = [], 0, []
    for block in SOLVERS[solver](problem, alphas, options, start):
        blocks.append(block)
        kept += len(block.alphas)
        r2.extend(1.0 - block.residual_squares / (problem.target_square or 1.0))
        df = np.count_nonzero(block.coefs, axis=1)
        if verbose:
            print(
                f"path: {kept}/{len(alphas)} alphas, alpha {block.alphas[-1]:.4g}, {df[-1]} features, "
                f"largest gap {block.gaps.max():.1e}",
                file=sys.stderr,
            )
        rises = np.diff(r2)
        flat = [] if min_improvement is None else np.flatnonzero(rises < min_improvement) + 2
        flat = [end for end in flat if end >= FEWEST_ALPHAS][:1]
        crowded = kept - len(df) + np.flatnonzero(df > max_features)[:1]
        ends = [*flat, *crowded]
        if ends:
            return joined(blocks, max(int(min(ends)), 1))
    return joined(blocks)
