"""Fitted on anything, ours have the attributes and values of scikit-learn's Lasso, ElasticNet and Ridge."""

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
import sklearn.linear_model as sk
from drop_in import COORDINATE, MATRICES, NAMES, TARGETS, WEIGHTS, X, Y, fitted_attributes, kind, pair, precise_pair
from sklearn.base import clone

import sparsereg as ours

# No warning but those expected, from either side.
pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("name", NAMES)
def test_fitted_attributes_are_scikit_learns(name, matrix, target, fit_intercept):
    data = MATRICES[matrix], TARGETS[target]
    theirs, mine = (model.fit(*data) for model in precise_pair(name, data[0], alpha=0.05, fit_intercept=fit_intercept))
    assert fitted_attributes(theirs) <= fitted_attributes(mine)
    for attribute in fitted_attributes(theirs) - {"n_iter_", "dual_gap_", "solver_"}:
        assert kind(getattr(mine, attribute)) == kind(getattr(theirs, attribute)), attribute
    assert kind(mine.predict(data[0])) == kind(theirs.predict(data[0]))

    # scikit-learn's rounding in the precision of X, relative to coefficients and targets of order 10
    single = mine.coef_.dtype == np.float32
    allowed = {"rtol": 1e-4, "atol": 1e-4} if single else {"rtol": 1e-8, "atol": 1e-8}
    np.testing.assert_allclose(mine.coef_, theirs.coef_, **allowed)
    np.testing.assert_allclose(mine.intercept_, theirs.intercept_, **allowed)
    np.testing.assert_allclose(mine.predict(data[0]), theirs.predict(data[0]), **allowed)
    np.testing.assert_allclose(mine.score(*data), theirs.score(*data), **allowed)


@pytest.mark.parametrize("target", ["1-d", "one column", "two columns"])
@pytest.mark.parametrize("name", COORDINATE)
def test_iterations_and_gaps_have_scikit_learns_form(name, target):
    theirs, mine = (model.fit(X, TARGETS[target]) for model in pair(name, alpha=0.05))
    assert kind(mine.n_iter_) == kind(theirs.n_iter_)
    assert np.shape(mine.dual_gap_) == np.shape(theirs.dual_gap_)
    # float64 also where X is float32: a certificate is not rounded to the precision it certifies
    assert np.asarray(mine.dual_gap_).dtype == np.float64


@pytest.mark.parametrize("target", ["1-d", "one column", "two columns"])
def test_ridge_reports_iterations_gaps_and_solver(target):
    model = ours.Ridge(alpha=0.05).fit(X, TARGETS[target])
    # scikit-learn has None for closed forms, which its own checks reject as soon as max_iter is a parameter
    assert type(model.n_iter_) is int
    assert np.shape(model.dual_gap_) == ((2,) if target == "two columns" else ())
    assert isinstance(model.solver_, str)


