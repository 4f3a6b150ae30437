"""Degrees of freedom as derivatives of predictions, the noise as least squares has it, the criteria built on them."""

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from examples import PENALTIES, PROBLEMS, fit, gaussian
from internal import problem_behind
from sklearn.linear_model import LassoLarsIC

from sparsereg.model_selection.criteria import (
    INFORMATION_CRITERIA,
    criterion_values,
    information_criterion,
    n_observations,
    noise_variance,
)
from sparsereg.model_selection.degrees import degrees_of_freedom
from sparsereg.solvers.grid import alpha_grid, alpha_max
from sparsereg.solvers.least_squares import solve
from sparsereg.solvers.options import Options

TALL, TALL_Y = gaussian(60, 8, seed=10)
WIDE, WIDE_Y = gaussian(40, 120, seed=11, noise=0.5)
PARTS = np.array([0.5, 0.1, 0.01])
OPTIONS = Options(tol=1e-12)


def path_of(X, y, parameters, alphas=None, solver="auto"):
    """The problem behind X, y and the parameters, and its solutions at the alphas; None or a number: on a grid."""
    problem, _ = problem_behind(X, y, parameters)
    if alphas is None or isinstance(alphas, int):
        alphas = alpha_grid(alpha_max(problem, OPTIONS), 1e-3, alphas or 50)
    return problem, solve(problem, np.asarray(alphas, dtype=float), solver, OPTIONS)


def divergence(X, y, alpha, parameters):
    """sum_i d yhat_i / d y_i by central differences; predictions are piecewise linear in y."""
    step, total = 1e-5 * np.abs(y).max(), 0.0
    weights = parameters.get("sample_weight", np.ones(len(y)))
    for i in np.flatnonzero(weights):
        ends = []
        for sign in (1, -1):
            moved = y.copy()
            moved[i] += sign * step
            ends.append(fit(X, moved, alpha, parameters).predict(X[[i]])[0])
        total += (ends[0] - ends[1]) / (2 * step)
    return total


@pytest.mark.parametrize("name", ["n > p", "p > n", "sparse", "constant, zero, duplicated", "scales 1e-6..1e6"])
@pytest.mark.parametrize("penalty", PENALTIES)
def test_degrees_of_freedom_are_the_divergence_of_the_predictions(name, penalty):
    X, y = PROBLEMS[name][:2]
    parameters = PENALTIES[penalty](*X.shape)
    problem, reference = problem_behind(X, y, parameters)
    alphas = PARTS * reference.alpha_max()
    df = degrees_of_freedom(problem, solve(problem, alphas, "auto", OPTIONS))
    for alpha, found in zip(alphas, df, strict=True):
        # exact solutions to about 1e-10 over a step of 1e-5
        assert found == pytest.approx(divergence(X, y, alpha, parameters), abs=1e-4)


@pytest.mark.parametrize("shape", [(20, 60), (60, 20)])
@pytest.mark.parametrize("factors", [False, True])
@pytest.mark.parametrize("kind", [np.asarray, sp.csc_array, sp.csr_array])
def test_ridge_degrees_come_from_singular_values(shape, factors, kind):
    """From the side of the samples and of the features."""
    X, y = gaussian(*shape, seed=12)
    factor = np.ones(shape[1])
    if factors:
        factor[:3] = 0.0
    problem, solution = path_of(kind(X), y, {"l1_ratio": 0.0, "penalty_factor": factor}, [10.0, 1.0, 0.01])
    df = degrees_of_freedom(problem, solution)
    free = np.column_stack([np.ones(len(X)), X[:, factor == 0]])
    rest = X[:, factor > 0] - free @ np.linalg.lstsq(free, X[:, factor > 0], rcond=None)[0]
    squares = np.linalg.svd(rest, compute_uv=False) ** 2 / len(X)
    expected = [free.shape[1] + (squares / (squares + alpha)).sum() for alpha in solution.alphas]
    assert df == pytest.approx(expected, rel=1e-10)


