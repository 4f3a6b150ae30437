"""The problem of two features, the others held at the solution: a quadratic loss and the penalty's ball."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._validation.arrays import show
from .._validation.data import check_data
from .._validation.penalty import build_penalty, ridge_penalty
from .._validation.weights import check_absolute_weights, check_weights, rescale
from ..designs.standardized import Standardized
from ..estimators._path_cv import PathCV
from ..estimators.elastic_net import ElasticNet
from ..estimators.ridge import Ridge
from ..estimators.ridge_cv import RidgeCV
from ..penalties import Penalty
from .sources import check_target, names_of

# Directions in which the edge of the ball is computed, besides its corners.
DIRECTIONS = 1440
# What the optimality conditions may lack, in terms of the deviations of y and the feature and of sqrt(tol), which
# bounds it for a fit that stopped at its tolerance: more is of other data.
LACK = 2.0
# The least tolerance that counts: coefficients in float32 are not as near as a smaller one asks.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class TwoFeatures:
    """Minimise 1/2 (w - solution)'hessian(w - solution) + gradient'(w - solution) + penalty(w) within bounds.

    penalty(w) = sum_j l1_j |w_j| + l2_j/2 w_j^2 over the two features, lower_j <= w_j <= upper_j.

    solution, gradient : ndarray (2,)        gradient of the loss at the solution
    hessian : ndarray (2, 2)                 positive semidefinite; gradient lies in its range
    l1, l2 : ndarray (2,)                    with alpha multiplied in
    lower, upper : ndarray (2,)
    """

    solution: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    @property
    def minimum(self):
        """The minimum of the loss: the nearest to the solution, where there are many."""
        return self.solution - np.linalg.pinv(self.hessian, rcond=1e-10, hermitian=True) @ self.gradient

    def excess(self, first, second):
        """The loss above its minimum at coefficients of two arrays of any shape."""
        at = np.stack([first - self.minimum[0], second - self.minimum[1]])
        return 0.5 * np.einsum("i...,ij,j...->...", at, self.hessian, at)

    def penalty(self, w):
        """Return the penalty of w (2,)."""
        return float(self.l1 @ np.abs(w) + 0.5 * self.l2 @ np.square(w))

    def radii(self, directions):
        """How far w may go from 0 in directions (k, 2) within the bounds and the penalty of the solution: (k,)."""
        level = self.penalty(self.solution)
        linear, squared = np.abs(directions) @ self.l1, np.square(directions) @ self.l2
        root = linear + np.sqrt(np.square(linear) + 2 * squared * level)
        reach = np.divide(2 * level, root, out=np.full(len(directions), np.inf), where=root > 0)
        bounds = np.where(directions > 0, self.upper, self.lower)
        limits = np.divide(bounds, directions, out=np.full(directions.shape, np.inf), where=directions != 0)
        return np.minimum(reach, limits.min(axis=1))

    def edge(self, units):
        """The edge of the ball within the bounds, (k, 2), or None where it is nowhere within ten units of 0."""
        angles = np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False)
        directions = np.column_stack([np.cos(angles), np.sin(angles)])
        corners = [[x, y] for x in (self.lower[0], self.upper[0]) for y in (self.lower[1], self.upper[1])]
        special = np.array([*corners, self.solution]) / units
        special = special[np.isfinite(special).all(axis=1) & special.any(axis=1)]
        special /= np.linalg.norm(special, axis=1, keepdims=True)
        directions = np.concatenate([directions, [[1, 0], [0, 1], [-1, 0], [0, -1]], special])
        directions = directions[np.argsort(np.arctan2(directions[:, 1], directions[:, 0]), kind="stable")]
        radii = self.radii(directions * units)
        if not np.isfinite(radii).any():
            return None
        return np.minimum(radii, 10.0)[:, None] * directions * units

    def normals(self):
        """Vectors (k, 2) whose cone has every direction normal to the ball, cut by the bounds, at the solution."""
        low, high = subgradients(self.solution, self)
        found = [np.array([x, y]) for x in {low[0], high[0]} for y in {low[1], high[1]}]
        found += [-np.eye(2)[j] for j in (0, 1) if self.solution[j] == self.lower[j]]
        found += [np.eye(2)[j] for j in (0, 1) if self.solution[j] == self.upper[j]]
        return np.array([normal for normal in found if normal.any()]).reshape(-1, 2)


def subgradients(coef, penalty):
    """The least and the largest derivative of a `Penalty` by each of the coefficients (p,): two arrays (p,)."""
    sign, smooth = np.sign(coef), penalty.l2 * coef
    jump = np.where(sign == 0, penalty.l1, 0.0)
    return sign * penalty.l1 + smooth - jump, sign * penalty.l1 + smooth + jump


def lack(coef, gradient, penalty):
    """How far the optimality conditions of each coefficient are from holding, (p,), in units of the gradient (p,)."""
    low, high = subgradients(coef, penalty)
    low = np.where(coef <= penalty.lower, -np.inf, low)
    high = np.where(coef >= penalty.upper, np.inf, high)
    return np.maximum(np.maximum(low + gradient, -gradient - high), 0.0)


def two_features(estimator, X, y, features, sample_weight, target, feature_names):
    """The `TwoFeatures` of a fitted estimator and the data of its fit, the names of the features, and alpha."""
    if not isinstance(estimator, ElasticNet | PathCV | Ridge | RidgeCV):
        raise TypeError(
            "estimator must be a Lasso, ElasticNet, Ridge, LassoCV, ElasticNetCV or RidgeCV of sparsereg, got "
            f"{type(estimator).__name__}; of a pipeline pass the last step"
        )
    check_is_fitted(estimator)
    if getattr(estimator, "gamma_", 1.0) != 1.0:
        raise ValueError(
            f"gamma_ must be 1 here, got {estimator.gamma_:g} of {type(estimator).__name__}: relaxed coefficients are "
            "not the solution for a penalty"
        )
    places = places_of(features, estimator)
    names = names_of(feature_names, getattr(estimator, "feature_names_in_", None), estimator.n_features_in_)
    data = check_data(X, y, estimator=estimator)
    n_samples, n_features = data.store.n_samples, data.store.n_features
    if n_features != estimator.n_features_in_:
        raise ValueError(f"X must be that of the fit, with {estimator.n_features_in_} features, got {n_features}")
    coefs = np.atleast_2d(estimator.coef_)
    t = 0 if len(coefs) == 1 and target is None else check_target(target, len(coefs))
    alpha = np.atleast_1d(getattr(estimator, "alpha_", getattr(estimator, "alpha", None)))
    alpha = float(alpha[t if len(alpha) > 1 else 0])
    own = {name: getattr(estimator, name) for name in ("bounds", "positive")}
    own["penalty_factor"] = getattr(estimator, "penalty_factor_", estimator.penalty_factor)
    if isinstance(estimator, Ridge | RidgeCV):
        weights = check_absolute_weights(sample_weight, n_samples)
        penalty = ridge_penalty(n_features, total_weight=n_samples if weights is None else weights.sum(), **own)
    else:
        weights = check_weights(sample_weight, n_samples)
        penalty = build_penalty(n_features, l1_ratio=getattr(estimator, "l1_ratio_", estimator.l1_ratio), **own)
    design = Standardized(
        data.store,
        weights=None if weights is None else rescale(weights, n_samples),
        center=bool(estimator.fit_intercept),
        scale=bool(estimator.standardize),
    )
    goal, _ = design.center_target(data.Y[:, [min(t, data.Y.shape[1] - 1)]])
    coef = coefs[t].astype(float)
    gradient = -design.correlate(goal - design.predict((coef * design.scale)[:, None]))[:, 0] * design.scale
    penalty = penalty.at(alpha)
    penalty = Penalty(penalty.l1 * design.scale, penalty.l2 * design.scale**2, penalty.lower, penalty.upper)
    size = np.sqrt(np.mean(np.square(goal)) * design.mean_squares()) * design.scale
    size *= LACK * np.sqrt(max(getattr(estimator, "tol", 0.0), TOLERANCE))
    if (lack(coef, gradient, penalty) > size).any():
        raise ValueError(
            f"X and y must be those of the fit, and sample_weight too: coef_ of {type(estimator).__name__} is not the "
            "solution for these"
        )
    hessian = design.gram(places) * np.multiply.outer(design.scale[places], design.scale[places])
    own = penalty.select(places)
    problem = TwoFeatures(coef[places], gradient[places], hessian, own.l1, own.l2, own.lower, own.upper)
    return problem, [names[place] for place in places], alpha


def places_of(features, estimator):
    """Two different features by place or by name as an int array (2,)."""
    n_features = estimator.n_features_in_
    names = list(getattr(estimator, "feature_names_in_", ()))
    if isinstance(features, str) or not hasattr(features, "__len__"):
        raise TypeError(f"features must be a pair of places or names, got {show(features)}")
    if len(features) != 2:
        raise ValueError(f"features must be a pair of places or names, got {len(features)}")
    places = []
    for feature in features:
        if isinstance(feature, str):
            if feature not in names:
                raise ValueError(f"features must be names of columns in the fit, got {show(feature)}")
            places.append(names.index(feature))
            continue
        if isinstance(feature, bool) or not isinstance(feature, Integral):
            raise TypeError(f"features must be a pair of places or names, got {show(feature)}")
        if not -n_features <= feature < n_features:
            raise ValueError(f"features must be in [0, {n_features - 1}], got {show(feature)}")
        places.append(int(feature) % n_features)
    if places[0] == places[1]:
        raise ValueError(f"features must be two different ones, got {show(features)}")
    return np.array(places)
