"""Degrees of freedom of the solutions along a path."""

import numpy as np
from scipy.linalg import lapack, solve_triangular

from ..solvers.interruptible import call_interruptibly
from ..solvers.memory import check_memory, is_within_budget
from .active import SMALLER, active_features, rounding_of
from .samples import SampleSide


def degrees_of_freedom(problem, solution):
    """The expected derivative of the predictions by y, sum_i d yhat_i / d y_i, at every alpha.

    Of the active features A (non-zero or unpenalised by the L1 part, none at a bound) it is the rank of X_A for the
    Lasso, and the trace of X_A (X_A'S X_A + n L2)^-1 X_A'S in general, with L2 = diag(l2_j); one more for an
    intercept. A column nearer than the root of the rounding of its Gram, about 1e-7, to the span of the others counts
    as dependent.

    Source: Tibshirani & Taylor (2012), "Degrees of freedom in lasso problems", theorem 2, and equation 34 for the
    Elastic Net.

    Parameters
    ----------
    problem : Problem
    solution : Solution      at K alphas, in any order

    Returns
    -------
    array (K,)

    Raises
    ------
    MemoryError
        If the Gram matrix of the features active at one alpha would not fit the budget.
    """
    active = active_features(problem, solution)
    ever = active.ever()
    n_samples = problem.design.n_samples
    blocks = _Blocks(problem, active.features[ever], n_samples)
    place = np.zeros(len(active.features), dtype=np.intp)
    place[ever] = np.arange(len(ever))
    sizes = active.mask.sum(axis=1)
    if not active.ridge[ever].any() and blocks.are_independent():
        return sizes + float(problem.design.centered)
    samples = SampleSide(problem)
    df, before = np.empty(len(sizes)), None
    for k in range(len(df)):
        positions, ridge = active.at(k)
        asked = (positions.tobytes(), ridge.tobytes())
        if asked == before:
            df[k] = df[k - 1]
        elif len(positions) > n_samples:
            df[k] = samples.hat(active.features[positions], ridge).leverages.sum()
        else:
            df[k] = trace(*blocks.at(place[positions]), ridge)
        before = asked
    return df + float(problem.design.centered)


class _Blocks:
    """Grams of subsets of some features: parts of one Gram of all of them, where that fits the memory."""

    def __init__(self, problem, features, n_samples):
        self._problem, self._features = problem, features
        self._size = np.sqrt(problem.diagonal[features])
        # more than the samples at a time are the business of the other side
        self._shared = len(features) <= 4 * n_samples and is_within_budget(2 * 8 * len(features) ** 2)
        self._gram = problem.source.block(features) if self._shared and len(features) else None

    def are_independent(self):
        """Whether all of the features together are known to be linearly independent."""
        n_features = len(self._features)
        if n_features == 0:
            return True
        if not self._shared or n_features > self._problem.design.n_samples:
            return False
        gram = self._gram / self._size / self._size[:, None]
        return len(independent_columns(gram, rounding_of(self._problem, self._features))[1]) == n_features

    def at(self, positions):
        """The Gram, its diagonal and its rounding for some of the features, by their positions."""
        features = self._features[positions]
        if self._shared:
            gram = self._gram[np.ix_(positions, positions)] if len(positions) else np.zeros((0, 0))
        else:
            check_memory(3 * 8 * len(positions) ** 2, f"the degrees of freedom of {len(positions)} features", SMALLER)
            gram = self._problem.source.block(features)
        return gram, self._size[positions], rounding_of(self._problem, features)


def trace(gram, size, rounding, ridge):
    """tr G (G + diag(ridge))^-1; features without ridge count by their rank, the others by what is left of them.

    Parameters
    ----------
    gram : (a, a)          G
    size : (a,)            roots of its diagonal, > 0
    rounding : float       pivots and ridges below this part of the diagonal are rounding
    ridge : (a,)
    """
    gram = gram / size
    gram /= size[:, None]
    ridge = ridge / size**2
    free = ridge <= rounding
    if free.all():
        return float(len(independent_columns(gram, rounding)[1]))
    rank = 0
    if free.any():
        none, some = np.flatnonzero(free), np.flatnonzero(~free)
        factor, order = independent_columns(gram[np.ix_(none, none)], rounding)
        rank, ridge = len(order), ridge[some]
        explained = solve_triangular(factor, gram[np.ix_(none[order], some)], lower=True, check_finite=False)
        gram = gram[np.ix_(some, some)] - explained.T @ explained
    gram.flat[:: len(gram) + 1] += ridge
    factor, failed = lapack.dpotrf(gram.T, lower=1, clean=1)
    if failed:
        raise np.linalg.LinAlgError("G + diag(ridge) is not positive definite: X, y or the weights are not finite")
    inverse, _ = lapack.dtrtri(factor, lower=1, overwrite_c=1)
    return rank + len(ridge) - float(ridge @ np.einsum("ij,ij->j", inverse, inverse))


def regular_factor(gram, rounding):
    """The lower triangle of Cholesky's factor; None where a pivot is at most the rounding."""
    try:
        factor = call_interruptibly(np.linalg.cholesky, gram, cost=len(gram) ** 3 / 3)
    except np.linalg.LinAlgError:
        return None
    return factor if (factor.diagonal() ** 2 > rounding).all() else None


def independent_columns(gram, rounding):
    """A largest set of linearly independent columns by Cholesky with pivoting.

    Source: Higham (1990), "Analysis of the Cholesky decomposition of a semi-definite matrix".

    Parameters
    ----------
    gram : (a, a)          with a diagonal of ones
    rounding : float       pivots up to this are zero

    Returns
    -------
    factor : (r, r)        lower triangle of their Gram, in their order
    order : int (r,)       which they are
    """
    if not len(gram):
        return np.zeros((0, 0)), np.zeros(0, dtype=np.intp)
    # Without pivoting it is several times faster, and the columns that a Lasso keeps are hardly ever dependent.
    regular = regular_factor(gram, rounding)
    if regular is not None:
        return regular, np.arange(len(gram))
    factor, pivots, rank, _ = lapack.dpstrf(gram, tol=rounding, lower=1)
    return np.tril(factor[:rank, :rank]), pivots[:rank] - 1
