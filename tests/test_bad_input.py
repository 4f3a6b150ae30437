"""Bad input: the error names the argument, the value and the rule, and nothing has changed; warnings come once."""

import re
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning

from sparsereg import ElasticNet, Lasso, Ridge, enet_path, lasso_path, ridge_path

ESTIMATORS = [Lasso, ElasticNet, Ridge]
COORDINATE = [Lasso, ElasticNet]
PATHS = [lasso_path, enet_path]

RNG = np.random.default_rng(2)
X = RNG.normal(size=(60, 8))
Y = X @ np.array([2.0, 0.0, -3.0, 0.0, 0.0, 1.0, 0.0, 0.5]) + RNG.normal(size=60)
NAN, INF = np.nan, np.inf


def changed(array, index, value):
    array = np.array(array, dtype=float)
    array[index] = value
    return array


COMMON = [
    # parameters, data: what differs from X, Y; argument with value and rule
    ({"alpha": -1.0}, {}, "alpha must be >= 0 and finite, got -1.0"),
    ({"alpha": NAN}, {}, "alpha must be >= 0 and finite, got nan"),
    ({"alpha": INF}, {}, "alpha must be >= 0 and finite, got inf"),
    ({"alpha": "1"}, {}, "alpha must .*, got '1'"),
    ({"alpha": 1j}, {}, r"alpha must .*, got 1j"),
    ({"tol": -1e-4}, {}, "tol must be >= 0 and finite, got -0.0001"),
    ({"max_iter": 0}, {}, "max_iter must be >= 1.*, got 0"),
    ({"max_iter": 1.5}, {}, "max_iter must be an integer, got 1.5"),
    ({"fit_intercept": "yes"}, {}, "fit_intercept must be True or False, got 'yes'"),
    ({"positive": 1}, {}, "positive must be True or False, got 1"),
    ({"copy_X": None}, {}, "copy_X must be True or False, got None"),
    ({"standardize": "no"}, {}, "standardize must be True or False, got 'no'"),
    ({"solver": "fast"}, {}, "solver must be one of 'auto', .*, got 'fast'"),
    ({"solver": None}, {}, "solver must be one of 'auto', .*, got None"),
    ({"random_state": "seed"}, {}, "random_state must be .*, got 'seed'"),
    ({"penalty_factor": np.ones(9)}, {}, "penalty_factor has 9 entries but X has 8 features"),
    ({"penalty_factor": changed(np.ones(8), 3, -2)}, {}, "penalty_factor must be >= 0, got -2.0 at index 3"),
    ({"penalty_factor": changed(np.ones(8), 3, NAN)}, {}, "penalty_factor must be >= 0, got nan at index 3"),
    ({"penalty_factor": 1.0}, {}, "penalty_factor must be 1-dimensional with 8 entries"),
    ({"penalty_factor": ["a"] * 8}, {}, "penalty_factor must hold real numbers"),
    ({"bounds": (1, 2)}, {}, r"bounds must contain 0, got \(1.0, 2.0\) for feature 0"),
    ({"bounds": (0, changed(np.ones(8), 5, -1))}, {}, "bounds must .*lower 0.0 > upper -1.0 for feature 5"),
    ({"bounds": (-1, np.ones(7))}, {}, r"bounds\[1\] has 7 entries but X has 8 features"),
    ({"bounds": (-1, NAN)}, {}, r"bounds\[1\] must not be NaN"),
    ({"bounds": (-1, None)}, {}, r"bounds\[1\] must be a number or an array, got None"),
    ({"bounds": 3.0}, {}, r"bounds must be a pair \(lower, upper\), got 3.0"),
    ({"bounds": (0, 1, 2)}, {}, "bounds must be a pair .*got 3 entries"),
    ({}, {"X": changed(X, (5, 2), NAN)}, "X contains NaN"),
    ({}, {"X": changed(X, (5, 2), -INF)}, "X contains infinity"),
    ({}, {"X": sp.csc_array(changed(X, (5, 2), NAN))}, "X contains NaN"),
    ({}, {"X": X * 1j}, "X: Complex data not supported"),
    ({}, {"X": X.astype(str)}, "X: numbers are required, got dtype <U"),
    ({}, {"X": X[0]}, r"X: Expected 2D array, got 1D array(?s:.)*Reshape your data"),
    ({}, {"X": X[:, :, None]}, "X: Found array with dim 3"),
    ({}, {"X": X[:0], "y": Y[:0]}, r"X: Found array with 0 sample\(s\)"),
    ({}, {"X": X[:, :0]}, r"0 feature\(s\)"),
    ({}, {"X": None}, "X: Expected 2D array"),
    ({}, {"X": X[:59]}, "inconsistent numbers of samples: y has 60 but X has 59"),
    ({}, {"y": changed(Y, 7, NAN)}, "y contains NaN"),
    ({}, {"y": changed(Y, 7, INF)}, "y contains infinity"),
    ({}, {"y": None}, "y"),
    ({}, {"y": Y * 1j}, "Complex data not supported: y"),
    ({}, {"y": Y.astype(str)}, "y must hold real numbers"),
    ({}, {"y": np.zeros((60, 0))}, r"y must have shape .*, got shape \(60, 0\)"),
    (
        {},
        {"sample_weight": changed(np.ones(60), 2, -1)},
        "sample_weight must be >= 0 .*, got -1.0 at index 2",
    ),
    (
        {},
        {"sample_weight": changed(np.ones(60), 2, NAN)},
        "sample_weight must be >= 0 .*, got nan at index 2",
    ),
    ({}, {"sample_weight": np.zeros(60)}, "sample_weight must have an entry > 0, got only zeros"),
    ({}, {"sample_weight": np.ones(59)}, "sample_weight has 59 entries but X has 60 samples"),
    ({}, {"sample_weight": np.ones((60, 2))}, "sample_weight must be 1-dimensional"),
    ({}, {"sample_weight": ["heavy"] * 60}, "sample_weight must hold real numbers"),
]
OF_COORDINATE = [
    ({"alpha": [0.1, 0.2]}, {"y": np.c_[Y, Y]}, "alpha must be a real number, got"),
    ({"max_iter": None}, {}, "max_iter must be an integer, got None"),
    ({"warm_start": "yes"}, {}, "warm_start must be True or False, got 'yes'"),
    ({"selection": "greedy"}, {}, "selection must be 'cyclic' or 'random', got 'greedy'"),
    ({"precompute": "auto"}, {}, "precompute must be one of .*, got 'auto'"),
    ({"precompute": np.eye(7)}, {}, r"precompute must be .*8, 8.*got shape \(7, 7\)"),
    ({"precompute": changed(np.eye(8), (1, 2), 5)}, {}, "precompute must be a symmetric"),
    ({"precompute": changed(np.eye(8), (1, 1), NAN)}, {}, "precompute must be a finite"),
    ({"precompute": np.eye(8)}, {}, "precompute must be the Gram matrix"),
]
OF_ELASTIC_NET = [
    ({"l1_ratio": -0.1}, {}, "l1_ratio must be between 0 and 1, got -0.1"),
    ({"l1_ratio": 1.1}, {}, "l1_ratio must be between 0 and 1, got 1.1"),
    ({"l1_ratio": NAN}, {}, "l1_ratio must be between 0 and 1, got nan"),
    ({"l1_ratio": None}, {}, "l1_ratio must be a real number, got None"),
]
OF_RIDGE = [
    ({"alpha": [0.1, 0.2]}, {}, "alpha has 2 entries but y has 1 target"),
    ({"alpha": [0.1, -0.2]}, {"y": np.c_[Y, Y]}, "alpha must be >= 0 and finite, got -0.2 at index 1"),
    ({"solver": "lbfgs"}, {}, "'lbfgs' solver can be used only when positive=True"),
    ({"solver": "svd", "positive": True}, {}, "solver='svd' does not support positive fitting"),
    ({"solver": "lsqr", "bounds": (-1, 1)}, {}, "solver='lsqr' does not support bounds"),
    ({"solver": "cholesky", "bounds": (0, 1)}, {}, "solver='cholesky' does not support bounds"),
]
BAD = [
    *((estimator, *row) for estimator in ESTIMATORS for row in COMMON),
    *((estimator, *row) for estimator in COORDINATE for row in OF_COORDINATE),
    *((ElasticNet, *row) for row in OF_ELASTIC_NET),
    *((Ridge, *row) for row in OF_RIDGE),
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
def test_bad_input_is_named(estimator, parameters, data, message):
    with pytest.raises((ValueError, TypeError), match=message):
        fit(estimator(**parameters), data)


@pytest.mark.parametrize("estimator, parameters, data, message", BAD, ids=map(named, BAD))
def test_bad_input_leaves_no_attribute_behind(estimator, parameters, data, message):
    model = estimator(**parameters)
    with pytest.raises((ValueError, TypeError)):
        fit(model, data)
    assert not fitted_attributes(model)


@pytest.mark.parametrize("estimator, parameters, data, message", BAD, ids=map(named, BAD))
def test_bad_input_leaves_the_last_fit_as_it_was(estimator, parameters, data, message):
    narrow = X[:, :5]
    model = estimator(alpha=0.1).fit(narrow, Y)
    predicted, before = model.predict(narrow), fitted_attributes(model)
    with pytest.raises((ValueError, TypeError)):
        fit(model.set_params(**parameters), data)
    after = fitted_attributes(model)
    assert after.keys() == before.keys()
    assert [name for name in before if after[name] is not before[name]] == []
    assert_array_equal(model.predict(narrow), predicted)


BAD_FOR_A_PATH = [
    ({"alphas": [-1.0]}, "alphas must be >= 0 and finite, got -1.0 at index 0"),
    ({"alphas": [1.0, NAN]}, "alphas must be >= 0 and finite, got nan at index 1"),
    ({"alphas": [INF]}, "alphas must be >= 0 and finite, got inf at index 0"),
    ({"alphas": []}, "alphas must be .*non-empty"),
    ({"alphas": 0}, "alphas must be >= 1 when an integer, got 0"),
    ({"alphas": [["1"]]}, "alphas must hold real numbers"),
    ({"eps": 0.0}, "eps must be > 0 and < 1, got 0.0"),
    ({"coef_init": np.ones(3)}, "coef_init has 3 entries but X has 8 features"),
    ({"coef_init": changed(np.ones(8), 0, NAN)}, "coef_init must be finite, got nan at index 0"),
    ({"coef_init": changed(np.ones(8), 5, -INF)}, "coef_init must be finite, got -inf at index 5"),
    ({"Xy": np.ones(3)}, "Xy has 3 entries but X has 8 features"),
    ({"max_features": 0}, "max_features must be >= 1"),
    ({"min_improvement": -1}, "min_improvement must be >= 0 and finite, got -1"),
    ({"X_offset": np.zeros(8)}, "X_offset must be None"),
    ({"penalty_factor": np.ones(7)}, "penalty_factor has 7 entries but X has 8 features"),
    ({"bounds": (1, 2)}, "bounds must contain 0"),
    ({"solver": "cholesky"}, "solver must be one of"),
    ({"sample_weight": np.ones(7)}, "sample_weight has 7 entries but X has 60 samples"),
    ({"tol": "small"}, "tol must be a real number, got 'small'"),
    ({"fit_intercept": None}, "fit_intercept must be True or False, got None"),
    ({"verbose": "yes"}, "verbose must be True, False or an integer, got 'yes'"),
]


@pytest.mark.parametrize("parameters, message", BAD_FOR_A_PATH, ids=[next(iter(row[0])) for row in BAD_FOR_A_PATH])
@pytest.mark.parametrize("path", PATHS)
def test_bad_input_of_a_path_is_named(path, parameters, message):
    with pytest.raises((ValueError, TypeError), match=message):
        path(X, Y, **parameters)


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"alphas": 5}, "alphas must be a non-empty 1-dimensional array, got 5"),
        ({"alphas": [-1.0]}, "alphas must be >= 0 and finite, got -1.0 at index 0"),
        ({"alphas": []}, "alphas must be .*non-empty"),
        ({"alphas": [1.0], "y": np.c_[Y, Y]}, "y must be 1-dimensional.*use Ridge"),
        ({"alphas": [1.0], "bounds": (1, 2)}, "bounds must contain 0"),
        ({"alphas": [1.0], "solver": "fast"}, "solver must be one of"),
        ({"alphas": [1.0], "sample_weight": np.ones(7)}, "sample_weight has 7 entries but X has 60 samples"),
    ],
    ids=str,
)
def test_bad_input_of_ridge_path_is_named(parameters, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ridge_path(**{"X": X, "y": Y, **parameters})


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_bad_input_of_predict_is_named(estimator):
    model = estimator().fit(X, Y)
    for wrong, message in (
        (changed(X, (0, 0), NAN), "X contains NaN"),
        (X[:, :3], "X has 3 features, but .* is expecting 8"),
        (X[0], "X: Expected 2D array"),
        (X.astype(str), "X: numbers are required"),
    ):
        with pytest.raises(ValueError, match=message):
            model.predict(wrong)


# -- Warnings


def warnings_of(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return caught


UNFINISHED = {"solver": "coordinate_descent", "tol": 0.0, "max_iter": 1}


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_one_call_warns_once_naming_alpha_gap_tolerance_and_remedy(estimator):
    model = estimator(alpha=1e-3, **UNFINISHED)
    (warning,) = warnings_of(lambda: model.fit(X.astype(np.float32), np.c_[Y, -Y, Y**2]))
    assert warning.category is ConvergenceWarning
    message = str(warning.message)
    assert re.search(r"alpha=0.001 .*gap \d.*, tolerance 0.000e\+00.*max_iter.*solver='auto'", message)
    gap = float(re.search(r"gap (\S+),", message)[1])
    # the worst of the three, to the digits shown
    assert_allclose(gap, model.dual_gap_.max(), rtol=1e-3)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_warns_once_of_its_worst_alpha(path):
    for more in (
        {},
        {"max_features": 5},
        {"return_result": True},
        {"precompute": X.T @ X, "fit_intercept": True},
    ):
        (warning,) = warnings_of(lambda more=more: path(X, Y, alphas=30, **UNFINISHED, **more))
        assert warning.category is ConvergenceWarning


def test_a_gap_within_the_tolerance_is_no_warning():
    model = Lasso(alpha=1e-3, solver="coordinate_descent", tol=1e-6)
    assert not warnings_of(lambda: model.fit(X, Y))
    assert model.dual_gap_ <= 1e-6 * np.mean((Y - Y.mean()) ** 2)