def test_degrees_do_not_depend_on_the_order_of_the_alphas_or_the_solver():
    problem, solution = path_of(WIDE, WIDE_Y, {"l1_ratio": 0.5}, 20)
    df = degrees_of_freedom(problem, solution)
    order = np.random.default_rng(0).permutation(20)
    shuffled = replace(
        solution,
        alphas=solution.alphas[order],
        coefs=solution.coefs[order],
        residual_squares=solution.residual_squares[order],
    )
    assert degrees_of_freedom(problem, shuffled).tolist() == df[order].tolist()
    for solver in ("working_set", "coordinate_descent"):
        again, other = path_of(WIDE, WIDE_Y, {"l1_ratio": 0.5}, solution.alphas, solver)
        assert degrees_of_freedom(again, other) == pytest.approx(df, abs=1e-8)


def test_degrees_do_not_depend_on_the_memory(monkeypatch):
    """One Gram of all active features, or one for each alpha; where not even that fits, an error before the work."""
    problem, solution = path_of(TALL, TALL_Y, {"l1_ratio": 0.5}, 10)
    expected = degrees_of_freedom(problem, solution)
    monkeypatch.setattr("sparsereg.model_selection.degrees.is_within_budget", lambda n_bytes: False)
    assert degrees_of_freedom(problem, solution) == pytest.approx(expected, rel=1e-12)
    monkeypatch.setattr("sparsereg.solvers.memory.SMALL", 0)
    monkeypatch.setattr("sparsereg.solvers.memory.FRACTION", 0)
    with pytest.raises(MemoryError, match=r"the degrees of freedom of 1 features needs .*; choose alpha by criterion="):
        degrees_of_freedom(problem, solution)


def test_an_interpolating_fit_has_as_many_degrees_as_samples():
    problem, solution = path_of(WIDE, WIDE_Y, {}, [0.1, 0.0])
    df = degrees_of_freedom(problem, solution)
    assert df[1] == pytest.approx(len(WIDE), rel=1e-12)
    assert df[0] < len(WIDE)


def test_dependent_columns_count_by_their_rank():
    """Coordinate descent keeps copies of a column; least squares keeps every column."""
    X = np.hstack([TALL, TALL[:, :3], TALL[:, :1] + 2 * TALL[:, 1:2], np.full((len(TALL), 1), 3.0)])
    problem, solution = path_of(X, TALL_Y, {}, [1e-3, 0.0], "coordinate_descent")
    assert np.count_nonzero(solution.coefs[0]) > 8
    assert degrees_of_freedom(problem, solution).tolist() == [9.0, 9.0]


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", [np.asarray, sp.csc_array])
def test_the_noise_of_many_samples_is_that_of_least_squares(center, weighted, kind):
    """Also with a copy of a column, a large mean, bounds that the penalty has, and an excluded feature."""
    X = np.hstack([TALL + 1e3 * (kind is np.asarray), TALL[:, :1]])
    weights = np.tile([0.5, 2.0, 0.0], 20) if weighted else np.ones(60)
    factor = np.ones(9)
    factor[7] = np.inf
    parameters = {"fit_intercept": center, "penalty_factor": factor, "positive": True, "sample_weight": weights}
    problem, solution = path_of(kind(X), TALL_Y, parameters, 5)
    columns = [X[:, factor < np.inf], *([np.ones((60, 1))] if center else [])]
    A, root = np.hstack(columns), np.sqrt(weights)[:, None]
    coef = np.linalg.lstsq(root * A, root[:, 0] * TALL_Y, rcond=1e-12)[0]
    n, rank = np.count_nonzero(weights), np.linalg.matrix_rank(root * A)
    mean_square = weights @ (TALL_Y - A @ coef) ** 2 / weights.sum()
    expected = mean_square * n / (n - rank)
    df = degrees_of_freedom(problem, solution)
    assert noise_variance(problem, solution, df) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("apart", [1.0, 1e-5])