@pytest.mark.parametrize("solver", ["auto", "active_set", "coordinate_descent"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "alpha, target",
    [(0.0, Y), (1e-3, Y), (1e6, Y), (1.0, np.zeros(30)), (1.0, np.ones(30)), (1.0, np.c_[Y, np.zeros(30)])],
    ids=["least squares", "weak", "all zero", "zero target", "constant target", "two targets"],
)
def test_iterations_are_at_least_one(name, solver, alpha, target):
    model = getattr(ours, name)(alpha=alpha, solver=solver).fit(X, target)
    counts = model.n_iter_ if isinstance(model.n_iter_, list) else [model.n_iter_]
    assert all(type(count) is int and count >= 1 for count in counts)


@pytest.mark.parametrize("interface, container", [("spmatrix", sp.csr_matrix), ("sparray", sp.csr_array)])
@pytest.mark.parametrize("target", ["1-d", "two columns"])
@pytest.mark.parametrize("name", COORDINATE)
def test_sparse_coef_follows_the_sparse_interface(name, target, interface, container):
    theirs, mine = (model.fit(X, TARGETS[target]) for model in pair(name, alpha=0.5))
    with sklearn.config_context(sparse_interface=interface):
        found, expected = mine.sparse_coef_, theirs.sparse_coef_
    assert type(found) is container
    assert kind(found) == kind(expected)
    np.testing.assert_array_equal(found.toarray(), np.atleast_2d(mine.coef_))
    assert found.nnz == np.count_nonzero(mine.coef_)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("matrix", ["C", "float32", "csr_matrix"])
def test_sample_weights_give_scikit_learns_fit(name, matrix):
    for target in (Y, np.c_[Y, -Y]):
        theirs, mine = (
            model.fit(MATRICES[matrix], target, sample_weight=WEIGHTS)
            for model in precise_pair(name, MATRICES[matrix], alpha=0.1)
        )
        # float32: scikit-learn's rounding; the coefficients are of order 1
        allowed = 1e-5 if matrix == "float32" else 1e-8
        np.testing.assert_allclose(mine.coef_, theirs.coef_, rtol=0, atol=allowed)
        np.testing.assert_allclose(mine.intercept_, theirs.intercept_, rtol=0, atol=allowed)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_positive_gives_scikit_learns_fit(name, fit_intercept):
    parameters = {"alpha": 0.1, "positive": True, "fit_intercept": fit_intercept}
    theirs, mine = (model.fit(X, Y) for model in precise_pair(name, X, **parameters))
    assert mine.coef_.min() == 0
    np.testing.assert_allclose(mine.coef_, theirs.coef_, rtol=0, atol=1e-7)


@pytest.mark.parametrize("alpha", [[0.1, 10.0], np.array([0.0, 3.0])])
def test_ridge_takes_one_alpha_for_each_target(alpha):
    target = np.c_[Y, 1.0 - 2.0 * Y]
    theirs, mine = (model.fit(X, target) for model in pair("Ridge", alpha=np.asarray(alpha)))
    np.testing.assert_allclose(mine.coef_, theirs.coef_, rtol=1e-9, atol=1e-10)
    for k in range(2):
        np.testing.assert_allclose(
            mine.coef_[k], ours.Ridge(alpha=float(alpha[k])).fit(X, target[:, k]).coef_, rtol=1e-9, atol=1e-10
        )


@pytest.mark.parametrize("solver", ["auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga"])
@pytest.mark.parametrize("matrix", ["C", "csr_matrix"])
def test_ridge_takes_every_solver_name_of_scikit_learn(solver, matrix):
    expected = sk.Ridge(alpha=0.1, solver="cholesky").fit(X, Y)
    model = ours.Ridge(alpha=0.1, solver=solver, tol=1e-12).fit(MATRICES[matrix], Y)
    np.testing.assert_allclose(model.coef_, expected.coef_, rtol=0, atol=1e-9)
    assert isinstance(model.solver_, str)


def test_ridge_lbfgs_is_for_positive_coefficients_as_in_scikit_learn():
    expected = sk.Ridge(alpha=0.1, solver="lbfgs", positive=True, tol=1e-12).fit(X, Y)
    model = ours.Ridge(alpha=0.1, solver="lbfgs", positive=True).fit(X, Y)
    np.testing.assert_allclose(model.coef_, expected.coef_, rtol=0, atol=1e-7)
    for candidate in pair("Ridge", solver="lbfgs"):
        with pytest.raises(ValueError, match="positive"):
            candidate.fit(X, Y)


@pytest.mark.parametrize("name", COORDINATE)
def test_precompute_does_not_change_the_answer(name):
    plain = getattr(ours, name)(alpha=0.1, fit_intercept=False).fit(X, Y)
    for precompute in (True, X.T @ X):
        model = clone(plain).set_params(precompute=precompute).fit(X, Y)
        np.testing.assert_allclose(model.coef_, plain.coef_, rtol=1e-10, atol=1e-12)
    centered = getattr(ours, name)(alpha=0.1).fit(X, Y)
    with pytest.warns(UserWarning, match="Gram matrix was provided but X was centered"):
        model = clone(centered).set_params(precompute=X.T @ X).fit(X, Y)
    np.testing.assert_allclose(model.coef_, centered.coef_, rtol=1e-10, atol=1e-12)
    for candidate in pair(name, precompute=2 * X.T @ X, fit_intercept=False):
        with pytest.raises(ValueError, match="Gram"):
            candidate.fit(X, Y)
    for candidate in pair(name, precompute="auto"):
        with pytest.raises(ValueError, match="precompute"):
            candidate.fit(X, Y)


@pytest.mark.parametrize("name", COORDINATE)
def test_warm_start_and_selection_end_at_the_same_solution(name):
    cold = getattr(ours, name)(alpha=0.05).fit(X, Y)
    for solver in ("auto", "coordinate_descent"):
        warm = getattr(ours, name)(alpha=1.0, solver=solver, warm_start=True, tol=1e-13)
        warm.set_params(selection="random", random_state=3).fit(X, Y).set_params(alpha=0.05).fit(X, Y)
        # a gap of tol y'y/n leaves coefficients an error of its square root
        np.testing.assert_allclose(warm.coef_, cold.coef_, rtol=0, atol=1e-6)
