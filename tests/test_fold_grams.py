"""Cross-validation by Gram matrices of folds: what a fit on copied rows of each fold gives, in extended precision."""

import numpy as np
import pytest
from examples import STORES, as_float64, gaussian
from numpy.testing import assert_allclose
from reference.folds import error_of_rounding, exact, held_out_error, problem_of_fold
from sklearn.model_selection import KFold, LeaveOneOut, RepeatedKFold, ShuffleSplit, TimeSeriesSplit

from sparsereg import ElasticNetCV, LassoCV
from sparsereg.solvers import memory

EPS = np.finfo(float).eps
N = 36
ROWS = np.arange(N)
# What issue 4 promises of mse_path_; and the largest gap, of y'y/2n.
MSE, GAP = 1e-7, 1e-9
# Of alpha_max of the median fold.
PARTS = np.array([0.5, 0.03, 1e-4])


def _bootstrap():
    rng = np.random.default_rng(3)
    drawn = [rng.integers(0, N, size=N) for _ in range(3)]
    return [(rows, np.setdiff1d(ROWS, rows)) for rows in drawn]


SPLITS = {
    "KFold": KFold(4),
    "shuffled": KFold(3, shuffle=True, random_state=0),
    "two folds": KFold(2),
    "TimeSeriesSplit": TimeSeriesSplit(4),
    "ShuffleSplit": ShuffleSplit(3, test_size=0.3, random_state=0),
    "few rows in training": ShuffleSplit(3, train_size=5, random_state=0),
    "one row held out": ShuffleSplit(3, test_size=1, random_state=0),
    "repeated": RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
    "bootstrap": _bootstrap(),
    "rows held out twice": [(ROWS[9:], np.r_[ROWS[:9], ROWS[:3]]), (ROWS[:24], np.r_[ROWS[24:], ROWS[24:]])],
    "overlapping": [(ROWS[9:], ROWS[:18]), (ROWS[::-1][:30], ROWS[::-1][:12]), (ROWS[::2], ROWS[:5])],
    "rows in neither": [(ROWS[9:30], ROWS[:6]), (ROWS[:12], ROWS[30:])],
    "all rows in training": [(ROWS, ROWS), (ROWS[1:], ROWS[:1])],
}


def _weights(kind):
    rng = np.random.default_rng(5)
    weights = rng.uniform(0.1, 2.0, size=N)
    if kind == "zeros":
        weights[rng.random(N) < 0.3] = 0.0
    elif kind == "ratios 1e6":
        weights = 10.0 ** rng.uniform(0, 6, size=N)
    elif kind == "one row 1e12":
        weights[7] = 1e12
    return weights


WEIGHTS = {
    "none": None,
    **{kind: _weights(kind) for kind in ("around one", "zeros", "ratios 1e6", "one row 1e12")},
}


def _problem(seed=0, noise=1.0, p=6):
    return gaussian(N, p, seed, noise)


def _growing():
    X, y = _problem(1)
    return X * np.logspace(0, 6, N)[:, None], y


def _outlier(in_X, in_y):
    X, y = _problem(2)
    X[5] *= 1e8 if in_X else 1.0
    y[5] *= 1e8 if in_y else 1.0
    return X, y


def _in_one_fold_only():
    X, y = _problem(3)
    X[9:, 2] = 0.0
    return X, y


def _constant_in_training(value):
    X, y = _problem(4)
    X[9:, 1] = value
    X[:27, 3] = value
    return X, y


def _constant_target(value):
    X, y = _problem(5)
    y[9:] = value
    return X, y


def _means(ratio):
    X, y = _problem(7)
    return X + ratio * np.array([1, -1, 1, 0, 0.5, 1]), y


def _outlier_hides_means():
    """Over all rows the means are small beside the standard deviations; without the outlier they are not."""
    X, y = _problem(8)
    X[5] *= 1e8
    return X + 1e4, y


def _duplicates(apart):
    X, y = _problem(9)
    X[:, 4] = X[:, 0] + apart * X[:, 4]
    X[:, 5] = -2 * X[:, 1]
    return X, y + 5 * X[:, 0]


DATA = {
    "independent": _problem(),
    "rows growing 1e6-fold": _growing(),
    "outlier in X": _outlier(True, False),
    "outlier in y": _outlier(False, True),
    "outlier in both": _outlier(True, True),
    "column in one fold only": _in_one_fold_only(),
    **{f"columns constant at {value:g}": _constant_in_training(value) for value in (0.0, 1.0, 1e6)},
    **{f"y constant at {value:g}": _constant_target(value) for value in (0.0, 0.1, 1e6)},
    "1 - R2 = 1e-9": _problem(6, noise=3e-5),
    **{f"means {ratio:g}": _means(ratio) for ratio in (1e3, 1e4, 1e5, 1e6)},
    "outlier hides means": _outlier_hides_means(),
    "scales 1e-8..1e8": (_problem(10)[0] * np.logspace(-8, 8, 6), _problem(10)[1]),
    "near duplicates": _duplicates(1e-4),
    "duplicates": _duplicates(0.0),
    "p > n": _problem(11, p=50),
}


def all_ways(intercepts=(True, False), scales=(False, True)):
    return [{"fit_intercept": center, "standardize": scale} for center in intercepts for scale in scales]


def folds_of(cv, weights=None):
    """The folds, without those that no weight trains or tests."""
    folds = cv if isinstance(cv, list) else list(cv.split(ROWS))
    s = np.ones(N) if weights is None else weights
    return [(train, test) for train, test in folds if s[train].any() and s[test].any()]


