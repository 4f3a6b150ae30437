"""Leave-one-out of ridge regression in rational arithmetic: every row predicted from a fit to the others."""

from fractions import Fraction

import numpy as np


def left_out_errors(X, y, alpha, weights, fit_intercept=True, penalty_factor=None):
    """y_i less its prediction at the minimum over the other rows, (n,), without any rounding on the way.

    The fit is the saddle point [K + alpha S^-1, N; N', 0] (a, b) = (y, 0) with K = X f^-1 X' over the penalised
    features and N the intercept and the features with f = 0; those with f = inf are left out.
    """
    n, p = X.shape
    factor = np.ones(p) if penalty_factor is None else penalty_factor
    penalised = [j for j in range(p) if 0 < factor[j] < np.inf]
    rows = [[Fraction(float(value)) for value in row] for row in X]
    free = [[Fraction(1)] * fit_intercept + [row[j] for j in range(p) if factor[j] == 0] for row in rows]
    inverse = {j: 1 / Fraction(float(factor[j])) for j in penalised}
    products = [[sum(a[j] * b[j] * inverse[j] for j in penalised) for b in rows] for a in rows]
    ridge = [Fraction(float(alpha)) / Fraction(float(weight)) for weight in weights]
    target = [Fraction(float(value)) for value in y]
    errors, width = np.empty(n), len(free[0])
    for i in range(n):
        kept = [k for k in range(n) if k != i]
        system = [[products[a][b] + (ridge[a] if a == b else 0) for b in kept] + free[a] + [target[a]] for a in kept]
        system += [[free[a][c] for a in kept] + [Fraction(0)] * (width + 1) for c in range(width)]
        solution = _solve(system)
        fitted = sum(products[i][a] * value for a, value in zip(kept, solution, strict=False))
        fitted += sum(value * b for value, b in zip(free[i], solution[len(kept) :], strict=True))
        errors[i] = float(target[i] - fitted)
    return errors


def _solve(rows):
    """The solution of a regular system, each row with its right-hand side at the end, by elimination."""
    size = len(rows)
    for k in range(size):
        pivot = next(i for i in range(k, size) if rows[i][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, size):
            if rows[i][k] != 0:
                part = rows[i][k] / rows[k][k]
                rows[i] = [a - part * b for a, b in zip(rows[i], rows[k], strict=True)]
    solution = [Fraction(0)] * size
    for k in reversed(range(size)):
        known = sum(rows[k][j] * solution[j] for j in range(k + 1, size))
        solution[k] = (rows[k][size] - known) / rows[k][k]
    return solution
