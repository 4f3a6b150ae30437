"""Information criteria and generalised cross-validation along a path, and the variance of the noise that they need."""

import numpy as np
from scipy.linalg import cho_solve
from scipy.special import gammaln

from ..solvers.problem import EPS, weighted_squares
from .active import rounding_of
from .degrees import degrees_of_freedom, independent_columns

INFORMATION_CRITERIA = ("aic", "aicc", "bic", "ebic", "gcv")
# The fit to all features estimates the noise where there are so many samples for each, and at most so many features:
# their Gram matrix is then small, and no dearer than a path.
SAMPLES_PER_FEATURE = 2
MOST_FEATURES = 4096
# Where there are fewer, solutions with more degrees of freedom than this part of the samples say nothing of the noise:
# generalised cross-validation falls again on the way to interpolation, from about n/2 on.
MOST_USED = 1 / 3
# Steps of refinement of the fit to all features: the square of the residual is right to the square of the last one.
REFINEMENTS = 3
# Of Chen & Chen: consistent however fast the number of features grows as a power of the number of samples.
GAMMA = 1.0


def information_criterion(name, problem, solutions):
    """The criterion at every alpha of several paths (one for each l1_ratio) on the same data, comparable among them.

    Parameters
    ----------
    name : "aic", "aicc", "bic", "ebic" or "gcv"
    problem : Problem               of any of the l1_ratios, or list of Problem, one for each
    solutions : list of Solution

    Returns
    -------
    values, df : lists of arrays (K,)
    """
    problems = problem if isinstance(problem, list) else [problem] * len(solutions)
    df = [degrees_of_freedom(one, solution) for one, solution in zip(problems, solutions, strict=True)]
    squares = [solution.residual_squares for solution in solutions]
    first, penalty = problems[0], problems[0].penalty
    variance = 1.0 if name == "gcv" else _noise_variance(first, np.concatenate(squares), np.concatenate(df))
    n_features = np.count_nonzero(penalty.lower < penalty.upper)
    arguments = variance, n_features, first.design.centered
    n_samples = n_observations(first.design)
    return [criterion_values(name, n_samples, *each, *arguments) for each in zip(squares, df, strict=True)], df


def criterion_values(name, n_samples, squares, df, variance, n_features, fit_intercept=True):
    """Values of a criterion; the smallest is best.

    With the noise variance v, d degrees of freedom and RSS = n squares, minus twice the log-likelihood is
    n log(2 pi v) + RSS/v, and the criteria add to it::

        aic   2 d                                       Akaike (1973)
        aicc  2 d + 2 d (d + 1)/(n - d - 1)             Hurvich & Tsai (1989); inf where n - d - 1 <= 0
        bic   log(n) d                                  Schwarz (1978)
        ebic  log(n) d + 2 log binomial(p, d - 1)       Chen & Chen (2008), gamma = 1

    gcv is squares/(1 - d/n)^2, Golub, Heath & Wahba (1979), and inf where d >= n. For p > n it may fall again on the
    way to interpolation, and be smallest there: not for p >> n. Zou, Hastie & Tibshirani (2007) justify the degrees
    of freedom in all of them.

    Parameters
    ----------
    name : "aic", "aicc", "bic", "ebic" or "gcv"
    n_samples : int                 n, see `n_observations`
    squares : array (K,)            r'Sr/n
    df : array (K,)                 d, the intercept included
    variance : float > 0            v, see `noise_variance`; not used by gcv
    n_features : int                p, those not excluded
    fit_intercept : bool            whether d counts an intercept, which ebic does not choose among the features

    Returns
    -------
    array (K,)
    """
    if name not in INFORMATION_CRITERIA:
        raise ValueError(f"criterion must be one of {', '.join(map(repr, INFORMATION_CRITERIA))}, got {name!r}")
    squares, df = np.asarray(squares, dtype=float), np.asarray(df, dtype=float)
    if name == "gcv":
        left = 1 - df / n_samples
        # a rank that reaches n has rounding of a trace in it
        positive = left > n_samples * EPS
        return np.divide(squares, left**2, out=np.full(left.shape, np.inf), where=positive)
    fit = n_samples * (np.log(2 * np.pi * variance) + squares / variance)
    if name == "aic":
        return fit + 2 * df
    if name == "aicc":
        left = n_samples - df - 1
        correction = np.divide(2 * df * (df + 1), left, out=np.full(df.shape, np.inf), where=left > n_samples * EPS)
        return fit + 2 * df + correction
    fit += np.log(n_samples) * df
    if name == "ebic":
        chosen = np.clip(df - fit_intercept, 0, n_features)
        ways = gammaln(n_features + 1) - gammaln(chosen + 1) - gammaln(n_features - chosen + 1)
        fit += 2 * GAMMA * ways
    return fit


