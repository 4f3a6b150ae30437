"""The eigenvalues that Ridge shrinks, as the estimator centres, weighs and scales X."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._validation.arrays import show
from .._validation.data import check_features
from .._validation.parameters import check_alphas
from .._validation.penalty import build_penalty
from .._validation.weights import check_absolute_weights, check_weights, rescale
from ..designs import make_store
from ..designs.standardized import Standardized
from ..estimators._path_cv import PathCV
from ..estimators.elastic_net import ElasticNet
from ..estimators.ridge import Ridge
from ..estimators.ridge_cv import RidgeCV
from ..solvers.memory import check_memory
from .sources import check_target


@dataclass(frozen=True)
class Eigenvalues:
    """Eigenvalues of X'SX in units of the penalty, and the alphas to compare them with.

    values : ndarray (r,)       those above rounding, descending
    n_zero : int                the others, of the penalised features
    n_free : int                directions that no penalty shrinks: of features with factor 0
    alphas : ndarray (k,)
    matrix : str                of what they are
    """

    values: np.ndarray
    n_zero: int
    n_free: int
    alphas: np.ndarray
    matrix: str


def eigenvalues_of(estimator, X, alphas, sample_weight, target):
    """The `Eigenvalues` of a fitted estimator without an L1 penalty, on the X of its fit."""
    check_ridge(estimator)
    check_is_fitted(estimator)
    alphas = check_alphas_of(estimator, alphas, target)
    store = make_store(check_features(X, estimator))
    n_samples, n_features = store.n_samples, store.n_features
    is_sum = isinstance(estimator, Ridge | RidgeCV)
    weights = (check_absolute_weights if is_sum else check_weights)(sample_weight, n_samples)
    total = 1.0
    if is_sum:
        total = float(n_samples if weights is None else weights.sum())
    design = Standardized(
        store,
        weights=None if weights is None else rescale(weights, n_samples),
        center=bool(estimator.fit_intercept),
        scale=bool(estimator.standardize),
    )
    # the factors are in l2 at l1_ratio 0; an excluded feature has bounds of 0
    penalty = build_penalty(n_features, l1_ratio=0.0, penalty_factor=estimator.penalty_factor)
    penalised = np.flatnonzero(penalty.l2 > 0)
    free = np.flatnonzero((penalty.l2 == 0) & (penalty.upper > 0))
    side = n_features if len(free) else min(n_samples, n_features)
    check_memory(8 * 3 * side**2, "X'X", "choose fewer features")
    n_free = 0
    if not len(free) and n_samples < n_features:
        multiplier = np.zeros(n_features)
        multiplier[penalised] = 1.0 / penalty.l2[penalised]
        matrix = design.outer(multiplier)
    else:
        root = np.sqrt(penalty.l2[penalised])
        matrix = design.gram(penalised) / np.multiply.outer(root, root)
        if len(free):
            own, cross = design.gram(free), design.gram(free, penalised) / root
            n_free = int(np.linalg.matrix_rank(own, hermitian=True))
            matrix -= cross.T @ np.linalg.pinv(own, hermitian=True) @ cross
    values = total * np.linalg.eigvalsh(matrix)[::-1] if len(matrix) else np.empty(0)
    kept = values > len(matrix) * 10 * np.finfo(float).eps * max(values.max(initial=0.0), 0.0)
    symbol = r"$X^\top S X$" if weights is not None else r"$X^\top X$"
    return Eigenvalues(
        values=values[kept],
        n_zero=len(penalised) - int(kept.sum()),
        n_free=n_free,
        alphas=alphas,
        matrix=symbol if is_sum else f"{symbol}$/n$",
    )


def check_ridge(estimator):
    """Raise unless the fit of the estimator is linear in y: no L1 penalty, and no bounds."""
    name = type(estimator).__name__
    if not isinstance(estimator, Ridge | RidgeCV | ElasticNet | PathCV):
        raise TypeError(
            f"estimator must be a Ridge, RidgeCV or ElasticNet of sparsereg, got {name}; of a pipeline pass the last "
            "step"
        )
    ratio = getattr(estimator, "l1_ratio_", getattr(estimator, "l1_ratio", 0.0))
    if ratio != 0:
        raise ValueError(f"l1_ratio must be 0 here, got {ratio:g} of {name}: an L1 penalty shrinks no fixed directions")
    if estimator.positive or estimator.bounds is not None:
        raise ValueError(f"bounds must be None and positive False here: with them {name} is not linear in y")


def check_alphas_of(estimator, alphas, target):
    """The penalties to compare, (k,): those given, or that of the estimator."""
    if alphas is not None:
        checked = check_alphas(alphas)
        if isinstance(checked, int):
            raise ValueError(f"alphas must be a sequence of penalties, got {show(alphas)}")
        return checked
    own = np.atleast_1d(getattr(estimator, "alpha_", None) if hasattr(estimator, "alpha_") else estimator.alpha)
    return own[[0 if len(own) == 1 else check_target(target, len(own))]].astype(float)