def assert_as_in_a_loop(X, y, cv, weights=None, l1_ratio=1.0, fit_intercept=True, standardize=False, **others):
    """mse_path_ and fold_coefs_ are those of the exact minimum on copied rows of each fold, the gaps from those rows.

    Where several coefficients reach the minimum, those found are asked for their own error.
    """
    known, folds = as_float64(X), folds_of(cv, weights)
    way = {"l1_ratio": l1_ratio, "fit_intercept": fit_intercept, "standardize": standardize}
    problems = [problem_of_fold(known, y, train, weights, **way) for train, _ in folds]
    alpha_max = np.median([np.abs(one.correlations(one.y)).max() / l1_ratio for one in problems])
    alphas = PARTS * float(alpha_max)
    model = ElasticNetCV(alphas=alphas, cv=folds, store_fold_coefs=True, **way, **others)
    model.fit(X, y, sample_weight=weights)
    for index, (problem, (_, test)) in enumerate(zip(problems, folds, strict=True)):
        for k, alpha in enumerate(alphas):
            coef = model.fold_coefs_[k, index]
            best = problem.best_intercept(coef) if fit_intercept else 0.0
            gap = problem.gap(coef, best, alpha) if problem.target_square > 0 else float(coef.any())
            assert gap <= max(GAP, problem.rounding(coef) if gap else 0.0)
            found = exact(problem, alpha, coef)
            assert found is not None
            if not found.is_unique:
                found = found._replace(coef=coef, intercept=best)
            expected = float(held_out_error(known, y, test, weights, found.coef, found.intercept))
            rounding = error_of_rounding(problem, alpha, found, known, y, test)
            allowed = MSE * expected + 2 * np.sqrt(expected) * rounding + rounding**2
            assert abs(model.mse_path_[k, index] - expected) <= allowed
    return model


# -- The estimators


@pytest.mark.parametrize("way", all_ways(), ids=str)
@pytest.mark.parametrize("data", DATA)
def test_hard_columns_and_targets(data, way):
    for cv in (SPLITS["KFold"], SPLITS["TimeSeriesSplit"]):
        assert_as_in_a_loop(*DATA[data], cv, solver="active_set", **way)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("cv", SPLITS)
def test_any_split_with_any_weights(cv, weights):
    X, y = _problem(20)
    for way in all_ways():
        assert_as_in_a_loop(X, y, SPLITS[cv], WEIGHTS[weights], l1_ratio=0.7, solver="active_set", **way)


def test_every_row_by_itself():
    X, y = _problem(21)
    assert_as_in_a_loop(X, y, LeaveOneOut())
    assert_as_in_a_loop(X, y, LeaveOneOut(), WEIGHTS["zeros"], standardize=True)


@pytest.mark.parametrize("store", STORES)
def test_any_store(store):
    X, y = gaussian(N, 6, 22, zeros=0.4)
    X = STORES[store](X)
    for cv in ("KFold", "TimeSeriesSplit", "bootstrap"):
        assert_as_in_a_loop(X, y, SPLITS[cv], solver="active_set")
        assert_as_in_a_loop(X, y, SPLITS[cv], WEIGHTS["zeros"], 0.5, standardize=True, solver="active_set")


@pytest.mark.parametrize("solver", ["auto", "active_set", "working_set", "coordinate_descent", "proximal_gradient"])
@pytest.mark.parametrize("data", ["independent", "outlier in X", "outlier in y", "means 1000", "columns constant at 1"])
def test_any_solver(solver, data):
    # An iterative solver stops at a gap of tol, and predictions move by its square root.
    for way in all_ways((True,)):
        assert_as_in_a_loop(*DATA[data], KFold(3), l1_ratio=0.5, solver=solver, tol=1e-17, max_iter=10**5, **way)


def test_duplicates_share_their_coefficient_as_they_like():
    X, y = DATA["duplicates"]
    twice = LassoCV(cv=4, alphas=[0.5, 0.01, 1e-4]).fit(X, y)
    once = LassoCV(cv=4, alphas=[0.5, 0.01, 1e-4]).fit(X[:, [0, 2, 3, 5]], y)
    assert_allclose(twice.mse_path_, once.mse_path_, rtol=MSE)


@pytest.mark.parametrize("data", ["independent", "rows growing 1e6-fold", "means 1e+06", "p > n"])
def test_little_memory_changes_no_answer(data, monkeypatch):
    X, y = DATA[data]
    p = X.shape[1]
    expected = {cv: assert_as_in_a_loop(X, y, SPLITS[cv], solver="active_set") for cv in ("KFold", "bootstrap")}
    monkeypatch.setattr(memory, "SMALL", 0)
    # The coefficients that the loop is compared with would not fit either.
    monkeypatch.setattr("sparsereg.estimators._fold_coefs.check_memory", lambda *_: None)
    # Room for the Gram matrix of all rows and its factor, not for those of the folds; and not even for these.
    for room in (16 * p * p, 16 * p * p - 1):
        monkeypatch.setattr(memory, "available_memory", lambda room=room: room / memory.FRACTION)
        for cv, model in expected.items():
            found = assert_as_in_a_loop(X, y, SPLITS[cv], solver="active_set")
            assert_allclose(found.mse_path_, model.mse_path_, rtol=MSE)
            assert_allclose(found.coef_, model.coef_, rtol=MSE, atol=MSE * np.abs(model.coef_).max())
