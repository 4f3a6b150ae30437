"""Coordinate descent on the residual: the columns Z themselves, no Gram; the verbs of sparse columns.

The columns are unit-free: z_j = S^1/2 (x_j - mean_j)/(scale_j sqrt(n)), so that Z'Z is the Gram. A residual is an
array (n + 1,): r = v - shift u with v its first n entries, shift its last one and u = S^1/2 1/sqrt(n), a unit vector.
Columns are centred without being filled or copied: z_j = d_j - center_j u with center_j = u'd_j, and as u'r = 0

    z_j'r = d_j'v - center_j shift,       r + step z_j:  v += step d_j, shift += step center_j.
"""

from typing import NamedTuple

import numpy as np

from .._kernel import kernel


class SparseColumns(NamedTuple):
    """z_j = d_j - center_j u; d_j is the run indptr[j] to indptr[j + 1] of (row, value); all read-only.

    data (nnz,) float64, indices (nnz,) uint32, indptr (m + 1,) uint64, center (m,) float64.
    """

    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    center: np.ndarray


@kernel
def dot(columns, j, residual):
    """z_j'r."""
    total = 0.0
    for k in range(columns.indptr[j], columns.indptr[j + 1]):
        total += columns.data[k] * residual[columns.indices[k]]
    return total - columns.center[j] * residual[-1]


@kernel
def add(columns, j, step, residual):
    """r += step z_j."""
    for k in range(columns.indptr[j], columns.indptr[j + 1]):
        residual[columns.indices[k]] += step * columns.data[k]
    residual[-1] += step * columns.center[j]


@kernel
def minimise(j, pull, squares, l1, l2, lower, upper, coef):
    """Set w_j to its exact minimiser where z_j'r is `pull`, all others fixed; returns the step."""
    curvature = squares[j] + l2[j]
    if not (curvature > 0.0 and lower[j] < upper[j]):
        return 0.0
    old = coef[j]
    pull += squares[j] * old
    shrunk = np.sign(pull) * max(abs(pull) - l1[j], 0.0) / curvature
    coef[j] = min(max(shrunk, lower[j]), upper[j])
    return coef[j] - old


@kernel
def sweep(columns, squares, l1, l2, lower, upper, order, coef, residual):
    """Set each w_j in turn to its exact minimiser of 1/2 r'r + penalty(w), r = z_0 - Z w, with all others fixed.

    Parameters
    ----------
    columns : SparseColumns
    squares : float64 array (m,)                    z_j'z_j
    l1, l2, lower, upper : float64 arrays (m,)
    order : int64 array (k,)                        the columns to visit
    coef : float64 array (m,)                       w, updated
    residual : float64 array (n + 1,)               r; matches coef on entry and, but for rounding, on return

    Returns
    -------
    moved : float           sum_j step_j^2 (z_j'z_j + l2_j): the objective fell by half of it at least

    Source: Friedman, Hastie & Tibshirani (2010), section 2.2.
    """
    moved = 0.0
    for j in order:
        step = minimise(j, dot(columns, j, residual), squares, l1, l2, lower, upper, coef)
        if step != 0.0:
            add(columns, j, -step, residual)
            moved += step * step * (squares[j] + l2[j])
    return moved


@kernel
def correlate(columns, order, residual, out):
    """Set out[j] = z_j'r for each j of `order`."""
    for j in order:
        out[j] = dot(columns, j, residual)


@kernel
def subtract(columns, order, coef, residual):
    """r -= sum of z_j w_j over `order`."""
    for j in order:
        if coef[j] != 0.0:
            add(columns, j, -coef[j], residual)
