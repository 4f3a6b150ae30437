"""LassoCV and ElasticNetCV find what scikit-learn's find, for all kinds of folds, weights and X, in the same types."""

from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn.linear_model as sk
from drop_in import MATRICES as OTHER_MATRICES
from drop_in import TARGETS, kind
from drop_in import X as SMALL
from drop_in import Y as SMALL_Y
from numpy.testing import assert_allclose
from sklearn.exceptions import DataConversionWarning
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    LeaveOneOut,
    PredefinedSplit,
    RepeatedKFold,
    ShuffleSplit,
    TimeSeriesSplit,
)

import sparsereg as ours

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(3)
NAMES = ["LassoCV", "ElasticNetCV"]
# At this tolerance scikit-learn's coefficients are within about 1e-8 of those of the solution.
PRECISE = {"tol": 1e-12, "max_iter": 100_000}
GRID = {"eps": 1e-2, "alphas": 6}
CLOSE = 1e-7


def drawn(n_samples, n_features):
    """Correlated features, two in five entries zero, and a target of four of them."""
    X = RNG.normal(size=(n_samples, n_features)) + 0.5 * RNG.normal(size=(n_samples, 1))
    X *= RNG.random(X.shape) < 0.6
    return X, X[:, :4] @ np.array([3.0, -2.0, 1.0, 0.5]) + RNG.normal(size=n_samples) + 2.0


DATA = {"tall": drawn(60, 8), "wide": drawn(40, 70)}
GROUPS = np.arange(60) % 7
# two rows that do not count
WEIGHTS = np.where(np.isin(np.arange(60), [3, 11]), 0.0, RNG.uniform(0.2, 3.0, size=60))
# rows that no fold trains on or holds out, and rows named twice
SPLITS = [(np.arange(10, 38), np.arange(10)), (np.r_[0:5, 20:38, 20:25], np.r_[5:20, 5:8])]
# each row left out of the training of one fold only, but not all of those are held out, or some of them twice
LEFT_OUT = [(np.setdiff1d(np.arange(40), rows), rows) for rows in np.arange(40).reshape(4, 10)]
SPLITTERS = {
    "consecutive": KFold(4),
    "shuffled": KFold(5, shuffle=True, random_state=0),
    "groups": GroupKFold(4),
    "one group out": LeaveOneGroupOut(),
    "time series": TimeSeriesSplit(4),
    "random": ShuffleSplit(4, random_state=1),
    "one out": LeaveOneOut(),
    "repeated": RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
    "predefined": PredefinedSplit(np.r_[np.full(20, -1), np.arange(20) % 3]),
    "iterable": SPLITS,
    "a gap": [(train, rows[2:]) for train, rows in LEFT_OUT],
    "held out twice": [(train, np.r_[rows, rows[:3]]) for train, rows in LEFT_OUT],
    "integer": 3,
    "none": None,
}
NEED_GROUPS = ("groups", "one group out")
MATRICES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "csc": sp.csc_array,
    "csr": sp.csr_matrix,
}


def given(data, splitter, weighted):
    """X, y, weights and groups."""
    X, y = DATA[data]
    if splitter in ("predefined", "a gap", "held out twice"):
        X, y = X[:40], y[:40]
    weights = None if not weighted else WEIGHTS + 0.1 if splitter == "one out" else WEIGHTS
    return X, y, None if weights is None else weights[: len(y)], GROUPS[: len(y)]


@cache
def theirs(name, data, splitter, weighted):
    X, y, weights, groups = given(data, splitter, weighted)
    cv = SPLITTERS[splitter]
    if splitter in NEED_GROUPS:
        cv = list(cv.split(X, y, groups))
    more = {"l1_ratio": [0.4, 0.9]} if name == "ElasticNetCV" else {}
    return getattr(sk, name)(cv=cv, **PRECISE, **GRID, **more).fit(X, y, sample_weight=weights)


