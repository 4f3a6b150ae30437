"""Ours keep what scikit-learn's Lasso, ElasticNet and Ridge promise; the installed ones are the reference."""

import inspect
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
import sklearn.linear_model as sk
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

import sparsereg as ours

NAMES = ["Lasso", "ElasticNet", "Ridge"]
COORDINATE = ["Lasso", "ElasticNet"]
PATHS = ["lasso_path", "enet_path"]
ADDED = {"penalty_factor": None, "bounds": None, "standardize": False, "solver": "auto"}

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 5))
Y = X @ np.array([3.0, 0.0, -2.0, 0.0, 1.0]) + RNG.normal(size=30)
WEIGHTS = RNG.uniform(0.5, 2.0, size=30)
MATRICES = {
    "C": X,
    "F": np.asfortranarray(X),
    "float32": X.astype(np.float32),
    "float16": X.astype(np.float16),
    "integer": np.round(10 * X).astype(int),
    "boolean": X > 0,
    "list": X.tolist(),
    "csr_matrix": sp.csr_matrix(X),
    "csc_array": sp.csc_array(X),
    "csr_float32": sp.csr_array(X.astype(np.float32)),
    "coo_matrix": sp.coo_matrix(X),
}
TARGETS = {
    "1-d": Y,
    "float32": Y.astype(np.float32),
    "integer": np.round(Y).astype(int),
    "list": Y.tolist(),
    "one column": Y[:, None],
    "two columns": np.c_[Y, 1.0 - 2.0 * Y],
}


# No warning but those expected, from either side.
pytestmark = pytest.mark.filterwarnings("error")


def pair(name, **parameters):
    """scikit-learn's estimator and ours, with the same parameters."""
    return getattr(sk, name)(**parameters), getattr(ours, name)(**parameters)


def precise_pair(name, X, **parameters):
    """As `pair`, with a tolerance for scikit-learn at which its error is that of the precision of X.

    Ours keeps its default tolerance: it is exact all the same.
    """
    theirs, mine = pair(name, **parameters)
    single = getattr(X, "dtype", None) == np.float32
    if name in COORDINATE:
        theirs.set_params(tol=1e-7 if single else 1e-14, max_iter=100_000)
    elif parameters.get("positive"):
        theirs.set_params(tol=1e-12)
    return theirs, mine


def kind(value):
    """What a caller can rely on without looking at the numbers."""
    if isinstance(value, np.ndarray):
        return "array", value.shape, value.dtype
    if isinstance(value, list):
        return [kind(item) for item in value]
    if sp.issparse(value):
        return type(value), value.shape, value.dtype
    return type(value)


def fitted_attributes(model):
    return {name for name in vars(model) if name.endswith("_")}


def parameters_of(function):
    """The parameters that can be named, in order, without **params."""
    found = inspect.signature(function).parameters.values()
    return {p.name: p for p in found if p.kind is not inspect.Parameter.VAR_KEYWORD}


# -- Signatures


@pytest.mark.parametrize("name", NAMES)
def test_constructor_is_scikit_learns_with_keyword_only_additions(name):
    theirs, mine = (parameters_of(c) for c in (getattr(sk, name), getattr(ours, name)))
    shared = [p for p in mine if p in theirs]
    assert shared == list(theirs)
    for parameter in shared:
        assert mine[parameter].default == theirs[parameter].default
        assert mine[parameter].kind is theirs[parameter].kind
    added = {p: mine[p].default for p in mine if p not in theirs}
    assert added == {p: default for p, default in ADDED.items() if p not in theirs}
    assert all(mine[p].kind is inspect.Parameter.KEYWORD_ONLY for p in added)


@pytest.mark.parametrize("name", PATHS)
def test_path_takes_scikit_learns_parameters_and_keyword_only_additions(name):
    theirs, mine = (parameters_of(f) for f in (getattr(sk, name), getattr(ours, name)))
    assert [p for p in mine if p in theirs] == list(theirs)
    for parameter in theirs:
        assert mine[parameter].default == theirs[parameter].default
        assert mine[parameter].kind is theirs[parameter].kind
    added = {p: mine[p].default for p in mine if p not in theirs}
    options = {
        "fit_intercept": False,
        "max_features": None,
        "min_improvement": None,
        "return_result": False,
    }
    assert added == ADDED | options
    assert all(mine[p].kind is inspect.Parameter.KEYWORD_ONLY for p in added)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["fit", "predict", "score"])
def test_method_signatures_are_scikit_learns(name, method):
    theirs, mine = (getattr(c, method) for c in (getattr(sk, name), getattr(ours, name)))
    assert str(inspect.signature(mine)) == str(inspect.signature(theirs))


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_of_scikit_learns_class_exists(name):
    theirs, mine = (dir(getattr(module, name)) for module in (sk, ours))
    assert {n for n in theirs if not n.startswith("_")} <= set(mine)


