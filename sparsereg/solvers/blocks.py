"""A path that may end early, or that reports its progress: solved some alphas at a time."""

import sys
from dataclasses import replace

import numpy as np

from .least_squares import solve

ALPHAS_PER_BLOCK = 10
# min_improvement never ends a path before this many alphas: near alpha_max every path is flat.
FEWEST_ALPHAS = 5


def solve_in_blocks(problem, alphas, solver, options, start, max_features, min_improvement, verbose):
    """The path in one piece, or in blocks where it may end early or reports its progress."""
    if max_features == np.inf and min_improvement is None and not verbose:
        return solve(problem, alphas, solver, options, start)
    blocks, kept = [], 0
    r2 = []
    while kept < len(alphas):
        block = solve(problem, alphas[kept : kept + ALPHAS_PER_BLOCK], solver, options, start)
        start = block.coefs[-1]
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
            kept = max(int(min(ends)), 1)
            break
    return _joined(blocks, kept)


def _joined(blocks, kept):
    """The first `kept` alphas of consecutive solutions as one."""

    def join(name):
        return np.concatenate([getattr(block, name) for block in blocks])[:kept]

    return replace(
        blocks[0],
        **{name: join(name) for name in ("alphas", "coefs", "gaps", "residual_squares", "n_iter")},
        statuses=[status for block in blocks for status in block.statuses][:kept],
    )
