"""How violators of the optimality conditions enter the active set, also where they depend linearly on it.

The worst violators enter several at a time: their new columns of the factor come from one sweep over it. Where a
violator depends linearly on A, the objective is linear along the null direction, which is followed to the first end of
a piece: so no violator is ever refused.

Source: Best (1996), "An algorithm for the solution of the parametric quadratic programming problem".
"""

import numpy as np

from .._kernel import kernel
from .active_set import leave
from .cholesky import append_column, back_substitution, forward_substitution, forward_substitution_8
from .pieces import piece_end, violation
from .state import IGNORED, IN, OUT

# A pivot below this part of H_jj: x_j lies in the span of the active columns. Below the second it is rounding.
DEPENDENT = 1e-10
NOISE_PIVOT = 1e-14
# A relative violation below this is rounding; a purely relative test never ends at small alpha, hence also `floor`.
RELATIVE = 1e-11
# Violators that enter in one sweep over the factor.
PANEL = 8


@kernel
def enter(active, j, sign, row, pivot):
    """Put j into A; active.panel[row] holds R'^-1 H_Aj."""
    size = active.size[0]
    append_column(active.factor, size, active.panel[row], pivot)
    active.order[size] = j
    active.sign[size] = sign
    active.where[j] = IN
    active.size[0] = size + 1


@kernel
def pivot_of(gram, l2, active, j):
    """The pivot that j would have; leaves R'^-1 H_Aj in active.panel[0]."""
    size = active.size[0]
    column = active.panel[0]
    row = gram[j]
    for i in range(size):
        column[i] = row[active.order[i]]
    forward_substitution(active.factor, size, column)
    pivot = row[j] + l2[j]
    for i in range(size):
        pivot -= column[i] * column[i]
    return pivot


@kernel
def follow_null_direction(gram, l1, l2, lower, upper, coef, slope, active):
    """Move along u = (-H_AA^-1 H_Aj, 1), on which the objective is linear, to the first end of a piece.

    Needs A stationary, j in active.entering[0], its pivot in active.score[0] and R'^-1 H_Aj in active.panel[0], as
    `insert_violators` leaves them. What blocks leaves A, and j enters with its new pivot; if nothing blocks (all of A
    that moves is unpenalised and unbounded), the violation is rounding and j is ignored. Afterwards slope does not
    match coef any more.
    """
    j = active.entering[0]
    pivot = active.score[0]
    column = active.panel[0]
    size = active.size[0]
    for i in range(size):
        active.step[i] = column[i]
    back_substitution(active.factor, size, active.step)
    amount, side, sign = violation(slope[j], l1[j], l2[j], lower[j], upper[j], coef[j])
    diagonal = gram[j, j] + l2[j]
    length = amount / pivot if pivot > NOISE_PIVOT * diagonal else np.inf
    own_end = piece_end(side, sign, lower[j], upper[j])
    blocker = -2
    if abs(own_end - coef[j]) < length:
        length = abs(own_end - coef[j])
        blocker = -1
    end = own_end
    for i in range(size):
        move = -active.step[i] * side
        k = active.order[i]
        # a component below rounding against j's own, in units of the target, is no movement
        if move * move * (gram[k, k] + l2[k]) > 1e-24 * diagonal:
            end_k = piece_end(1.0 if move > 0.0 else -1.0, active.sign[i], lower[k], upper[k])
            ratio = max((end_k - coef[k]) / move, 0.0)
            if ratio < length:
                length = ratio
                blocker = i
                end = end_k
    if length == np.inf:
        active.where[j] = IGNORED
        return
    for i in range(size):
        coef[active.order[i]] -= length * side * active.step[i]
    coef[j] += length * side
    if blocker == -1:
        coef[j] = own_end
        return
    if blocker >= 0:
        coef[active.order[blocker]] = end
        leave(active, blocker)
        pivot = pivot_of(gram, l2, active, j)
    if pivot > NOISE_PIVOT * diagonal and active.size[0] < active.factor.shape[0]:
        enter(active, j, sign, 0, pivot)


@kernel
def worst_violators(gram, l1, l2, lower, upper, coef, slope, floor, active, most):
    """The worst violators into active.entering, worst first; returns how many (at most `most` <= PANEL).

    A violation counts per unit of sqrt(H_jj): it is then the decrease per unit of movement of the fit.
    """
    found = 0
    entering, score = active.entering, active.score
    for k in range(coef.shape[0]):
        if active.where[k] != OUT or lower[k] == upper[k]:
            continue
        amount, _, _ = violation(slope[k], l1[k], l2[k], lower[k], upper[k], coef[k])
        amount -= max(floor[k], active.noise[k]) + RELATIVE * l1[k]
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
    done = 0
    while done < most:
        count = worst_violators(gram, l1, l2, lower, upper, coef, slope, floor, active, min(PANEL, most - done))
        if count == 0:
            return done, False
        first = active.size[0]
        for r in range(count):
            for i in range(first):
                active.panel[r, i] = gram[active.entering[r], active.order[i]]
        forward_substitution_8(active.factor, first, active.panel)
        for r in range(count):
            j = active.entering[r]
            size = active.size[0]
            for t in range(first, size):  # the entries against those that entered in this sweep
                value = gram[j, active.order[t]]
                for i in range(t):
                    value -= active.panel[t - first, i] * active.panel[r, i]
                active.panel[r, t] = value / active.factor[t, t]
            diagonal = gram[j, j] + l2[j]
            pivot = diagonal
            for i in range(size):
                pivot -= active.panel[r, i] * active.panel[r, i]
            done += 1
            if not (pivot > DEPENDENT * diagonal and size < active.factor.shape[0]):
                active.score[0] = pivot
                return done, done == 1  # the others first: the null direction needs A stationary
            _, _, sign = violation(slope[j], l1[j], l2[j], lower[j], upper[j], coef[j])
            enter(active, j, sign, r, pivot)
    return done, False
