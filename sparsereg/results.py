"""What a solver returns: values, never objects with a state."""

import enum
import numbers
import reprlib
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data


class Status(enum.IntEnum):
    """How the solution at one alpha ended.

    OPTIMAL
        The duality gap is within the tolerance.
    NOT_UNIQUE
        As OPTIMAL, but other coefficients reach the same objective (no penalty on dependent columns).
    INACCURATE
        The arithmetic does not allow the tolerance: the gap says how far it got.
    STALLED
        The exact solver stopped without reaching the optimality conditions.
    MAX_ITER
        The iterations allowed by max_iter were used up before the gap was within the tolerance.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import Status, lasso_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> path = lasso_path(X, y, fit_intercept=True, return_result=True)
    >>> set(path.statuses) == {Status.OPTIMAL}
    True
    """

    OPTIMAL = 0
    NOT_UNIQUE = 1
    INACCURATE = 2
    STALLED = 3
    MAX_ITER = 4


@dataclass(frozen=True)
class Solution:
    """The solutions of one target at K alphas, in units of the design (its columns centred and scaled).

    alphas : (K,)
    coefs : (K, m)           of the features that may be non-zero
    gaps : (K,)              P - D in units of 1/(2n) ||y - Xw||^2 + penalty, with the rounding bound where from a Gram
    residual_squares : (K,)  r'Sr/n
    target_square : float    y'Sy/n, y as the design centres it
    n_iter : (K,) int
    statuses : list of Status
    solver : str             what ran
    features : int (m,)      ascending; None: all
    """

    alphas: np.ndarray
    coefs: np.ndarray
    gaps: np.ndarray
    residual_squares: np.ndarray
    target_square: float
    n_iter: np.ndarray
    statuses: list
    solver: str
    features: np.ndarray | None = None

    def part(self, some):
        """Some consecutive alphas, a slice."""
        arrays = {name: getattr(self, name)[some] for name in ("alphas", "coefs", "gaps", "residual_squares", "n_iter")}
        return replace(self, **arrays, statuses=self.statuses[some])

    def spread(self, coefs, n_features):
        """coefs (m, k) of the features as (n_features, k), zero elsewhere."""
        if self.features is None:
            return coefs
        whole = np.zeros((n_features, coefs.shape[1]), dtype=coefs.dtype)
        whole[self.features] = coefs
        return whole


def joined(solutions, kept=None):
    """The first `kept` alphas (None: all) of consecutive solutions of one target as one."""
    first = solutions[0]
    if len(solutions) == 1 and kept is None:
        return first

    def join(name):
        return np.concatenate([getattr(solution, name) for solution in solutions])[:kept]

    features, coefs = None, [solution.coefs for solution in solutions]
    if first.features is not None:
        features = np.unique(np.concatenate([solution.features for solution in solutions]))
        coefs = [np.zeros((len(solution.alphas), len(features))) for solution in solutions]
        for block, solution in zip(coefs, solutions, strict=True):
            block[:, np.searchsorted(features, solution.features)] = solution.coefs
    return replace(
        first,
        **{name: join(name) for name in ("alphas", "gaps", "residual_squares", "n_iter")},
        coefs=np.concatenate(coefs)[:kept],
        features=features,
        statuses=[status for solution in solutions for status in solution.statuses][:kept],
        solver=solutions[-1].solver,
    )


