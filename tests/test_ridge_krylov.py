"""Many alphas from one Krylov space: the solutions of each system by itself, for the products of the smallest alpha."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from sparsereg import Ridge, RidgeCV, Status, ridge_path
from sparsereg._validation.data import check_data
from sparsereg._validation.penalty import ridge_penalty
from sparsereg.designs import Standardized, make_store, sparse
from sparsereg.model_selection import ridge_krylov_folds, ridge_search
from sparsereg.model_selection.folds import list_folds
from sparsereg.model_selection.ridge_fits import RidgeSetting, fit_from_x
from sparsereg.model_selection.ridge_krylov_folds import KrylovFolds
from sparsereg.solvers import ridge, ridge_krylov, ridge_lanczos
from sparsereg.solvers.ridge import RidgeOptions
from sparsereg.solvers.ridge_krylov import few_steps
from sparsereg.solvers.ridge_lanczos import solve_by_lanczos

ALPHAS = np.geomspace(1e-3, 1e4, 15)
SHAPES = {"tall": (60, 25), "wide": (25, 60)}
INF = np.inf


def problem(shape, seed=0):
    n, p = SHAPES[shape]
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.3) * np.geomspace(0.3, 3, p)
    return X, X[:, :2] + rng.normal(size=(n, 2)) + 5, 2 * rng.random(n) + 0.1


def systems(seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(50, 40)) * np.geomspace(1, 1e-2, 40)
    lam = np.array([1e-4, 10.0, 1.0, 1e-3, 1e3, 0.1])
    return rows.T @ rows, rng.normal(size=(40, 3)), np.array([0, 0, 2, 1, 1, 0]), lam


@pytest.mark.parametrize("elements", [ridge_lanczos.ELEMENTS, 40 * 3 * 5, 1])
def test_every_system_is_solved_to_its_own_goal(elements, monkeypatch):
    monkeypatch.setattr(ridge_lanczos, "ELEMENTS", elements)
    matrix, block, which, lam = systems()
    goals = np.array([1e-12, 1e-20, 1e-6, 1e-14, 1e-20, 1e-12])
    solved, n_iter, reached = solve_by_lanczos(lambda V: matrix @ V, block, which, lam, goals, 500)
    assert reached.all()
    left = block[:, which] - matrix @ solved - lam * solved
    # the recurrence and the residual itself differ by rounding, here of about 1e2 eps |M| |x|
    assert (np.square(left).sum(axis=0) <= 4 * goals + 1e-22).all()
    assert n_iter[0] > n_iter[5] > n_iter[1] > 0


def test_systems_do_not_disturb_each_other_and_are_conjugate_gradients():
    matrix, block, which, lam = systems()
    goals = np.full(len(lam), 1e-10)
    together, n_iter, _ = solve_by_lanczos(lambda V: matrix @ V, block, which, lam, goals, 500)
    for k, value in enumerate(lam):
        x, r = np.zeros(40), block[:, which[k]].copy()
        d, steps = r.copy(), 0
        while r @ r > goals[k]:
            image = matrix @ d + value * d
            length = (r @ r) / (d @ image)
            x, r, last = x + length * d, r - length * image, r @ r
            d, steps = r + (r @ r) / last * d, steps + 1
        # rounding costs the two a few steps, not the same ones
        assert abs(n_iter[k] - steps) <= 1 + steps // 10
        assert_allclose(together[:, k], x, atol=1e-4 * np.abs(x).max())


def test_spaces_end_with_their_matrix_and_their_steps():
    matrix, block, which, lam = systems()
    block[:, 0], block[:, 1] = 0.0, np.linalg.eigh(matrix)[1][:, 3]
    goals = np.array([0.0, 0.0, 1e-20, 1e-20, 1e-20, 0.0])
    solved, n_iter, reached = solve_by_lanczos(lambda V: matrix @ V, block, which, lam, goals, 3)
    assert_array_equal(solved[:, which == 0], 0.0)
    assert_array_equal(n_iter, [0, 0, 3, 1, 1, 0])
    assert_array_equal(reached, [True, True, False, True, True, True])
    assert_allclose(solved[:, 4], block[:, 1] / (np.linalg.eigvalsh(matrix)[3] + lam[4]), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("parameters", [{}, {"standardize": True}, {"penalty_factor": True}, {"fit_intercept": False}])
@pytest.mark.parametrize("store", [np.asfortranarray, sp.csc_array, sp.csr_array])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_path_from_one_space_is_that_of_the_closed_form(shape, store, parameters):
    X, Y, weights = problem(shape)
    X[:, 4] = 0.0
    given = {"fit_intercept": True, "sample_weight": weights, "return_result": True, **parameters}
    if "penalty_factor" in given:
        given["penalty_factor"] = np.r_[INF, np.linspace(0.5, 2, X.shape[1] - 1)]
    expected = ridge_path(X, Y[:, 0], ALPHAS, **given)
    found = ridge_path(store(X), Y[:, 0], ALPHAS, solver="sparse_cg", tol=1e-8, **given)
    y = Y[:, 0] - np.average(Y[:, 0], weights=weights) if given["fit_intercept"] else Y[:, 0]
    assert (found.gaps <= 2e-16 * (weights @ y**2)).all()
    assert set(found.statuses) == {Status.OPTIMAL}
    assert_allclose(found.coefs.toarray(), expected.coefs.toarray(), rtol=1e-5, atol=1e-6)
    assert (found.coefs.toarray()[4] == 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_more_alphas_read_x_no_more_often(shape, monkeypatch):
    X, Y, _ = problem(shape)
    reads = []
    predict = sparse.SparseStore.predict
    monkeypatch.setattr(
        sparse.SparseStore, "predict", lambda *given, **more: reads.append(1) or predict(*given, **more)
    )
    counts, steps = [], []
    for alphas in (ALPHAS[[0, -1]], ALPHAS):
        reads.clear()
        result = ridge_path(sp.csc_array(X), Y[:, 0], alphas, solver="sparse_cg", tol=1e-6, return_result=True)
        counts.append(len(reads))
        steps.append(result.n_iter[-1])
    assert counts[0] == counts[1] and steps[0] == steps[1] > 5


def test_what_cannot_share_a_space_has_one_of_its_own():
    X, Y, _ = problem("tall")
    alphas = np.r_[0.0, 1e-30, ALPHAS]
    expected = ridge_path(X, Y[:, 0], alphas, return_result=True)
    found = ridge_path(X, Y[:, 0], alphas, solver="sparse_cg", tol=1e-7, return_result=True)
    assert set(found.statuses) == {Status.OPTIMAL}
    assert_allclose(found.coefs.toarray(), expected.coefs.toarray(), rtol=1e-5, atol=1e-5)


def test_targets_have_spaces_of_their_own_and_max_iter_ends_them():
    X, Y, _ = problem("wide")
    both = Ridge([0.1, 10.0], solver="sparse_cg", tol=1e-7).fit(X, Y)
    assert_allclose(both.coef_, Ridge([0.1, 10.0]).fit(X, Y).coef_, rtol=1e-4, atol=1e-5)
    with pytest.warns(UserWarning, match="max_iter"):
        result = ridge_path(X, Y[:, 0], ALPHAS, solver="sparse_cg", tol=1e-8, max_iter=2, return_result=True)
    assert result.n_iter.max() == 2 and Status.MAX_ITER in result.statuses and Status.OPTIMAL in result.statuses


@pytest.mark.parametrize("factors", [False, True])
@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_fold_by_products_is_the_fold_from_x(shape, center, scale, factors):
    X, Y, weights = problem(shape)
    weights[3] = 0.0
    n_features = X.shape[1]
    factor = np.r_[INF, np.linspace(0.2, 3, n_features - 1)] if factors else None
    penalty = ridge_penalty(n_features, total_weight=1.0, penalty_factor=factor, bounds=None, positive=False)
    options = RidgeOptions("auto", 1e-4, None, None, np.dtype(np.float64))
    for store, own in ((sp.csr_array, weights), (sp.csc_array, None), (np.asarray, weights)):
        setting = RidgeSetting(check_data(store(X), Y), own, penalty, center, scale, ALPHAS[::-1], options)
        folds = list_folds(4, X, Y)
        for index, fold in enumerate(folds):
            expected = fit_from_x(setting, fold)
            found = KrylovFolds(setting, folds).fit(index)
            rows = np.arange(len(X))
            # a gap of 1e-12 y'y/2n is an error of 1e-6 |y|
            assert_allclose(found.predictions(rows), expected.predictions(rows), atol=1e-5)
            for mine, theirs in zip(found.solutions, expected.solutions, strict=True):
                assert (mine.gaps <= 1e-12 * mine.target_square).all()
                assert_allclose(mine.residual_squares, theirs.residual_squares, rtol=1e-5, atol=1e-9)
                assert mine.target_square == theirs.target_square
                assert mine.n_iter[-1] >= mine.n_iter[0] > 0
            for told, known in zip(found.model(2), expected.model(2), strict=True):
                assert_array_equal(told, known)


def test_a_fold_without_a_penalty_is_read_from_x():
    X, Y, _ = problem("wide")
    penalty = ridge_penalty(60, total_weight=1.0, penalty_factor=None, bounds=None, positive=False)
    options = RidgeOptions("auto", 1e-4, None, None, np.dtype(np.float64))
    setting = RidgeSetting(check_data(X, Y), None, penalty, True, False, np.array([1.0, 0.0]), options)
    folds = list_folds(3, X, Y)
    rows = np.arange(len(X))
    expected = fit_from_x(setting, folds[0]).predictions(rows)
    assert KrylovFolds(setting, folds).total_gram() is None
    assert_allclose(KrylovFolds(setting, folds).fit(0).predictions(rows), expected, atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_search_beyond_the_closed_forms_finds_what_they_find(shape, monkeypatch):
    X, Y, weights = problem(shape)
    expected = RidgeCV(ALPHAS, cv=4).fit(sp.csr_array(X), Y, weights)
    for module in (ridge, ridge_search):
        monkeypatch.setattr(module, "DIRECT_LIMIT", 10)
    found = RidgeCV(ALPHAS, cv=4).fit(sp.csr_array(X), Y, weights)
    assert found.solver_ == "sparse_cg" and expected.solver_ != "sparse_cg"
    assert_allclose(found.score_path_, expected.score_path_, atol=1e-5)
    assert found.alpha_ == expected.alpha_
    assert_allclose(found.coef_, expected.coef_, atol=1e-5)
    assert found.dual_gap_.max() <= 1e-12 * (weights @ np.square(Y)).max()


@pytest.mark.parametrize("parameters", [{}, {"standardize": True}, {"fit_intercept": False}])
@pytest.mark.parametrize("shape", SHAPES)
def test_few_steps_are_as_exact_as_the_closed_form(shape, parameters, monkeypatch):
    X, Y, weights = problem(shape)
    alphas = ALPHAS[ALPHAS >= 0.1]
    expected = RidgeCV(alphas, cv=4, **parameters).fit(X, Y, weights)
    monkeypatch.setattr(ridge_krylov, "SHARE", 1e12)
    for store in (np.asarray, sp.csc_array):
        found = RidgeCV(alphas, cv=4, **parameters).fit(store(X), Y, weights)
        assert found.solver_ == "sparse_cg" and expected.solver_ != "sparse_cg"
        assert_allclose(found.score_path_, expected.score_path_, rtol=1e-7, atol=1e-8)
        assert_allclose(found.coef_, expected.coef_, rtol=1e-6, atol=1e-7)
        assert found.dual_gap_.max() <= 1e-13 * (weights @ np.square(Y)).max()
    threads = RidgeCV(alphas, cv=4, n_jobs=2, **parameters).fit(store(X), Y, weights)
    assert_array_equal(threads.score_path_, found.score_path_)
    single = Ridge(1.0, **parameters).fit(X, Y[:, 0], weights)
    assert single.solver_ == "sparse_cg" and 1 < single.n_iter_ < 100


@pytest.mark.parametrize("steps", [1, 8])
@pytest.mark.parametrize("shape", SHAPES)
def test_too_few_steps_change_nothing(shape, steps, monkeypatch):
    X, Y, weights = problem(shape)
    expected = RidgeCV(ALPHAS, cv=4).fit(X, Y, weights)
    tried = []

    def few(design, n_alphas, n_targets):
        tried.append(n_alphas)
        return steps

    for module in (ridge, ridge_search):
        monkeypatch.setattr(module, "few_steps", few)
    found = RidgeCV(ALPHAS, cv=4, n_jobs=2).fit(X, Y, weights)
    assert tried and set(tried) == {len(ALPHAS)}
    assert_array_equal(found.score_path_, expected.score_path_)
    assert_array_equal(found.coef_, expected.coef_)
    assert found.solver_ == expected.solver_ == "cholesky"


def test_steps_are_tried_where_a_decomposition_takes_longer():
    def design(n_samples, n_features, n_stored):
        X = sp.random_array((n_samples, n_features), density=n_stored / (n_samples * n_features), rng=0)
        return Standardized(make_store(X.tocsc()))

    large, small = design(4000, 3000, 40000), design(400, 300, 4000)
    assert few_steps(large, 20, 1) > few_steps(large, 1, 1) > few_steps(large, 1, 5) > 0
    assert few_steps(small, 20, 1) == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_folds_that_need_more_than_the_first_are_fitted_by_what_is_left(shape, monkeypatch):
    X, Y, weights = problem(shape)
    alphas = ALPHAS[ALPHAS >= 0.1]
    expected = RidgeCV(alphas, cv=4).fit(X, Y, weights)
    monkeypatch.setattr(ridge_krylov, "SHARE", 1e12)
    monkeypatch.setattr(ridge_krylov_folds, "MARGIN", 0)
    found = RidgeCV(alphas, cv=4).fit(X, Y, weights)
    assert_array_equal(found.score_path_[:, 1:], expected.score_path_[:, 1:])
    assert_allclose(found.score_path_[:, 0], expected.score_path_[:, 0], rtol=1e-7, atol=1e-8)
    assert (found.score_path_[:, 0] != expected.score_path_[:, 0]).any()
