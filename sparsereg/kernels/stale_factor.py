"""Solutions of a linear system with the Cholesky factor of another ridge term.

The factor is that of G_AA + diag(held). Where l2 has changed since, as from one alpha to the next of an Elastic Net
path, it is a preconditioner: the eigenvalues of what is left lie in 1 - (held - l2) / (lambda + held), lambda those of
G_AA, and conjugate gradients gain one or two digits per product on most of a path. So one factor serves many alphas.

Source: Golub & Van Loan (2013), sections 11.3 and 11.5.
"""

import numpy as np

from .._kernel import inlined
from .cholesky import back_substitution, forward_substitution

# One row, but no literal: Numba would compile the callee once more for that.
ONE = 1
# Products in one solution, after which the factor is made anew.
MOST_PRODUCTS = 40


@inlined
def is_stale(l2, active):
    """Whether the factor is that of another ridge term."""
    stale = False
    for i in range(active.size[0]):
        stale = stale or active.held[i] != l2[active.order[i]]
    return stale


@inlined
def solve(l2, stale, products, square, goal, least, active):
    """Put H_AA^-1 rest into panel[0], H = G + diag(l2): at once, or by conjugate gradients if the factor R is stale.

    There H_AA = R'R - E with E = diag(held - l2), and the system is (I - R'^-1 E R^-1) R x = R'^-1 rest: a product is
    the two substitutions. The square of its residual is twice what the objective still has to fall, in the metric of
    R'R. It ends at `goal`, or where it has fallen to `least` times the first; it can go on from there.

    Parameters
    ----------
    l2 : float64 array (p,)
    stale : bool
    products : int          0 to start, else what has been returned; also `square`
    square : float
    goal : float
    least : float
    active : ActiveSet      panel[2:6] hold the state

    Returns
    -------
    products : int          so far
    square : float          of the residual
    converged : bool        it has ended where it should
    """
    size, order, held, factor, panel = active.size[0], active.order, active.held, active.factor, active.panel
    rest, work, step, moved, residual, direction = active.rest, panel[0], panel[2], panel[3], panel[4], panel[5]
    rows = np.uint64(size)
    starts = products == 0
    substitutes = starts
    going = starts or square > goal
    for i in range(rows):
        if starts:
            step[i] = 0.0
        work[i] = rest[i] if starts else direction[i]
    while going:
        if substitutes:
            forward_substitution(factor, size, panel, min(size, ONE))
        if substitutes and stale and starts:
            starts = False
            square = 0.0
            for i in range(rows):
                residual[i] = direction[i] = work[i]
                square += work[i] * work[i]
            goal = max(goal, least * square)
            going = square > goal
        elif substitutes and stale:
            curvature = 0.0
            for i in range(rows):
                curvature += direction[i] * (direction[i] - work[i])
            length = square / curvature if curvature > 0.0 else 0.0
            before = square
            square = 0.0
            for i in range(rows):
                step[i] += length * moved[i]
                residual[i] -= length * (direction[i] - work[i])
                square += residual[i] * residual[i]
            going = square > goal and products < MOST_PRODUCTS and length > 0.0
            for i in range(rows):
                direction[i] = residual[i] + square / before * direction[i]
                work[i] = direction[i]
        if going:
            back_substitution(factor, size, panel)
            products += 1
            going = substitutes = stale
            for i in range(rows):
                moved[i] = work[i]
                if stale:
                    work[i] *= held[i] - l2[order[i]]
    if stale:
        for i in range(rows):
            work[i] = step[i]
    return products, square, not stale or square <= goal
