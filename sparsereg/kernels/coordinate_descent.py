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
