"""Ridge through a Gram matrix formed in float32: the solution of float64, or none and another method."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import linear_model as sk

from sparsereg import Ridge
from sparsereg.designs import Standardized, make_store
from sparsereg.solvers import ridge
from sparsereg.solvers.ridge_problem import build_ridge_problems
from sparsereg.solvers.ridge_single import LEAST, by_single_cholesky, suits_single

N, P = 700, LEAST + 3


def gaussian(seed=0):
    return np.random.default_rng(seed).normal(size=(N, P))


def correlated(part):
    rng = np.random.default_rng(1)
    return np.sqrt(1 - part) * rng.normal(size=(N, P)) + np.sqrt(part) * rng.normal(size=(N, 1))


def dependent():
    X = gaussian(2)
    X[:, 3] = X[:, 7]
    return X


# X, the relative error of the coefficients, by the condition number, and whether float32 will do with alpha = 1
DATA = {
    "independent": (gaussian(), 1e-10, True),
    "correlated .9": (correlated(0.9), 1e-10, True),
    "correlated .9999": (correlated(0.9999), 1e-8, True),
    "means": (gaussian(3) + np.linspace(-7, 7, P), 1e-10, True),
    "far": (gaussian(3) + 1e6, 1e-8, True),
    "scales": (gaussian(4) * np.logspace(-6, 6, P), 1e-8, False),
    "beyond float32": (gaussian(5) * 1e20, 1e-10, False),
    "heavy tails": (np.random.default_rng(6).standard_cauchy((N, P)), 1e-8, None),
    "constants": (np.where(np.arange(P) % 7 == 0, 0.1, gaussian(7)), 1e-10, True),
}
STORES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "strided": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "float32": lambda X: X.astype(np.float32),
}


def target(X):
    Z = X / X.std(axis=0).clip(1e-300)
    return Z[:, :5].sum(axis=1) + np.random.default_rng(8).normal(size=len(X))


def problems(X, alphas=(1.0,), center=True):
    """Ridge problems of one target at each alpha."""
    store = make_store(X)
    design = Standardized(store, center=center)
    Y, _ = design.center_target(target(X)[:, None])
    excluded = np.zeros(P, dtype=bool)
    return build_ridge_problems(
        design, store, Y, np.full(P, 1 / len(X)), excluded, np.array([alphas]), np.dtype(np.float64)
    )


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("center", [True, False])
def test_the_gram_matrix_is_that_of_float64_to_the_rounding_of_float32(store, center):
    X = STORES[store](gaussian() + np.where(np.arange(P) % 3 == 0, 100.0, 0.0))
    weights = np.random.default_rng(9).random(N)
    weights[5] = 0
    for s in (None, weights * N / weights.sum()):
        design = Standardized(make_store(X), weights=s, center=center)
        found, expected = design.single_gram(), design.gram()
        size = np.sqrt(np.multiply.outer(design.read_squares(), design.read_squares()))
        assert found.dtype == np.float64 and np.array_equal(found, found.T)
        assert (np.abs(found - expected) <= 1e-5 * size).all()  # 700 products, each rounded to 6e-8
        assert (found != expected).any()


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_coefficients_are_those_of_float64(data, fit_intercept):
    X, error, _ = DATA[data]
    y = target(X)
    weights = np.random.default_rng(10).random(N) + 0.5
    expected = Ridge(1.0, solver="svd", fit_intercept=fit_intercept).fit(X, y, weights)
    for store in ("C", "F"):
        found = Ridge(1.0, fit_intercept=fit_intercept).fit(STORES[store](X), y, weights)
        size = X.std(axis=0)
        assert_allclose(found.coef_ * size, expected.coef_ * size, rtol=0, atol=error * np.abs(y).max())
        # no further from the minimum than before: rounding
        assert found.dual_gap_ <= 1e-13 * (y @ y)
        assert found.predict(X).tolist() == pytest.approx(expected.predict(X).tolist(), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("data", [name for name, (_, _, suits) in DATA.items() if suits])
def test_one_factor_in_float32_is_enough(data):
    problem = problems(DATA[data][0])
    assert suits_single(problem)
    coefs = by_single_cholesky(problem).start(np.array([0]))
    correlations = problem.correlate(problem.residuals(np.array([0]), coefs))
    excess = correlations - problem.lam * coefs
    # the gap |excess|^2/(2 lam) at rounding: of a correlation, eps ||x_j|| ||y||/n
    assert (np.abs(excess[:, 0]) <= 1e-12 * np.sqrt(problem.design.read_squares() * problem.target_squares)).all()


def test_what_float32_cannot_resolve_is_refused_and_solved_in_float64():
    X = dependent()
    y = target(X)
    for alpha in (0.0, 1e-5):
        with pytest.raises(np.linalg.LinAlgError, match="rounding"):
            by_single_cholesky(problems(X, (alpha,))).start(np.array([0]))
        found, expected = Ridge(alpha).fit(X, y), Ridge(alpha, solver="svd").fit(X, y)
        assert_allclose(found.coef_, expected.coef_, rtol=0, atol=1e-7)
        assert_allclose(found.coef_[3], found.coef_[7], rtol=1e-6)


def test_steps_that_do_not_converge_are_an_error():
    problem = problems(gaussian())
    method = by_single_cholesky(problem)
    method._factor._matrix *= 0.3  # a factor of another matrix
    with pytest.raises(np.linalg.LinAlgError, match="converge"):
        method.start(np.array([0]))


def test_it_is_left_out_where_it_does_not_pay():
    X = gaussian()
    assert suits_single(problems(X, (2.0, 2.0)))
    assert not suits_single(problems(X, (1.0, 2.0)))  # a factor for each in each step
    assert not suits_single(problems(X, (2.0,) * 5))  # steps for five
    assert not suits_single(problems(DATA["beyond float32"][0]))
    assert not suits_single(problems(X[: P // 2]))


def test_several_targets_weights_and_excluded_features():
    X = gaussian(11)
    Y = np.stack([target(X), X[:, 9] ** 2, np.zeros(N)], axis=1)
    weights = np.random.default_rng(12).integers(0, 3, N).astype(float)
    factor = np.where(np.arange(P) % 5 == 0, np.inf, 1 + np.arange(P) / P)
    alpha = 0.3
    found = Ridge(alpha, penalty_factor=factor).fit(X, Y, weights)
    each = Ridge([alpha, alpha, 7.0], penalty_factor=factor).fit(X, Y, weights)
    assert_allclose(each.coef_[:2], found.coef_[:2], rtol=1e-9, atol=1e-11)
    assert (found.coef_[:, ::5] == 0).all() and (found.coef_[2] == 0).all()
    kept = np.flatnonzero(np.isfinite(factor))
    scaled = X[:, kept] / np.sqrt(factor[kept])
    expected = sk.Ridge(alpha, solver="svd").fit(scaled, Y, weights).coef_ / np.sqrt(factor[kept])
    assert_allclose(found.coef_[:, kept], expected, rtol=1e-9, atol=1e-11)


def test_it_runs_where_it_suits_and_standardize_holds(monkeypatch):
    ran = []
    monkeypatch.setattr(ridge, "by_single_cholesky", lambda problem: ran.append(1) or by_single_cholesky(problem))
    X = gaussian(13) * np.logspace(-3, 3, P) + 5
    found = Ridge(2.0, standardize=True).fit(X, target(X))
    assert ran and found.solver_ == "cholesky"
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    expected = sk.Ridge(2.0, solver="svd").fit(Z, target(X)).coef_ / X.std(axis=0)
    assert_allclose(found.coef_, expected, rtol=1e-8, atol=1e-11)