@pytest.mark.parametrize("name", NAMES)
def test_tags_are_scikit_learns(name):
    theirs, mine = (get_tags(model) for model in pair(name))
    # X is read by our own kernels, so that arrays of other libraries are not promised
    mine.array_api_support = theirs.array_api_support = False
    assert mine == theirs


# -- Fitted attributes


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("name", NAMES)
def test_fitted_attributes_are_scikit_learns(name, matrix, target, fit_intercept):
    data = MATRICES[matrix], TARGETS[target]
    theirs, mine = (
        model.fit(*data) for model in precise_pair(name, data[0], alpha=0.05, fit_intercept=fit_intercept)
    )
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
    n_targets = np.ndim(TARGETS[target])
    model = ours.Ridge(alpha=0.05).fit(X, TARGETS[target])
    # scikit-learn has None for closed forms, which its own checks reject as soon as max_iter is a parameter
    assert type(model.n_iter_) is int
    assert np.shape(model.dual_gap_) == ((2,) if target == "two columns" else ()), n_targets
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


# -- Paths


@pytest.mark.parametrize("name, path", zip(COORDINATE, PATHS, strict=True))
def test_path_is_a_static_method_of_the_class(name, path):
    cls = getattr(ours, name)
    assert isinstance(inspect.getattr_static(cls, "path"), staticmethod)
    assert cls.path is getattr(ours, path)
    assert cls().path is getattr(ours, path)


@pytest.mark.parametrize("matrix", ["C", "F", "float32", "integer", "csr_matrix", "csc_array"])
@pytest.mark.parametrize("path", PATHS)
def test_path_returns_scikit_learns_forms_and_values(path, matrix):
    Xm = MATRICES[matrix]
    shift = X.mean(axis=0)
    if matrix in ("C", "F"):  # scikit-learn's grid centres nothing; X and y are centred here for both
        Xm = Xm - shift
    parameters = {"alphas": [0.01, 1.0, 0.1], "return_n_iter": True}
    precise = {"tol": 1e-7 if matrix == "float32" else 1e-14, "max_iter": 100_000}
    theirs = getattr(sk, path)(Xm, Y - Y.mean(), **parameters, **precise)
    mine = getattr(ours, path)(Xm, Y - Y.mean(), **parameters)
    assert len(mine) == len(theirs) == 4
    for found, expected in zip(mine[1:], theirs[1:], strict=True):
        assert np.shape(found) == np.shape(expected)
    assert mine[1].dtype == theirs[1].dtype
    assert isinstance(mine[3], list)
    np.testing.assert_array_equal(mine[0], theirs[0])
    np.testing.assert_allclose(mine[1], theirs[1], rtol=0, atol=1e-4 if matrix == "float32" else 1e-8)


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("matrix", ["C", "csr_matrix"])
@pytest.mark.parametrize("path", PATHS)
def test_automatic_grid_is_scikit_learns(path, matrix, positive):
    parameters = {"alphas": 7, "eps": 1e-2, "positive": positive}
    theirs, mine = (getattr(module, path)(MATRICES[matrix], Y, **parameters)[0] for module in (sk, ours))
    np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    default = getattr(ours, path)(MATRICES[matrix], Y)[0]
    np.testing.assert_allclose(default, getattr(sk, path)(MATRICES[matrix], Y)[0], rtol=1e-12)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("parameters", [{"n_alphas": 5}, {"alphas": None}])
def test_path_warns_of_scikit_learns_deprecations_and_obeys(path, parameters):
    found = {}
    for module in (sk, ours):
        with pytest.warns(FutureWarning, match=next(iter(parameters))):
            found[module] = getattr(module, path)(X, Y, **parameters)[0]
    np.testing.assert_allclose(found[ours], found[sk], rtol=1e-12)


