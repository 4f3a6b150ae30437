"""Ridge: scikit-learn's answers to more digits, every solver the same one, and a gap that is true."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from scipy.optimize import lsq_linear
from sklearn import linear_model as sk
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sparsereg import Ridge

SHAPES = {"tall": (40, 9), "wide": (15, 40)}
STORES = {"C": np.ascontiguousarray, "F": np.asfortranarray, "csc": sp.csc_array, "csr": sp.csr_array}
EXACT = ["auto", "cholesky", "svd", "sag", "saga", "active_set"]
ITERATIVE = ["lsqr", "sparse_cg", "coordinate_descent"]
INF = np.inf


def problem(shape, seed=0, n_targets=None):
    """A matrix with zeros and non-zero means, targets, and weights of which one is 0."""
    n, p = SHAPES[shape]
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.6) + (np.arange(p) < 2)
    y = rng.normal(size=(n, 2 if n_targets is None else n_targets))
    weights = 3 * rng.random(n)
    weights[2] = 0
    return X, y[:, 0] if n_targets is None else y, weights


def true_gap(X, y, coef, alpha, weights=None, center=True):
    """||Xs'r - alpha w||^2 / alpha in extended precision: P - D at the residual; and y'Sy."""
    X, y, coef = (np.asarray(part, dtype=np.longdouble) for part in (X, y, coef))
    weights = np.ones(len(y), np.longdouble) if weights is None else weights.astype(np.longdouble)
    if center:
        X = X - weights @ X / weights.sum()
        y = y - weights @ y / weights.sum()
    excess = X.T @ (weights * (y - X @ coef)) - alpha * coef
    return float(excess @ excess / alpha), float(weights @ y**2)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_coefficients_are_scikit_learns(shape, weighted, fit_intercept, store):
    X, y, weights = problem(shape)
    weights = weights if weighted else None
    for alpha in (1e-3, 1.0, 1e3):
        expected = sk.Ridge(alpha, solver="svd", fit_intercept=fit_intercept).fit(X, y, weights)
        found = Ridge(alpha, fit_intercept=fit_intercept).fit(STORES[store](X), y, weights)
        # scikit-learn's own error: singular values over alpha
        assert_allclose(found.coef_, expected.coef_, rtol=1e-9, atol=1e-12)
        assert_allclose(found.intercept_, expected.intercept_, rtol=1e-9, atol=1e-12)
        assert_allclose(found.predict(STORES[store](X)), expected.predict(X), rtol=1e-9, atol=1e-11)
        gap, size = true_gap(X, y, found.coef_, alpha, weights, fit_intercept)
        assert gap <= 1e-10 * size
        assert 0 <= found.dual_gap_ <= 1e-13 * size


@pytest.mark.parametrize("solver", EXACT + ITERATIVE)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_solver_gives_the_same_solution(shape, solver):
    X, y, weights = problem(shape, n_targets=3)
    precise = {"tol": 1e-13, "max_iter": 10**6} if solver == "coordinate_descent" else {"tol": 1e-8}
    expected = sk.Ridge(2.0, solver="svd").fit(X, y, weights)
    for store in STORES.values():
        found = Ridge(2.0, solver=solver, **precise).fit(store(X), y, weights)
        # coordinate descent stops at a gap of 1e-13 y'y: coefficients to the root of that
        assert_allclose(found.coef_, expected.coef_, rtol=0, atol=1e-6 if solver in ITERATIVE else 1e-10)
        assert found.dual_gap_.shape == (3,)
        assert type(found.n_iter_) is int and found.n_iter_ >= 1
        assert found.solver_ == {"auto": "cholesky", "sag": "cholesky", "saga": "cholesky"}.get(solver, solver)


@pytest.mark.parametrize("solver", ["auto", "lsqr", "sparse_cg"])
def test_the_default_tolerance_is_kept_and_counted(solver):
    X, y, _ = problem("tall")
    model = Ridge(0.1, solver=solver).fit(X, y)
    gap, size = true_gap(X, y, model.coef_, 0.1)
    assert gap <= 1e-8 * size
    # of the coefficients held: the same number up to the rounding of its terms
    assert_allclose(model.dual_gap_, gap, rtol=1e-6, atol=1e-17 * size)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n_targets", [3, 12])
def test_each_target_has_its_own_alpha(shape, n_targets):
    X, Y, weights = problem(shape, n_targets=n_targets)
    alphas = np.geomspace(1e-3, 1e3, n_targets)
    expected = sk.Ridge(alphas, solver="svd").fit(X, Y, weights)
    found = Ridge(alphas).fit(X, Y, weights)
    assert found.coef_.shape == (n_targets, X.shape[1])
    assert_allclose(found.coef_, expected.coef_, rtol=1e-8, atol=1e-11)
    assert_allclose(found.intercept_, expected.intercept_, rtol=1e-8, atol=1e-11)
    assert found.solver_ == "cholesky"
    assert Ridge(np.r_[0.0, alphas[1:]]).fit(X, Y, weights).solver_ == ("cholesky" if n_targets < 8 else "eigen")
    for k, alpha in enumerate(alphas):
        gap, size = true_gap(X, Y[:, k], found.coef_[k], alpha, weights)
        assert gap <= 1e-10 * size


@pytest.mark.parametrize("shape", SHAPES)
def test_float32_coefficients_are_certified_as_rounded(shape):
    X, y, weights = problem(shape)
    X = X.astype(np.float32)
    found = Ridge(0.5).fit(X, y, weights)
    assert found.coef_.dtype == np.float32 and found.predict(X).dtype == np.float32
    exact = Ridge(0.5).fit(X.astype(np.float64), y, weights)
    assert_allclose(found.coef_, exact.coef_, rtol=1e-6, atol=1e-7)
    coef, mean = found.coef_.astype(float), np.average(X.astype(float), axis=0, weights=weights)
    about = X.astype(float) - mean
    moved = coef - exact.coef_
    rise = weights @ (about @ moved) ** 2 + 0.5 * moved @ moved  # of the quadratic objective above its minimum
    assert 0.99 * rise <= found.dual_gap_ <= 1e-10 * (weights @ y**2)


@pytest.mark.parametrize("solver", ["auto", "svd", "lsqr", "sparse_cg"])
@pytest.mark.parametrize("shape", SHAPES)
def test_penalty_factors_rescale_columns(shape, solver):
    X, y, weights = problem(shape)
    factor = np.random.default_rng(3).uniform(0.1, 10, X.shape[1])
    factor[4] = INF
    kept = np.isfinite(factor)
    found = Ridge(2.0, penalty_factor=factor, solver=solver, tol=1e-9).fit(X, y, weights)
    root = np.sqrt(factor[kept])
    expected = sk.Ridge(2.0, solver="svd").fit(X[:, kept] / root, y, weights)
    assert found.coef_[4] == 0
    assert_allclose(found.coef_[kept], expected.coef_ / root, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("shape", SHAPES)
def test_features_without_penalty_are_fitted_freely(shape):
    X, y, _ = problem(shape)
    factor = np.ones(X.shape[1])
    factor[[1, 3]] = 0
    found = Ridge(2.0, penalty_factor=factor).fit(X, y)
    # the limit of tiny factors, by scikit-learn on columns of that scale
    tiny = np.sqrt(np.where(factor == 0, 1e-8, 1.0))
    expected = sk.Ridge(2.0, solver="svd").fit(X / tiny, y).coef_ / tiny
    assert_allclose(found.coef_, expected, rtol=1e-5, atol=1e-6)
    residual = y - found.predict(X)
    assert_allclose((X - X.mean(0))[:, factor == 0].T @ residual, 0, atol=1e-10)
    assert found.solver_ == "active_set"


@pytest.mark.parametrize("solver", ["auto", "lbfgs", "active_set"])
def test_positive_is_scikit_learns(solver):
    X, y, weights = problem("tall")
    expected = sk.Ridge(0.5, positive=True, tol=1e-14, max_iter=10**5).fit(X, y, weights)
    found = Ridge(0.5, positive=True, solver=solver).fit(X, y, weights)
    assert (found.coef_ >= 0).all() and (found.coef_ == 0).any()
    assert_allclose(found.coef_, expected.coef_, atol=1e-6)
    assert found.solver_ == "active_set"
    assert found.dual_gap_ <= 1e-10 * (weights @ y**2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("standardize", [False, True])
def test_bounds_are_those_of_bounded_least_squares(shape, standardize):
    X, y, _ = problem(shape)
    alpha, bounds = 0.7, (-0.05, np.linspace(0.01, 0.1, X.shape[1]))
    found = Ridge(alpha, bounds=bounds, standardize=standardize).fit(X, y)
    scale = X.std(0) if standardize else np.ones(X.shape[1])
    rows = np.vstack([X - X.mean(0), np.sqrt(alpha) * np.diag(scale)])
    target = np.append(y - y.mean(), np.zeros(X.shape[1]))
    lower = np.full(X.shape[1], -0.05)
    expected = lsq_linear(rows, target, (lower, bounds[1]), method="bvls", tol=1e-15, max_iter=10**4)
    assert_allclose(found.coef_, expected.x, atol=1e-8)
    assert ((found.coef_ >= lower) & (found.coef_ <= bounds[1])).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_standardize_is_a_scaler_in_a_pipeline(shape):
    X, y, _ = problem(shape)
    X = X * np.geomspace(1e-3, 1e3, X.shape[1])
    expected = make_pipeline(StandardScaler(), sk.Ridge(2.0, solver="svd")).fit(X, y)
    for solver in ("auto", "svd", "sparse_cg"):
        found = Ridge(2.0, standardize=True, solver=solver, tol=1e-9).fit(X, y)
        assert_allclose(found.predict(X), expected.predict(X), rtol=1e-7, atol=1e-8)


def test_the_scale_of_weights_matters_and_weight_zero_removes_a_row():
    X, y, weights = problem("tall")
    found = Ridge(2.0).fit(X, y, weights)
    assert_allclose(Ridge(6.0).fit(X, y, 3 * weights).coef_, found.coef_, rtol=1e-12, atol=1e-14)
    kept = weights > 0
    assert_allclose(Ridge(2.0).fit(X[kept], y[kept], weights[kept]).coef_, found.coef_, rtol=1e-12, atol=1e-14)
    assert_allclose(
        Ridge(2.0).fit(np.vstack([X, X]), np.append(y, y)).coef_, Ridge(2.0).fit(X, y, 2.0).coef_, rtol=1e-11
    )


def test_one_warning_names_alpha_gap_tolerance_and_remedy():
    X, Y, _ = problem("wide", n_targets=3)
    with pytest.warns(ConvergenceWarning) as caught:
        Ridge(1e-4, solver="sparse_cg", max_iter=2, tol=1e-8).fit(X, Y)
    assert len(caught) == 1
    message = str(caught[0].message)
    assert all(word in message for word in ("alpha=0.0001", "duality gap", "tolerance", "increase max_iter"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Ridge(1e-4, max_iter=1, tol=0).fit(X, Y)  # an exact solution, whatever max_iter and tol


@pytest.mark.parametrize("shape", SHAPES)
def test_without_a_penalty_dependent_columns_share_by_their_factors(shape):
    X, y, weights = problem(shape)
    X[:, 1], X[:, 4] = X[:, 0], X[:, 2] - X[:, 3]
    factor = 0.5 + np.random.default_rng(4).random(X.shape[1])
    root = np.sqrt(weights / weights.sum())[:, None]
    centred = root * (X - weights @ X / weights.sum())
    expected = np.linalg.pinv(centred / np.sqrt(factor)) @ (root[:, 0] * y) / np.sqrt(factor)
    found = Ridge(0, penalty_factor=factor).fit(X, y, weights)
    # the smallest of those that fit best
    assert_allclose(found.coef_, expected, rtol=0, atol=1e-9)
    factor[[3, 5]] = 0
    free = Ridge(0, penalty_factor=factor).fit(X, y, weights)
    # one of those that fit best, perhaps another
    assert_allclose(centred @ free.coef_, centred @ expected, rtol=0, atol=1e-9)
    assert free.solver_ == "active_set"
    limit = Ridge(1e-9, penalty_factor=factor).fit(X, y, weights)
    assert_allclose(centred @ limit.coef_, centred @ expected, rtol=0, atol=1e-6)
    assert factor @ limit.coef_**2 <= factor @ free.coef_**2 * (1 + 1e-6)