@pytest.mark.parametrize("make", MATRICES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("splitter", SPLITTERS)
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", NAMES)
def test_errors_grid_choice_and_coefficients_are_scikit_learns(name, data, splitter, weighted, make):
    expected = theirs(name, data, splitter, weighted)
    X, y, weights, groups = given(data, splitter, weighted)
    more = {"l1_ratio": [0.4, 0.9]} if name == "ElasticNetCV" else {}
    model = getattr(ours, name)(cv=SPLITTERS[splitter], **GRID, **more)
    model.fit(MATRICES[make](X), y, sample_weight=weights, groups=groups if splitter in NEED_GROUPS else None)
    for attribute in ("alphas_", "mse_path_", "alpha_", "intercept_", *(["l1_ratio_"] if more else [])):
        assert_allclose(getattr(model, attribute), getattr(expected, attribute), rtol=CLOSE)
    assert_allclose(model.coef_, expected.coef_, rtol=0, atol=CLOSE * np.abs(expected.coef_).max())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("splitter", SPLITTERS)
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("l1_ratio", [1.0, 0.4])
def test_errors_are_those_of_a_loop_of_fits(l1_ratio, data, splitter, weighted):
    X, y, weights, groups = given(data, splitter, weighted)
    cv = SPLITTERS[splitter]
    cv = KFold(5 if cv is None else cv) if splitter in ("integer", "none") else cv
    splits = cv if isinstance(cv, list) else list(cv.split(X, y, groups if splitter in NEED_GROUPS else None))
    # the first and the last fold tell of all
    splits = [splits[0], splits[-1]]
    model = ours.ElasticNetCV(l1_ratio=l1_ratio, cv=splits, store_fold_coefs=True, eps=1e-3, alphas=5)
    model.fit(X, y, sample_weight=weights)
    for fold, (train, test) in enumerate(splits):
        for k, alpha in enumerate(model.alphas_):
            fit = ours.ElasticNet(alpha, l1_ratio=l1_ratio)
            fit.fit(X[train], y[train], None if weights is None else weights[train])
            size = np.abs(fit.coef_).max()
            assert_allclose(model.fold_coefs_[k, fold], fit.coef_, rtol=0, atol=1e-9 * size + 1e-15)
            squares = (y[test] - fit.predict(X[test])) ** 2
            error = np.average(squares, weights=None if weights is None else weights[test])
            assert_allclose(model.mse_path_[k, fold], error, rtol=1e-8)


@pytest.mark.parametrize("solver", ["auto", "active_set", "working_set"])
@pytest.mark.parametrize("data", DATA)
def test_a_weight_of_zero_removes_the_row_from_both_sides_of_a_fold(data, solver):
    X, y = DATA[data]
    n_kept = len(y) - 9
    kept = np.sort(np.random.default_rng(0).permutation(len(y))[:n_kept])
    weights = np.zeros(len(y))
    weights[kept] = np.random.default_rng(1).uniform(0.5, 2.0, n_kept)
    splits = list(KFold(3).split(kept))
    removed = ours.LassoCV(cv=splits, solver=solver, standardize=True, **GRID).fit(X[kept], y[kept], weights[kept])
    gone = np.flatnonzero(weights == 0)
    there = [(np.r_[kept[train], gone[:5]], np.r_[gone[3:], kept[test]]) for train, test in splits]
    zero = ours.LassoCV(cv=there, solver=solver, standardize=True, **GRID).fit(X, y, weights)
    assert_allclose(zero.alphas_, removed.alphas_, rtol=1e-12)
    assert_allclose(zero.mse_path_, removed.mse_path_, rtol=1e-9)
    assert_allclose(zero.coef_, removed.coef_, rtol=0, atol=1e-9)


@pytest.mark.parametrize("data", DATA)
def test_features_and_folds_in_another_order_are_the_same_features_and_folds(data):
    X, y, weights, _ = given(data, "none", True)
    splits = list(KFold(4, shuffle=True, random_state=0).split(X))
    model = ours.LassoCV(cv=splits, store_fold_coefs=True, **GRID).fit(X, y, weights)
    order = np.random.default_rng(0).permutation(X.shape[1])
    other = ours.LassoCV(cv=splits[::-1], store_fold_coefs=True, **GRID).fit(X[:, order], y, weights)
    assert_allclose(other.mse_path_[:, ::-1], model.mse_path_, rtol=1e-9)
    assert_allclose(other.fold_coefs_[:, ::-1], model.fold_coefs_[:, :, order], rtol=0, atol=1e-9)
    assert_allclose(other.coef_, model.coef_[order], rtol=0, atol=1e-9)


OPTIONS = {
    "no intercept": {"fit_intercept": False},
    "positive": {"positive": True},
    "coordinate descent": {"solver": "coordinate_descent", "tol": 1e-15},
    "working set": {"solver": "working_set"},
    "explicit": {"alphas": [0.03, 0.3, 0.1]},
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", NAMES)
def test_options_are_scikit_learns(name, data, option, weighted):
    X, y, weights, _ = given(data, "none", weighted)
    parameters = {**GRID, **OPTIONS[option]}
    shared = {parameter: value for parameter, value in parameters.items() if parameter != "solver"}
    expected = getattr(sk, name)(**{**shared, **PRECISE})
    # its Fortran-ordered copies are written to where there are weights and no intercept
    expected.fit(np.ascontiguousarray(X), y, sample_weight=weights)
    model = getattr(ours, name)(**parameters).fit(X, y, sample_weight=weights)
    # coordinate descent stops at its tolerance, about the square of what its coefficients are off
    close = 1e-6 if model.solver == "coordinate_descent" else CLOSE
    for attribute in ("alphas_", "mse_path_", "alpha_", "intercept_"):
        assert_allclose(getattr(model, attribute), getattr(expected, attribute), rtol=close)
    assert_allclose(model.coef_, expected.coef_, rtol=0, atol=close * np.abs(expected.coef_).max())


# -- Types and shapes


SHAPES = [
    ("LassoCV", {}),
    ("LassoCV", {"alphas": 3}),
    ("LassoCV", {"alphas": [0.3, 0.1]}),
    ("LassoCV", {"fit_intercept": False}),
    ("ElasticNetCV", {}),
    ("ElasticNetCV", {"l1_ratio": [0.5]}),
    ("ElasticNetCV", {"l1_ratio": [0.5, 0.9, 1.0]}),
    ("ElasticNetCV", {"l1_ratio": [0.5, 0.9], "alphas": [0.3, 0.1]}),
    ("ElasticNetCV", {"l1_ratio": np.array([0.5, 0.9]), "alphas": np.array([0.3, 0.1])}),
    ("ElasticNetCV", {"l1_ratio": 1, "cv": LeaveOneOut()}),
    ("ElasticNetCV", {"l1_ratio": [0.5, 0.9], "cv": ShuffleSplit(2, random_state=0)}),
]
FITTED = {"alpha_", "alphas_", "mse_path_", "coef_", "intercept_", "n_iter_", "dual_gap_", "n_features_in_"}


def fitted(model, X, y):
    return model.set_params(eps=0.1).fit(X, y)


@pytest.mark.parametrize("name, parameters", SHAPES, ids=str)
def test_attributes_have_scikit_learns_types_and_shapes(name, parameters):
    expected, model = (fitted(getattr(module, name)(**parameters), SMALL, SMALL_Y) for module in (sk, ours))
    for attribute in FITTED | ({"l1_ratio_"} if name == "ElasticNetCV" else set()):
        if attribute == "l1_ratio_":
            assert np.float64(model.l1_ratio_) == expected.l1_ratio_
        else:
            assert kind(getattr(model, attribute)) == kind(getattr(expected, attribute)), attribute
    assert hasattr(model, "l1_ratio_") is hasattr(expected, "l1_ratio_")


@pytest.mark.parametrize("name", NAMES)
def test_one_alpha_keeps_its_axis(name):
    for parameters in ({"alphas": 1}, {"alphas": [0.1]}):
        model = getattr(ours, name)(**parameters).fit(SMALL, SMALL_Y)
        assert (model.alphas_.shape, model.mse_path_.shape) == ((1,), (1, 5))
        assert model.mse_mean_.shape == model.mse_se_.shape == (1,)
        assert model.path_.coefs.shape == (5, 1)
    several = ours.ElasticNetCV(l1_ratio=[0.5, 1.0], alphas=1).fit(SMALL, SMALL_Y)
    assert (several.alphas_.shape, several.mse_path_.shape) == ((2, 1), (2, 1, 5))
    several = ours.ElasticNetCV(l1_ratio=[0.5, 1.0], alphas=[0.1]).fit(SMALL, SMALL_Y)
    assert (several.alphas_.shape, several.mse_path_.shape) == ((1,), (2, 1, 5))


@pytest.mark.parametrize("make", ["float32", "float16", "integer", "boolean", "list", "csr_float32", "coo_matrix"])
@pytest.mark.parametrize("name", NAMES)
def test_other_types_of_x_are_taken_as_scikit_learn_takes_them(name, make):
    X = OTHER_MATRICES[make]
    expected = getattr(sk, name)(eps=0.1, alphas=5).fit(X.tocsr() if make == "coo_matrix" else X, SMALL_Y)
    model = getattr(ours, name)(eps=0.1, alphas=5).fit(X, SMALL_Y)
    assert model.coef_.dtype == expected.coef_.dtype
    assert model.mse_path_.dtype == model.alphas_.dtype == np.float64
    # scikit-learn's default tolerance, and float32
    assert_allclose(model.mse_path_, expected.mse_path_, rtol=1e-2)
    assert_allclose(model.alpha_, expected.alpha_, rtol=1e-5)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NAMES)
def test_targets_are_those_of_one_dimension(name, target):
    y = TARGETS[target]
    model, expected = (getattr(module, name)(eps=0.1, alphas=5) for module in (ours, sk))
    if target == "two columns":
        for each in (model, expected):
            with pytest.raises(ValueError, match=f"For multi-task outputs, use MultiTask{name}"):
                each.fit(SMALL, y)
        return
    if target == "one column":
        for each in (model, expected):
            with pytest.warns(DataConversionWarning, match="column-vector y"):
                each.fit(SMALL, y)
    else:
        model.fit(SMALL, y)
        expected.fit(SMALL, y)
    assert kind(model.intercept_) == kind(expected.intercept_)
    assert kind(model.coef_) == kind(expected.coef_)
    assert_allclose(model.alpha_, expected.alpha_, rtol=1e-6)
    assert model.predict(SMALL).shape == (30,)


# -- The laws of the grid


@pytest.mark.parametrize("name", NAMES)
def test_the_older_name_of_the_number_of_alphas(name):
    expected = getattr(ours, name)(alphas=7).fit(SMALL, SMALL_Y)
    for parameters in ({"n_alphas": 7}, {"n_alphas": 7, "alphas": None}, {"n_alphas": 7, "alphas": 7}):
        model = getattr(ours, name)(**parameters).fit(SMALL, SMALL_Y)
        assert np.array_equal(model.alphas_, expected.alphas_)
    assert getattr(ours, name)(alphas=None).fit(SMALL, SMALL_Y).alphas_.shape == (100,)


@pytest.mark.parametrize("name", NAMES)
def test_integer_alphas_are_floats(name):
    model = getattr(ours, name)(alphas=[0, 2, 1]).fit(SMALL, SMALL_Y)
    assert np.array_equal(model.alphas_, [2.0, 1.0, 0.0])
    assert model.alphas_.dtype == np.float64
    assert type(model.alpha_) is np.float64


def test_ridge_is_the_end_of_the_elastic_net_with_alphas_of_its_own():
    model = ours.ElasticNetCV(l1_ratio=0, alphas=[0.01, 0.1]).fit(SMALL, SMALL_Y)
    expected = sk.Ridge(alpha=30 * model.alpha_).fit(SMALL, SMALL_Y)
    assert_allclose(model.coef_, expected.coef_, rtol=1e-9)