def n_observations(design):
    """The number of samples with a weight above 0: a row of weight 0 counts as removed."""
    return design.n_samples if design.weights is None else int(np.count_nonzero(design.weights > 0))


def noise_variance(problem, solution, df):
    """The variance of the noise about the best linear model, > 0.

    * Where n >= 2 (p + 1) and p <= 4096, p the features not excluded: RSS/(n - rank - 1) of the least-squares fit to
      all of them, without bounds (1 for the intercept, if there is one). It is unbiased, and the same for every
      penalty; scikit-learn's LassoLarsIC has it wherever n > p + 1.
    * Elsewhere RSS/(n - df) at one alpha of the path, the estimator of Reid, Tibshirani & Friedman (2016), who take
      the alpha of cross-validation. Here it is the minimum of generalised cross-validation, which follows the error
      of prediction of the Lasso uniformly in alpha, also for p > n (Miolane & Montanari 2021), among the solutions
      with df <= n/3: an interpolating fit has no say. Where no alpha has so few: the variance of y.

    A variance below the rounding of RSS/n, n eps y'y/n, counts as that.

    Parameters
    ----------
    problem : Problem
    solution : Solution
    df : array (K,)         degrees of freedom of its solutions, see `degrees_of_freedom`

    Returns
    -------
    float
    """
    return _noise_variance(problem, solution.residual_squares, df)


def _noise_variance(problem, squares, df):
    """As `noise_variance`, for the mean squares and degrees of freedom (K,) of any solutions."""
    design, penalty = problem.design, problem.penalty
    n_samples = n_observations(design)
    features = np.flatnonzero((penalty.lower < penalty.upper) & (problem.diagonal > 0))
    if len(features) <= MOST_FEATURES and n_samples >= SAMPLES_PER_FEATURE * (len(features) + 1):
        mean_square, rank = _least_squares(problem, features)
        left = n_samples - rank - design.centered
    else:
        mean_square, left = _at_minimum_of_gcv(n_samples, squares, df)
        if left is None:
            mean_square, left = problem.target_square, max(n_samples - design.centered, 1)
    smallest = max(n_samples * EPS * problem.target_square, np.finfo(float).tiny)
    return max(float(mean_square * n_samples / left), smallest)


def _at_minimum_of_gcv(n_samples, squares, df):
    """r'Sr/n and n - df at the minimum of generalised cross-validation; None where every fit has too many."""
    few = df <= MOST_USED * n_samples
    if not few.any():
        return None, None
    squares, df = squares[few], df[few]
    best = np.argmin(criterion_values("gcv", n_samples, squares, df, None, None))
    return squares[best], n_samples - df[best]


def _least_squares(problem, features):
    """r'Sr/n of the least-squares fit to the features, from X, and their rank."""
    design = problem.design
    if not len(features):
        return problem.target_square, 0
    size = np.sqrt(problem.diagonal[features])
    gram = problem.source.block(features)
    gram = gram / size / size[:, None]
    factor, order = independent_columns(gram, rounding_of(problem, features))
    kept, size = features[order], size[order, None]
    coefs, residual = np.zeros((len(kept), 1)), problem.target[:, None]
    left = problem.linear[kept, None]
    best = problem.target_square
    for _ in range(REFINEMENTS):
        coefs = coefs + cho_solve((factor, True), left / size, check_finite=False) / size
        residual = problem.target[:, None] - design.predict(coefs, kept)
        square = float(weighted_squares(design, residual)[0])
        if not square < best:
            break
        best, left = square, design.correlate(residual, kept)
    return best, len(kept)
