"""Coordinate descent on the residual: the columns Z themselves, no Gram; dense and sparse by two column verbs.

The columns are unit-free: z_j = S^1/2 (x_j - mean_j)/(scale_j sqrt(n)), so that Z'Z is the Gram. A residual is an
array (n + 1,): r = v - shift u with v its first n entries, shift its last one and u = S^1/2 1/sqrt(n), a unit vector.
Columns are centred without being filled or copied: z_j = d_j - center_j u with center_j = u'd_j, and as u'r = 0

    z_j'r = d_j'v - center_j shift,       r + step z_j:  v += step d_j, shift += step center_j.

Dense columns that are centred where they are packed have center_j = 0.
"""

from typing import NamedTuple

import numpy as np
from numba.extending import overload

from .._kernel import kernel


class DenseColumns(NamedTuple):
    """z_j = d_j - center_j u; d_j is row place[j] of `values` times factor[j]; all read-only.

    values (M, n) float64, C order, place (m,) uint64, factor (m,) and center (m,) float64.
    """

    values: np.ndarray
    place: np.ndarray
    factor: np.ndarray
    center: np.ndarray


class SparseColumns(NamedTuple):
    """z_j = d_j - center_j u; d_j is the run indptr[j] to indptr[j + 1] of (row, value); all read-only.

    data (nnz,) float64, indices (nnz,) uint32, indptr (m + 1,) uint64, center (m,) float64.
    """

    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    center: np.ndarray


@kernel
def dot_dense(columns, j, residual):
    """z_j'r."""
    values = columns.values[columns.place[j]]
    total = 0.0
    for i in range(values.shape[0]):
        total += values[i] * residual[i]
    return columns.factor[j] * total - columns.center[j] * residual[-1]


@kernel
def dot_sparse(columns, j, residual):
    """z_j'r."""
    total = 0.0
    for k in range(columns.indptr[j], columns.indptr[j + 1]):
        total += columns.data[k] * residual[columns.indices[k]]
    return total - columns.center[j] * residual[-1]


@kernel
def add_dense(columns, j, step, residual):
    """r += step z_j."""
    values = columns.values[columns.place[j]]
    multiple = step * columns.factor[j]
    for i in range(values.shape[0]):
        residual[i] += multiple * values[i]
    residual[-1] += step * columns.center[j]


@kernel
def add_sparse(columns, j, step, residual):
    """r += step z_j."""
    for k in range(columns.indptr[j], columns.indptr[j + 1]):
        residual[columns.indices[k]] += step * columns.data[k]
    residual[-1] += step * columns.center[j]


def dot(columns, j, residual):
    """z_j'r, by the type of the columns."""
    return (dot_dense if isinstance(columns, DenseColumns) else dot_sparse)(columns, j, residual)


def add(columns, j, step, residual):
    """r += step z_j, by the type of the columns."""
    return (add_dense if isinstance(columns, DenseColumns) else add_sparse)(columns, j, step, residual)


@overload(dot)
def _dot(columns, j, residual):
    if columns.instance_class is DenseColumns:
        return lambda columns, j, residual: dot_dense(columns, j, residual)
    return lambda columns, j, residual: dot_sparse(columns, j, residual)


@overload(add)
def _add(columns, j, step, residual):
    if columns.instance_class is DenseColumns:
        return lambda columns, j, step, residual: add_dense(columns, j, step, residual)
    return lambda columns, j, step, residual: add_sparse(columns, j, step, residual)


@kernel
def sweep(columns, squares, l1, l2, lower, upper, order, coef, residual):
    """Set each w_j in turn to its exact minimiser of 1/2 r'r + penalty(w), r = z_0 - Z w, with all others fixed.

    Parameters
    ----------
    columns : DenseColumns or SparseColumns
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
        curvature = squares[j] + l2[j]
        if curvature > 0.0 and lower[j] < upper[j]:
            old = coef[j]
            pull = dot(columns, j, residual) + squares[j] * old
            shrunk = np.sign(pull) * max(abs(pull) - l1[j], 0.0) / curvature
            new = min(max(shrunk, lower[j]), upper[j])
            step = new - old
            if step != 0.0:
                coef[j] = new
                add(columns, j, -step, residual)
                moved += step * step * curvature
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
