"""The exact solutions along a sequence of alphas, each started from the one before."""

import numpy as np

from .._kernel import kernel
from .active_set import RELATIVE, descend
from .cholesky import factorize
from .entering import DEPENDENT, insert_violators
from .pieces import slopes
from .state import FINISHED, IN, NOISY, NULL_STEP, OUT, SOLVED, SPENT, STALE_FACTOR, STALLED

# What a kernel call may spend before it returns, in multiply-adds: about 0.2 s, so that Ctrl-C is answered.
BUDGET = 400_000_000
# After this many rounds at one alpha the rounding of G w is bounded feature by feature and counted as zero.
PATIENCE = 12
# Every round lowers the objective; this many in a row that do not are rounding, and the alpha ends as STALLED.
MOST_IDLE_ROUNDS = 10
# How many violators enter in one round: this many and a quarter of those that are in.
FEWEST_ENTERING = 8
# As good as zero: says that noise has been bounded, where everything is zero.
SMALLEST = 1e-300
# A solution has been spoilt by a singular factor where its objective is above the best seen by more than its rounding
# and this part of the best, or where the rounding exceeds y'y/n itself.
SPOILT = 1e-9
EPS = 2.220446049250313e-16
# Slopes are extrapolated over so many times the last step of alpha, to see which features will enter.
FARTHEST = 4.0
# A new factor costs about as much as so many multiply-adds of substitutions, times k^3 and for the calls.
FACTORING, CALLING = 0.125, 5e5
# Of eps sqrt(G_jj y'y/n) in `floor`: says how large the target is.
FLOOR = 32.0


@kernel
def adopt(gram, l1, l2, coef, active):
    """Fit A to a new alpha: pieces, diagonal and factor.

    A feature whose pivot has become too small stays at its value outside A; the next rounds move it along its null
    direction like any other violator.
    """
    size = 0
    for i in range(active.size[0]):
        j = active.order[i]
        active.where[j] = OUT
        if l1[j] == 0.0 or coef[j] != 0.0:
            active.order[size] = j
            active.sign[size] = 0.0 if l1[j] == 0.0 else np.sign(coef[j])
            size += 1
    failed = 0
    while failed >= 0:
        failed = factorize(gram, l2, active.order, size, DEPENDENT, active.factor)
        if failed >= 0:
            size -= 1
            for i in range(failed, size):
                active.order[i] = active.order[i + 1]
                active.sign[i] = active.sign[i + 1]
    for i in range(size):
        active.where[active.order[i]] = IN
        active.held[i] = l2[active.order[i]]
    active.size[0] = size
    active.spent[0] = 0.0


@kernel
def bound_rounding(gram, linear, coef, noise):
    """noise_j = 4 eps (|q_j| + sum_k |G_jk| |w_k|) > 0: what rounding may leave in slope_j."""
    n_features = coef.shape[0]
    for j in range(n_features):
        noise[j] = 4.0 * EPS * abs(linear[j]) + SMALLEST
    for k in range(n_features):
        if coef[k] != 0.0:
            size = 4.0 * EPS * abs(coef[k])
            row = gram[k]
            for j in range(n_features):
                noise[j] += size * abs(row[j])


