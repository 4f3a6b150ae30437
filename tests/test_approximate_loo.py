"""Approximate leave-one-out against leaving one row out, and its leverages against the hat matrix."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from examples import gaussian
from internal import problem_behind

from sparsereg import ElasticNet, Lasso, enet_path
from sparsereg.designs import Standardized, make_store
from sparsereg.model_selection.approximate_loo import LARGEST_LEVERAGE, approximate_loo
from sparsereg.model_selection.degrees import degrees_of_freedom
from sparsereg.penalties import Penalty
from sparsereg.solvers.least_squares import build_problems, solve
from sparsereg.solvers.options import Options

OPTIONS = Options(tol=1e-12)
TALL, TALL_Y = gaussian(200, 30, seed=20)
SPARSE, SPARSE_Y = gaussian(200, 60, seed=21, zeros=0.6)
WIDE, WIDE_Y = gaussian(150, 200, seed=22)
PARTS = np.geomspace(0.7, 0.02, 5)


def path_of(X, y, parameters, parts=PARTS):
    problem, reference = problem_behind(X, y, parameters)
    alphas = np.asarray(parts) * (reference.alpha_max() if reference.l1.any() else 1.0)
    return problem, solve(problem, alphas, "auto", OPTIONS)


def brute_force(X, y, alphas, parameters):
    """Squared residuals (m, K) of the m rows with a weight, each predicted by fits to the others; their weights."""
    others = {"fit_intercept": True, **parameters}
    weights = np.asarray(others.pop("sample_weight", np.ones(len(y))))
    rows = np.flatnonzero(weights)
    squares = np.empty((len(rows), len(alphas)))
    for row, i in enumerate(rows):
        rest = rows[rows != i]
        options = {**others, "sample_weight": weights[rest], "return_result": True}
        squares[row] = (y[i] - enet_path(X[rest], y[rest], alphas=alphas, **options).predict(X[[i]])[0]) ** 2
    return squares, weights[rows]


def hat_matrix(problem, solution, k):
    """X_A (X_A'S X_A + n L2)^-1 X_A'S with the intercept, from X in the open; features at a bound are left out."""
    design, penalty = problem.design, problem.penalty
    whole = np.zeros(design.n_features)
    whole[slice(None) if solution.features is None else solution.features] = solution.coefs[k]
    inside = (whole > 0.999 * penalty.lower) & (whole < 0.999 * penalty.upper)
    active = np.flatnonzero(inside & ((whole != 0) | (penalty.l1 == 0)))
    n, weights = design.n_samples, np.ones(design.n_samples) if design.weights is None else design.weights
    columns = design.predict(np.eye(len(active)), active) if len(active) else np.zeros((n, 0))
    ridge = n * solution.alphas[k] * penalty.l2[active]
    if design.centered:
        columns, ridge = np.column_stack([columns, np.ones(n)]), np.append(ridge, 0.0)
    stacked = np.vstack([np.sqrt(weights)[:, None] * columns, np.diag(np.sqrt(ridge))])
    left, values, right = np.linalg.svd(stacked, full_matrices=False)
    kept = values > 1e-12 * values.max(initial=1.0)
    inverse = (right[kept] / values[kept, None]).T @ left[:n, kept].T
    return columns @ inverse * np.sqrt(weights)


WEIGHTS = np.random.default_rng(0).choice([0.0, 0.5, 1.0, 2.0], size=200)
FACTORS = np.array([0.0, 1.0, np.inf, 2.0, 0.5])
CASES = {
    "lasso": {},
    "no intercept": {"fit_intercept": False},
    "elastic net": {"l1_ratio": 0.5},
    "ridge": {"l1_ratio": 0.0},
    "weights": {"sample_weight": WEIGHTS},
    "elastic net, weights": {"l1_ratio": 0.3, "sample_weight": WEIGHTS},
    "unpenalised": {"penalty_factor": FACTORS},
    "elastic net, unpenalised": {"l1_ratio": 0.5, "penalty_factor": FACTORS, "sample_weight": WEIGHTS},
    "standardize": {"standardize": True},
    "elastic net, standardize": {"standardize": True, "l1_ratio": 0.5},
    "positive": {"positive": True},
    "bounds": {"bounds": (-0.3, 0.3)},
}


def parameters_for(case, X):
    parameters = {"l1_ratio": 1.0, **CASES[case]}
    if "penalty_factor" in parameters:
        parameters["penalty_factor"] = np.resize(FACTORS, X.shape[1])
    if "sample_weight" in parameters:
        parameters["sample_weight"] = WEIGHTS[: len(X)]
    return parameters


DATA = {"dense": (TALL, TALL_Y), "sparse": (SPARSE, SPARSE_Y), "p > n": (WIDE, WIDE_Y)}
SOME = ("lasso", "elastic net", "weights", "unpenalised", "bounds")
COMPARED = [(case, data) for data in DATA for case in (CASES if data == "dense" else SOME)]


@pytest.mark.parametrize("case, data", COMPARED)
def test_it_agrees_with_leaving_one_out(case, data):
    """Within 5 %; single changes of the active features show in the mean over a few dozen rows, hence some hundred."""
    X, y = DATA[data]
    parameters = parameters_for(case, X)
    problem, solution = path_of(sp.csc_array(X) if data == "sparse" else X, y, parameters)
    errors, _, largest = approximate_loo(problem, solution)
    trusted = largest < 0.5
    assert trusted.any()
    assert np.isinf(errors[largest > LARGEST_LEVERAGE]).all() and np.isfinite(errors[trusted]).all()
    squares, weights = brute_force(X, y, solution.alphas[trusted], parameters)
    assert errors[trusted] == pytest.approx(np.average(squares, axis=0, weights=weights), rel=0.05)


@pytest.mark.parametrize("kind", [np.asarray, np.asfortranarray, sp.csc_array, sp.csr_array])
@pytest.mark.parametrize("case", ["lasso", "no intercept", "weights", "unpenalised"])
def test_it_is_exact_while_the_active_features_stay(case, kind):
    """A strong signal and an alpha far from every knot: each of the fits to the other rows has the same support."""
    rng = np.random.default_rng(23)
    X = rng.normal(size=(40, 6)) + 3.0
    y = X @ np.array([5.0, -4.0, 3.0, 0, 0, 0]) + 0.1 * rng.normal(size=40)
    parameters = {**parameters_for(case, X), "penalty_factor": np.array([0.0, 1, 1, 50, 50, np.inf])}
    problem, solution = path_of(kind(X), y, parameters, [0.1])
    errors, se, largest = approximate_loo(problem, solution)
    squares, weights = brute_force(X, y, solution.alphas, parameters)
    assert largest[0] < LARGEST_LEVERAGE
    # the residuals are a hundredth of y
    assert errors[0] == pytest.approx(np.average(squares[:, 0], weights=weights), rel=1e-8)
    if "sample_weight" not in parameters:
        assert se[0] == pytest.approx(squares[:, 0].std(ddof=1) / np.sqrt(len(squares)), rel=1e-8)


def test_it_agrees_with_the_estimators():
    """At one alpha the fits of Lasso and ElasticNet themselves, over all rows but one."""
    for estimator, l1_ratio in ((Lasso(0.1), 1.0), (ElasticNet(0.1, l1_ratio=0.5), 0.5)):
        problem, _ = problem_behind(TALL, TALL_Y, {"l1_ratio": l1_ratio})
        errors, _, largest = approximate_loo(problem, solve(problem, np.array([0.1]), "auto", OPTIONS))
        squares = []
        for i in range(len(TALL)):
            rest = np.arange(len(TALL)) != i
            squares.append((TALL_Y[i] - estimator.fit(TALL[rest], TALL_Y[rest]).predict(TALL[[i]])[0]) ** 2)
        assert largest[0] < 0.5
        assert errors[0] == pytest.approx(np.mean(squares), rel=0.05)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("data", ["dense", "p > n"])
def test_the_leverages_are_those_of_the_hat_matrix(case, data):
    """Those of the Elastic Net for p > n come from the side of the samples; their sum is the degrees of freedom."""
    X, y = DATA[data]
    X, y = X[:50], y[:50]
    problem, solution = path_of(X, y, parameters_for(case, X), np.geomspace(2, 1e-3, 5))
    largest, df = approximate_loo(problem, solution)[2], degrees_of_freedom(problem, solution)
    for k in range(len(largest)):
        hat = hat_matrix(problem, solution, k)
        assert df[k] == pytest.approx(np.trace(hat), rel=1e-8)
        assert largest[k] == pytest.approx(np.diag(hat).max(), rel=1e-8)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
def test_leverages_do_not_suffer_from_nearly_dependent_columns(l1_ratio):
    """A condition of 1e9, whose square is lost in float64."""
    X = TALL[:, :6].copy()
    X[:, 1] = X[:, 0] + 1e-9 * X[:, 1]
    problem, solution = path_of(X, TALL_Y, {"l1_ratio": l1_ratio, "penalty_factor": np.array([0, 0, 1, 1, 1, 1.0])})
    both = np.flatnonzero((solution.coefs[:, :2] != 0).all(axis=1))
    largest = approximate_loo(problem, solution)[2]
    assert len(both)
    for k in both:
        # the difference of the two columns has rounding of 1e-7 of itself
        assert largest[k] == pytest.approx(np.diag(hat_matrix(problem, solution, k)).max(), rel=1e-5)


def test_copies_of_a_column_count_once():
    twice = np.hstack([TALL, TALL[:, :5]])
    problem, solution = path_of(TALL, TALL_Y, {}, [0.1])
    expected = approximate_loo(problem, solution)
    copies, _ = problem_behind(twice, TALL_Y, {})
    coefs = np.hstack([solution.coefs, np.zeros((1, 5))])
    coefs[:, 30:] = 0.5 * coefs[:, :5]
    coefs[:, :5] *= 0.5
    assert solution.features is None
    for found, one in zip(approximate_loo(copies, replace(solution, coefs=coefs)), expected, strict=True):
        assert found == pytest.approx(one, rel=1e-10)


def test_a_row_of_weight_zero_is_a_row_removed():
    weights = np.where(np.arange(200) % 3 == 0, 0.0, 1.0 + np.arange(200) % 4)
    seen = weights > 0
    for l1_ratio in (1.0, 0.5):
        problem, solution = path_of(TALL, TALL_Y, {"l1_ratio": l1_ratio, "sample_weight": weights})
        removed, _ = problem_behind(TALL[seen], TALL_Y[seen], {"l1_ratio": l1_ratio, "sample_weight": weights[seen]})
        expected = approximate_loo(removed, solve(removed, solution.alphas, "auto", OPTIONS))
        for found, one in zip(approximate_loo(problem, solution), expected, strict=True):
            assert found == pytest.approx(one, rel=1e-8)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.01])
def test_an_alpha_that_one_row_decides_gets_infinity(l1_ratio):
    """Along a path to interpolation; with 0.01 more features than rows are active."""
    problem, solution = path_of(WIDE, WIDE_Y, {"l1_ratio": l1_ratio}, np.geomspace(0.9, 1e-7, 12))
    errors, se, largest = approximate_loo(problem, solution)
    assert (largest <= 1).all()
    assert np.array_equal(np.isinf(errors), largest > LARGEST_LEVERAGE)
    assert np.array_equal(np.isinf(errors), np.isinf(se))
    assert np.isinf(errors[-1]) and np.isfinite(errors[0])


def test_least_squares_of_more_features_than_rows_has_leverage_one():
    problem, solution = path_of(WIDE, WIDE_Y, {}, [0.1, 0.0])
    errors, se, largest = approximate_loo(problem, solution)
    assert (errors[1], se[1], largest[1]) == (np.inf, np.inf, 1.0)


def test_without_features_it_is_that_of_the_mean():
    problem, solution = path_of(TALL, TALL_Y, {}, [2.0])
    errors, _, largest = approximate_loo(problem, solution)
    left_out = (TALL_Y - TALL_Y.mean()) * 200 / 199
    assert errors[0] == pytest.approx(np.mean(left_out**2), rel=1e-12)
    assert largest[0] == pytest.approx(1 / 200, rel=1e-12)


@pytest.mark.parametrize("rows", [slice(20, 140, 2), np.arange(199, 100, -3)], ids=["slice", "index"])
@pytest.mark.parametrize("kind", [np.asarray, sp.csr_array])
def test_some_rows_of_a_store_are_as_those_rows_alone(rows, kind):
    alphas, found = np.array([0.3, 0.03]), []
    penalty = Penalty(np.ones(30), np.full(30, 0.1), np.full(30, -np.inf), np.full(30, np.inf))
    for design in (
        Standardized(make_store(kind(TALL)), rows=rows, scale=True),
        Standardized(make_store(kind(TALL[rows])), scale=True),
    ):
        (problem,), _ = build_problems(design, design.center_target(TALL_Y[rows][:, None])[0], penalty)
        found.append(approximate_loo(problem, solve(problem, alphas, "auto", OPTIONS)))
    for one, other in zip(*found, strict=True):
        assert one == pytest.approx(other, rel=1e-9)
