"""ridge_path: Ridge at every alpha, from one decomposition; and the hard problems of both."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import linear_model as sk
from sklearn.exceptions import ConvergenceWarning

from sparsereg import Ridge, RidgeCV, Status, ridge_path

ALPHAS = np.geomspace(1e-4, 1e4, 25)
SHAPES = {"tall": (50, 12), "wide": (12, 50)}


def problem(shape, seed=0):
    n, p = SHAPES[shape]
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, p)) + 1, rng.normal(size=n) + 3, 3 * rng.random(n)


def suboptimality(X, y, coef, alpha, weights=None, center=True):
    """How far coef is above the minimum, relative: e'H^-1 e / y'Sy, e = X'Sr - alpha w in extended precision."""
    extended = np.longdouble
    weights = np.ones(len(y), extended) if weights is None else weights.astype(extended)
    X, y = X.astype(extended), y.astype(extended)
    if center:
        X, y = X - weights @ X / weights.sum(), y - weights @ y / weights.sum()
    excess = (X.T @ (weights * (y - X @ coef)) - alpha * coef.astype(extended)).astype(float)
    rows = np.vstack([np.sqrt(weights)[:, None] * X, np.sqrt(extended(alpha)) * np.eye(X.shape[1])])
    _, values, right = np.linalg.svd(rows.astype(float), full_matrices=False)
    kept = values > 1e-13 * values.max(initial=0.0)
    size = float(weights @ y**2)
    return float(np.sum(((right @ excess)[kept] / values[kept]) ** 2)) / size if size > 0 else 0.0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("parameters", [{}, {"standardize": True}, {"positive": True}, {"bounds": (-0.1, 0.2)}])
