"""The path of Ridge: `ridge_path`."""

from dataclasses import replace

import numpy as np

from ._validation.arrays import float_array, show
from ._validation.data import check_data
from ._validation.parameters import check_alphas, check_parameters
from ._validation.ridge import check_ridge_parameters, state_ridge
from .results import path_result
from .solvers.convergence import warn_once
from .solvers.original import on_original_scale
from .solvers.ridge import solve_ridge


def ridge_path(
    X,
    y,
    alphas,
    *,
    fit_intercept=False,
    sample_weight=None,
    positive=False,
    penalty_factor=None,
    bounds=None,
    standardize=False,
    solver="auto",
    tol=1e-4,
    max_iter=None,
    return_result=False,
):
    """Ridge regression at every alpha, each solution certified by its duality gap.

    Minimises, at each alpha, with f = penalty_factor and s = sample_weight (their scale matters)::

        sum_i s_i (y_i - b - x_i w)^2 + alpha sum_j f_j w_j^2

    The alphas of a path share one decomposition of X'SX or, where n_samples < n_features, of X X'; where X is too large
    for that, one Krylov space.

    Parameters
    ----------
    X : array or sparse matrix (n_samples, n_features)
        Dense, CSC and CSR are used as they are: never copied, never changed.
    y : array (n_samples,)
    alphas : array-like (n_alphas,)
        >= 0, on the scale of `Ridge`; sorted into descending order. 0 is ordinary least squares; where its coefficients
        are not unique the closed forms give those of smallest sum_j f_j w_j^2, the other solvers any (see `Ridge`).
    fit_intercept : bool, default False
        As scikit-learn's paths, which have none; True adds one that is not penalised.
    sample_weight : float or array (n_samples,), optional
    positive, penalty_factor, bounds, standardize, solver, tol, max_iter
        As in `Ridge`.
    return_result : bool
        Return a `PathResult`.

    Returns
    -------
    alphas : array (n_alphas,), descending
    coefs : array (n_features, n_alphas)
    dual_gaps : array (n_alphas,)         in units of the objective above
    result : PathResult                   alone, with return_result=True

    Raises
    ------
    ValueError, TypeError
        For an argument outside its rules, before any work; for y with two dimensions.
    MemoryError
        As in `Ridge`.

    Warns
    -----
    ConvergenceWarning
        Once, if a certified gap exceeds tol y'y.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import ridge_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, gaps = ridge_path(X, y, [0.1, 1.0, 10.0], fit_intercept=True)
    >>> coefs.shape
    (10, 3)
    """
    parameters = {
        "fit_intercept": fit_intercept,
        "max_iter": max_iter,
        "tol": tol,
        "solver": solver,
        "positive": positive,
        "random_state": None,
        "penalty_factor": penalty_factor,
        "bounds": bounds,
        "standardize": standardize,
    }
    check_parameters({"return_result": return_result}, ("return_result",))
    check_ridge_parameters(parameters)
    grid = np.empty(0) if alphas is None else float_array("alphas", alphas)
    if grid.ndim != 1 or grid.size == 0:
        raise ValueError(
            f"alphas must be a non-empty 1-dimensional array, got {show(alphas)}: ridge has no automatic grid"
        )
    grid = check_alphas(grid)
    if np.ndim(y) != 1:
        raise ValueError(
            f"y must be 1-dimensional here, got {np.ndim(y)} dimensions; for independent targets use Ridge, "
            "which fits each column of y"
        )
    data = check_data(X, y)
    design, penalty, options, unit = state_ridge(data, sample_weight, parameters)
    target, mean = design.center_target(data.Y)
    grid = np.sort(grid)[::-1].copy()
    (solution,) = solve_ridge(design, data.store, target, penalty, grid[None], options)
    warn_once([solution], options.tol, unit=unit)
    coefs, intercepts = on_original_scale(design, penalty, solution.coefs, mean, data.dtype)
    gaps = unit * solution.gaps
    if not return_result:
        return grid, coefs, gaps
    return path_result(replace(solution, gaps=gaps), coefs, intercepts, len(coefs), data.feature_names)
