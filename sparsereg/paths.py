"""Whole regularisation paths: `lasso_path` and `enet_path`."""

import numpy as np
from sklearn.utils import check_random_state

from ._validation.arrays import float_vector
from ._validation.data import check_data
from ._validation.parameters import check_choice, check_parameters, check_precompute
from ._validation.path_parameters import check_coef_init, count_or_alphas, known_params
from ._validation.penalty import build_penalty
from ._validation.weights import check_weights, rescale
from .designs.standardized import Standardized
from .designs.threads import one_blas_thread
from .results import path_result
from .solvers.blocks import solve_in_blocks, stops_for
from .solvers.convergence import warn_once
from .solvers.grid import alpha_grid, alpha_max
from .solvers.least_squares import SOLVERS, build_problems, round_to
from .solvers.options import Options
from .solvers.original import in_units_of, on_original_scale

NO_GRID = (
    "Automatic alpha grid generation is not supported for l1_ratio=0: no alpha sets all coefficients to zero. "
    "Supply a grid by the argument alphas, or use ridge_path"
)
_OPTIONAL = ("max_features", "min_improvement", "random_state")


def lasso_path(
    X,
    y,
    *,
    eps=1e-3,
    n_alphas="deprecated",
    alphas="warn",
    precompute="auto",
    Xy=None,
    copy_X=True,
    coef_init=None,
    verbose=False,
    return_n_iter=False,
    positive=False,
    fit_intercept=False,
    penalty_factor=None,
    bounds=None,
    standardize=False,
    solver="auto",
    max_features=None,
    min_improvement=None,
    return_result=False,
    **params,
):
    """The exact Lasso path: `enet_path` with l1_ratio=1; see there for parameters, returns and errors.

    Examples
    --------
    >>> import numpy as np
    >>> from sparsereg import lasso_path
    >>> X = np.array([[1, 2, 3.1], [2.3, 5.4, 4.3]]).T
    >>> y = np.array([1, 2, 3.1])
    >>> alphas, coefs, gaps = lasso_path(X, y, alphas=[5.0, 1.0, 0.5])
    >>> coefs.round(3)
    array([[0.   , 0.   , 0.469],
           [0.216, 0.443, 0.237]])
    """
    arguments = locals()
    check_input = params.pop("check_input", True)
    return _path(l1_ratio=1.0, check_input=check_input, **arguments)


def enet_path(
    X,
    y,
    *,
    l1_ratio=0.5,
    eps=1e-3,
    n_alphas="deprecated",
    alphas="warn",
    precompute="auto",
    Xy=None,
    copy_X=True,
    coef_init=None,
    verbose=False,
    return_n_iter=False,
    positive=False,
    check_input=True,
    fit_intercept=False,
    penalty_factor=None,
    bounds=None,
    standardize=False,
    solver="auto",
    max_features=None,
    min_improvement=None,
    return_result=False,
    **params,
):
    """The exact Elastic Net path, each solution certified by its duality gap.

    Minimises, at each alpha, with f = penalty_factor and s = sample_weight rescaled to sum n_samples::

        1/(2n) sum_i s_i (y_i - b - x_i w)^2 + alpha sum_j f_j (l1_ratio |w_j| + (1 - l1_ratio)/2 w_j^2)

    Parameters
    ----------
    X : array or sparse matrix (n_samples, n_features)
        Dense, CSC and CSR are used as they are: never copied, never changed.
    y : array (n_samples,)
    l1_ratio : float in [0, 1]
        1 is the Lasso; 0 needs explicit `alphas`.
    eps : float in (0, 1)
        Smallest alpha of the automatic grid as a part of the largest.
    n_alphas : int
        Deprecated in scikit-learn 1.9: pass an integer as `alphas`.
    alphas : int or array-like, default 100
        Length of the automatic grid (at most 1000000), or the alphas themselves (sorted into descending order).
    precompute : "auto", bool or array (n_features, n_features)
        A Gram matrix X'X; it is checked against X. The other values never change the answer.
    Xy, copy_X, do_screening
        Accepted for scikit-learn's sake: X'y is always formed from X, and X is never written.
    coef_init : array (n_features,), optional
        Finite; coefficients whose support is a first guess.
    verbose : bool or int
        Report progress to stderr.
    return_n_iter : bool
        Return the numbers of iterations too.
    positive : bool
        Coefficients >= 0.
    check_input : bool
        False skips the scan for NaN and inf.
    fit_intercept : bool, default False
        As scikit-learn's paths, which have none; True adds one that is not penalised.
    penalty_factor : array (n_features,), optional
        f_j >= 0 multiplies the penalty of feature j: 0 leaves it unpenalised, inf excludes it. Not rescaled.
    bounds : (lower, upper), optional
        Each a number or an array (n_features,), on the scale of the coefficients; must contain 0.
    standardize : bool
        Let the penalty act on w_j times the standard deviation of feature j; coefficients are returned on the scale
        of X.
    solver : {"auto", "active_set", "working_set", "coordinate_descent", "proximal_gradient"}
        The first three are exact whatever `tol`: "active_set" on the Gram matrix of all features, "working_set" on
        that of the few that matter, verified on all of X; "auto" takes the one that is expected to be faster.
        "active_set" runs as "working_set" where its Gram matrix would not fit a quarter of the available memory.
        Coordinate descent and proximal gradient stop at `tol`.
    max_features : int, optional
        End the path before the first alpha with more non-zero coefficients, but keep at least one alpha.
    min_improvement : float, optional
        End the path at the first alpha (from the fifth) that raises R2 by less.
    return_result : bool
        Return a `PathResult`.
    **params
        tol (1e-4; converged when gap <= tol y'y/n), max_iter (1000), random_state, selection ("cyclic" or "random",
        for coordinate descent), sample_weight (n_samples,), X_offset and X_scale (None only).

    Returns
    -------
    alphas : array (n_alphas,), descending
    coefs : array (n_features, n_alphas)
    dual_gaps : array (n_alphas,)         in units of the objective above
    n_iters : list of int                 only with return_n_iter=True
    result : PathResult                   alone, with return_result=True

    Raises
    ------
    ValueError, TypeError
        For an argument outside its rules, before any work; for y with two dimensions.
    MemoryError
        If the columns of X that the solver works on would not fit a quarter of the available memory.

    Warns
    -----
    ConvergenceWarning
        Once, if a certified gap exceeds tol y'y/n.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import enet_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, gaps = enet_path(X, y, l1_ratio=0.8)
    >>> coefs.shape
    (10, 100)
    """
    return _path(**locals())