@pytest.mark.parametrize("path", PATHS)
def test_warnings_of_a_path_point_at_the_line_of_the_caller(path):
    for parameters in (
        {"n_alphas": 5},
        {"alphas": None},
        {"solver": "coordinate_descent", "tol": 0, "max_iter": 1},
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            getattr(ours, path)(X, Y, **parameters)
        assert [warning.filename for warning in caught] == [__file__], parameters


@pytest.mark.parametrize("name", NAMES)
def test_warnings_of_fit_point_at_the_line_of_the_caller(name):
    model = getattr(ours, name)(alpha=1e-3, solver="coordinate_descent", tol=0, max_iter=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, Y)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("path", PATHS)
def test_default_path_does_not_warn(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(getattr(ours, path)(X, Y)) == 3


@pytest.mark.parametrize("path", PATHS)
def test_path_rejects_unknown_parameters_and_several_targets(path):
    for module in (sk, ours):
        with pytest.raises(ValueError, match="Unexpected parameters in params"):
            getattr(module, path)(X, Y, tolerance=1e-4)
    for target in (np.c_[Y, Y], Y[:, None]):
        with pytest.raises(ValueError, match="ElasticNet"):
            getattr(ours, path)(X, target)
    for module in (sk, ours):
        with pytest.raises(ValueError, match="l1_ratio=0"):
            module.enet_path(X, Y, l1_ratio=0)


# -- Estimator protocol


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_stored_as_given_and_survive_clone(name):
    cls = getattr(ours, name)
    given = {
        "alpha": np.float32(0.25),
        "penalty_factor": np.ones(5),
        "bounds": (np.zeros(5), 2),
        "standardize": True,
        "random_state": np.random.RandomState(0),
    }
    model = cls(**given)
    for parameter, value in given.items():
        assert model.get_params()[parameter] is value
    assert set(model.get_params()) == set(parameters_of(cls))
    copy = clone(model)
    assert type(copy) is cls
    assert copy.get_params()["alpha"] == 0.25
    np.testing.assert_array_equal(copy.get_params()["penalty_factor"], given["penalty_factor"])
    assert not fitted_attributes(clone(model.fit(X, Y)))
    assert model.set_params(alpha=3.0, bounds=None) is model
    assert (model.alpha, model.bounds) == (3.0, None)
    with pytest.raises(ValueError, match="Invalid parameter 'lambda_'"):
        model.set_params(lambda_=1)


@pytest.mark.parametrize("name", NAMES)
def test_fit_does_not_change_the_parameters(name):
    model = getattr(ours, name)(alpha=0.1, penalty_factor=np.arange(5.0), bounds=(-1, 1))
    before = model.get_params()
    model.fit(X, Y)
    assert all(model.get_params()[parameter] is value for parameter, value in before.items())


@pytest.mark.parametrize("name", NAMES)
def test_repr_shows_what_differs_from_the_default(name):
    theirs, mine = pair(name, alpha=0.5, positive=True)
    assert repr(mine) == repr(theirs)
    assert repr(getattr(ours, name)(bounds=(-1, 1))) == f"{name}(bounds=(-1, 1))"
    assert name in mine._repr_html_()


@pytest.mark.parametrize("name", NAMES)
def test_alpha_is_the_one_positional_parameter(name):
    cls = getattr(ours, name)
    assert cls(0.5).alpha == 0.5
    with pytest.raises(TypeError, match="positional"):
        cls(0.5, True)


@pytest.mark.parametrize("name", NAMES)
def test_predictions_need_a_fit_and_the_features_of_it(name):
    theirs, mine = pair(name)
    with pytest.raises(NotFittedError):
        mine.predict(X)
    for model in (theirs.fit(X, Y), mine.fit(X, Y)):
        with pytest.raises(ValueError, match=r"X has 3 features, but .* is expecting 5 features"):
            model.predict(X[:, :3])
        with pytest.raises(ValueError, match="contains NaN"):
            model.predict(np.full((2, 5), np.nan))


@pytest.mark.parametrize("name", NAMES)
def test_metadata_requests_are_scikit_learns(name):
    with sklearn.config_context(enable_metadata_routing=True):
        theirs, mine = pair(name)
        for method in ("fit", "score"):
            requests = [getattr(m.get_metadata_routing(), method).requests for m in (theirs, mine)]
            assert requests[0] == requests[1] == {"sample_weight": None}
        with pytest.raises(TypeError, match="check_input"):
            mine.set_fit_request(check_input=True)


@pytest.mark.parametrize("name", NAMES)
def test_sample_weights_are_routed_on_request_only(name):
    # weights that matter: the same rows with another target, all but switched off
    Xd, yd = np.vstack([X, X]), np.concatenate([Y, -Y])
    weights = np.concatenate([np.ones(30), np.full(30, 1e-12)])
    with sklearn.config_context(enable_metadata_routing=True):
        requested = getattr(ours, name)(alpha=0.1).set_fit_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), requested)
        routed = pipeline.fit(Xd, yd, sample_weight=weights)[-1]
        direct = getattr(ours, name)(alpha=0.1)
        direct.fit(StandardScaler().fit_transform(Xd), yd, sample_weight=weights)
        np.testing.assert_array_equal(routed.coef_, direct.coef_)
        ignored = make_pipeline(StandardScaler(), getattr(ours, name)(alpha=0.1)).fit(Xd, yd)[-1]
        assert np.abs(routed.coef_ - ignored.coef_).max() > 0.5

        silent = getattr(ours, name)(alpha=0.1)
        with pytest.raises(ValueError, match="sample_weight"):
            cross_val_score(silent, Xd, yd, params={"sample_weight": weights})
        search = GridSearchCV(requested.set_score_request(sample_weight=True), {"alpha": [0.1, 10.0]}, cv=3)
        search.fit(Xd, yd, sample_weight=weights)
        expected = getattr(ours, name)(**search.best_params_).fit(Xd, yd, sample_weight=weights)
        np.testing.assert_array_equal(search.best_estimator_.coef_, expected.coef_)
