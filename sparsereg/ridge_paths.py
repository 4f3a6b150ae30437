"""Ridge regression from checked data to solutions, and its path: `ridge_path`."""

import warnings
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from ._validation.data import check_data
from ._validation.parameters import check_alphas, check_choice, check_parameters
from ._validation.penalty import ridge_penalty
from ._validation.weights import check_absolute_weights, rescale
from .designs.standardized import Standardized
from .results import PathResult
from .solvers.ridge import SOLVERS, WITH_BOUNDS, RidgeOptions, solve_ridge, tolerance

_CHECKED = ("fit_intercept", "max_iter", "tol", "positive", "random_state", "standardize")


def check_ridge_parameters(parameters):
    """Raise unless the parameters common to `Ridge` and `ridge_path` are valid, alone and together.

    Parameters
    ----------
    parameters : dict
        fit_intercept, max_iter, tol, solver, positive, random_state, penalty_factor, bounds, standardize
    """
    check_parameters(parameters, _CHECKED, optional=("max_iter", "random_state"))
    solver = parameters["solver"]
    check_choice("solver", solver, (*SOLVERS, *WITH_BOUNDS))
    if solver == "lbfgs" and not parameters["positive"]:
        raise ValueError(
            "'lbfgs' solver can be used only when positive=True. Please use another solver: 'auto' also takes bounds"
        )
    if solver not in SOLVERS or solver == "auto":
        return
    for what, wanted, without in (
        ("positive fitting", parameters["positive"], "positive=False"),
        ("bounds", parameters["bounds"] is not None, "bounds=None"),
    ):
        if wanted:
            raise ValueError(
                f"solver='{solver}' does not support {what}. "
                f"Please set the solver to 'auto' or 'active_set', or set `{without}`"
            )


@dataclass(frozen=True)
class RidgeFit:
    """The solutions of every target at every alpha of its own.

    design : Standardized
    penalty : Penalty            on the scale of X
    dtype : np.dtype             of the coefficients
    means : (n_targets,)         of the targets
    solutions : list of Solution
    unit : float                 2 sum(sample_weight): Ridge's objective is the internal one times this
    """

    design: object
    penalty: object
    dtype: np.dtype
    means: np.ndarray
    solutions: list
    unit: float

    def original(self):
        """Coefficients (n_features, k) and intercepts (k,) on the scale of X; alphas vary faster than targets."""
        together = np.concatenate([solution.coefs for solution in self.solutions]).T
        counts = [len(solution.alphas) for solution in self.solutions]
        coefs, intercepts = self.design.original(together, np.repeat(self.means, counts))
        # dividing by a deviation and rounding to float32 may step over a bound
        lower, upper = (
            _rounded_up(self.penalty.lower, self.dtype),
            -_rounded_up(-self.penalty.upper, self.dtype),
        )
        coefs = np.clip(coefs.astype(self.dtype, copy=False), lower[:, None], upper[:, None])
        return coefs, intercepts


def _rounded_up(values, dtype):
    """The smallest numbers of the dtype that are not below the values."""
    rounded = values.astype(dtype)
    return np.where(rounded < values, np.nextafter(rounded, np.inf, dtype=dtype), rounded)


def solve_checked(data, alphas, sample_weight, parameters):
    """The solutions of every target of checked data, with at most one warning.

    Parameters
    ----------
    data : Data
    alphas : float64 array (n_targets, n_alphas)
    sample_weight : None, float or array-like (n_samples,)
    parameters : dict               as in `check_ridge_parameters`

    Returns
    -------
    RidgeFit
    """
    n_samples = data.store.n_samples
    weights = check_absolute_weights(sample_weight, n_samples)
    total = float(n_samples if weights is None else weights.sum())
    penalty = ridge_penalty(
        data.store.n_features,
        total_weight=total,
        penalty_factor=parameters["penalty_factor"],
        bounds=parameters["bounds"],
        positive=parameters["positive"],
    )
    design = Standardized(
        data.store,
        weights=None if weights is None else rescale(weights, n_samples),
        center=bool(parameters["fit_intercept"]),
        scale=bool(parameters["standardize"]),
    )
    targets, means = design.center_target(data.Y)
    max_iter = parameters["max_iter"]
    options = RidgeOptions(
        solver=parameters["solver"],
        tol=float(parameters["tol"]),
        max_iter=None if max_iter is None else int(max_iter),
        rng=check_random_state(parameters["random_state"]),
        dtype=data.dtype,
    )
    solutions = solve_ridge(design, data.store, targets, penalty, alphas, options)
    _warn_once(solutions, options.tol, 2 * total)
    return RidgeFit(design, penalty, data.dtype, means, solutions, 2 * total)


def _warn_once(solutions, tol, unit):
    """One warning about the solution that is furthest beyond the tolerance, if any is."""
    worst = None
    for solution in solutions:
        beyond = solution.gaps - tolerance(tol) * solution.target_square
        k = int(np.argmax(beyond))
        if beyond[k] > 0 and (worst is None or beyond[k] > worst[0]):
            worst = beyond[k], solution, k
    if worst is None:
        return
    _, solution, k = worst
    remedy = "increase max_iter, increase alpha, or use solver='auto', which is exact"
    if solution.solver not in ("lsqr", "sparse_cg", "coordinate_descent"):
        remedy = "the rounding of float64 does not allow more: check the scale of the features, or increase alpha"
    warnings.warn(
        f"Ridge did not converge at alpha={solution.alphas[k]:.6g} ({solution.statuses[k].name}): "
        f"duality gap {unit * solution.gaps[k]:.3e}, "
        f"tolerance {unit * tol * solution.target_square:.3e}; {remedy}",
        ConvergenceWarning,
        stacklevel=4,
    )


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

    Minimises, at each alpha, with f = penalty_factor and s = sample_weight (their scale matters),

        sum_i s_i (y_i - b - x_i w)^2 + alpha sum_j f_j w_j^2

    The alphas of a path share one eigendecomposition of X'SX or, where n_samples < n_features, of X X'.

    Parameters
    ----------
    X : array or sparse matrix (n_samples, n_features)
        Dense, CSC and CSR are used as they are: never copied, never changed.
    y : array (n_samples,)
    alphas : array-like (n_alphas,)
        >= 0, on the scale of `Ridge`; sorted into descending order. 0 is ordinary least squares, with the
        coefficients of smallest norm where they are not unique.
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
        If the matrices of the method would not fit a quarter of the available memory.

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
    grid = check_alphas(alphas)
    if isinstance(grid, int):
        raise ValueError(f"alphas must be a 1-dimensional array, got {grid}: ridge has no automatic grid")
    if np.ndim(y) != 1:
        raise ValueError(
            f"y must be 1-dimensional here, got {np.ndim(y)} dimensions; for independent targets use Ridge, "
            "which fits each column of y"
        )
    data = check_data(X, y)
    grid = np.sort(grid)[::-1].copy()
    fit = solve_checked(data, grid[None], sample_weight, parameters)
    coefs, intercepts = fit.original()
    solution = fit.solutions[0]
    gaps = fit.unit * solution.gaps
    if not return_result:
        return grid, coefs, gaps
    square = solution.target_square
    return PathResult(
        alphas=grid,
        coefs=sp.csc_array(coefs),
        intercepts=intercepts,
        gaps=gaps,
        n_iter=solution.n_iter,
        statuses=tuple(solution.statuses),
        df=np.count_nonzero(coefs, axis=0),
        r2=1.0 - solution.residual_squares / square if square > 0 else np.zeros(len(grid)),
        feature_names=data.feature_names,
    )
