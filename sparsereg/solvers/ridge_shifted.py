"""Systems (M + lam) x = b for several lam, refined on M itself."""

import numpy as np

from .interruptible import call_interruptibly
from .options import go_on
from .ridge_banded import Banded
from .ridge_tridiagonal import Tridiagonal

# Up to so many lam a factor each costs less than a reduction for all.
FEW = 3
# From so many rows on a band of diagonals costs less than three.
LARGE = 1500
# A solution is refined down to the first; above the second it is none. The root of it is an error of predictions,
# relative to y.
REFINED, ENOUGH = 1e-20, 1e-16
MOST_SOLVES = 3


def solve_shifted(matrix, block, lam, scale, unit, heed=go_on):
    """Solutions (m, t, K) of (M + lam_k) x = block, and what is left of it: |excess|^2 / scale, (t, K).

    Parameters
    ----------
    matrix : float64 array (m, m)     M, positive semi-definite
    block : float64 array (m, t)
    lam : float64 array (K,)
    scale : float64 array (K,)        of |excess|^2
    unit : float64 array (t,)         what |excess|^2 / scale is compared with
    heed : callable                   is called between parts of the work, and raises to end it

    Returns
    -------
    solved, left, or None where rounding does not allow 1e-16 of the unit
    """
    systems, unit = _Systems(matrix, lam, heed), unit[:, None]
    solved, excess = np.zeros((*block.shape, len(lam))), np.repeat(block[:, :, None], len(lam), axis=2)
    try:
        for _ in range(MOST_SOLVES):
            solved += systems.solve(excess)
            excess = systems.excess(block, solved)
            squares = np.einsum("mtk,mtk->tk", excess, excess)
            left = np.divide(squares, scale, out=np.where(squares > 0, np.inf, 0.0), where=scale > 0)
            if (left <= REFINED * unit).all():
                break
    except np.linalg.LinAlgError:
        return None
    return (solved, left) if (left <= ENOUGH * unit).all() else None


def reduced(matrix, heed=go_on):
    """A symmetric, positive semi-definite matrix (m, m), C order, by its few diagonals; it is overwritten."""
    return Banded(matrix, heed) if len(matrix) >= LARGE else Tridiagonal(matrix)


class _Systems:
    """M + lam_k, (m, m), for lam (K,)."""

    def __init__(self, matrix, lam, heed):
        self._matrix, self._lam = matrix, lam
        self._reduced = reduced(matrix.copy(), heed) if len(lam) > FEW else None

    def solve(self, blocks):
        """(M + lam_k)^-1 blocks_k for blocks (m, t, K)."""
        if self._reduced is not None:
            return self._reduced.solve(blocks, self._lam)
        solved = np.empty(blocks.shape)
        for k, value in enumerate(self._lam):
            matrix = self._matrix + value * np.eye(len(blocks))
            solved[:, :, k] = call_interruptibly(np.linalg.solve, matrix, blocks[:, :, k], cost=len(matrix) ** 3 / 3)
        return solved

    def excess(self, block, solved):
        """block - (M + lam_k) solved_k, (m, t, K), for block (m, t)."""
        product = (self._matrix @ solved.reshape(len(solved), -1)).reshape(solved.shape)
        return block[:, :, None] - product - solved * self._lam
