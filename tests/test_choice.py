"""What solver="auto" takes: a working set where few features are expected, else the Gram matrix of all."""

import numpy as np
import pytest
import scipy.sparse as sp
from internal import problem_behind

from sparsereg import enet_path
from sparsereg.solvers import choice
from sparsereg.solvers.choice import ON_GRAM


def one_hot(n_samples, n_levels, seed):
    """Indicators of two categories, of which only the first 5 levels of each say something of y."""
    rng = np.random.default_rng(seed)
    columns = rng.integers(n_levels, size=(n_samples, 2)) + [0, n_levels]
    X = sp.csr_array((np.ones(columns.size), columns.ravel(), np.arange(0, columns.size + 1, 2)))
    return X.tocsc(), 3.0 * (columns % n_levels < 5).sum(axis=1) + rng.normal(size=n_samples)


def path(X, y, solver, l1_ratio=0.5):
    return enet_path(X, y, l1_ratio=l1_ratio, alphas=10, eps=0.1, fit_intercept=True, solver=solver, return_result=True)


def test_few_of_many_sparse_columns_take_no_gram_of_all():
    X, y = one_hot(20_000, 1000, seed=0)
    found, whole = path(X, y, "auto"), path(X, y, "active_set")
    assert (found.solver, whole.solver) == ("working_set", "active_set")
    assert 0 < found.df[-1] < 500
    # both are exact: a gap of 1e-11 y'y/2n leaves coefficients free by its root over that of a ridge term of 1e-3
    assert found.coefs.toarray() == pytest.approx(whole.coefs.toarray(), abs=1e-3)


def test_most_of_some_dense_columns_take_the_gram_of_all():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(3000, 100)) + rng.normal(size=(3000, 1))
    y = X @ rng.normal(size=100) + rng.normal(size=3000)
    assert enet_path(X, y, alphas=100, eps=1e-3, return_result=True).solver == "active_set"


@pytest.mark.parametrize("depth", [1e-3, 0.05])
def test_few_rows_of_many_columns_take_no_gram_of_all(depth):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(60, 3000)) + rng.normal(size=(60, 1))
    y = X[:, :10] @ rng.normal(size=10) + rng.normal(size=60)
    found, whole = (
        enet_path(X, y, l1_ratio=1, alphas=100, eps=depth, solver=solver, return_result=True)
        for solver in ("auto", "active_set")
    )
    assert (found.solver, whole.solver) == ("working_set", "active_set")
    assert found.coefs.toarray() == pytest.approx(whole.coefs.toarray(), abs=1e-8)
    assert not ON_GRAM["auto"](problem_behind(X, y, {"l1_ratio": 1.0})[0], found.alphas, 6)  # nor do folds


@pytest.mark.parametrize("l1_ratio", [0.1, 1 - 1e-6])
def test_epochs_instead_of_a_gram_count_where_columns_lie_ready_and_the_ridge_term_is_strong(l1_ratio, monkeypatch):
    monkeypatch.setattr(choice, "EPOCHS", 2)
    rng = np.random.default_rng(1)
    X = rng.normal(size=(1100, 1500))
    y = X @ rng.normal(size=1500) + rng.normal(size=1100)
    seconds = []
    for order in (np.asfortranarray, np.ascontiguousarray):
        problem, reference = problem_behind(order(X), y, {"l1_ratio": l1_ratio})
        alphas = np.geomspace(1, 1e-2, 20) * reference.alpha_max()
        seconds.append(choice.seconds_per_path(problem, alphas, on_gram=False))
    in_place, packed = seconds
    assert in_place < 0.5 * packed if l1_ratio == 0.1 else in_place == pytest.approx(packed, rel=1e-6)
