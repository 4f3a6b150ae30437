"""Exact leave-one-out is exact: against rational arithmetic, fits one by one, and where formulas lose digits."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from reference.leave_one_out import left_out_errors
from sklearn.model_selection import LeaveOneOut

from sparsereg import Ridge, RidgeCV
from sparsereg.model_selection import ridge_small

ALPHAS = np.array([1e9, 1e3, 1.0, 1e-3, 1e-9])
SHAPES = {"tall": (8, 5), "one more": (8, 7), "square": (8, 8), "wide": (8, 14)}
INF = np.inf


@pytest.fixture(params=[ridge_small.SMALL, 0], ids=["small", "large"], autouse=True, scope="module")
def small(request):
    """Every problem here by the formulas for small ones, and by those for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ridge_small, "SMALL", request.param)
        yield request.param


def problem(shape, kind, seed=0):
    n, p = SHAPES[shape]
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    if kind == "collinear":
        X[:, 1] = 2 * X[:, 0]
    if kind == "far":
        X += 1e5
    return X, rng.normal(size=n), rng.random(n) + 0.1


def errors_of(X, y, weights=None, alphas=ALPHAS, **parameters):
    """Left-out errors (n, K), by way of the predictions."""
    model = RidgeCV(alphas, scoring="r2", store_cv_results=True, **parameters).fit(X, y, weights)
    return y[..., None] - model.cv_results_


def one_by_one(X, y, alphas, weights=None, **parameters):
    """The same by fits of Ridge to the other rows."""
    errors = np.empty((len(y), len(alphas)))
    for i in range(len(y)):
        kept = np.arange(len(y)) != i
        for k, alpha in enumerate(alphas):
            model = Ridge(alpha, **parameters).fit(X[kept], y[kept], None if weights is None else weights[kept])
            errors[i, k] = y[i] - model.predict(X[[i]])[0]
    return errors


@pytest.mark.parametrize("kind", ["plain", "collinear", "far"])
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_that_of_rational_arithmetic(shape, kind):
    X, y, weights = problem(shape, kind)
    p = X.shape[1]
    factor = np.r_[0.0, INF, np.linspace(0.5, 2, p - 2)]
    for parameters in ({}, {"fit_intercept": False}, {"penalty_factor": factor}):
        # without an intercept the means count: eps times the condition of X, 5e6, over the least 1 - h, 1e-4
        rtol = 1e-5 if kind == "far" and parameters == {"fit_intercept": False} else 1e-10
        found = errors_of(X, y, weights, **parameters)
        for k, alpha in enumerate(ALPHAS):
            expected = left_out_errors(X, y, alpha, weights, **parameters)
            assert_allclose(found[:, k], expected, rtol=0, atol=rtol * np.abs(expected).max())


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_features_without_a_penalty_that_fit_every_row_leave_nothing_to_shrink(fit_intercept):
    X, y, weights = problem("wide", "plain")
    factor = np.r_[np.zeros(8), np.ones(6)]
    # what is left out has no unique prediction, for any of the penalties
    found = errors_of(X, y, weights, fit_intercept=fit_intercept, penalty_factor=factor)
    assert np.isfinite(found).all()
    assert np.abs(found).max() > 1e-3 * np.abs(y).max()
    model = RidgeCV(ALPHAS, fit_intercept=fit_intercept, penalty_factor=factor).fit(X, y, weights)
    assert_allclose(model.predict(X), y)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_that_of_fits_one_by_one(shape):
    X, y, weights = problem(shape, "plain")
    alphas = [10.0, 0.1]
    factor = np.linspace(0.1, 3, X.shape[1])
    bounds = {"bounds": (-0.1, 0.3)}
    for parameters in ({}, {"penalty_factor": factor}, {"positive": True}, bounds):
        expected = one_by_one(X, y, alphas, weights, **parameters)
        for store in (np.asfortranarray, sp.csc_array, sp.csr_array):
            found = errors_of(store(X), y, weights, alphas, **parameters)
            assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


@given(st.integers(0, 10**6), st.integers(3, 12), st.integers(1, 14), st.booleans(), st.floats(-6, 6))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_it_is_that_of_folds_of_one_row(seed, n, p, fit_intercept, power):
    rng = np.random.default_rng(seed)
    X, Y, weights = rng.integers(-2, 3, (n, p)).astype(float), rng.normal(size=(n, 2)), rng.random(n) + 0.1
    alphas = [10.0**power, 1.0]
    left_out = RidgeCV(alphas, fit_intercept=fit_intercept).fit(X, Y, weights)
    given = {"cv": LeaveOneOut(), "scoring": "neg_mean_squared_error", "fit_intercept": fit_intercept}
    folds = RidgeCV(alphas, **given).fit(X, Y, weights)
    means = weights @ np.moveaxis(folds.cv_result_.fold_errors, 0, 1) / n
    # integers make singular fits: their predictions have what 1e-6 leaves of the digits of a Gram matrix
    assert_allclose(left_out.cv_result_.loss, means, rtol=1e-6, atol=1e-9)