@kernel
def active_set_path(gram, linear, unit, alphas, floor, max_rounds, progress, coef, slope, l1, l2, active, path):
    """Solve for alphas[progress[0]:] until something else has to be done first.

    The steps that most problems never need are kernels of their own, so that the first call of a process does not
    wait for their compilation: the caller takes them where the reason says so, and calls again.

    The problem has p = linear.shape[0] features; the arrays of `gram` and `active` may be larger. So features can be
    appended between two calls: A and its factor stay right. progress[3] says what the factor is: -1 unknown (only
    active.order[:size] and coef count), 0 that of A and its signs at an alpha > 0, 1 about to be adopted. progress[4]
    is what the last call has spent of the budget.

    From the third alpha on, the features that the slopes of the last two foretell enter at once, which mostly saves a
    round. Where l2 changes, the factor stays until it has cost as much as a new one (see `stale_factor`).

    Parameters
    ----------
    gram : float64 array (>= p, >= p)        G, symmetric, C order
    linear : float64 array (p,)              q
    unit : PenaltyArrays                     l1, l2 per unit of alpha; lower, upper; each (p,)
    alphas : float64 array (K,)
    floor : float64 array (p,)               32 eps sqrt(G_jj y'y/n): a violation below it is rounding
    max_rounds : int                         rounds per alpha before it ends as STALLED
    progress : int64 array (5,)              next alpha; rounds, idle rounds at it; the factor, work (above); updated
    coef, slope, l1, l2 : float64 array (p,) state of the current alpha; updated
    active : ActiveSet                       state of the factor; updated
    path : PathArrays                        coefs, slopes (K, p); rounds, states (K,); filled

    Returns
    -------
    reason : int
        FINISHED; SPENT: the budget is, call again; STALE_FACTOR: call `adopt`; NOISY: call `bound_rounding`;
        NULL_STEP: call `follow_null_direction`.
    """
    n_features = linear.shape[0]
    where, noise = active.where, active.noise
    slopes(gram, linear, coef, slope)
    target_square = 0.0
    for j in range(n_features):
        if gram[j, j] > 0.0:
            target_square = max(target_square, (floor[j] / (FLOOR * EPS)) ** 2 / gram[j, j])
    progress[4] = 0
    stale = False
    while progress[0] < alphas.shape[0]:
        if progress[4] > BUDGET:
            return SPENT
        i = progress[0]
        ahead = 0.0
        if progress[1] == 0 and progress[3] <= 0:
            for j in range(n_features):
                l1[j] = alphas[i] * unit.l1[j]
                l2[j] = alphas[i] * unit.l2[j]
                noise[j] = 0.0
                if where[j] != IN:
                    where[j] = OUT
            progress[2] = 0
            objective = reach = 0.0
            for j in range(n_features):
                w = coef[j]
                path.coefs[i, j] = w
                reach += abs(w) * np.sqrt(gram[j, j] + l2[j])
                objective += (0.5 * l2[j] * w - 0.5 * (linear[j] + slope[j])) * w + l1[j] * abs(w)
            path.objective[0] = objective + EPS * reach * reach
            if active.size[0] > 0 and (progress[3] < 0 or alphas[i] == 0.0):
                progress[3] = 1
                return STALE_FACTOR
            if i >= 2 and alphas[i] < alphas[i - 1] < alphas[i - 2]:
                ahead = (alphas[i - 1] - alphas[i]) / (alphas[i - 2] - alphas[i - 1])
        expected = path.slopes[i]
        predicted = 0.0 < ahead < FARTHEST
        if predicted:
            for j in range(n_features):
                expected[j] = slope[j] + ahead * (slope[j] - path.slopes[i - 2, j])
        enters = predicted
        state = STALLED
        left_before = np.inf
        while progress[1] < max_rounds and progress[2] < MOST_IDLE_ROUNDS:
            size = active.size[0]
            if enters:
                seen = expected if predicted else slope
                most = FEWEST_ENTERING + size // 4
                found, dependent = insert_violators(
                    gram, l1, l2, unit.lower, unit.upper, coef, seen, floor, active, most
                )
                progress[4] += (found + 8) * size * size
                if not predicted:
                    if dependent and stale:
                        progress[3] = 1
                        return STALE_FACTOR
                    if dependent:
                        return NULL_STEP
                    if found == 0:
                        state = SOLVED
                        break
                    if progress[4] > BUDGET:
                        return SPENT
            enters = predicted = False
            progress[1] += 1
            spent, stale = descend(gram, l1, l2, unit.lower, unit.upper, coef, slope, floor, active)
            slopes(gram, linear, coef, slope)
            size = active.size[0]
            progress[4] += spent + n_features * (size + 8)
            if stale and active.spent[0] > size**3 * FACTORING + CALLING:
                progress[3] = 1
                return STALE_FACTOR
            if progress[1] >= PATIENCE and noise[0] == 0.0:
                return NOISY
            # the largest gradient on A in units of what counts as zero; the objective; eps reach^2 is its rounding
            left = value = reach = 0.0
            for j in range(n_features):
                w = coef[j]
                if w != 0.0:
                    value += (0.5 * l2[j] * w - 0.5 * (linear[j] + slope[j])) * w + l1[j] * abs(w)
                    reach += abs(w) * np.sqrt(gram[j, j] + l2[j])
                    if where[j] == IN:
                        gradient = abs(slope[j] - l1[j] * np.sign(w) - l2[j] * w)
                        left = max(left, gradient / (max(floor[j], noise[j]) + RELATIVE * l1[j] + SMALLEST))
            if 1.0 < left < 0.5 * left_before:
                left_before = left
                if progress[4] > BUDGET:
                    return SPENT
                continue
            enters = True
            left_before = np.inf
            progress[2] += 1
            rounding = EPS * reach * reach
            best = path.objective[0]
            allowed = best + SPOILT * abs(best) + SMALLEST
            if not (value - rounding <= allowed and rounding <= max(target_square, abs(best))):
                break
            if value + rounding < best:
                progress[2] = 0
                path.objective[0] = value + rounding
                for j in range(n_features):
                    path.coefs[i, j] = coef[j]
        if state == STALLED:
            # back to the best; what is not zero stands outside A and enters like any other violator
            active.size[0] = 0
            for j in range(n_features):
                coef[j] = path.coefs[i, j]
                where[j] = OUT
            slopes(gram, linear, coef, slope)
        for j in range(n_features):
            path.coefs[i, j] = coef[j]
            path.slopes[i, j] = slope[j]
        path.rounds[i] = progress[1]
        path.states[i] = state
        progress[0] = i + 1
        progress[1] = 0
        progress[3] = -1 if alphas[i] == 0.0 else 0  # at 0 there are no signs
    return FINISHED
