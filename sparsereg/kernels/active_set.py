"""The descent of an active set: free coefficients move to their minimiser, and leave at the ends of their pieces.

The problem is to minimise 1/2 w'Gw - q'w + sum l1|w| + l2/2 w^2 within bounds. The free coefficients A, each on one
linear piece of its penalty, solve H_AA x = f_A for H = G + diag(l2). If x leaves a piece, the step ends at the first
crossing, and what reached an end leaves A.

Source: Osborne, Presnell & Turlach (2000), "A new approach to variable selection in least squares problems".
"""

import numpy as np

from .._kernel import inlined, kernel
from .cholesky import delete_column
from .pieces import piece_end
from .stale_factor import is_stale, solve
from .state import OUT

# A relative violation below this is rounding; a purely relative test never ends at small alpha, hence also `floor`.
RELATIVE = 1e-11
# With a stale factor: ends of pieces are looked for where the square of the residual has fallen so far,
ROUGH = 1e-5
# a call goes on until it has spent so many multiply-adds,
ENOUGH = 50_000_000
# and so many products would be needed even with the factor of the alpha before.
FREE = 4
# The row of `panel` that a deletion works in.
CARRIED = 7


@inlined
def leave(active, position):
    """Take the coefficient at `position` out of A."""
    order, sign, held, size = active.order, active.sign, active.held, active.size
    delete_column(active.factor, size[0], position, active.panel[CARRIED])
    active.where[order[position]] = OUT
    size[0] -= 1
    for i in range(position, size[0]):
        order[i] = order[i + 1]
        sign[i] = sign[i + 1]
        held[i] = held[i + 1]


@kernel
def descend(gram, l1, l2, lower, upper, coef, slope, floor, active):
    """Move A to its minimiser, dropping what reaches the end of its piece on the way.

    `slope` matches coef on entry; its entries on A follow the steps, the others do not. Solving for the step, and not
    for the coefficients, makes each call a step of iterative refinement. With a stale factor a call may end early: what
    it could not do is left to the next.

    Returns
    -------
    work : int      multiply-adds spent
    stale : bool    whether the factor was
    """
    work = 0
    order, sign, panel, rest, ratio = active.order, active.sign, active.panel, active.rest, active.ratio
    stale = is_stale(l2, active)
    size = active.size[0]
    goal = np.inf
    for i in range(size):
        j = order[i]
        rest[i] = slope[j] - l1[j] * sign[i] - l2[j] * coef[j]
        if stale:  # a smaller residual leaves no gradient above what counts as zero
            zero = floor[j] + RELATIVE * l1[j]
            goal = min(goal, zero * zero / (gram[j, j] + active.held[i]))
    products = 0
    square = 0.0
    exact = True
    while size > 0:
        before = products
        products, square, converged = solve(l2, stale, products, square, goal, ROUGH, active)
        work += (products - before + 1) * size * size
        length = 1.0
        blocked = False
        for i in range(size):
            j = order[i]
            move = panel[0, i]
            reached = coef[j] + move
            side = 1.0 if move > 0.0 else -1.0
            end = piece_end(side, sign[i], lower[j], upper[j])
            ratio[i] = np.inf
            panel[1, i] = end
            if (reached - end) * side > 0.0 or (reached == end and end == 0.0 and sign[i] != 0.0):
                ratio[i] = max((end - coef[j]) / move, 0.0) if move != 0.0 else 0.0
                length = min(length, ratio[i])
                blocked = True
        if exact and converged and square > goal and not blocked:
            continue
        if stale:
            active.spent[0] += max(products - FREE, 0) * size * size if converged else np.inf
        if not blocked:
            for i in range(size):
                coef[order[i]] += panel[0, i]
            break
        for i in range(size - 1, -1, -1):
            j = order[i]
            move = panel[0, i]
            if ratio[i] <= length:
                coef[j] = panel[1, i]
                leave(active, i)
                for k in range(i, active.size[0]):
                    rest[k] = rest[k + 1]
                work += size * size
            else:
                coef[j] += length * move
        size = active.size[0]
        for i in range(size):
            rest[i] *= 1.0 - length
        products = 0
        exact = not stale  # from here on `rest` lacks what the solution did
        if stale and (not converged or work > ENOUGH):
            break
    return work, stale
