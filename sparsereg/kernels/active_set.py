"""The descent of an active set: free coefficients move to their minimiser, and leave at the ends of their pieces.

The problem is to minimise 1/2 w'Gw - q'w + sum l1|w| + l2/2 w^2 within bounds. The free coefficients A, each on one
linear piece of its penalty, solve H_AA x = f_A with an updated Cholesky factor of H = G + diag(l2). If x leaves a
piece, the step ends at the first crossing, and what reached an end leaves A.

Source: Osborne, Presnell & Turlach (2000), "A new approach to variable selection in least squares problems".
"""

import numpy as np

from .._kernel import inlined
from .cholesky import back_substitution, delete_column, forward_substitution
from .pieces import piece_end
from .state import OUT

# One row, but no literal: Numba would compile the callee once more for that.
ONE = 1
# The row of `panel` that a deletion works in.
CARRIED = 7


@inlined
def leave(order, sign, where, size, factor, position, carried):
    """Take the coefficient at `position` out of A; `carried` (capacity,) is work, the others parts of an ActiveSet."""
    delete_column(factor, size[0], position, carried)
    where[order[position]] = OUT
    size[0] -= 1
    for i in range(position, size[0]):
        order[i] = order[i + 1]
        sign[i] = sign[i + 1]


@inlined
def descend(l1, l2, lower, upper, coef, slope, active):
    """Move A to its minimiser, dropping what reaches the end of its piece on the way.

    `slope` matches coef on entry; its entries on A follow the steps, the others do not. Solving for the step, and not
    for the coefficients, makes each call a step of iterative refinement.

    Returns
    -------
    work : int      multiply-adds spent
    """
    work = 0
    order, sign, panel, rest, ratio = active.order, active.sign, active.panel, active.rest, active.ratio
    size = active.size[0]
    for i in range(size):
        j = order[i]
        rest[i] = slope[j] - l1[j] * sign[i] - l2[j] * coef[j]
    while size > 0:
        for i in range(size):
            panel[0, i] = rest[i]
        forward_substitution(active.factor, size, panel, min(size, ONE))
        back_substitution(active.factor, size, panel)
        work += size * size
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
        if not blocked:
            for i in range(size):
                coef[order[i]] += panel[0, i]
            break
        for i in range(size - 1, -1, -1):
            j = order[i]
            move = panel[0, i]
            if ratio[i] <= length:
                coef[j] = panel[1, i]
                leave(order, sign, active.where, active.size, active.factor, i, panel[CARRIED])
                for k in range(i, active.size[0]):
                    rest[k] = rest[k + 1]
                work += size * size
            else:
                coef[j] += length * move
        size = active.size[0]
        for i in range(size):
            rest[i] *= 1.0 - length
    return work
