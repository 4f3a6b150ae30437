"""Where scikit-learn 1.9.1 surprises its users, ours do not: one test for each such quirk."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn.linear_model as sk
from numpy.testing import assert_allclose, assert_array_equal

from sparsereg import ElasticNet, ElasticNetCV, Lasso, LassoCV, Ridge, enet_path, lasso_path, ridge_path

ESTIMATORS = [Lasso, ElasticNet, Ridge]
COORDINATE = [Lasso, ElasticNet]
SEARCHES = [LassoCV, ElasticNetCV]
SOLVERS = ["auto", "coordinate_descent"]

RNG = np.random.default_rng(1)
X = RNG.normal(size=(40, 6)) + 1.5
Y = X @ np.array([2.0, 0.0, -3.0, 0.0, 0.0, 1.0]) + RNG.normal(size=40)
WEIGHTS = RNG.integers(0, 4, size=40).astype(float)
# Two solves of one problem that differ in rounding only; coefficients are of order 1.
ROUNDING = {"rtol": 0, "atol": 1e-9}

MAKE = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "float32 F": lambda X: np.asfortranarray(X, dtype=np.float32),
    "csc": sp.csc_array,
    "csr": sp.csr_array,
}


def memory_of(X):
    """The arrays that hold X."""
    return [X.data, X.indices, X.indptr] if sp.issparse(X) else [X]


# -- The user's arrays


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("copy_X", [True, False])
@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_fit_never_writes_to_the_users_arrays(estimator, make, copy_X, fit_intercept):
    for options in ({}, {"standardize": True}, {"positive": True}):
        Xm, y, weights = MAKE[make](X), Y.copy(), WEIGHTS.copy()
        arrays = [*memory_of(Xm), y, weights]
        before = [array.tobytes() for array in arrays]
        model = estimator(alpha=0.1, fit_intercept=fit_intercept, copy_X=copy_X, **options)
        model.fit(Xm, y, sample_weight=weights)
        assert [array.tobytes() for array in arrays] == before


@pytest.mark.parametrize("make", MAKE)
def test_paths_never_write_to_the_users_arrays(make):
    Xm, y, weights, alphas = MAKE[make](X), Y.copy(), WEIGHTS.copy(), np.array([0.1, 1.0, 0.5])
    start = np.ones(6)
    arrays = [*memory_of(Xm), y, weights, alphas, start]
    before = [array.tobytes() for array in arrays]
    lasso_path(Xm, y, alphas=alphas, sample_weight=weights, coef_init=start, copy_X=False)
    enet_path(Xm, y, alphas=alphas, sample_weight=weights, standardize=True, fit_intercept=True)
    ridge_path(Xm, y, alphas, sample_weight=weights)
    assert [array.tobytes() for array in arrays] == before


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("estimator", SEARCHES)
def test_cross_validation_never_writes_to_the_users_arrays(estimator, make, fit_intercept):
    # scikit-learn's writes to X in Fortran order where there are weights and no intercept
    for options in ({}, {"standardize": True}, {"solver": "working_set"}, {"criterion": "loo"}, {"copy_X": False}):
        Xm, y, weights, alphas = MAKE[make](X), Y.copy(), WEIGHTS + 0.5, np.array([0.1, 1.0, 0.5])
        arrays = [*memory_of(Xm), y, weights, alphas]
        before = [array.tobytes() for array in arrays]
        model = estimator(alphas=alphas, fit_intercept=fit_intercept, cv=4, scoring=None, **options)
        model.fit(Xm, y, sample_weight=weights)
        assert [array.tobytes() for array in arrays] == before


@pytest.mark.parametrize("estimator", COORDINATE)
def test_the_gram_of_the_user_is_not_written_to(estimator):
    gram = np.asfortranarray(X.T @ X)
    before = gram.tobytes()
    estimator(alpha=0.1, fit_intercept=False, precompute=gram).fit(X, Y)
    assert gram.tobytes() == before


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("estimator", COORDINATE)
@pytest.mark.parametrize("target", [Y, np.c_[Y, -Y]], ids=["1-d", "2-d"])
def test_warm_start_leaves_the_coefficients_of_the_last_fit_alone(estimator, solver, target):
    model = estimator(alpha=0.1, warm_start=True, solver=solver).fit(X, target)
    last = model.coef_
    kept = last.copy()
    model.set_params(alpha=1.0).fit(X, target)
    assert_array_equal(last, kept)
    assert not np.shares_memory(model.coef_, last)
    assert np.abs(model.coef_ - kept).max() > 0.1


@pytest.mark.parametrize("estimator", COORDINATE)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_warm_start_from_a_fit_that_overflowed_starts_anew(estimator, value):
    model = estimator(alpha=0.1, warm_start=True).fit(X, Y)
    expected = model.coef_
    model.coef_ = np.full(6, value)
    assert_allclose(model.fit(X, Y).coef_, expected, **ROUNDING)


# -- Parameters


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_integer_alpha_is_a_float(estimator):
    assert_array_equal(estimator(alpha=1).fit(X, Y).coef_, estimator(alpha=1.0).fit(X, Y).coef_)


def test_integer_alphas_are_floats():
    for path in (lasso_path, enet_path, ridge_path):
        found, expected = (path(X, Y, alphas=grid) for grid in ([0, 2, 1], [2.0, 1.0, 0.0]))
        assert found[0].dtype == np.float64
        assert_array_equal(found[0], [2.0, 1.0, 0.0])
        assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("estimator", COORDINATE)
@pytest.mark.parametrize("max_iter", [None, 0, -1, 2.5, True, "many"])
def test_a_wrong_max_iter_is_named(estimator, max_iter):
    with pytest.raises((ValueError, TypeError), match=f"max_iter must be .*got {max_iter!r}"):
        estimator(max_iter=max_iter).fit(X, Y)


def test_max_iter_none_is_a_value_of_ridge():
    assert_allclose(Ridge(max_iter=None).fit(X, Y).coef_, sk.Ridge(max_iter=None).fit(X, Y).coef_, **ROUNDING)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("name, value", [("tol", None), ("tol", -1.0), ("alpha", -1.0), ("alpha", None)])
def test_a_wrong_number_is_named(estimator, name, value):
    with pytest.raises((ValueError, TypeError), match=f"{name} must be .*got {value!r}"):
        estimator(**{name: value}).fit(X, Y)


@pytest.mark.parametrize("estimator", SEARCHES)
def test_integer_alphas_of_a_search_are_floats(estimator):
    model = estimator(alphas=[0, 1]).fit(X, Y)
    assert (model.alphas_.dtype, type(model.alpha_)) == (np.float64, np.float64)


@pytest.mark.parametrize("estimator", SEARCHES)
def test_an_integer_in_place_of_alphas_may_be_none_as_it_once_was(estimator):
    assert estimator(alphas=None, n_alphas=7).fit(X, Y).alphas_.shape == (7,)
    assert estimator(alphas=None).fit(X, Y).alphas_.shape == (100,)


# -- Weights


@pytest.mark.parametrize("path", [lasso_path, enet_path])
@pytest.mark.parametrize("make", MAKE)
def test_paths_honour_sample_weights(path, make):
    parameters = {"alphas": [1.0, 0.1], "fit_intercept": True}
    weighted = path(MAKE[make](X), Y, sample_weight=WEIGHTS, **parameters)[1]
    rows = np.repeat(np.arange(40), WEIGHTS.astype(int))
    repeated = path(X[rows], Y[rows], **parameters)[1]
    # float32: X is rounded before the fit and coefficients after it
    allowed = {"rtol": 0, "atol": 1e-5} if "32" in make else ROUNDING
    assert_allclose(weighted, repeated, **allowed)
    assert np.abs(weighted - path(MAKE[make](X), Y, **parameters)[1]).max() > 0.01


@pytest.mark.parametrize("path", [lasso_path, enet_path])
def test_the_automatic_grid_of_a_path_honours_sample_weights(path):
    alphas, coefs, _ = path(X, Y, alphas=3, sample_weight=WEIGHTS)
    # the first alpha is the smallest at which everything is zero
    assert not coefs[:, 0].any()
    below = path(X, Y, alphas=[0.99 * alphas[0]], sample_weight=WEIGHTS)[1]
    assert below.any()


@pytest.mark.parametrize(
    "weights, message",
    [
        (-np.ones(40), "sample_weight must be >= 0 and finite, got -1.0 at index 0"),
        (
            np.where(np.arange(40) == 7, -0.5, 1.0),
            "sample_weight must be >= 0 and finite, got -0.5 at index 7",
        ),
        (
            np.where(np.arange(40) == 7, np.nan, 1.0),
            "sample_weight must be >= 0 and finite, got nan at index 7",
        ),
        (np.zeros(40), "sample_weight must have an entry > 0, got only zeros"),
        (np.ones(39), "sample_weight has 39 entries but X has 40 samples"),
        (-1.0, "sample_weight must be > 0 and finite when a number, got -1.0"),
    ],
    ids=["negative", "one negative", "NaN", "zeros", "length", "number"],
)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_weights_that_are_none_are_rejected(estimator, weights, message):
    with pytest.raises(ValueError, match=message):
        estimator().fit(X, Y, sample_weight=weights)


@pytest.mark.parametrize("estimator", COORDINATE)
def test_a_number_as_weight_is_no_weight(estimator):
    plain = estimator(alpha=0.1).fit(X, Y)
    assert_array_equal(estimator(alpha=0.1).fit(X, Y, sample_weight=3.0).coef_, plain.coef_)


def test_a_number_as_weight_of_ridge_is_the_weight_of_each_row():
    expected = Ridge(alpha=6.0).fit(X, Y, sample_weight=np.full(40, 3.0))
    assert_allclose(Ridge(alpha=6.0).fit(X, Y, sample_weight=3.0).coef_, expected.coef_, **ROUNDING)
    assert_allclose(Ridge(alpha=2.0).fit(X, Y).coef_, expected.coef_, **ROUNDING)


# -- Sparse X


@pytest.mark.parametrize("container", [sp.csc_array, sp.csr_array, sp.csc_matrix, sp.csr_matrix])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_indices_of_64_bits_are_accepted(estimator, container):
    Xs = container(X)
    Xs.indices, Xs.indptr = Xs.indices.astype(np.int64), Xs.indptr.astype(np.int64)
    model = estimator(alpha=0.1).fit(Xs, Y, sample_weight=WEIGHTS)
    assert Xs.indices.dtype == np.int64
    expected = estimator(alpha=0.1).fit(X, Y, sample_weight=WEIGHTS)
    assert_allclose(model.coef_, expected.coef_, **ROUNDING)
    assert_allclose(model.predict(Xs), expected.predict(X), **ROUNDING)


@pytest.mark.parametrize("solver", ["active_set", "working_set"])
@pytest.mark.parametrize("container", [sp.csc_array, sp.csr_matrix])
@pytest.mark.parametrize("estimator", SEARCHES)
def test_indices_of_64_bits_are_accepted_by_a_search(estimator, container, solver):
    Xs = container(X)
    Xs.indices, Xs.indptr = Xs.indices.astype(np.int64), Xs.indptr.astype(np.int64)
    model, expected = (estimator(solver=solver, alphas=5).fit(Xm, Y, sample_weight=WEIGHTS + 1) for Xm in (Xs, X))
    assert_allclose(model.mse_path_, expected.mse_path_, rtol=1e-9)
    assert_allclose(model.coef_, expected.coef_, **ROUNDING)


@pytest.mark.parametrize("container", [sp.csc_array, sp.csr_array])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_unsorted_and_duplicate_entries_are_what_they_stand_for(estimator, container):
    halves = container(X)
    order = slice(None, None, -1)
    major, minor = len(halves.indptr) - 1, len(halves.indices) // (len(halves.indptr) - 1)
    indices = np.repeat(halves.indices.reshape(major, minor)[:, order], 2, axis=1).ravel()
    data = np.repeat(halves.data.reshape(major, minor)[:, order] / 2, 2, axis=1).ravel()
    Xs = container((data, indices, 2 * halves.indptr), shape=X.shape)
    assert_array_equal(Xs.toarray(), X)
    before = Xs.indices.tobytes()
    model = estimator(alpha=0.1).fit(Xs, Y)
    assert Xs.indices.tobytes() == before
    assert_allclose(model.coef_, estimator(alpha=0.1).fit(X, Y).coef_, **ROUNDING)


# -- Warnings


@pytest.mark.parametrize("max_iter", [1, 1000])
@pytest.mark.parametrize("estimator", COORDINATE)
def test_an_exact_solution_never_warns(estimator, max_iter):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # scikit-learn warns of alpha=0, and of few iterations
        for alpha in (0, 1e-6, 1.0):
            model = estimator(alpha=alpha, max_iter=max_iter).fit(X, Y)
    expected = estimator(alpha=1.0).fit(X, Y)
    assert_array_equal(model.coef_, expected.coef_)


@pytest.mark.parametrize("estimator", COORDINATE)
def test_alpha_zero_is_least_squares(estimator):
    expected = sk.LinearRegression().fit(X, Y)
    model = estimator(alpha=0).fit(X, Y)
    assert_allclose(model.coef_, expected.coef_, **ROUNDING)
    assert_allclose(model.intercept_, expected.intercept_, **ROUNDING)


# -- Paths


@pytest.mark.parametrize("path", [lasso_path, enet_path])
def test_a_path_of_one_alpha_keeps_its_axis(path):
    alphas, coefs, gaps, n_iters = path(X, Y, alphas=[0.5], return_n_iter=True)
    assert (alphas.shape, coefs.shape, gaps.shape, len(n_iters)) == ((1,), (6, 1), (1,), 1)
    alphas, coefs, gaps = path(X, Y, alphas=1)
    assert (alphas.shape, coefs.shape, gaps.shape) == ((1,), (6, 1), (1,))


@pytest.mark.parametrize("estimator", SEARCHES)
def test_a_search_over_one_alpha_keeps_its_axis(estimator):
    model = estimator(alphas=[0.5]).fit(X, Y)
    assert (model.alphas_.shape, model.mse_path_.shape) == ((1,), (1, 5))


@pytest.mark.parametrize("path, estimator", [(lasso_path, Lasso), (enet_path, ElasticNet)])
@pytest.mark.parametrize("make", MAKE)
def test_a_path_holds_the_fits_of_the_estimator(path, estimator, make):
    alphas, coefs, gaps = path(MAKE[make](X), Y, alphas=[1.0, 0.3, 0.01], sample_weight=WEIGHTS)
    for k, alpha in enumerate(alphas):
        model = estimator(alpha=alpha, fit_intercept=False).fit(MAKE[make](X), Y, sample_weight=WEIGHTS)
        # float32: the solutions are rounded to it
        assert_allclose(coefs[:, k], model.coef_, **({"rtol": 1e-6} if "32" in make else ROUNDING))
        # both are rounding (about 1e-12 of y'y/n = 30); float32: of rounded coefficients
        assert_allclose(gaps[k], model.dual_gap_, rtol=0, atol=1e-4 if "32" in make else 1e-10)
