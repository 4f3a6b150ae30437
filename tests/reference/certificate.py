"""The objective and the duality gap from X, by the textbook formulas and in extended precision.

Nothing here is shared with the package: X~ is formed, y is centred, and primal and dual are subtracted.

Source: Mairal (2010), "Sparse coding for machine learning, image processing and computer vision", appendix D.
"""

from dataclasses import dataclass

import numpy as np

LONG = np.longdouble
# |c_j| below this part of ||x_j|| ||y|| / n is a rounded zero: dot products of float64 data.
ZERO = 1e-14


@dataclass
class Problem:
    """The problem as a user states it: minimise over w within the bounds, and b,

        1/(2n) sum_i s_i (y_i - b - x_i w)^2 + alpha sum_j f_j (l1_ratio |w_j| + (1 - l1_ratio)/2 w_j^2).

    The other attributes state it for w~_j = w_j scale_j: X (n, p) and y (n,) centred and scaled, s (n,) which
    sums to n, l1, l2 (p,) per unit of alpha, lower, upper (p,); length_j = ||x~_j||/sqrt(n).
    """

    X_raw: np.ndarray
    y_raw: np.ndarray
    l1_ratio: float = 1.0
    fit_intercept: bool = True
    sample_weight: np.ndarray | None = None
    penalty_factor: np.ndarray | None = None
    bounds: tuple = (-np.inf, np.inf)
    positive: bool = False
    standardize: bool = False

    def __post_init__(self):
        X, y = np.asarray(self.X_raw).astype(LONG), np.asarray(self.y_raw).astype(LONG)
        n, p = X.shape
        weights = np.ones(n) if self.sample_weight is None else np.asarray(self.sample_weight, dtype=float)
        seen = weights > 0
        self.s = weights.astype(LONG) * n / weights.astype(LONG).sum()
        # About its first row a constant column is exactly zero.
        origin, y_origin = X[seen][0], y[seen][0]
        about, y_about = X - origin, y - y_origin
        mean, y_mean = self.s @ about / n, self.s @ y_about / n
        deviation = np.sqrt(self.s @ (about - mean) ** 2 / n)
        constant = (X[seen] == origin).all(axis=0)
        self.scale = np.where(constant | (not self.standardize), 1, deviation).astype(LONG)
        self.mean, self.y_mean = np.zeros(p), LONG(0)
        if self.fit_intercept:
            X, y = about - mean, y_about - y_mean
            self.mean, self.y_mean = origin + mean, y_origin + y_mean
        self.X, self.y = X / self.scale, y
        factor = np.ones(p) if self.penalty_factor is None else np.asarray(self.penalty_factor, dtype=float)
        excluded = np.isinf(factor)
        factor = np.where(excluded, 0.0, factor)
        self.l1, self.l2 = self.l1_ratio * factor, (1 - self.l1_ratio) * factor
        lower = np.where(excluded, 0.0, np.maximum(self.bounds[0], 0.0 if self.positive else -np.inf))
        upper = np.where(excluded, 0.0, self.bounds[1])
        self.lower, self.upper = lower * self.scale, upper * self.scale
        self.length = np.sqrt(self.s @ self.X**2 / n)
        self.target_square = self.s @ self.y**2 / n

    def correlations(self, theta):
        """X~'S theta/n."""
        return self.X.T @ (self.s * theta) / len(theta)

    def residual(self, coef, intercept=0.0):
        """y - Xw - b: centred, plus what the intercept leaves of the means."""
        w = np.asarray(coef).astype(LONG)
        return self.y - self.X @ (w * self.scale) + (self.y_mean - self.mean @ w - LONG(intercept))

    def best_intercept(self, coef):
        """b minimising P(w, b) at w."""
        return self.y_mean - self.mean @ np.asarray(coef).astype(LONG)

    def penalty(self, coef, alpha):
        """alpha sum_j f_j (...) of the coefficients; +inf outside the bounds as their dtype can hold them."""
        w = np.asarray(coef).astype(LONG) * self.scale
        slack = 4 * np.finfo(np.asarray(coef).dtype).eps * np.abs(w)
        if (w < self.lower - slack).any() or (w > self.upper + slack).any():
            return LONG(np.inf)
        return alpha * (self.l1 @ np.abs(w) + self.l2 @ w**2 / 2)

    def objective(self, coef, intercept, alpha):
        """P(w, b)."""
        return self.s @ self.residual(coef, intercept) ** 2 / (2 * len(self.y)) + self.penalty(coef, alpha)

    def gap(self, coef, intercept, alpha):
        """P - D over y'Sy/2n, with D from the centred residual: at most this far from the minimum."""
        primal = self.objective(coef, intercept, alpha)
        if self.target_square == 0:
            return 0.0 if primal == 0 else np.inf
        w = np.asarray(coef).astype(LONG) * self.scale
        residual = self.y - self.X @ w
        l1, l2 = alpha * self.l1, alpha * self.l2
        duals = []
        # Every dual point gives a bound; a coefficient rounded at its bound may be inside it.
        held_by_nothing = (l1 == 0) & (l2 == 0)
        for inside in (0, 1e-6) if held_by_nothing.any() else (0,):
            free = held_by_nothing & (self.lower * (1 - inside) < w) & (w < self.upper * (1 - inside))
            theta = self.off(free, residual)
            c, square = self.correlations(theta), self.s @ theta**2
            duals.append(self.dual(theta, c, square, l1, l2))
            if (l2 > 0).any():  # l2 as n more rows of X with targets 0, whose residuals are -sqrt(n l2) w
                square += len(self.y) * (l2 @ w**2)
                duals.append(self.dual(theta, c - l2 * w, square, l1, 0 * l2))
        return float((primal - max(duals)) / (self.target_square / 2))

    def reach(self, coef):
        """sum_j |x_j w_j| / |y|: how much larger than y the terms are that make up the predictions."""
        reach = np.abs(np.asarray(coef).astype(LONG) * self.scale) @ self.length
        return float(reach / np.sqrt(self.target_square)) if self.target_square > 0 else 0.0

    def rounding(self, coef):
        """The relative gap that rounding w to float64 may leave: 16 eps (|y| + sum |x_j w_j|)^2 / y'y."""
        return 16 * np.finfo(float).eps * (1 + self.reach(coef)) ** 2

    def dual(self, theta, c, square, l1, l2):
        """D(s) with the largest s in (0, 1] that is feasible."""
        n = len(theta)
        zero = ZERO * self.length * np.sqrt(self.target_square)
        c = np.where((l1 == 0) & (np.abs(c) <= zero), 0, c)
        bound = np.where(c > 0, self.upper, -self.lower)
        endless = (l2 == 0) & np.isinf(bound)
        s = min([LONG(1), *(l1[endless & (c != 0)] / np.abs(c[endless & (c != 0)]))])
        excess = np.maximum(s * np.abs(c) - l1, 0)
        excess[endless] = 0
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(excess > 0, excess / l2, 0)  # inf where l2 = 0: there the bound ends it
        v = np.minimum(reach, bound)
        conjugate = (excess - l2 * v / 2) * v
        fit = (2 * s * ((self.s * self.y) @ theta) - s**2 * square) / (2 * n)
        return fit - conjugate.sum()

    def off(self, columns, theta):
        """theta less its projection on the columns."""
        index = np.flatnonzero(columns & (self.length > 0))
        if not index.size:
            return theta
        root = np.sqrt(self.s)
        basis = (root[:, None] * self.X[:, index] / self.length[index]).astype(float)
        seen = root > 0
        # A second projection takes off what the rounding of the first one left.
        for _ in range(3):
            step = np.linalg.lstsq(basis, (root * theta).astype(float), rcond=1e-13)[0]
            theta = np.where(seen, theta - self.X[:, index] @ (step / self.length[index]), theta)
        return theta

    def alpha_max(self):
        """Smallest alpha with all penalised coefficients zero, if features without penalty have no bounds."""
        penalised = self.l1 > 0
        c = self.correlations(self.off(~penalised & (self.lower < self.upper), self.y))
        allowed = np.maximum(np.where(self.upper > 0, c, 0), np.where(self.lower < 0, -c, 0))
        return float((allowed[penalised] / self.l1[penalised]).max(initial=0))

    def conditioning(self, coef, alpha):
        """Smallest singular value of the columns that could be active, of length 1, over the ridge rows.

        Where it is 0 others may be as good; else P grows as its square times that of the distance.
        """
        w = np.asarray(coef).astype(LONG) * self.scale
        l1, l2 = alpha * self.l1, alpha * self.l2
        c = np.abs(self.correlations(self.y - self.X @ w) - l2 * w)
        slack = 1e-5 * self.length * np.sqrt(self.target_square)
        possible = (self.lower < self.upper) & (self.length > 0) & ((w != 0) | (c >= l1 - slack))
        if not possible.any():
            return 1.0
        rows = np.sqrt(self.s / len(self.y))[:, None] * self.X[:, possible]
        stacked = np.vstack([rows, np.diag(np.sqrt(l2[possible]))]) / self.length[possible]
        singular = np.linalg.svd(stacked.astype(float), compute_uv=False)
        return singular[-1] if len(stacked) >= possible.sum() else 0.0