def test_a_path_is_ridge_at_every_alpha(shape, fit_intercept, parameters):
    X, y, weights = problem(shape)
    alphas, coefs, gaps = ridge_path(X, y, ALPHAS, fit_intercept=fit_intercept, sample_weight=weights, **parameters)
    assert_array_equal(alphas, ALPHAS[::-1])
    assert coefs.shape == (X.shape[1], len(ALPHAS)) and gaps.shape == (len(ALPHAS),)
    assert (gaps <= 1e-10 * (weights @ y**2)).all()
    for k, alpha in enumerate(alphas):
        single = Ridge(alpha, fit_intercept=fit_intercept, **parameters).fit(X, y, weights)
        assert_allclose(coefs[:, k], single.coef_, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("solver", ["auto", "svd", "cholesky", "lsqr", "sparse_cg"])
@pytest.mark.parametrize("store", [np.asarray, sp.csc_array, sp.csr_array])
def test_a_path_is_scikit_learns(shape, solver, store):
    X, y, _ = problem(shape)
    alphas, coefs, _ = ridge_path(store(X), y, ALPHAS, solver=solver, tol=1e-8)
    for k, alpha in enumerate(alphas):
        expected = sk.Ridge(alpha, solver="svd", fit_intercept=False).fit(X, y).coef_
        # tol = 1e-8 allows a gap of 1e-16 y'y, which bounds alpha ||w - w*||^2
        rough = np.sqrt(1e-16 * (y @ y) / alpha) if solver in ("lsqr", "sparse_cg") else 0.0
        assert_allclose(coefs[:, k], expected, rtol=1e-9, atol=1e-8 + rough)


def test_the_result_has_the_whole_path():
    X, y, weights = problem("tall")
    path = ridge_path(X, y, ALPHAS, fit_intercept=True, sample_weight=weights, return_result=True)
    alphas, coefs, gaps = ridge_path(X, y, ALPHAS, fit_intercept=True, sample_weight=weights)
    assert_array_equal(path.alphas, alphas)
    assert_array_equal(path.coefs.toarray(), coefs)
    assert_array_equal(path.gaps, gaps)
    assert path.statuses == (Status.OPTIMAL,) * len(ALPHAS)
    assert_array_equal(path.df, X.shape[1])
    single = Ridge(alphas[3]).fit(X, y, weights)
    assert_allclose(path.predict(X, alphas[3]), single.predict(X), rtol=1e-10)
    assert_allclose(path.predict(X)[:, 3], single.predict(X), rtol=1e-10)
    assert_allclose(path.r2[3], single.score(X, y, weights), rtol=1e-10)
    assert (np.diff(path.r2) > 0).all()


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("solver", ["auto", "svd", "cholesky"])
def test_no_penalty_gives_the_minimum_norm(solver, fit_intercept):
    for shape in SHAPES:
        X, y, _ = problem(shape)
        X[:, 5] = X[:, 2] - X[:, 3]
        y[1] = y[0]
        X[1] = X[0]
        expected = np.linalg.pinv(X - fit_intercept * X.mean(0), rcond=1e-12) @ (y - fit_intercept * y.mean())
        model = Ridge(0.0, solver=solver, fit_intercept=fit_intercept).fit(X, y)
        assert_allclose(model.coef_, expected, rtol=1e-8, atol=1e-10)
        path = ridge_path(X, y, [1.0, 0.0], solver=solver, fit_intercept=fit_intercept, return_result=True)
        assert path.statuses == (Status.OPTIMAL, Status.NOT_UNIQUE)
        assert_allclose(path.coefs.toarray()[:, 1], expected, rtol=1e-8, atol=1e-10)
        assert path.gaps[1] <= 1e-10 * (y @ y)


def test_no_penalty_factor_at_all_is_least_squares():
    X, y, _ = problem("tall")
    factor = np.zeros(X.shape[1])
    factor[3] = np.inf
    model = Ridge(5.0, penalty_factor=factor).fit(X, y)
    assert model.coef_[3] == 0
    kept = factor == 0
    assert_allclose(model.coef_[kept], sk.LinearRegression().fit(X[:, kept], y).coef_, rtol=1e-9)
    assert_array_equal(Ridge(penalty_factor=np.full(X.shape[1], np.inf)).fit(X, y).coef_, 0)


def hard_problem(seed):
    """Means of 1e6 deviations, scales of 1e-6 to 1e6; dependent, nearly dependent, constant, zero columns."""
    rng = np.random.default_rng(seed)
    n, p = rng.integers(1, 50, 2)
    X = rng.normal(size=(n, p))
    if rng.random() < 0.3:
        X *= 10.0 ** rng.uniform(-6, 6, p)
    if rng.random() < 0.3:
        X += 1e6 * X.std(0)
    if rng.random() < 0.4:
        X[:, rng.integers(p)] = rng.choice([0.0, 3.3])
    if rng.random() < 0.3 and p > 2:
        X[:, 0] = -2 * X[:, 1]  # exact: a sum would be rounded, and so not quite dependent on its terms
    if rng.random() < 0.2 and p > 2:
        X[:, 0] = X[:, 1] * (1 + 1e-7 * rng.normal(size=n))
    y = np.full(n, 2.0) if rng.random() < 0.1 else rng.normal(size=n)
    weights = np.where(rng.random(n) < 0.8, 4 * rng.random(n), 0.0)
    weights[0] = 1.0
    return X, y, weights if rng.random() < 0.4 else None


@pytest.mark.parametrize("solver", ["auto", "svd"])
@pytest.mark.parametrize("seeds", [range(30), range(30, 60)])
def test_hard_problems_are_solved_and_certified(seeds, solver):
    for seed in seeds:
        X, y, weights = hard_problem(seed)
        size = max((y - y.mean()) @ (y - y.mean()), 1e-12)
        # the floor of rounding: 1e-14 of the largest mean square about the mean
        floor = 1e-14 * len(y) * max(X.var(0).max(), 1e-12)
        for alpha in (0.0, *floor * np.array([1.0, 1e4, 1e8, 1e12])):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                model = Ridge(alpha, solver=solver).fit(X, y, weights)
            assert np.isfinite(model.coef_).all() and np.isfinite(model.intercept_), seed
            assert suboptimality(X, y, model.coef_, alpha, weights) <= 1e-10, (seed, alpha)
            if solver == "svd" and alpha == 0 and caught:
                # The solution is right, but with some builds of LAPACK the one residual of seed 55 is not orthogonal
                # enough to X to prove it: then the one warning says so.
                assert [warning.category for warning in caught] == [ConvergenceWarning], seed
                continue
            assert not caught, (seed, alpha)
            assert 0 <= model.dual_gap_ <= 1e-9 * size * (1 if weights is None else 4), (seed, alpha)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1)])
@pytest.mark.parametrize("alpha", [0.0, 1e-300, 1.0, 1e300])
def test_smallest_problems(shape, alpha):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=shape), rng.normal(size=shape[0])
    for fit_intercept in (True, False):
        for solver in ("auto", "svd", "lsqr", "sparse_cg", "active_set"):
            model = Ridge(alpha, fit_intercept=fit_intercept, solver=solver).fit(X, y)
            if shape[0] == 1 and fit_intercept:
                assert_array_equal(model.coef_, 0)
            gap = suboptimality(X, y, model.coef_, min(alpha, 1e100), center=fit_intercept)
            assert gap <= 2e-8 and model.dual_gap_ <= 2e-8 * (y @ y)


def test_a_path_warns_once():
    X, y, _ = problem("wide")
    with pytest.warns(ConvergenceWarning, match="alpha=0.0001 .*increase max_iter") as caught:
        ridge_path(X, y, ALPHAS, solver="lsqr", max_iter=1, tol=1e-8)
    assert len(caught) == 1


@pytest.mark.parametrize("alphas", [None, 5, 0, 1.0, True, [], [[1.0, 2.0]]])
def test_there_is_no_automatic_grid(alphas):
    X, y, _ = problem("tall")
    with pytest.raises(ValueError, match=r"alphas must be a non-empty 1-dimensional array, got .*no automatic grid"):
        ridge_path(X, y, alphas)
    if not np.isscalar(alphas) or alphas is True:
        with pytest.raises(ValueError, match="alphas must be a number or a non-empty 1-dimensional array, got"):
            RidgeCV(alphas=alphas).fit(X, y)
