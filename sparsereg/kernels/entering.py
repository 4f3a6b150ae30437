"""How violators of the optimality conditions enter the active set, also where they depend linearly on it.

The worst violators enter several at a time: their new columns of the factor come from one sweep over it. Where a
violator depends linearly on A, the objective is linear along the null direction, which is followed to the first end of
a piece: so no violator is ever refused.

Source: Best (1996), "An algorithm for the solution of the parametric quadratic programming problem".
"""

import numpy as np

from .._kernel import inlined, kernel
from .active_set import RELATIVE, leave
from .cholesky import append_column, back_substitution, forward_substitution
from .pieces import piece_end, violation
from .stale_factor import ONE
from .state import IGNORED, IN, OUT

# A pivot below this part of H_jj: x_j lies in the span of the active columns. Below the second it is rounding.
DEPENDENT = 1e-10
NOISE_PIVOT = 1e-14
# What rounding may leave of a pivot, relative to (sqrt(H_jj) + sum_i |u_i| sqrt(H_ii))^2, u the null direction: 4 eps.
ROUNDING = 1e-15
# Violators that enter in one sweep over the factor.
PANEL = 8
# Squared, relative to a null direction's own component: what moves less does not move.
NO_MOVEMENT = 1e-24


@inlined
def enter(active, j, piece, ridge):
    """Put j, on that piece of its penalty, behind the other features of A; its pivot has l2_j = ridge."""
    size = active.size
    active.order[size[0]] = j
    active.sign[size[0]] = piece
    active.held[size[0]] = ridge
    active.where[j] = IN
    size[0] += 1


@kernel
def follow_null_direction(gram, l1, l2, lower, upper, coef, slope, active):
    """Move along u = (-H_AA^-1 H_Aj, 1), on which the objective is linear, to the first end of a piece.

    Needs A stationary, j in active.entering[0], its pivot in active.score[0] and R'^-1 H_Aj in active.panel[0], as
    `insert_violators` leaves them. What blocks leaves A, and j enters with its new pivot; if nothing blocks (all of A
    that moves is unpenalised and unbounded), the violation is rounding and j is ignored. Afterwards slope does not
    match coef any more.
    """
    order, sign, where, size, factor = active.order, active.sign, active.where, active.size, active.factor
    panel = active.panel
    j = active.entering[0]
    pivot = active.score[0]
    back_substitution(factor, size[0], panel)
    amount, side, piece = violation(slope[j], l1[j], l2[j], lower[j], upper[j], coef[j])
    diagonal = gram[j, j] + l2[j]
    reach = np.sqrt(diagonal)
    for i in range(size[0]):
        reach += abs(panel[0, i]) * np.sqrt(gram[order[i], order[i]] + l2[order[i]])
    length = amount / pivot if pivot > max(NOISE_PIVOT * diagonal, ROUNDING * reach * reach) else np.inf
    own_end = piece_end(side, piece, lower[j], upper[j])
    blocker = -2
    if abs(own_end - coef[j]) < length:
        length = abs(own_end - coef[j])
        blocker = -1
    end = own_end
    for i in range(size[0]):
        move = -panel[0, i] * side
        k = order[i]
        # a component below rounding against j's own, in units of the target, is no movement
        if move * move * (gram[k, k] + l2[k]) > NO_MOVEMENT * diagonal:
            end_k = piece_end(1.0 if move > 0.0 else -1.0, sign[i], lower[k], upper[k])
            ratio = max((end_k - coef[k]) / move, 0.0)
            if ratio < length:
                length = ratio
                blocker = i
                end = end_k
    if length == np.inf:
        where[j] = IGNORED
        return
    for i in range(size[0]):
        coef[order[i]] -= length * side * panel[0, i]
    coef[j] += length * side
    if blocker == -1:
        coef[j] = own_end
        return
    for i in range(size[0]):
        panel[0, i] = gram[j, order[i]]
    if blocker >= 0:
        coef[order[blocker]] = end
        leave(active, blocker)
        for i in range(blocker, size[0]):
            panel[0, i] = gram[j, order[i]]
    forward_substitution(factor, size[0], panel, min(size[0], ONE))
    pivot = diagonal
    for i in range(size[0]):
        pivot -= panel[0, i] * panel[0, i]
    if pivot > NOISE_PIVOT * diagonal and size[0] < factor.shape[0]:
        append_column(factor, size[0], panel, 0, pivot)
        enter(active, j, piece, l2[j])


@kernel
def worst_violators(gram, l1, l2, lower, upper, coef, slope, floor, noise, where, entering, score, most):
    """The worst violators into `entering`, worst first; returns how many (at most `most` <= PANEL).

    A violation counts per unit of sqrt(H_jj): it is then the decrease per unit of movement of the fit.
    """
    found = 0
    for k in range(coef.shape[0]):
        if where[k] != OUT or lower[k] == upper[k]:
            continue
        amount, _, _ = violation(slope[k], l1[k], l2[k], lower[k], upper[k], coef[k])
        amount -= max(floor[k], noise[k]) + RELATIVE * l1[k]
        diagonal = gram[k, k] + l2[k]
        if amount > 0.0 and diagonal > 0.0:
            amount /= np.sqrt(diagonal)
            if found == most and amount <= score[found - 1]:
                continue
            position = found if found < most else most - 1
            while position > 0 and score[position - 1] < amount:
                score[position] = score[position - 1]
                entering[position] = entering[position - 1]
                position -= 1
            score[position] = amount
            entering[position] = k
            found = min(found + 1, most)
    return found


@kernel
def insert_violators(gram, l1, l2, lower, upper, coef, slope, floor, active, most):
    """Let the worst violators enter A, at most `most`.

    Returns
    -------
    n_violators : int    how many were dealt with; 0: optimal
    dependent : bool     the first depends linearly on A: `follow_null_direction` has to move it
    """
    order, size, factor, panel, entering = active.order, active.size, active.factor, active.panel, active.entering
    done = 0
    while done < most:
        allowed = min(PANEL, most - done)
        count = worst_violators(
            gram, l1, l2, lower, upper, coef, slope, floor, active.noise, active.where, entering, active.score, allowed
        )
        if count == 0:
            return done, False
        first = size[0]
        for r in range(count):
            for i in range(first):
                panel[r, i] = gram[entering[r], order[i]]
        forward_substitution(factor, first, panel, count)
        for r in range(count):
            j = entering[r]
            for t in range(first, size[0]):  # the entries against those that entered in this sweep
                value = gram[j, order[t]]
                for i in range(t):
                    value -= panel[t - first, i] * panel[r, i]
                panel[r, t] = value / factor[t, t]
            diagonal = gram[j, j] + l2[j]
            pivot = diagonal
            for i in range(size[0]):
                pivot -= panel[r, i] * panel[r, i]
            done += 1
            if not (pivot > DEPENDENT * diagonal and size[0] < factor.shape[0]):
                active.score[0] = pivot
                return done, done == 1  # the others first: the null direction needs A stationary
            _, _, piece = violation(slope[j], l1[j], l2[j], lower[j], upper[j], coef[j])
            append_column(factor, size[0], panel, r, pivot)
            enter(active, j, piece, l2[j])
    return done, False
