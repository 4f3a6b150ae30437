"""Solutions on the Gram matrices of folds are asked of X: a wrong Gram matrix never decides an answer."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from sparsereg import ElasticNetCV, LassoCV
from sparsereg.model_selection import fold_check, fold_fits

STORES = {"C": np.ascontiguousarray, "F": np.asfortranarray, "CSC": sp.csc_array, "CSR": sp.csr_array}
PARAMETERS = {
    "intercept": {},
    "no intercept": {"fit_intercept": False},
    "standardized": {"standardize": True},
    "one without a penalty": {"penalty_factor": [0.0, *[1.0] * 11]},
    "bounds": {"bounds": (-0.5, 1.0)},
}


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 12)) * (rng.random((60, 12)) < 0.7) + (np.arange(12) == 3)
    return X, X[:, :4].sum(axis=1) + rng.normal(size=60) + 5.0, rng.random(60) + 0.1


def spoilt(relative):
    """`training_from_sums` whose Gram matrix of the second fold is wrong by a part of itself."""
    true = fold_fits.training_from_sums

    def training_from_sums(sums, index, *given, out=None):
        training = true(sums, index, *given, out=out)
        if index != 1:
            return training
        noise = np.random.default_rng(0).normal(size=training.gram.shape) * relative
        return replace(training, gram=training.gram * (1.0 + noise + noise.T))

    return training_from_sums


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_wrong_gram_matrix_of_a_fold_does_not_show_in_its_errors(problem, store, name, weighted, monkeypatch):
    X, y, weights = problem
    weights = weights if weighted else None
    model = LassoCV(alphas=[1e-2, 1e-1, 1.0], **PARAMETERS[name])
    expected = model.fit(STORES[store](X), y, sample_weight=weights).mse_path_
    monkeypatch.setattr(fold_fits, "training_from_sums", spoilt(1e-5))
    assert_allclose(model.fit(STORES[store](X), y, sample_weight=weights).mse_path_, expected, rtol=1e-9)


def test_it_is_found_out_on_any_number_of_threads(problem, monkeypatch):
    X, y, _ = problem
    model = LassoCV(alphas=[1e-2, 1e-1, 1.0], n_jobs=3)
    monkeypatch.setattr("sparsereg.model_selection.plan.n_processors", lambda: 3)
    expected = model.fit(X, y).mse_path_
    monkeypatch.setattr(fold_fits, "training_from_sums", spoilt(1e-5))
    assert_allclose(model.fit(X, y).mse_path_, expected, rtol=1e-9)


def test_without_the_check_it_would(problem, monkeypatch):
    X, y, _ = problem
    model = LassoCV(alphas=[1e-2, 1e-1, 1.0])
    expected = model.fit(X, y).mse_path_
    monkeypatch.setattr(fold_fits, "training_from_sums", spoilt(1e-5))
    monkeypatch.setattr(fold_fits, "disproved", lambda *_: [])
    assert np.abs(model.fit(X, y).mse_path_ / expected - 1)[:, 1].max() > 1e-7


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_the_number_of_folds_that_are_asked_about_together_does_not_matter(problem, n_jobs, monkeypatch):
    X, y, _ = problem
    monkeypatch.setattr("sparsereg.model_selection.plan.n_processors", lambda: 3)
    model = LassoCV(alphas=[1e-2, 1e-1, 1.0], n_jobs=n_jobs)
    expected = model.fit(X, y).mse_path_
    monkeypatch.setattr(fold_fits, "TOGETHER", 2)
    assert_array_equal(model.fit(X, y).mse_path_, expected)
    monkeypatch.setattr(fold_fits, "training_from_sums", spoilt(1e-5))
    assert_allclose(model.fit(X, y).mse_path_, expected, rtol=1e-9)


@pytest.mark.parametrize("together", [1, 10**9])
def test_what_holds_is_not_solved_again(problem, together, monkeypatch):
    X, y, _ = problem
    asked = []
    true = fold_fits.disproved

    def disproved(lasts, *rest):
        found = true(lasts, *rest)
        asked.append((len(lasts), found))
        return found

    monkeypatch.setattr(fold_check, "ELEMENTS", together)
    monkeypatch.setattr(fold_fits, "disproved", disproved)
    ElasticNetCV(l1_ratio=[0.5, 1.0], cv=4).fit(X, y)
    assert asked == [(8, [])]
