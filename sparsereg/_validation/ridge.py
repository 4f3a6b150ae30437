"""What `Ridge` and `ridge_path` share: the rules of their parameters, and the problem that these state."""

from sklearn.utils import check_random_state

from ..designs.standardized import Standardized
from ..solvers.ridge import SOLVERS, WITH_BOUNDS, RidgeOptions
from .parameters import check_choice, check_parameters
from .penalty import ridge_penalty
from .weights import check_absolute_weights, rescale

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


def state_ridge(data, sample_weight, parameters):
    """The problem of checked data and checked parameters, in the terms of `solve_ridge`.

    Parameters
    ----------
    data : Data
    sample_weight : None, float or array-like (n_samples,)
    parameters : dict               as in `check_ridge_parameters`

    Returns
    -------
    design : Standardized
    penalty : Penalty               on the scale of X, per unit of alpha
    options : RidgeOptions
    unit : float                    2 sum(sample_weight): Ridge's objective is the internal one times this
    """
    n_samples, max_iter = data.store.n_samples, parameters["max_iter"]
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
    options = RidgeOptions(
        solver=parameters["solver"],
        tol=float(parameters["tol"]),
        max_iter=None if max_iter is None else int(max_iter),
        rng=check_random_state(parameters["random_state"]),
        dtype=data.dtype,
    )
    return design, penalty, options, 2 * total