def _path(
    X,
    y,
    *,
    l1_ratio,
    eps,
    n_alphas,
    alphas,
    precompute,
    Xy,
    copy_X,
    coef_init,
    verbose,
    return_n_iter,
    positive,
    check_input,
    fit_intercept,
    penalty_factor,
    bounds,
    standardize,
    solver,
    max_features,
    min_improvement,
    return_result,
    params,
):
    """The work of both paths, one frame below the caller's call, where warnings point."""
    count = count_or_alphas(n_alphas, alphas)
    given = known_params(params)
    flags = {
        "l1_ratio": l1_ratio,
        "copy_X": copy_X,
        "verbose": verbose,
        "return_n_iter": return_n_iter,
        "positive": positive,
        "check_input": check_input,
        "fit_intercept": fit_intercept,
        "standardize": standardize,
        "return_result": return_result,
        "max_features": max_features,
        "min_improvement": min_improvement,
        "eps": eps,
        "tol": given["tol"],
        "max_iter": given["max_iter"],
        "selection": given["selection"],
        "random_state": given["random_state"],
    }
    check_parameters(flags, flags, optional=_OPTIONAL if isinstance(count, int) else (*_OPTIONAL, "eps"))
    check_choice("solver", solver, tuple(SOLVERS))
    if isinstance(count, int) and l1_ratio == 0:
        raise ValueError(NO_GRID)
    if np.ndim(y) != 1:
        raise ValueError(
            f"y must be 1-dimensional here, got {np.ndim(y)} dimensions; for independent targets use "
            "ElasticNet (or Lasso), which fits each column of y"
        )
    data = check_data(X, y, check_input=check_input)
    n_samples, n_features = data.store.n_samples, data.store.n_features
    weights = check_weights(given["sample_weight"], n_samples)
    penalty = build_penalty(
        n_features, l1_ratio=float(l1_ratio), penalty_factor=penalty_factor, bounds=bounds, positive=positive
    )
    gram = check_precompute(precompute, n_features, choices=("auto",))
    if Xy is not None:
        float_vector("Xy", Xy, n_features, "features")
    start = check_coef_init(coef_init, n_features)

    if weights is not None:
        weights = rescale(weights, n_samples)
    gram = gram if isinstance(gram, np.ndarray) else None
    options = Options(
        float(given["tol"]), int(given["max_iter"]), given["selection"], check_random_state(given["random_state"])
    )
    n_alphas = count if isinstance(count, int) else len(count)
    with one_blas_thread(max(n_samples, n_features, n_alphas) * n_features):
        design = Standardized(data.store, weights=weights, center=bool(fit_intercept), scale=bool(standardize))
        target, target_mean = design.center_target(data.Y)
        (problem,), recomputed = build_problems(design, target, penalty, gram)
        grid = alpha_grid(alpha_max(problem, options), eps, count) if isinstance(count, int) else np.sort(count)[::-1]
        solution = solve_in_blocks(
            problem,
            np.ascontiguousarray(grid),
            solver,
            options,
            None if start is None else in_units_of(design, start),
            stops_for(max_features, min_improvement),
            verbose,
        )
        if data.dtype != np.float64:
            solution = round_to(problem, penalty, solution, data.dtype, options.tol)
        found = on_original_scale(design, penalty, solution.coefs, target_mean, data.dtype, solution.features)
    warn_once([solution], options.tol, recomputed, stacklevel=4)
    coefs, intercepts = found
    if return_result:
        return path_result(solution, coefs, intercepts, n_features, data.feature_names)
    found = (solution.alphas, solution.spread(coefs, n_features), solution.gaps)
    return (*found, solution.n_iter.tolist()) if return_n_iter else found
