"""Coordinate descent on the Gram matrix: any support, any penalty of the four arrays, no factor."""

import numpy as np

from .._kernel import kernel


@kernel
def update(gram, l1, l2, lower, upper, coef, slope, j):
    """Set w_j to its exact minimiser with all others fixed; returns |step| sqrt(G_jj + l2_j), in units of y."""
    diagonal = gram[j, j] + l2[j]
    if not diagonal > 0.0 or lower[j] == upper[j]:
        return 0.0
    old = coef[j]
    pull = slope[j] + gram[j, j] * old
    shrunk = np.sign(pull) * max(abs(pull) - l1[j], 0.0) / diagonal
    new = min(max(shrunk, lower[j]), upper[j])
    step = new - old
    if step == 0.0:
        return 0.0
    coef[j] = new
    row = gram[j]
    for k in range(coef.shape[0]):
        slope[k] -= step * row[k]
    return abs(step) * np.sqrt(diagonal)


@kernel
def coordinate_descent(gram, l1, l2, lower, upper, order, coef, slope, tol, max_epochs):
    """Coordinate descent on 1/2 w'Gw - q'w + penalty(w): sweeps over all, between them over the support.

    Parameters
    ----------
    gram : float64 array (p, p), C order        G, symmetric
    l1, l2, lower, upper : float64 array (p,)
    order : int64 array (p,)                    the order in which an epoch visits the features
    coef : float64 array (p,)                   updated in place
    slope : float64 array (p,)                  q - G w; matches coef on entry and, but for rounding, on return
    tol : float                                 on the largest |step_j| sqrt(G_jj + l2_j), in units of y
    max_epochs : int

    Returns
    -------
    n_epochs : int
    converged : bool        the last sweep over all features moved none by more than tol

    Source: Friedman, Hastie & Tibshirani (2010), section 2.
    """
    n_epochs = 0
    while n_epochs < max_epochs:
        n_epochs += 1
        largest = 0.0
        for j in order:
            largest = max(largest, update(gram, l1, l2, lower, upper, coef, slope, j))
        if largest <= tol:
            return n_epochs, True
        while n_epochs < max_epochs and largest > tol:
            n_epochs += 1
            largest = 0.0
            for j in order:
                if coef[j] != 0.0:
                    largest = max(largest, update(gram, l1, l2, lower, upper, coef, slope, j))
    return n_epochs, False


@kernel
def sweep(gram, l1, l2, lower, upper, order, coef, slope):
    """One epoch whose slopes follow four steps at a time: then the rows of a large G come as fast as memory can.

    What the steps that wait do to slope_j is added where it is asked for. So an epoch does not end where it began even
    if only rounding moves it: for callers who look at the gap. Arguments as above.
    """
    n_features = coef.shape[0]
    a = b = c = d = 0
    sa = sb = sc = sd = 0.0
    waiting = 0
    for j in order:
        diagonal = gram[j, j] + l2[j]
        if diagonal > 0.0 and lower[j] < upper[j]:
            old = coef[j]
            pull = slope[j] - (sb * gram[b, j] + sc * gram[c, j] + sd * gram[d, j]) + gram[j, j] * old
            shrunk = np.sign(pull) * max(abs(pull) - l1[j], 0.0) / diagonal
            new = min(max(shrunk, lower[j]), upper[j])
            if new != old:
                coef[j] = new
                a, sa = b, sb
                b, sb = c, sc
                c, sc = d, sd
                d, sd = j, new - old
                waiting += 1
        if waiting == 4:
            for k in range(n_features):
                slope[k] -= sa * gram[a, k] + sb * gram[b, k] + sc * gram[c, k] + sd * gram[d, k]
            sa = sb = sc = sd = 0.0
            waiting = 0
    if waiting > 0:
        for k in range(n_features):
            slope[k] -= sb * gram[b, k] + sc * gram[c, k] + sd * gram[d, k]
