"""Solutions of ridge problems by any method, certified from X and improved until the gap is rounding."""

from dataclasses import dataclass

import numpy as np

from .problem import weighted_squares

# A solution is improved from X as long as each step lowers its gap tenfold, at most so many times.
MOST_STEPS = 20


@dataclass
class RidgeState:
    """The best known solutions of K problems.

    coefs : (p, K)
    gaps, squares : (K,)      squares = r'Sr/n
    """

    coefs: np.ndarray
    gaps: np.ndarray
    squares: np.ndarray

    def improve(self, index, coefs, gaps, squares):
        """Take the solutions (p, k), of the problems index (k,), that have a smaller gap."""
        better = gaps < self.gaps[index]
        index = index[better]
        self.coefs[:, index] = coefs[:, better]
        self.gaps[index] = gaps[better]
        self.squares[index] = squares[better]


def certify(problems, method, index, coefs, goal):
    """Duality gaps of the problems index (k,) at coefs (p, k), from X; the next step where one is too large.

    The first dual point is the method's own. Where that is not good enough, the residual after one more step
    is a better one: formed as r - X step it has none of the rounding of X coefs, and without a penalty, when
    a dual point must be orthogonal to X, it is as orthogonal as arithmetic allows.

    Returns
    -------
    gaps, squares : (k,)       squares = r'Sr/n
    hard : int array (h,)      positions of the gaps that were above the goal at first
    steps : (p, h)             the step of each
    """
    residuals = problems.residuals(index, coefs)
    dual = method.dual_point(index, residuals)
    correlations = problems.correlate(dual)
    gaps = problems.gaps(index, coefs, residuals, dual, correlations, goal)
    squares = weighted_squares(problems.design, residuals)
    hard = np.flatnonzero(gaps > goal * problems.half[index])
    if not hard.size:
        return gaps, squares, hard, np.empty((len(coefs), 0))
    chosen, coefs, residuals = index[hard], coefs[:, hard], residuals[:, hard]
    excess = correlations[:, hard] - problems.lam[chosen] * problems.factor[:, None] * coefs
    steps = problems.without_excluded(method.step(chosen, residuals, excess))
    dual = residuals - problems.design.predict(steps)
    again = problems.gaps(chosen, coefs, residuals, dual, problems.correlate(dual), goal)
    gaps[hard] = np.minimum(gaps[hard], again)
    return gaps, squares, hard, steps


def refine(problems, method, pending, goal, state):
    """Solve the problems `pending` by `method`, improve them from X, certify them; keep what is better.

    Parameters
    ----------
    problems : RidgeProblems
    method : object
        start(index) -> (p, k): first coefficients of the problems index (k,).
        step(index, residuals, excess) -> (p, k): about H^-1 excess, H = X'SX/n + lam diag(f).
        dual_point(index, residuals) -> (n, k): a good dual point; `excess` is relative to it.
    pending : int array
    goal : float                relative gap at which a solution is left as it is
    state : RidgeState          updated
    """
    for block in problems.blocks(pending):
        coefs = problems.without_excluded(method.start(block))
        best = RidgeState(coefs.copy(), np.full(len(block), np.inf), np.empty(len(block)))
        moving = np.arange(len(block))
        for _ in range(MOST_STEPS):
            problems.heed()
            index = block[moving]
            gaps, squares, hard, steps = certify(problems, method, index, coefs[:, moving], goal)
            falling = gaps < 0.1 * best.gaps[moving]
            best.improve(moving, coefs[:, moving], gaps, squares)
            onward = falling[hard] & (gaps[hard] > goal * problems.half[index[hard]])
            if not onward.any():
                break
            moving = moving[hard[onward]]
            coefs[:, moving] += steps[:, onward]
        held = problems.held(best.coefs)
        if not np.array_equal(held, best.coefs):
            gaps, squares, _, _ = certify(problems, method, block, held, goal)
            best = RidgeState(held, gaps, squares)
        state.improve(block, best.coefs, best.gaps, best.squares)
