"""Epochs on the Gram matrix end where the active set does, within any bounds, or leave the alpha to it."""

import numpy as np
import pytest
import scipy.sparse as sp
from examples import problem_of
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.quadratic import objective, violation

from sparsereg import ElasticNet, enet_path
from sparsereg.kernels.state import SOLVED, PenaltyArrays
from sparsereg.solvers import workspace
from sparsereg.solvers.gram_epochs import Epochs

few = settings(max_examples=60, deadline=None)
EPS = np.finfo(float).eps
# What the floor of a workspace is in units of sqrt(G_jj y'y/n).
FLOOR_UNIT = 32 * EPS


def quadratic(seed, size, n_samples=30):
    """G, q, y'y/n and a penalty per unit of alpha with a ridge term everywhere and bounds here and there."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, size)) + rng.choice([0.0, 1.0, 3.0]) * rng.normal(size=(n_samples, 1))
    y = X @ rng.normal(size=size) + rng.normal(size=n_samples)
    unit = PenaltyArrays(
        rng.choice([0.0, 0.1, 0.5], size=size),
        rng.choice([0.5, 1.0], size=size),
        -rng.choice([0.0, 0.1, np.inf], size=size),
        rng.choice([0.0, 0.1, np.inf], size=size),
    )
    return X.T @ X / n_samples, X.T @ y / n_samples, y @ y / n_samples, unit


def epochs_on(gram, square, unit):
    return Epochs(gram, unit, FLOOR_UNIT * np.sqrt(gram.diagonal() * square))


@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from([10.0, 1.0, 0.1, 0.01]))
@few
def test_epochs_end_at_the_minimum(size, seed, alpha):
    gram, linear, square, unit = quadratic(seed, size)
    epochs = epochs_on(gram, square, unit)
    start = np.clip(np.random.default_rng(seed).normal(size=size), unit.lower, unit.upper)
    kept = start.copy()
    at, n_epochs, reached = epochs.solve(linear, alpha, epochs.start(linear, start), 100_000, lambda: None)
    assert reached and n_epochs >= 1
    assert (start == kept).all()
    assert ((at.coef >= unit.lower) & (at.coef <= unit.upper)).all()
    assert at.slope == pytest.approx(linear - gram @ at.coef, abs=1e-12 * np.sqrt(square * gram.diagonal().max()))
    lack = violation(gram, linear, alpha * unit.l1, alpha * unit.l2, unit.lower, unit.upper, at.coef)
    # each lack^2 / (2 l2) is at most 8 eps y'y/2n
    assert (lack <= np.sqrt(8 * EPS * square * alpha * unit.l2) + 1e-13 * np.sqrt(square * gram.diagonal())).all()


@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
@few
def test_a_start_on_the_line_is_taken_only_where_it_is_better(size, seed):
    gram, linear, square, unit = quadratic(seed, size)
    epochs, rng = epochs_on(gram, square, unit), np.random.default_rng(seed)
    alphas = np.array([1.0, 0.5, 0.2])
    coefs = np.clip(rng.normal(size=(2, size)), unit.lower, unit.upper)
    at = epochs.start(linear, coefs[1])
    ahead = epochs.ahead(linear, alphas, coefs, at)
    arrays = gram, linear, 0.2 * unit.l1, 0.2 * unit.l2
    assert objective(*arrays, ahead.coef) <= objective(*arrays, at.coef) + 1e-12 * square
    assert ((ahead.coef >= unit.lower) & (ahead.coef <= unit.upper)).all()
    assert ahead.slope == pytest.approx(linear - gram @ ahead.coef, abs=1e-11 * np.abs(linear).max())
    assert epochs.ahead(linear, alphas[[0, 0, 2]], coefs, at) is at


def test_few_epochs_say_that_they_were_too_few():
    gram, linear, square, unit = quadratic(3, 40)
    epochs = epochs_on(gram, square, unit)
    at, n_epochs, reached = epochs.solve(linear, 0.01, epochs.start(linear, np.zeros(40)), 2, lambda: None)
    assert (n_epochs, reached) == (2, False)
    assert at.slope == pytest.approx(linear - gram @ at.coef, abs=1e-12 * np.abs(linear).max())


def correlated(n, p, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1))
    return X, X @ np.where(rng.random(p) < 0.5, rng.normal(0.5, 1.0, size=p), 0.0) + rng.normal(size=n)


# Where no coefficient is there no epoch is tried.
START = np.full(40, 0.01)


@pytest.fixture
def tried(monkeypatch):
    """Epochs are tried at once; what each alpha said of them."""
    said, solve = [], Epochs.solve

    def spy(*arguments):
        found = solve(*arguments)
        said.append(found[2])
        return found

    monkeypatch.setattr(Epochs, "solve", spy)
    monkeypatch.setattr(workspace, "UNTRIED", 1e12)
    monkeypatch.setattr(workspace, "FEWEST_EPOCHS", 1)
    return said


@pytest.mark.parametrize("solver", ["active_set", "working_set"])
@pytest.mark.parametrize("kind", [np.asfortranarray, sp.csr_array])
@pytest.mark.parametrize(
    "parameters",
    [
        {"l1_ratio": 0.1},
        {"l1_ratio": 0.9, "positive": True},
        {"l1_ratio": 0.5, "bounds": (-0.2, 0.4), "standardize": True},
        {"l1_ratio": 0.3, "penalty_factor": np.repeat([0.5, 1.0, 2.0, np.inf], 10)},
    ],
    ids=["plain", "positive", "bounds", "factors"],
)
def test_paths_are_exact(tried, parameters, kind, solver):
    X, y = correlated(120, 40, seed=1)
    options = {"eps": 1e-3, "alphas": 25, "fit_intercept": True, "solver": solver, "return_result": True}
    found = enet_path(kind(X), y, coef_init=START, **options, **parameters)
    assert all(tried) and tried
    reference = problem_of(X, y, parameters)
    for k, alpha in enumerate(found.alphas):
        coef = found.coefs[:, [k]].toarray().ravel()
        assert abs(reference.gap(coef, found.intercepts[k], alpha)) <= 1e-12 + reference.rounding(coef)


def test_where_they_fail_the_active_set_goes_on(tried, monkeypatch):
    X, y = correlated(120, 40, seed=2)
    plain = ElasticNet(alpha=0.01, l1_ratio=0.1, solver="active_set").fit(X, y)
    monkeypatch.setattr(Epochs, "count", lambda *_: 1)
    path = enet_path(
        X, y, l1_ratio=0.1, alphas=[0.1, 0.05, 0.01], coef_init=START, fit_intercept=True, solver="active_set"
    )
    assert tried and not any(tried)
    assert path[1][:, -1] == pytest.approx(plain.coef_, abs=1e-9)


def test_they_are_not_tried_without_a_ridge_term(tried):
    X, y = correlated(120, 40, seed=3)
    enet_path(X, y, l1_ratio=1.0, alphas=10, coef_init=START, solver="active_set")
    assert not tried


def test_they_can_be_interrupted():
    gram, linear, square, unit = quadratic(5, 30)
    epochs = epochs_on(gram, square, unit)

    def end():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        epochs.solve(linear, 0.1, epochs.start(linear, np.zeros(30)), 100, end)


def test_what_they_solve_is_said_as_the_active_set_says_it(tried):
    gram, linear, square, unit = quadratic(7, 30)
    unit = unit._replace(l1=np.full(30, 0.1), lower=np.full(30, -np.inf), upper=np.full(30, np.inf))
    on = workspace.Workspace(gram, unit, FLOOR_UNIT * np.sqrt(gram.diagonal() * square), 30)
    alphas = np.abs(linear).max() * 10 * np.geomspace(1, 1e-2, 12)
    on.start(np.full(30, 0.01))
    path = on.solve(linear, alphas)
    assert tried
    assert (path.states == SOLVED).all() and (path.rounds >= 1).all()
    for k, alpha in enumerate(alphas):
        assert path.slopes[k] == pytest.approx(linear - gram @ path.coefs[k], abs=1e-12 * np.abs(linear).max())
        arrays = gram, linear, alpha * unit.l1, alpha * unit.l2, unit.lower, unit.upper
        assert (violation(*arrays, path.coefs[k]) <= np.sqrt(8 * EPS * square * alpha)).all()  # l2 <= 1
    assert (on.coef == path.coefs[-1]).all()
