"""Ridge regression from checked data to solutions, and its path: `ridge_path`."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils import check_random_state

from ._validation.data import check_data
from ._validation.parameters import check_alphas, check_choice, check_parameters
from ._validation.penalty import ridge_penalty
from ._validation.weights import check_absolute_weights, rescale
from .designs.standardized import Standardized
from .results import path_result
from .solvers.convergence import warn_once
from .solvers.original import on_original_scale
from .solvers.ridge import SOLVERS, WITH_BOUNDS, RidgeOptions, solve_ridge

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
        together = np.concatenate([solution.coefs for solution in self.solutions])
        means = np.repeat(self.means, [len(solution.alphas) for solution in self.solutions])
        return on_original_scale(self.design, self.penalty, together, means, self.dtype)


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
    warn_once(solutions, options.tol, unit=2 * total, stacklevel=4)
    return RidgeFit(design, penalty, data.dtype, means, solutions, 2 * total)


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
    return path_result(replace(solution, gaps=gaps), coefs, intercepts, len(coefs), data.feature_names)