def test_the_noise_is_found_where_it_is_a_billionth_of_the_target(apart):
    """Also where the target is the difference of columns that the Gram can hardly tell apart."""
    X = TALL.copy()
    X[:, 1] = X[:, 0] + apart * X[:, 1]
    y = X[:, 2:] @ np.arange(1.0, 7.0) + (X[:, 1] - X[:, 0]) * 3 / apart + 3e-5 * TALL_Y
    problem, solution = path_of(X, y, {}, 5)
    A = np.column_stack([X, np.ones(60)])
    expected = np.sum((y - A @ np.linalg.lstsq(A, y, rcond=None)[0]) ** 2) / 51
    variance = noise_variance(problem, solution, degrees_of_freedom(problem, solution))
    # predictions are rounded at 1e-16 of coefficients of 3/apart, residuals are 1e-5
    assert variance == pytest.approx(expected, rel=1e-9 / apart**0.5, abs=0)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_the_noise_of_few_samples_comes_from_the_path(l1_ratio):
    """Never from an interpolating fit, and in the units of y."""
    problem, solution = path_of(WIDE, WIDE_Y, {"l1_ratio": l1_ratio}, np.geomspace(1, 1e-8, 60))
    df = degrees_of_freedom(problem, solution)
    assert solution.residual_squares[-1] < 1e-10
    variance = noise_variance(problem, solution, df)
    few = df <= len(WIDE) / 3
    estimates = solution.residual_squares[few] * 40 / (40 - df[few])
    assert np.isclose(estimates, variance, rtol=1e-12, atol=0).any()
    # the path of 2 y, in powers of two: without rounding
    doubled = replace(solution, coefs=2 * solution.coefs, residual_squares=4 * solution.residual_squares)
    larger, _ = problem_behind(WIDE, 2 * WIDE_Y, {"l1_ratio": l1_ratio})
    assert noise_variance(larger, doubled, df) == pytest.approx(4 * variance, rel=1e-12)


def test_the_noise_of_a_sparse_model_is_found_with_few_samples():
    X, signal = gaussian(200, 1000, seed=13, noise=0.0)
    y = signal + np.random.default_rng(14).normal(size=200)
    problem, solution = path_of(X, y, {}, 60)
    # the standard deviation of an estimate from 200 squares is 0.1, and the bias of the Lasso is of that size
    assert noise_variance(problem, solution, degrees_of_freedom(problem, solution)) == pytest.approx(1.0, rel=0.4)


def test_without_a_fit_that_leaves_samples_the_noise_is_the_variance_of_y():
    problem, solution = path_of(WIDE, WIDE_Y, {}, [1e-4, 0.0])
    df = degrees_of_freedom(problem, solution)
    assert noise_variance(problem, solution, df) == pytest.approx(WIDE_Y.var(ddof=1), rel=1e-12)


@pytest.mark.parametrize("name", INFORMATION_CRITERIA)
@pytest.mark.parametrize("X", [TALL, WIDE], ids=["n > p", "p > n"])
@pytest.mark.parametrize("target", ["constant", "exact"])
def test_targets_without_noise_give_finite_values(name, X, target):
    y = np.full(len(X), 0.1) if target == "constant" else X[:, 0] - X[:, 1]
    problem, solution = path_of(X, y, {}, np.geomspace(1, 1e-6, 30))
    (values,), (df,) = information_criterion(name, problem, [solution])
    assert np.isfinite(values[df < len(X) - 1]).all()
    best = np.argmin(values)
    assert df[best] == 1 if target == "constant" else solution.alphas[best] <= 1e-3


@pytest.mark.parametrize("name", INFORMATION_CRITERIA)
def test_a_row_of_weight_zero_is_a_row_removed(name):
    for X, y in ((TALL, TALL_Y), (WIDE, WIDE_Y)):
        weights = np.random.default_rng(0).choice([0.0, 1.0, 2.0], size=len(y))
        seen = weights > 0
        problem, solution = path_of(X, y, {"sample_weight": weights}, np.geomspace(1, 1e-2, 20))
        removed = path_of(X[seen], y[seen], {"sample_weight": 7 * weights[seen]}, solution.alphas)
        (values,), (df,) = information_criterion(name, problem, [solution])
        (expected,), (expected_df,) = information_criterion(name, removed[0], [removed[1]])
        assert df == pytest.approx(expected_df, abs=1e-9)
        assert values == pytest.approx(expected, rel=1e-9)
        assert n_observations(problem.design) == seen.sum()


