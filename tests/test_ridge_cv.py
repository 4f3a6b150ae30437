"""RidgeCV as scikit-learn's: the same choice, scores, stored values, shapes and types, and errors."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
from numpy.testing import assert_allclose
from sklearn import linear_model as sk
from sklearn.metrics import make_scorer, mean_squared_error
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, LeaveOneOut, ShuffleSplit, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sparsereg import RidgeCV

ALPHAS = np.logspace(-3, 3, 7)
SHAPES = {"tall": (40, 7), "square": (20, 20), "wide": (15, 30)}
STORES = {"C": np.ascontiguousarray, "F": np.asfortranarray, "csc": sp.csc_array, "csr": sp.csr_array}
LEARNT = ("alpha_", "best_score_", "coef_", "intercept_", "cv_results_")
LEAVE_ONE_OUT = [
    {"store_cv_results": True},
    {"store_cv_results": True, "fit_intercept": False},
    {"store_cv_results": True, "alpha_per_target": True},
    {"store_cv_results": True, "scoring": "neg_mean_absolute_error"},
    {"scoring": "r2"},
]
SPLITTERS = {
    "4": 4,
    "shuffled": KFold(3, shuffle=True, random_state=0),
    "time": TimeSeriesSplit(3),
    "random": ShuffleSplit(3, random_state=0),
    "list": [(np.arange(9), np.arange(9, 15)), (np.arange(3, 15), np.arange(3))],
}


def problem(shape, seed=0):
    """A matrix with means, two targets, and weights."""
    n, p = SHAPES[shape]
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.8) + 1
    return X, X[:, :2] + rng.normal(size=(n, 2)), 3 * rng.random(n)


def assert_same(found, expected, rtol=1e-8):
    for name in LEARNT:
        assert hasattr(found, name) == hasattr(expected, name)
        if hasattr(found, name):
            ours, theirs = getattr(found, name), getattr(expected, name)
            assert np.shape(ours) == np.shape(theirs), name
            assert getattr(ours, "dtype", None) == getattr(theirs, "dtype", None) or name == "alpha_"
            assert_allclose(ours, theirs, rtol=rtol, atol=rtol, err_msg=name)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("parameters", LEAVE_ONE_OUT)
@pytest.mark.parametrize("shape", SHAPES)
def test_leave_one_out_is_scikit_learns(shape, parameters, weighted):
    X, Y, weights = problem(shape)
    weights = weights if weighted else None
    for y in (Y[:, 0], Y[:, :1], Y):
        expected = sk.RidgeCV(ALPHAS, **parameters).fit(X, y, weights)
        for store in STORES.values():
            assert_same(RidgeCV(ALPHAS, **parameters).fit(store(X), y, weights), expected)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("splitter", SPLITTERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_folds_are_scikit_learns(shape, splitter, weighted):
    X, Y, weights = problem(shape)
    weights = weights if weighted else None
    for y, parameters in (
        (Y[:, 0], {}),
        (Y, {"fit_intercept": False}),
        (Y, {"scoring": "neg_mean_squared_error", "alphas": [3.0, 0.1]}),
    ):
        given = {"alphas": ALPHAS, "cv": SPLITTERS[splitter], **parameters}
        expected = sk.RidgeCV(**given).fit(X, y, weights)
        for store in STORES.values():
            # scikit-learn solves sparse problems by conjugate gradients: X is dense for it
            assert_same(RidgeCV(**given).fit(store(X), y, weights), expected)


def test_scorers_without_weights_score_folds_without_them():
    X, Y, weights = problem("tall")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = sk.RidgeCV(ALPHAS, cv=4, scoring="neg_max_error").fit(X, Y[:, 0], weights)
    assert_same(RidgeCV(ALPHAS, cv=4, scoring="neg_max_error").fit(X, Y[:, 0], weights), expected)
    with pytest.raises(ValueError, match="scoring must accept sample_weight"):
        RidgeCV(scoring="neg_max_error").fit(X, Y[:, 0], weights)


@pytest.mark.parametrize("mode", [None, "auto", "svd", "eigen"])
def test_gcv_mode_changes_nothing(mode):
    X, Y, _ = problem("tall")
    expected = RidgeCV(ALPHAS, store_cv_results=True).fit(X, Y)
    assert np.array_equal(
        RidgeCV(ALPHAS, gcv_mode=mode, store_cv_results=True).fit(X, Y).cv_results_, expected.cv_results_
    )


def test_types_and_shapes():
    X, Y, _ = problem("tall")
    model = RidgeCV([1, 3]).fit(X, Y[:, 0])
    assert type(model.alpha_) is float and type(model.intercept_) is np.float64 and type(model.n_iter_) is int
    assert RidgeCV((1.0,)).fit(X, Y[:, 0]).alpha_ == RidgeCV(1).fit(X, Y[:, 0]).alpha_ == 1.0
    assert_same(
        RidgeCV(ALPHAS, store_cv_results=True).fit(X.astype(np.float32), Y),
        sk.RidgeCV(ALPHAS, store_cv_results=True).fit(X.astype(np.float32), Y),
        rtol=1e-5,
    )
    assert type(RidgeCV(fit_intercept=False).fit(X, Y).intercept_) is float
    again = RidgeCV(store_cv_results=True).fit(X, Y)
    assert not hasattr(again.set_params(store_cv_results=False).fit(X, Y), "cv_results_")


def test_the_solution_is_certified_and_the_path_is_that_of_all_rows():
    X, Y, weights = problem("wide")
    for parameters in ({}, {"cv": 3}, {"criterion": "gcv"}):
        model = RidgeCV(ALPHAS, **parameters).fit(X, Y[:, 0], weights)
        assert 0 <= model.dual_gap_ <= 1e-12 * (weights @ Y[:, 0] ** 2)
        assert_allclose(model.path_.at(model.alpha_)[0], model.coef_, rtol=1e-10)
        assert np.array_equal(model.path_.alphas, ALPHAS[::-1])
    paths = RidgeCV(ALPHAS).fit(X, Y).path_
    assert len(paths) == 2 and paths[1].coefs.shape == (30, 7)


def test_alphas_may_come_in_any_order_and_the_first_of_equal_ones_is_taken():
    X, Y, _ = problem("tall")
    shuffled = np.random.default_rng(1).permutation(ALPHAS)
    for parameters in ({"store_cv_results": True}, {"cv": 3}):
        model = RidgeCV(shuffled, **parameters).fit(X, Y[:, 0])
        assert_same(model, sk.RidgeCV(shuffled, **parameters).fit(X, Y[:, 0]))
        assert np.array_equal(model.cv_result_.alphas, shuffled)
    constant = np.ones(len(X))
    assert RidgeCV([2.0, 5.0, 1.0]).fit(X, constant).alpha_ == 2.0


def test_a_row_without_weight_is_left_out_of_every_fit():
    X, Y, weights = problem("tall")
    weights[[3, 7]] = 0
    kept = weights > 0
    for parameters in ({}, {"criterion": "gcv"}, {"criterion": "bic"}):
        whole = RidgeCV(ALPHAS, **parameters).fit(X, Y, weights)
        part = RidgeCV(ALPHAS, **parameters).fit(X[kept], Y[kept], weights[kept])
        assert whole.alpha_ == part.alpha_
        assert_allclose(whole.coef_, part.coef_, rtol=1e-10, atol=1e-12)
    scored = RidgeCV(ALPHAS, store_cv_results=True, scoring="r2").fit(X, Y, weights)
    expected = np.moveaxis([path.predict(X[~kept]) for path in scored.path_], 0, 1)[:, :, ::-1]
    assert_allclose(scored.cv_results_[~kept], expected, rtol=1e-10)


ERRORS = [
    ({"alphas": [0.0, 1.0]}, r"alphas\[0\] == 0.0, must be > 0.0"),
    ({"alphas": [-1.0, 1.0]}, "alphas must be >= 0"),
    ({"alphas": []}, "alphas must be a number or a non-empty"),
    ({"alphas": [[1.0, 2.0]]}, "alphas must be a number or a non-empty"),
    ({"alphas": True}, "alphas must be a number or a non-empty"),
    ({"alphas": None}, "alphas"),
    ({"alphas": "a"}, "alphas"),
    ({"gcv_mode": "x"}, "gcv_mode must be one of"),
    ({"cv": 3, "store_cv_results": True}, "cv!=None and store_cv_results=True are incompatible"),
    ({"cv": 3, "alpha_per_target": True}, "cv!=None and alpha_per_target=True are incompatible"),
    ({"cv": LeaveOneOut()}, "scoring=None is R\\^2"),
    ({"cv": 1}, "cv must be"),
    ({"scoring": "nope"}, "scoring"),
    ({"rule": "2se"}, "rule must be"),
    ({"rule": "1se", "criterion": "bic"}, "rule='1se' needs the standard error"),
    ({"rule": "1se", "scoring": "r2"}, "rule='1se' needs the standard error"),
    ({"rule": "1se", "cv": [(np.arange(20), np.arange(20, 30))]}, "rule='1se' needs at least 2 folds"),
    ({"criterion": "validate"}, "criterion must be one of"),
    ({"criterion": "gcv", "scoring": "r2"}, "scoring must be left out"),
    ({"store_cv_results": 1}, "store_cv_results must be True or False"),
    ({"penalty_factor": np.ones(3)}, "penalty_factor has 3 entries but X has 7"),
]


@pytest.mark.parametrize(("parameters", "message"), ERRORS)
def test_errors_name_the_argument_and_the_way_out(parameters, message):
    X, Y, _ = problem("tall")
    with pytest.raises((ValueError, TypeError), match=message):
        RidgeCV(**parameters).fit(X, Y[:, 0])


def test_one_row_that_counts_has_no_r2():
    X, Y, weights = problem("tall")
    weights[:4] = [0.0, 1.0, 0.0, 0.0]
    with pytest.raises(ValueError, match=r"scoring=None is R\^2.* fold 0 holds out one row that counts"):
        RidgeCV(cv=10).fit(X, Y[:, 0], weights)


def test_one_row_cannot_be_left_out():
    with pytest.raises(ValueError, match="at least 2 samples"):
        RidgeCV().fit(np.ones((3, 2)), np.ones(3), [0, 0, 1.0])


def test_groups_reach_the_splitter_with_and_without_routing():
    X, Y, weights = problem("tall")
    y, groups = Y[:, 0], np.repeat(np.arange(8), 5)
    folds = list(GroupKFold(4).split(X, y, groups))
    expected = sk.RidgeCV(ALPHAS, cv=folds).fit(X, y, weights)
    model = RidgeCV(ALPHAS, cv=GroupKFold(4))
    assert_same(model.fit(X, y, weights, groups=groups), expected)
    piped = make_pipeline(StandardScaler(), model).fit(X, y, ridgecv__groups=groups)
    with sklearn.config_context(enable_metadata_routing=True):
        routed = RidgeCV(ALPHAS, cv=GroupKFold(4)).set_fit_request(sample_weight=True)
        assert_same(routed.fit(X, y, sample_weight=weights, groups=groups), expected)
        again = make_pipeline(StandardScaler(), RidgeCV(ALPHAS, cv=GroupKFold(4))).fit(X, y, groups=groups)
        assert again[-1].alpha_ == piped[-1].alpha_
        search = GridSearchCV(RidgeCV(cv=GroupKFold(4)), {"fit_intercept": [True, False]}, cv=GroupKFold(2))
        assert search.fit(X, y, groups=groups).best_estimator_.fit_intercept in (True, False)
    with pytest.raises(ValueError, match="enable_metadata_routing"):
        model.fit(X, y, colour=groups)


def test_the_scorer_gets_what_is_routed_to_it():
    X, Y, weights = problem("tall")
    y = Y[:, 0]
    for parameters in ({}, {"cv": 4}):
        with sklearn.config_context(enable_metadata_routing=True):
            scorer = make_scorer(mean_squared_error, greater_is_better=False)
            for asked in (True, False):
                scorer.set_score_request(sample_weight=asked)
                pair = [cls(ALPHAS, scoring=scorer, **parameters) for cls in (RidgeCV, sk.RidgeCV)]
                found, expected = (model.fit(X, y, sample_weight=weights) for model in pair)
                assert_same(found, expected)