@dataclass(frozen=True)
class PathResult:
    """A whole regularisation path, each solution with its certificate.

    Attributes
    ----------
    alphas : ndarray (n_alphas,)                  descending
    coefs : csc_array (n_features, n_alphas)      on the scale of the user's X
    intercepts : ndarray (n_alphas,)
    gaps : ndarray (n_alphas,)                    duality gap: the objective is at most this far above its minimum,
                                                  in units of the documented objective
    n_iter : ndarray of int (n_alphas,)
    statuses : tuple of Status (n_alphas,)
    df : ndarray of int (n_alphas,)               number of non-zero coefficients
    r2 : ndarray (n_alphas,)                      fraction of the (weighted, and centred if an intercept was fitted)
                                                  sum of squares of y that is explained; 0 if y is constant
    feature_names : tuple of str, or None
    solver : str                                  what ran: solver="auto" takes what it expects to be faster

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import lasso_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> path = lasso_path(X, y, fit_intercept=True, return_result=True)
    >>> path.coefs.shape
    (10, 100)
    >>> path.predict(X[:2], alpha=path.alphas[50]).shape
    (2,)
    """

    alphas: np.ndarray
    coefs: sp.csc_array
    intercepts: np.ndarray
    gaps: np.ndarray
    n_iter: np.ndarray
    statuses: tuple
    df: np.ndarray
    r2: np.ndarray
    feature_names: tuple | None = None
    solver: str = ""

    def at(self, alpha):
        """Coefficients and intercept at any alpha of the grid's range, by linear interpolation in alpha.

        Between two knots of a Lasso path (no feature enters or leaves) this is the exact solution; across a knot, and
        for Elastic Net and Ridge, it is an approximation. At the alphas of the grid it is exact always.

        Parameters
        ----------
        alpha : float, min(alphas) <= alpha <= max(alphas)

        Returns
        -------
        coef : ndarray (n_features,)
        intercept : float

        Raises
        ------
        TypeError
            If alpha is not a real number.
        ValueError
            If alpha lies outside the grid: the path says nothing there.
        """
        if isinstance(alpha, np.ndarray) and alpha.ndim == 0:
            alpha = alpha.item()
        if isinstance(alpha, bool) or not isinstance(alpha, numbers.Real):
            raise TypeError(f"alpha must be a real number, got {reprlib.repr(alpha)}")
        lowest, highest = self.alphas[-1], self.alphas[0]
        if not lowest <= alpha <= highest:
            raise ValueError(
                f"alpha must lie in the range of the path, [{lowest:.6g}, {highest:.6g}], got {alpha}; "
                "compute the path with this alpha in alphas"
            )
        after = int(np.searchsorted(-self.alphas, -alpha))
        before = after if self.alphas[after] == alpha else after - 1
        gap = self.alphas[before] - self.alphas[after]
        part = (self.alphas[before] - alpha) / gap if gap > 0 else 0.0
        coef = (1 - part) * self._coef(before) + part * self._coef(after)
        intercept = (1 - part) * self.intercepts[before] + part * self.intercepts[after]
        return coef, float(intercept)

    def predict(self, X, alpha=None):
        """Predictions X w + b.

        Parameters
        ----------
        X : array, DataFrame or sparse matrix (n, n_features)
        alpha : float or None      None: at every alpha of the path; else at `alpha`, see `at`

        Returns
        -------
        ndarray (n,), or (n, n_alphas) for alpha=None

        Raises
        ------
        ValueError
            For another number of features, names of columns that are not `feature_names` in their order, NaN or inf.
        """
        shape, n_features = np.shape(X), self.coefs.shape[0]
        if len(shape) != 2 or shape[1] != n_features:
            raise ValueError(f"X must have shape (n, {n_features}), got {shape}")
        self._check_names(X)
        X = check_array(
            X, accept_sparse=("csc", "csr"), dtype=(np.float64, np.float32), ensure_min_samples=0, input_name="X"
        )
        if alpha is None:
            product = X @ self.coefs
            return (product.toarray() if sp.issparse(product) else product) + self.intercepts
        coef, intercept = self.at(alpha)
        return X @ coef + intercept

    def _check_names(self, X):
        """Raise if X has names of columns, and not those of the fit in their order."""
        seen = BaseEstimator()
        validate_data(seen, X, reset=True, skip_check_array=True)
        names = getattr(seen, "feature_names_in_", None)
        if names is None or self.feature_names is None:
            return
        for j, (name, expected) in enumerate(zip(names, self.feature_names, strict=True)):
            if name != expected:
                raise ValueError(
                    f"X must have the feature names of the fit in the same order, got {name!r} at position {j} "
                    f"where the fit had {expected!r}"
                )

    def _coef(self, k):
        return self.coefs[:, [k]].toarray().ravel()


def path_result(solution, coefs, intercepts, n_features, feature_names):
    """A `PathResult` from a solution and its coefficients (m, n_alphas) on the scale of X."""
    explained = solution.residual_squares / solution.target_square if solution.target_square > 0 else 1.0
    columns, rows = np.nonzero(coefs.T)
    data = coefs.T[columns, rows]
    starts = np.searchsorted(columns, np.arange(coefs.shape[1] + 1))
    if solution.features is not None:
        rows = solution.features[rows]
    held = sp.csc_array((data, rows, starts), shape=(n_features, coefs.shape[1]))
    return PathResult(
        alphas=solution.alphas,
        coefs=held,
        intercepts=np.broadcast_to(np.asarray(intercepts, dtype=float), solution.alphas.shape).copy(),
        gaps=solution.gaps,
        n_iter=solution.n_iter,
        statuses=tuple(solution.statuses),
        df=np.count_nonzero(coefs, axis=0),
        r2=np.broadcast_to(1.0 - explained, solution.alphas.shape).copy(),
        feature_names=feature_names,
        solver=solution.solver,
    )
