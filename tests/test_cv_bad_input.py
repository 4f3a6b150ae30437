"""Bad input of LassoCV and ElasticNetCV: named before any work, and nothing has changed."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, ShuffleSplit
from sklearn.utils import check_random_state

from sparsereg import ElasticNetCV, LassoCV

RNG = np.random.default_rng(2)
X = RNG.normal(size=(60, 8))
Y = X @ np.array([2.0, 0.0, -3.0, 0.0, 0.0, 1.0, 0.0, 0.5]) + RNG.normal(size=60)
WEIGHTS = RNG.uniform(0.5, 2.0, size=60)
NAN, INF = np.nan, np.inf


def changed(array, index, value):
    array = np.array(array, dtype=float)
    array[index] = value
    return array


class Single:
    """A splitter that gives no pairs."""

    def split(self, *_):
        return [(0,)]


VALIDATION = {"criterion": "validation"}
HELD_OUT = {"X_val": X[:9], "y_val": Y[:9]}

OF_ALL = [
    # parameters, arguments of fit that differ from X, Y; argument with value, rule and way out
    ({"alphas": [-1.0]}, {}, "alphas must be >= 0 and finite, got -1.0 at index 0"),
    ({"alphas": [1.0, NAN]}, {}, "alphas must be >= 0 and finite, got nan at index 1"),
    ({"alphas": [INF]}, {}, "alphas must be >= 0 and finite, got inf at index 0"),
    ({"alphas": []}, {}, r"alphas must be an integer or a non-empty 1-dimensional array, got \[\]"),
    ({"alphas": "auto"}, {}, "alphas must hold real numbers, got 'auto'"),
    ({"alphas": 0}, {}, "alphas must be >= 1 when an integer, got 0"),
    ({"alphas": 10**9}, {}, "alphas must be <= 1000000, got 1000000000: ask for fewer"),
    ({"n_alphas": 10**6 + 1}, {}, "n_alphas must be <= 1000000, got 1000001: ask for fewer"),
    ({"alphas": 2.5}, {}, "alphas must be an integer or a non-empty 1-dimensional array, got 2.5"),
    ({"alphas": True}, {}, "alphas must be an integer or a non-empty 1-dimensional array, got True"),
    ({"alphas": [[1.0, 2.0]]}, {}, "alphas must be an integer or a non-empty 1-dimensional array"),
    ({"n_alphas": 0}, {}, "n_alphas must be >= 1.*, got 0"),
    ({"n_alphas": 2.5}, {}, "n_alphas must be an integer, got 2.5"),
    ({"n_alphas": 5, "alphas": 6}, {}, "n_alphas and alphas must not differ.*n_alphas=5 and alphas=6: leave one"),
    ({"n_alphas": 2, "alphas": [1.0, 2.0]}, {}, "n_alphas and alphas must not differ.*: leave one of them out"),
    ({"eps": 0.0}, {}, "eps must be > 0 and < 1, got 0.0"),
    ({"eps": 1}, {}, "eps must be > 0 and < 1, got 1"),
    ({"eps": None}, {}, "eps must be a real number, got None"),
    ({"tol": -1.0}, {}, "tol must be >= 0 and finite, got -1.0"),
    ({"max_iter": 0}, {}, "max_iter must be >= 1.*, got 0"),
    ({"fit_intercept": 1}, {}, "fit_intercept must be True or False, got 1"),
    ({"positive": "no"}, {}, "positive must be True or False, got 'no'"),
    ({"standardize": None}, {}, "standardize must be True or False, got None"),
    ({"selection": "greedy"}, {}, "selection must be 'cyclic' or 'random', got 'greedy'"),
    ({"random_state": "seed"}, {}, "random_state must be .*, got 'seed'"),
    ({"solver": "saga"}, {}, "solver must be one of 'auto', .*, got 'saga'"),
    ({"precompute": "yes"}, {}, "precompute must be one of .*, got 'yes'"),
    ({"penalty_factor": np.ones(9)}, {}, "penalty_factor has 9 entries but X has 8 features"),
    ({"bounds": (1, 2)}, {}, r"bounds must contain 0, got \(1.0, 2.0\) for feature 0"),
    ({"n_jobs": 0}, {}, "n_jobs must be an integer other than 0, got 0"),
    ({"n_jobs": "all"}, {}, "n_jobs must be None or an integer, got 'all'"),
    ({"verbose": -1}, {}, "verbose must be >= 0, got -1"),
    ({"verbose": "yes"}, {}, "verbose must be True, False or an integer, got 'yes'"),
    ({"max_features": 0}, {}, "max_features must be >= 1.*, got 0"),
    ({"max_features": 1.5}, {}, "max_features must be an integer, got 1.5"),
    ({"min_improvement": -0.1}, {}, "min_improvement must be >= 0 and finite, got -0.1"),
    ({"patience": 0}, {}, "patience must be >= 1.*, got 0"),
    ({"patience": None}, {}, "patience must be an integer, got None"),
    ({"extend_grid": "once"}, {}, "extend_grid must be True or False, got 'once'"),
    ({"store_fold_coefs": 1}, {}, "store_fold_coefs must be True or False, got 1"),
    # folds
    ({"cv": 1}, {}, "cv must be at least 2 when an integer, got 1: for one held-out set pass"),
    ({"cv": 0}, {}, "cv must be at least 2 when an integer, got 0"),
    ({"cv": True}, {}, "cv must be an integer, a splitter or an iterable of .*, got True"),
    ({"cv": 2.5}, {}, "cv must be an integer, a splitter or an iterable of .*, got 2.5"),
    ({"cv": "x"}, {}, "cv must be an integer, a splitter or an iterable of .*, got 'x'"),
    ({"cv": KFold}, {}, r"cv must be a splitter, got the class KFold: write KFold\(...\)"),
    ({"cv": 61}, {}, "cv cannot split X with n_samples=60: Cannot have number of splits n_splits=61 greater"),
    ({}, {"X": X[:3], "y": Y[:3]}, "cv cannot split X with n_samples=3: Cannot have number of splits n_splits=5"),
    ({}, {"X": X[:1], "y": Y[:1]}, "cv cannot split X with n_samples=1: "),
    ({"cv": GroupKFold(3)}, {}, "cv cannot split X with n_samples=60: The 'groups' parameter should not be None"),
    ({"cv": GroupKFold(3)}, {"groups": np.zeros(60)}, "cv cannot split .* greater than the number of groups: 1"),
    ({"cv": GroupKFold(3)}, {"groups": np.arange(6)}, "cv cannot split X .*inconsistent numbers of samples"),
    ({"cv": []}, {}, r"cv must give at least one fold, got none from \[\]"),
    ({"cv": [(1, 2, 3)]}, {}, r"cv must hold pairs \(train, test\) of row numbers, got \(1, 2, 3\) for fold 0"),
    ({"cv": Single()}, {}, r"cv must give pairs \(train, test\) of row numbers, got \(0,\) for fold 0"),
    ({"cv": [5, 6]}, {}, r"cv must hold pairs \(train, test\) of row numbers, got 5 for fold 0"),
    ({"cv": [([0, 1], [])]}, {}, "fold 0 has no rows to test: use fewer folds"),
    ({"cv": [([2, 1], [0]), ([], [1])]}, {}, "fold 1 has no rows to train on: use fewer folds"),
    ({"cv": [([0, 1], [60])]}, {}, "cv: test of fold 0 names row 60 but X has 60 rows"),
    ({"cv": [([0, -61], [1])]}, {}, "cv: train of fold 0 names row -61 but X has 60 rows"),
    ({"cv": [([0, 1], ["a"])]}, {}, "cv: test of fold 0 must be a 1-dimensional array of row numbers, got"),
    ({"cv": [([0, 1], [0.5])]}, {}, "cv: test of fold 0 must be a 1-dimensional array of row numbers, got"),
    ({"cv": [(np.ones(9, dtype=bool), [0])]}, {}, "cv: train of fold 0 is a mask of 9 entries but X has 60 rows"),
    (
        {},
        {"sample_weight": changed(WEIGHTS, slice(12, 24), 0)},
        "fold 1 has no row with sample_weight > 0 to test: use fewer folds",
    ),
    ({"cv": [(range(9), range(9, 60))]}, {"sample_weight": changed(WEIGHTS, slice(9), 0)}, "to train on: use fewer"),
    # what chooses
    ({"rule": "2se"}, {}, "rule must be 'min', '1se' or a callable.*, got '2se'"),
    ({"rule": None}, {}, "rule must be 'min', '1se' or a callable.*, got None"),
    ({"rule": "1se", "criterion": "bic"}, {}, "rule='1se' needs the standard error.*use rule='min', or criterion='cv'"),
    ({"rule": "1se", "criterion": "gcv"}, {}, "rule='1se' needs the standard error"),
    ({"rule": "1se", "cv": ShuffleSplit(1)}, {}, "rule='1se' needs at least 2 folds, but cv gives 1: use rule='min'"),
    ({"criterion": "mse"}, {}, "criterion must be one of 'cv', .*, got 'mse'"),
    ({"criterion": None}, {}, "criterion must be one of 'cv', .*, got None"),
    ({"criterion": "loo"}, {"X": X[:1], "y": Y[:1]}, "criterion='loo' needs at least 2 samples with a weight, got 1"),
    (
        {"criterion": "bic"},
        {"sample_weight": changed(np.zeros(60), 7, 1)},
        "'bic' needs at least 2 samples with a weight, got 1",
    ),
    ({"criterion": "bic", "scoring": "r2"}, {}, "scoring must be None with criterion='bic'"),
    ({"criterion": "bic", "store_fold_coefs": True}, {}, "store_fold_coefs=True needs criterion='cv', got 'bic'"),
    ({"scoring": "nonsense"}, {}, r"scoring must be None, a name of .*get_scorer_names\(\) or .*, got 'nonsense'"),
    ({"scoring": 5}, {}, "scoring must be None, a name of .*, got 5"),
    ({"scoring": ["r2", "max_error"]}, {}, r"scoring must be None, .*, got \['r2', 'max_error'\]"),
    ({"scoring": {"a": "r2"}}, {}, "scoring must be None, a name of .*, got {'a': 'r2'}"),
    ({"scoring": lambda y: 0.0}, {}, "scoring fails on the first fold, .* takes 1 positional argument"),
    ({"scoring": lambda *_: "good"}, {}, "scoring fails on .*scoring must return a number, got 'good'"),
    ({"scoring": lambda *_: None}, {}, "scoring fails on .*scoring must return a number, got None"),
    ({"scoring": lambda *_: [1.0, 2.0]}, {}, "scoring fails on .*scoring must return a number, got"),
    ({"scoring": lambda *_: NAN}, {}, "scoring must be defined on every fold, but .* is NaN on the first, of 12 rows"),
    ({"scoring": "accuracy"}, {}, "scoring fails on the first fold, with .*accuracy.*: continuous is not supported"),
    ({"scoring": "roc_auc"}, {}, "scoring fails on the first fold, with .*roc_auc.*none of the following attributes"),
    (
        {"scoring": "neg_max_error"},
        {"sample_weight": WEIGHTS},
        "scoring must accept sample_weight where fit is given sample_weight, .*or scoring=None",
    ),
    # data
    ({}, {"X": pd.DataFrame(X).assign(town="Oslo")}, "X must hold numbers, got others in column 'town': encode them"),
    ({}, {"X": changed(X, (5, 2), NAN)}, "X contains NaN"),
    ({}, {"X": sp.csc_array(changed(X, (5, 2), INF))}, "X contains infinity"),
    ({}, {"X": X[:0], "y": Y[:0]}, r"X: Found array with 0 sample\(s\)"),
    ({}, {"X": X[:, :0]}, r"0 feature\(s\)"),
    ({}, {"X": X[0]}, "X: Expected 2D array, got 1D array"),
    ({}, {"y": changed(Y, 7, NAN)}, "y contains NaN"),
    ({}, {"y": None}, "y"),
    ({}, {"y": Y.astype(str)}, "y must hold real numbers"),
    ({}, {"y": Y[:59]}, "inconsistent numbers of samples: y has 59 but X has 60"),
    ({}, {"y": np.c_[Y, Y]}, "y must have one column, got 2. For multi-task outputs, use MultiTask.*CV, or fit each"),
    ({}, {"sample_weight": -WEIGHTS}, "sample_weight must be >= 0 and finite, got -.* at index 0"),
    ({}, {"sample_weight": np.zeros(60)}, "sample_weight must have an entry > 0, got only zeros"),
    ({}, {"sample_weight": WEIGHTS[:9]}, "sample_weight has 9 entries but X has 60 samples"),
    ({}, {"town": "Oslo"}, "Passing extra keyword arguments to fit .*enable_metadata_routing=True.* Got town"),
    # held-out data
    ({}, HELD_OUT, "X_val, y_val must not be given with criterion='cv': only criterion='validation'"),
    ({"criterion": "aic"}, {"sample_weight_val": WEIGHTS}, "sample_weight_val must not be given with criterion='aic'"),
    (VALIDATION, {}, "criterion='validation' needs held-out data: pass X_val and y_val to fit"),
    (VALIDATION, {"X_val": X[:9]}, "criterion='validation' needs held-out data: pass X_val and y_val to fit"),
    (VALIDATION, {**HELD_OUT, "X_val": X[:9, :5]}, "X_val has 5 features, but X has 8 features"),
    (VALIDATION, {**HELD_OUT, "X_val": NAN * X[:9]}, "X_val, y_val: Input X contains NaN"),
    (VALIDATION, {**HELD_OUT, "y_val": NAN * Y[:9]}, "X_val, y_val: Input y contains NaN"),
    (VALIDATION, {**HELD_OUT, "y_val": Y[:8]}, "X_val, y_val: .*inconsistent numbers of samples: y has 8 but X has 9"),
    (VALIDATION, {**HELD_OUT, "y_val": np.c_[Y, Y][:9]}, "y_val must have one column, got 2"),
    (VALIDATION, {**HELD_OUT, "sample_weight_val": WEIGHTS}, "sample_weight_val: .* 60 entries but X has 9 samples"),
    (VALIDATION, {"X_val": X[:0], "y_val": Y[:0]}, "X_val, y_val: X: Found array with 0 sample"),
    (
        VALIDATION,
        {"X": pd.DataFrame(X).add_prefix("a"), "X_val": pd.DataFrame(X).add_prefix("b"), "y_val": Y},
        "X_val must have the feature names of X in the same order",
    ),
]
OF_ELASTIC_NET = [
    ({"l1_ratio": -0.1}, {}, "l1_ratio must be between 0 and 1, got -0.1"),
    ({"l1_ratio": NAN}, {}, "l1_ratio must be between 0 and 1, got nan"),
    ({"l1_ratio": None}, {}, "l1_ratio must be a real number, got None"),
    ({"l1_ratio": "half"}, {}, "l1_ratio must be a real number, got 'half'"),
    ({"l1_ratio": []}, {}, r"l1_ratio must be a number or a non-empty 1-dimensional array, got \[\]"),
    ({"l1_ratio": [[0.5]]}, {}, "l1_ratio must be a number or a non-empty 1-dimensional array"),
    ({"l1_ratio": [0.5, 2.0]}, {}, "l1_ratio must be between 0 and 1, got 2.0 at index 1"),
    ({"l1_ratio": 0}, {}, "Automatic alpha grid generation is not supported for l1_ratio=0.*Supply a grid by"),
    ({"l1_ratio": [0.0, 0.5]}, {}, "Automatic alpha grid generation is not supported for l1_ratio=0"),
]
# These are known only once X is read, or the losses are there.
KNOWN_LATER = [
    ({"precompute": np.eye(8)}, {}, "precompute must be the Gram matrix"),
    ({"rule": lambda result: 100}, {}, r"rule must return an alpha_index in \[0, 99\], got 100"),
    ({"rule": lambda result: -1}, {}, r"rule must return an alpha_index in \[0, 99\], got -1"),
    ({"rule": lambda result: (1, 3)}, {}, r"rule must return an l1_index in \[0, 0\], got 1"),
    ({"rule": lambda result: 2.0}, {}, "rule must return an int or a pair of int .*, got 2.0"),
    ({"rule": lambda result: None}, {}, "rule must return an int or a pair of int .*, got None"),
    ({"rule": lambda result: (0, 1, 2)}, {}, r"rule must return \(l1_index, alpha_index\)"),
    ({"rule": lambda: 3}, {}, "takes 0 positional arguments"),
]
BAD = [
    *((estimator, *row) for estimator in (LassoCV, ElasticNetCV) for row in OF_ALL),
    *((ElasticNetCV, *row) for row in OF_ELASTIC_NET),
]


def named(row):
    estimator, parameters, data, _ = row
    return f"{estimator.__name__}-{'-'.join([*parameters, *data])}"


def fitted_attributes(model):
    return {name: value for name, value in vars(model).items() if name.endswith("_")}


def fit(model, data):
    given = {"X": X, "y": Y, **data}
    return model.fit(given.pop("X"), given.pop("y"), **given)


@pytest.mark.parametrize("estimator, parameters, data, message", BAD, ids=map(named, BAD))
def test_bad_input_is_named_before_any_work(estimator, parameters, data, message, monkeypatch):
    def work(*arguments, **options):
        raise AssertionError("there was work before the error")

    monkeypatch.setattr("sparsereg.estimators._path_cv.Standardized", work)
    model = estimator(**parameters)
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        fit(model, data)
    assert not fitted_attributes(model)


@pytest.mark.parametrize("estimator, parameters, data, message", BAD, ids=map(named, BAD))
def test_bad_input_leaves_the_last_fit_as_it_was(estimator, parameters, data, message):
    model = estimator(alphas=3).fit(X[:, :5], Y)
    predicted, before = model.predict(X[:, :5]), fitted_attributes(model)
    with pytest.raises((ValueError, TypeError)):
        fit(model.set_params(**{"alphas": 100, **parameters}), data)
    after = fitted_attributes(model)
    assert after.keys() == before.keys()
    assert [name for name in before if after[name] is not before[name]] == []
    assert_array_equal(model.predict(X[:, :5]), predicted)
    assert model.mse_path_.shape == (3, 5)


@pytest.mark.parametrize("parameters, data, message", KNOWN_LATER, ids=[row[2] for row in KNOWN_LATER])
def test_what_is_known_later_leaves_no_attribute_either(parameters, data, message):
    model = ElasticNetCV(**parameters)
    with pytest.raises((ValueError, TypeError), match=message):
        fit(model, data)
    assert not fitted_attributes(model)


def test_a_rule_must_name_one_of_several_l1_ratios():
    with pytest.raises(ValueError, match=r"rule must return \(l1_index, alpha_index\) for 2 l1_ratios, got 3"):
        ElasticNetCV(l1_ratio=[0.5, 1.0], rule=lambda result: 3).fit(X, Y)


@pytest.mark.filterwarnings("ignore:R.2 score is not well-defined")
def test_a_score_that_one_row_does_not_have_is_refused_before_any_work():
    with pytest.raises(ValueError, match="is NaN on the first, of 1 row, whatever is predicted: use fewer folds"):
        LassoCV(cv=LeaveOneOut(), scoring="r2").fit(X, Y)


def test_a_score_that_is_undefined_for_the_mean_only_is_taken():
    def correlation(estimator, X, y):
        predicted = estimator.predict(X)
        return np.corrcoef(predicted, y)[0, 1] if np.ptp(predicted) else NAN

    model = LassoCV(scoring=correlation).fit(X, Y)
    mean = model.score_path_.mean(axis=1)
    assert np.isnan(mean[0])
    assert model.alpha_ == model.alphas_[np.nanargmax(mean)]


def test_a_scorer_or_rule_that_fails_later_leaves_no_attribute():
    calls = []

    def fails_later(estimator, X, y):
        calls.append(1)
        if len(calls) > 200:
            raise RuntimeError("no more scores")
        return 0.0

    for n_jobs in (1, 2):
        calls.clear()
        model = LassoCV(scoring=fails_later, n_jobs=n_jobs)
        with pytest.raises(RuntimeError, match="no more scores"):
            model.fit(X, Y)
        assert not fitted_attributes(model)


def test_what_may_look_like_bad_input_is_taken():
    expected = LassoCV(cv=3, alphas=10).fit(X, Y)
    masks = [(np.isin(np.arange(60), train), np.isin(np.arange(60), test)) for train, test in KFold(3).split(X)]
    negative = [(train - 60, list(test)) for train, test in KFold(3).split(X)]
    for parameters, data in (
        ({"cv": np.int64(3)}, {}),
        ({"cv": masks}, {}),
        ({"cv": negative}, {}),
        ({"cv": iter(masks)}, {}),
        ({"alphas": np.int32(10)}, {}),
        ({"random_state": check_random_state(0)}, {}),
        ({}, {"X": X.tolist(), "y": Y.tolist()}),
        ({}, {"X": pd.DataFrame(X), "y": pd.Series(Y, index=np.arange(60)[::-1])}),
        ({}, {"sample_weight": 2.0}),
        ({}, {"sample_weight": [3] * 60}),
    ):
        model = fit(LassoCV(**{"cv": 3, "alphas": 10, **parameters}), data)
        np.testing.assert_allclose(model.mse_path_, expected.mse_path_, rtol=1e-9)
        np.testing.assert_allclose(model.coef_, expected.coef_, rtol=1e-9)
