"""Coordinate descent on the residual of dense columns, four at a time, each set exactly in turn.

One pass over four columns gives their products with the residual and with each other. The steps of those before it
in the four then correct what a column pulls with, so that the residual is updated in one pass, too: X is streamed
from memory four columns side by side, and the residual is read and written a quarter as often.
"""

from typing import NamedTuple

import numpy as np

from .._kernel import kernel
from .residual_descent import minimise


class DenseColumns(NamedTuple):
    """z_j = d_j - center_j u; d_j is row place[j] of `values` times factor[j]; all read-only.

    values (M, n) float64, C order, place (m,) int64, factor (m,) and center (m,) float64. Columns that are centred
    where they are packed have center_j = 0.
    """

    values: np.ndarray
    place: np.ndarray
    factor: np.ndarray
    center: np.ndarray


@kernel
def meet(columns, four, residual, dots, products):
    """Set dots[a] = z_a'r and products[a, b] = z_a'z_b, b < a, for the columns `four` (4,)."""
    place, factor, center = columns.place, columns.factor, columns.center
    x0, x1 = columns.values[place[four[0]]], columns.values[place[four[1]]]
    x2, x3 = columns.values[place[four[2]]], columns.values[place[four[3]]]
    d0 = d1 = d2 = d3 = p10 = p20 = p30 = p21 = p31 = p32 = 0.0
    for i in range(x0.shape[0]):
        r, a, b, c, d = residual[i], x0[i], x1[i], x2[i], x3[i]
        d0 += a * r
        d1 += b * r
        d2 += c * r
        d3 += d * r
        p10 += b * a
        p20 += c * a
        p30 += d * a
        p21 += c * b
        p31 += d * b
        p32 += d * c
    dots[0], dots[1], dots[2], dots[3] = d0, d1, d2, d3
    products[1, 0], products[2, 0], products[3, 0] = p10, p20, p30
    products[2, 1], products[3, 1], products[3, 2] = p21, p31, p32
    for a in range(4):
        j = four[a]
        dots[a] = factor[j] * dots[a] - center[j] * residual[-1]
        for b in range(a):
            k = four[b]
            products[a, b] = factor[j] * factor[k] * products[a, b] - center[j] * center[k]


@kernel
def add(columns, four, steps, residual):
    """r += the sum of step_a z_a over the columns `four` (4,)."""
    place, factor = columns.place, columns.factor
    x0, x1 = columns.values[place[four[0]]], columns.values[place[four[1]]]
    x2, x3 = columns.values[place[four[2]]], columns.values[place[four[3]]]
    s0, s1 = steps[0] * factor[four[0]], steps[1] * factor[four[1]]
    s2, s3 = steps[2] * factor[four[2]], steps[3] * factor[four[3]]
    for i in range(x0.shape[0]):
        residual[i] += s0 * x0[i] + s1 * x1[i] + s2 * x2[i] + s3 * x3[i]
    for a in range(4):
        residual[-1] += steps[a] * columns.center[four[a]]


@kernel
def choose(order, start, four):
    """Set `four` (4,) to the next of `order` from `start` on, the last of them again for want of more; how many."""
    size = min(4, order.shape[0] - start)
    for a in range(4):
        four[a] = order[start + min(a, size - 1)]
    return size


@kernel
def sweep(columns, squares, l1, l2, lower, upper, order, coef, residual):
    """As `residual_descent.sweep`, for DenseColumns."""
    four, steps = np.empty(4, dtype=np.int64), np.empty(4)
    dots, products = np.empty(4), np.empty((4, 4))
    moved = 0.0
    for start in range(0, order.shape[0], 4):
        size = choose(order, start, four)
        meet(columns, four, residual, dots, products)
        steps[:] = 0.0
        for a in range(size):
            j, pull = four[a], dots[a]
            for b in range(a):
                pull += products[a, b] * steps[b]
            step = minimise(j, pull, squares, l1, l2, lower, upper, coef)
            steps[a] = -step
            moved += step * step * (squares[j] + l2[j])
        if steps.any():
            add(columns, four, steps, residual)
    return moved


@kernel
def subtract(columns, order, coef, residual):
    """r -= sum of z_j w_j over `order`."""
    four, steps = np.empty(4, dtype=np.int64), np.empty(4)
    for start in range(0, order.shape[0], 4):
        size = choose(order, start, four)
        steps[:] = 0.0
        for a in range(size):
            steps[a] = -coef[four[a]]
        add(columns, four, steps, residual)