def test_many_rows_are_read_in_pieces_whatever_the_store():
    rng = np.random.default_rng(0)
    n, p = 3000, 40
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.3)
    Y = rng.normal(size=(n, 2))
    alphas = np.logspace(-2, 4, 1000)  # blocks of 2**21 elements then have 1000 rows, or 700 of the directions
    dense = RidgeCV(alphas).fit(X, Y)
    for store in (sp.csc_array, sp.csr_array, np.asfortranarray):
        assert_allclose(RidgeCV(alphas).fit(store(X), Y).cv_result_.loss, dense.cv_result_.loss, rtol=1e-11)
    hat = X - X.mean(0)
    hat = hat @ np.linalg.solve(hat.T @ hat + alphas[500] * np.eye(p), hat.T) + 1 / n
    expected = np.square((Y - hat @ Y) / (1 - np.diag(hat))[:, None]).mean()
    assert_allclose(dense.cv_result_.loss[500], expected, rtol=1e-11)


@pytest.mark.parametrize("parameters", [{}, {"penalty_factor": np.r_[0.0, np.ones(7)]}])
def test_a_row_alone_with_its_feature(parameters):
    """Left out, its feature is constant: 1 - h vanishes with alpha, or is 0 where the feature has no penalty."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 8)), rng.normal(size=60)
    X[:, 0] = 0
    X[17, 0] = 5.0
    alphas = [1.0, 1e-6, 1e-9]
    found = errors_of(X, y, alphas=alphas, **parameters)
    others = np.arange(60) != 17
    for k, alpha in enumerate(alphas):
        model = Ridge(alpha).fit(X[others, 1:], y[others])
        assert_allclose(found[17, k], y[17] - model.predict(X[[17], 1:])[0], rtol=1e-9)
        factor = parameters.get("penalty_factor")
        near = Ridge(alpha, penalty_factor=factor).fit(X[1:], y[1:])
        assert_allclose(found[0, k], y[0] - near.predict(X[[0]])[0], rtol=1e-9)


def test_features_without_a_penalty_that_depend_on_each_other():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 6)), rng.normal(size=30)
    X[:, 1] = X[:, 0]
    factor = np.r_[0.0, 0.0, np.ones(4)]
    found = errors_of(X, y, alphas=[1.0], penalty_factor=factor)
    assert_allclose(found, one_by_one(X[:, 1:], y, [1.0], penalty_factor=factor[1:]), rtol=1e-9)


@pytest.mark.parametrize("factor", [0.0, INF])
def test_no_feature_has_a_penalty(factor):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    found = errors_of(X, y, alphas=[1.0], penalty_factor=np.full(3, factor))
    assert_allclose(found, one_by_one(X, y, [1.0], penalty_factor=np.full(3, factor)), rtol=1e-9)


def test_penalty_factors_of_any_ratio():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    factor = np.array([1e-13, 1.0, 1e3, 1.0])
    found = errors_of(X, y, alphas=[1.0], penalty_factor=factor)
    assert_allclose(found, one_by_one(X, y, [1.0], penalty_factor=factor), rtol=1e-8)


def test_standardize_keeps_the_scale_of_all_rows():
    X, y, weights = problem("tall", "plain")
    X = X * np.geomspace(1e-3, 1e3, X.shape[1])
    scale = np.sqrt(np.average(np.square(X - np.average(X, axis=0, weights=weights)), axis=0, weights=weights))
    found = errors_of(X, y, weights, standardize=True)
    expected = errors_of(X / scale, y, weights)
    assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    bounded = errors_of(X, y, weights, alphas=[1.0], standardize=True, bounds=(-1e9, 1e9))
    assert_allclose(bounded[:, 0], expected[:, 2], rtol=1e-7)


def test_a_row_far_from_all_others():
    X, y, weights = problem("tall", "plain")
    X[3] = 1e8
    found = errors_of(X, y, weights, alphas=[1.0])[:, 0]
    # scikit-learn says 1.2 where this row is wrong by 1e7
    assert_allclose(found, left_out_errors(X, y, 1.0, weights), rtol=1e-7)
