"""Folds of RidgeCV are a loop of fits over them; what only ours has: rules, criteria, scaling inside folds, bounds."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from sklearn import linear_model as sk
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, RepeatedKFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sparsereg import Ridge, RidgeCV
from sparsereg._validation.data import check_data
from sparsereg._validation.penalty import ridge_penalty
from sparsereg.designs import Standardized
from sparsereg.model_selection import ridge_scores
from sparsereg.model_selection.folds import list_folds
from sparsereg.model_selection.ridge_fits import RidgeSetting
from sparsereg.model_selection.ridge_folds import GramFolds
from sparsereg.solvers.ridge import RidgeOptions

ALPHAS = np.logspace(-2, 3, 6)
SHAPES = {"tall": (48, 7), "wide": (24, 40)}
CV = KFold(4, shuffle=True, random_state=0)
INF = np.inf


def problem(shape, seed=0):
    n, p = SHAPES[shape]
    rng = np.random.default_rng(seed)
    X = (rng.normal(size=(n, p)) + 1) * np.geomspace(0.1, 10, p)
    return X, X[:, :2] / X[:, :2].std(0) + rng.normal(size=(n, 2)), 2 * rng.random(n) + 0.1


def by_loop(X, Y, weights, build, cv=CV):
    """Mean squared errors and R^2 of every fold, (K, n_folds), by fits of `build(alpha)`."""
    errors, scores = np.empty((2, len(ALPHAS), cv.get_n_splits(X)))
    for fold, (train, test) in enumerate(cv.split(X)):
        for k, alpha in enumerate(ALPHAS):
            predictions = build(alpha)(X[train], Y[train], weights[train]).predict(X[test])
            errors[k, fold] = np.average(np.square(Y[test] - predictions), axis=0, weights=weights[test]).mean()
            scores[k, fold] = r2_score(Y[test], predictions, sample_weight=weights[test])
    return errors, scores


def ridge(**parameters):
    return lambda alpha: Ridge(alpha, **parameters).fit


def parameters_of(p):
    factor = np.linspace(0.2, 3, p)
    return {
        "plain": {},
        "factors": {"penalty_factor": np.r_[INF, factor[1:]]},
        "free": {"penalty_factor": np.r_[0.0, factor[1:]]},
        "positive": {"positive": True},
        "bounds": {"bounds": (-0.1, 0.2), "fit_intercept": False},
        "standardize": {"standardize": True, "penalty_factor": factor},
    }


@pytest.mark.parametrize("name", parameters_of(1))
@pytest.mark.parametrize("shape", SHAPES)
def test_folds_are_a_loop_of_fits(shape, name):
    X, Y, weights = problem(shape)
    given = parameters_of(X.shape[1])[name]
    errors, scores = by_loop(X, Y, weights, ridge(**given))
    for store in (np.asfortranarray, sp.csc_array, sp.csr_array):
        model = RidgeCV(ALPHAS, cv=CV, **given).fit(store(X), Y, weights)
        assert_allclose(model.mse_path_, errors, rtol=1e-7)
        assert_allclose(model.score_path_, scores, rtol=1e-7, atol=1e-9)
        assert model.alpha_ == ALPHAS[scores.mean(axis=1).argmax()]
        refit = Ridge(model.alpha_, **given).fit(X, Y, weights)
        assert_allclose(model.coef_, refit.coef_, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
def test_standardize_does_not_look_at_the_rows_held_out(shape):
    X, Y, _ = problem(shape)

    def build(alpha):
        pipeline = make_pipeline(StandardScaler(), sk.Ridge(alpha, solver="svd"))
        return lambda X, Y, _: pipeline.fit(X, Y)

    errors, _ = by_loop(X, Y, np.ones(len(X)), build)
    assert_allclose(RidgeCV(ALPHAS, cv=CV, standardize=True).fit(X, Y).mse_path_, errors, rtol=1e-8)


@pytest.mark.parametrize("alphas", [ALPHAS, ALPHAS[:2]])
@pytest.mark.parametrize("cv", [TimeSeriesSplit(4), RepeatedKFold(n_splits=3, n_repeats=2, random_state=0)])
def test_rows_that_grow_or_repeat_and_columns_of_one_fold(cv, alphas):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5)) * np.geomspace(1, 1e6, 60)[:, None]
    X[:, 3] = 0
    X[50:, 3] = 1.0
    y = X[:, 0] + rng.normal(size=60)
    expected = sk.RidgeCV(alphas, cv=list(cv.split(X))).fit(X, y)
    found = RidgeCV(alphas, cv=cv).fit(X, y)
    assert found.alpha_ == expected.alpha_
    assert_allclose(found.best_score_, expected.best_score_, rtol=1e-7)


def test_alpha_zero_is_least_squares_with_folds():
    X, Y, weights = problem("tall")
    errors, _ = by_loop(X, Y, weights, lambda alpha: sk.LinearRegression().fit)
    found = RidgeCV([0.0, 1.0], cv=CV).fit(X, Y, weights)
    assert_allclose(found.mse_path_[0], errors[0], rtol=1e-8)


def test_rules_and_what_they_tell():
    X, Y, _ = problem("tall")
    y = Y[:, 0] + 2 * np.random.default_rng(1).normal(size=len(X))
    smallest = RidgeCV(ALPHAS, cv=CV, scoring="neg_mean_squared_error").fit(X, y)
    largest = smallest.__class__(**{**smallest.get_params(), "rule": "1se"}).fit(X, y)
    mean, error = smallest.mse_mean_, smallest.mse_se_
    assert_allclose(mean, smallest.mse_path_.mean(axis=1))
    assert_allclose(error, smallest.mse_path_.std(axis=1, ddof=1) / 2)
    best = mean.argmin()
    expected = ALPHAS[mean <= mean[best] + error[best]].max()
    assert smallest.alpha_ == smallest.alpha_min_ == largest.alpha_min_ == ALPHAS[best]
    assert smallest.alpha_1se_ == largest.alpha_1se_ == largest.alpha_ == expected > ALPHAS[best]
    assert_allclose(largest.best_score_, -mean[list(ALPHAS).index(expected)])
    chosen = RidgeCV(ALPHAS, cv=CV, rule=lambda result: int(np.argmax(result.loss))).fit(X, y)
    assert chosen.alpha_ == ALPHAS[chosen.cv_result_.loss.argmax()]
    left_out = RidgeCV(ALPHAS, rule="1se", store_cv_results=True).fit(X, y)
    squares = left_out.cv_results_
    assert_allclose(left_out.cv_result_.loss_se, squares.std(axis=0, ddof=1) / np.sqrt(len(y)), rtol=1e-9)
    for name in ("mse_path_", "mse_mean_", "mse_se_", "alpha_1se_", "score_path_"):
        with pytest.raises(AttributeError, match="has no folds"):
            getattr(left_out, name)


def test_targets_with_alphas_of_their_own_have_no_folds():
    X, Y, _ = problem("tall")
    model = RidgeCV(ALPHAS, alpha_per_target=True).fit(X, Y)
    for name in ("mse_path_", "mse_mean_", "mse_se_", "alpha_1se_", "score_path_"):
        with pytest.raises(AttributeError, match="has no folds"):
            getattr(model, name)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("parameters", [{}, {"positive": True}])
def test_a_weight_of_zero_removes_the_row_from_the_standard_error_too(shape, parameters):
    X, Y, weights = problem(shape)
    weights[::3] = 0.0
    kept = weights > 0
    part = kept.mean()
    every = RidgeCV(ALPHAS, rule="1se", **parameters).fit(X, Y, weights)
    fewer = RidgeCV(ALPHAS, rule="1se", **parameters).fit(X[kept], Y[kept], weights[kept])
    assert_allclose(every.cv_result_.loss, part * fewer.cv_result_.loss, rtol=1e-9)
    assert_allclose(every.cv_result_.loss_se, part * fewer.cv_result_.loss_se, rtol=1e-9)
    assert every.alpha_ == fewer.alpha_


@pytest.mark.parametrize("parameters", [{}, {"positive": True}, {"standardize": True}])
@pytest.mark.parametrize("targets", [slice(None), 0])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_scorer_sees_the_model_of_the_fold(shape, targets, parameters):
    X, Y, _ = problem(shape)
    Y = Y[:, targets]

    def scoring(model, X, y):
        assert_allclose(model.predict(X), X @ model.coef_.T + model.intercept_, rtol=1e-9, atol=1e-9)
        assert_allclose(model.predict(X[:2]), model.predict(X)[:2], rtol=1e-9, atol=1e-9)
        return -np.abs(model.coef_).sum()

    expected = -np.array(
        [
            [np.abs(Ridge(alpha, **parameters).fit(X[train], Y[train]).coef_).sum() for train, _ in CV.split(X)]
            for alpha in ALPHAS
        ]
    )
    model = RidgeCV(ALPHAS, cv=CV, scoring=scoring, **parameters).fit(X, Y)
    assert_allclose(model.score_path_, expected, rtol=1e-7)


@pytest.mark.parametrize("ask", [lambda model, _: model.coef_, lambda model, X: model.predict(X[:2])])
def test_there_is_no_model_of_all_left_out_rows(ask):
    X, Y, _ = problem("tall")
    with pytest.raises(AttributeError, match="no more than the predictions with leave-one-out"):
        RidgeCV(ALPHAS, scoring=lambda model, X, _: float(ask(model, X).sum())).fit(X, Y)


@pytest.mark.parametrize("factor", [None, np.linspace(0.2, 3, 7)])
def test_a_fold_on_its_gram_matrix_knows_its_residuals(factor):
    X, Y, weights = problem("tall")
    penalty = ridge_penalty(7, total_weight=1.0, penalty_factor=factor, bounds=None, positive=False)
    options = RidgeOptions("auto", 1e-4, None, None, np.dtype(np.float64))
    setting = RidgeSetting(check_data(X, Y), weights, penalty, True, False, ALPHAS[::-1], options)
    folds = list_folds(CV, X, Y)
    design = Standardized(setting.data.store, weights * (len(X) / weights.sum()))
    fit = GramFolds(setting, design, folds).fit(0)
    train = np.arange(len(X))[folds[0].train]
    squares = np.square(Y[train][:, :, None] - fit.predictions(train))
    expected = np.average(squares, axis=0, weights=weights[train])
    for solution, own in zip(fit.solutions, expected, strict=True):
        assert_allclose(solution.residual_squares, own, rtol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_generalised_cross_validation_and_degrees_of_freedom(shape):
    X, Y, weights = problem(shape)
    y, n = Y[:, 0], len(Y)
    free = np.r_[0.0, np.ones(X.shape[1] - 1)]
    for factor in (np.ones(X.shape[1]), free):
        model = RidgeCV(ALPHAS, criterion="gcv", penalty_factor=factor).fit(X, y, weights)
        root = np.sqrt(weights)[:, None]
        design = root * np.hstack([np.ones((n, 1)), X])
        for k, alpha in enumerate(ALPHAS):
            hat = design @ np.linalg.solve(design.T @ design + alpha * np.diag(np.r_[0.0, factor]), design.T)
            left = root[:, 0] * y - hat @ (root[:, 0] * y)
            assert_allclose(model.cv_result_.df[k], np.trace(hat), rtol=1e-7)
            # shares of the weights, which sum to n
            gcv = left @ left / weights.sum() / (1 - np.trace(hat) / n) ** 2
            assert_allclose(model.cv_result_.loss[k], gcv, rtol=1e-6)


@pytest.mark.parametrize("criterion", ["aic", "aicc", "bic", "ebic", "gcv"])
@pytest.mark.parametrize("parameters", [{}, {"positive": True}, {"standardize": True}])
def test_criteria_choose_for_every_target(criterion, parameters):
    X, Y, _ = problem("tall")
    model = RidgeCV(ALPHAS, criterion=criterion, alpha_per_target=True, **parameters).fit(X, Y)
    for t in range(2):
        single = RidgeCV(ALPHAS, criterion=criterion, **parameters).fit(X, Y[:, t])
        assert model.alpha_[t] == single.alpha_
        assert_allclose(model.best_score_[t], single.best_score_, rtol=1e-11)
        assert_allclose(model.coef_[t], single.coef_, rtol=1e-9)
        assert_allclose(single.best_score_, -single.cv_result_.loss.min())


def test_threads_and_stores_change_nothing():
    X, Y, weights = problem("tall")
    models = [RidgeCV(ALPHAS, cv=CV, n_jobs=jobs).fit(X, Y, weights) for jobs in (None, 1, 4, -1)]
    assert all(np.array_equal(model.mse_path_, models[0].mse_path_) for model in models)


def test_progress_goes_to_stderr_only_when_asked_for(capfd):
    X, Y, _ = problem("tall")
    RidgeCV(cv=3).fit(X, Y)
    assert capfd.readouterr() == ("", "")
    RidgeCV(cv=3, verbose=True).fit(X, Y)
    out, err = capfd.readouterr()
    assert out == "" and "cross-validation" in err


@pytest.mark.parametrize("parameters", [{}, {"cv": 3}, {"cv": 3, "positive": True}, {"criterion": "bic"}])
def test_nothing_is_written_and_nothing_warned(parameters):
    X, Y, weights = problem("wide")
    before = X.copy(), Y.copy(), weights.copy()
    for array in (X, Y, weights):
        array.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        RidgeCV(ALPHAS, **parameters).fit(X, Y, weights)
    assert all(np.array_equal(*pair) for pair in zip(before, (X, Y, weights), strict=True))


def test_predictions_in_pieces_are_those_at_once(monkeypatch):
    X, Y, weights = problem("tall")
    for cv in (3, CV):
        whole = RidgeCV(ALPHAS, cv=cv).fit(X, Y, weights)
        monkeypatch.setattr(ridge_scores, "ELEMENTS", 5 * 2 * len(ALPHAS))
        pieces = RidgeCV(ALPHAS, cv=cv).fit(X, Y, weights)
        monkeypatch.undo()
        assert_allclose(pieces.score_path_, whole.score_path_, rtol=1e-12)
        assert_allclose(pieces.mse_path_, whole.mse_path_, rtol=1e-12)