@pytest.mark.parametrize("name", ["aic", "bic"])
@pytest.mark.parametrize("center", [True, False])
def test_the_criteria_are_those_of_lasso_lars_ic(name, center):
    X, y = gaussian(100, 12, seed=15)
    lars = LassoLarsIC(criterion=name, fit_intercept=center).fit(X, y)
    # its last alpha is least squares
    alphas = lars.alphas_[lars.alphas_ > 1e-10]
    problem, solution = path_of(X, y, {"fit_intercept": center}, alphas)
    (values,), (df,) = information_criterion(name, problem, [solution])
    variance = noise_variance(problem, solution, df)
    assert variance == pytest.approx(lars.noise_variance_, rel=1e-10)
    # at a knot the entering feature may be zero or a rounding for either
    inside = np.sqrt(alphas[1:] * alphas[:-1])
    problem, solution = path_of(X, y, {"fit_intercept": center}, inside)
    (between,), (df,) = information_criterion(name, problem, [solution])
    factor = 2 if name == "aic" else np.log(100)
    by_hand = 100 * np.log(2 * np.pi * lars.noise_variance_) + 100 * solution.residual_squares / lars.noise_variance_
    by_hand += factor * (np.count_nonzero(solution.coefs, axis=1) + center)
    assert between == pytest.approx(by_hand, rel=1e-10)
    assert alphas[np.argmin(values)] == pytest.approx(lars.alpha_, rel=1e-10)
    # theirs counts no intercept
    best = np.argmin(values)
    assert values[best] - lars.criterion_[: len(alphas)][best] == pytest.approx(factor * center, abs=1e-8)


def test_the_formulas():
    n, p, variance = 50, 20, 2.0
    squares, df = np.array([3.0, 2.0, 1.5]), np.array([1.0, 4.0, 11.0])
    fit_term = n * np.log(2 * np.pi * variance) + n * squares / variance
    ways = np.array([math.log(math.comb(p, int(d) - 1)) for d in df])
    expected = {
        "aic": fit_term + 2 * df,
        "aicc": fit_term + 2 * df + 2 * df * (df + 1) / (n - df - 1),
        "bic": fit_term + np.log(n) * df,
        "ebic": fit_term + np.log(n) * df + 2 * ways,
        "gcv": squares / (1 - df / n) ** 2,
    }
    assert set(expected) == set(INFORMATION_CRITERIA)
    for name, values in expected.items():
        assert criterion_values(name, n, squares, df, variance, p) == pytest.approx(values, rel=1e-13)
    without = criterion_values("ebic", n, squares, df, variance, p, fit_intercept=False)
    ways = np.array([math.log(math.comb(p, int(d))) for d in df])
    assert without == pytest.approx(expected["bic"] + 2 * ways, rel=1e-13)


def test_a_fit_without_residual_is_never_the_best():
    df = np.array([3.0, 8.9, 9.0, 10.0, 10 - 1e-15])
    aicc = criterion_values("aicc", 10, np.zeros(5), df, 1.0, 20)
    gcv = criterion_values("gcv", 10, np.full(5, 1e-30), df, 1.0, 20)
    assert np.isinf(aicc).tolist() == [False, False, True, True, True]
    assert np.isinf(gcv).tolist() == [False, False, False, True, True]


def test_an_unknown_criterion_is_an_error():
    with pytest.raises(ValueError, match="criterion must be one of 'aic', 'aicc', 'bic', 'ebic', 'gcv', got 'mdl'"):
        criterion_values("mdl", 10, np.ones(2), np.ones(2), 1.0, 3)


@pytest.mark.parametrize("name", INFORMATION_CRITERIA)
def test_several_l1_ratios_share_one_noise(name):
    problems, solutions = zip(*[path_of(WIDE, WIDE_Y, {"l1_ratio": ratio}) for ratio in (0.3, 1.0)], strict=True)
    values, df = information_criterion(name, list(problems), list(solutions))
    squares = np.concatenate([solution.residual_squares for solution in solutions])
    joined = replace(solutions[0], residual_squares=squares)
    variance = noise_variance(problems[0], joined, np.concatenate(df))
    for found, count, solution in zip(values, df, solutions, strict=True):
        expected = criterion_values(name, 40, solution.residual_squares, count, variance, 120)
        assert found.tolist() == expected.tolist()
