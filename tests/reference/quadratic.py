"""Coordinate descent in plain NumPy: the twin of the kernels on tiny problems."""

import numpy as np


def minimise(gram, linear, l1, l2, lower, upper, n_epochs=20_000, still=1e-14):
    """The minimiser of 1/2 w'Gw - q'w + sum l1|w| + l2/2 w^2 within bounds.

    Each coefficient in turn goes to its own minimum, until none moves by more than `still` of the largest.
    """
    coef = np.zeros(len(linear))
    for _ in range(n_epochs):
        before = coef.copy()
        for j in range(len(coef)):
            curvature = gram[j, j] + l2[j]
            if curvature > 0 and lower[j] < upper[j]:
                pull = linear[j] - gram[j] @ coef + gram[j, j] * coef[j]
                coef[j] = np.clip(np.sign(pull) * max(abs(pull) - l1[j], 0) / curvature, lower[j], upper[j])
        if np.abs(coef - before).max() <= still * np.abs(coef).max():
            return coef
    return coef


def objective(gram, linear, l1, l2, coef):
    """1/2 w'Gw - q'w + sum l1|w| + l2/2 w^2."""
    return 0.5 * coef @ gram @ coef - linear @ coef + l1 @ np.abs(coef) + 0.5 * l2 @ coef**2


def violation(gram, linear, l1, l2, lower, upper, coef):
    """How far each coefficient is from the optimality conditions (p,): 0 at the solution.

    0 must lie in G w - q + l2 w + l1 sign(w) + the normal cone of the bounds.
    """
    gradient = gram @ coef - linear + l2 * coef
    up = gradient + np.where(coef >= 0, l1, -l1)  # the right derivative
    down = gradient - np.where(coef <= 0, l1, -l1)  # the left derivative
    return np.maximum(np.where(coef < upper, -up, 0), np.where(coef > lower, down, 0)).clip(min=0)
