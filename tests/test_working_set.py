"""The exact path on a working set: large supports, few or many alphas, every kind of guess, against all features."""

import numpy as np
import pytest
import scipy.sparse as sp
from examples import assert_same, problem_of
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from sparsereg import ElasticNet, Lasso, enet_path
from sparsereg._validation.penalty import build_penalty
from sparsereg.designs import Standardized, columns, make_store
from sparsereg.results import Status
from sparsereg.solvers import dual_newton, growing, inner, memory, residual_descent, screening, working_set
from sparsereg.solvers.least_squares import build_problems
from sparsereg.solvers.options import Options

EXACT = 1e-10


def wide(n, p, seed, rho=0.0):
    """X (n, p) with neighbouring columns correlated by rho, and y from a tenth of them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    coef = np.where(rng.random(p) < 0.1, rng.normal(size=p), 0.0)
    return X, X @ coef + 0.5 * rng.normal(size=n)


def assert_exact(X, y, path, parameters):
    """Each solution of a path has a relative gap <= 1e-10, recomputed by the reference, and says so."""
    reference = problem_of(X, y, parameters)
    half = float(reference.target_square) / 2
    for k, alpha in enumerate(path.alphas):
        coef = path.coefs[:, [k]].toarray().ravel()
        assert abs(reference.gap(coef, path.intercepts[k], alpha)) <= EXACT
        assert path.gaps[k] <= EXACT * half


@pytest.mark.parametrize("rho", [0.0, 0.9])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.02])
@pytest.mark.parametrize("kind", [np.asfortranarray, np.ascontiguousarray, sp.csc_array, sp.csr_array])
def test_paths_with_many_more_features_than_samples_are_exact(kind, l1_ratio, rho):
    X, y = wide(25, 400, seed=3, rho=rho)
    path = enet_path(
        kind(X), y, l1_ratio=l1_ratio, eps=1e-2, alphas=30, fit_intercept=True, solver="working_set", return_result=True
    )
    assert_exact(X, y, path, {"l1_ratio": l1_ratio})
    assert path.solver == "working_set"


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("positive", [False, True])
def test_the_dual_newton_method_solves_what_the_active_set_does(monkeypatch, positive, weighted, standardize):
    X, y = wide(20, 300, seed=4, rho=0.5)
    rng = np.random.default_rng(5)
    factors = rng.choice([0.5, 1.0, 2.0, np.inf], size=300)
    weights = rng.choice([0.0, 1.0, 3.0], size=20) if weighted else None
    ran = []
    monkeypatch.setattr(dual_newton.DualNewton, "_solve", spy(dual_newton.DualNewton._solve, ran))
    parameters = {
        "l1_ratio": 0.05,
        "penalty_factor": factors,
        "bounds": (-np.inf, 0.4),
        "positive": positive,
        "standardize": standardize,
        "sample_weight": weights,
    }
    path = enet_path(
        X, y, alphas=25, eps=1e-2, fit_intercept=True, solver="working_set", return_result=True, **parameters
    )
    assert ran  # the supports are far beyond the number of samples
    assert_exact(X, y, path, parameters)


@pytest.mark.parametrize("kind", [np.asfortranarray, sp.csc_array])
@pytest.mark.parametrize("epochs", [inner.FEW_EPOCHS, 3])
@pytest.mark.parametrize("l1_ratio", [0.5, 0.99])
def test_coordinate_descent_on_large_supports_is_exact_or_gives_way(monkeypatch, l1_ratio, epochs, kind):
    X, y = wide(40, 500, seed=11, rho=0.8)
    monkeypatch.setattr(inner, "MANY", 5)
    monkeypatch.setattr(inner, "FEW_EPOCHS", epochs)
    ran, stronger = [], []
    descent, other = residual_descent.ResidualDescent, inner.ExactSolvers
    monkeypatch.setattr(descent, "solve", spy(descent.solve, ran))
    monkeypatch.setattr(other, "stronger", spy(other.stronger, stronger))
    parameters = {"l1_ratio": l1_ratio, "bounds": (-0.5, np.inf), "standardize": True}
    path = enet_path(
        kind(X), y, alphas=25, eps=1e-2, fit_intercept=True, solver="working_set", return_result=True, **parameters
    )
    assert ran
    assert bool(stronger) == (epochs == 3)
    assert_exact(X, y, path, parameters)


def spy(function, calls):
    """The function, which notes each call."""

    def noted(*arguments):
        calls.append(1)
        return function(*arguments)

    return noted


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 30),
    p=st.integers(2, 80),
    l1_ratio=st.sampled_from([1.0, 0.9, 0.3]),
    n_alphas=st.integers(1, 25),
    end=st.floats(1e-3, 0.9),
    integers=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_a_working_set_ends_where_all_features_do(seed, n, p, l1_ratio, n_alphas, end, integers):
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, size=(n, p)).astype(float) if integers else rng.normal(size=(n, p))
    y = X[:, : min(p, 3)].sum(axis=1) + rng.normal(size=n)
    reference = problem_of(X, y, {"l1_ratio": l1_ratio})
    alphas = reference.alpha_max() * np.geomspace(1.0, end, n_alphas) + 1e-12
    for alpha in alphas[[0, -1]]:
        one, other = (ElasticNet(alpha, l1_ratio=l1_ratio, solver=s).fit(X, y) for s in ("working_set", "active_set"))
        assert_same(reference, alpha, (one.coef_, one.intercept_), (other.coef_, other.intercept_))
    path = enet_path(
        X, y, l1_ratio=l1_ratio, alphas=alphas, fit_intercept=True, solver="working_set", return_result=True
    )
    assert_exact(X, y, path, {"l1_ratio": l1_ratio})


@pytest.mark.parametrize("part", [0.5, 0.05, 1e-3, 0.0])
def test_one_alpha_far_below_alpha_max_needs_no_path(part):
    X, y = wide(40, 500, seed=6)
    reference = problem_of(X, y, {})
    alpha = part * reference.alpha_max()
    model = ElasticNet(alpha, l1_ratio=1.0, solver="working_set").fit(X, y)
    assert abs(reference.gap(model.coef_, model.intercept_, alpha)) <= EXACT


def test_a_path_with_a_thousand_alphas_leaves_most_columns_unread(monkeypatch):
    from sparsereg.designs.dense import DenseStore

    X, y = wide(50, 600, seed=7)
    X = np.asfortranarray(X)
    read = []
    correlations = DenseStore.correlations

    def counted(self, R, columns=None, shift=None):
        read.append(self.n_features if columns is None else len(columns))
        return correlations(self, R, columns, shift)

    monkeypatch.setattr(DenseStore, "correlations", counted)
    path = enet_path(X, y, l1_ratio=1.0, alphas=1000, eps=1e-2, solver="working_set", return_result=True)
    assert_exact(X, y, path, {"fit_intercept": False})
    assert sum(read) < 200 * 600  # one read of all columns for each alpha would be 1000 * 600


def test_max_features_ends_the_path_and_a_start_on_the_support_is_taken():
    X, y = wide(30, 300, seed=8)
    path = enet_path(X, y, l1_ratio=1.0, solver="working_set", max_features=10, return_result=True)
    assert path.df.max() <= 10 < len(y)
    model = ElasticNet(path.alphas[-1], l1_ratio=1.0, fit_intercept=False, warm_start=True, solver="working_set")
    first = model.fit(X, y).coef_
    assert model.fit(X, y).coef_ == pytest.approx(first, abs=1e-12)
    assert path.coefs[:, [-1]].toarray().ravel() == pytest.approx(first, abs=1e-10)


def test_data_outside_the_reach_of_a_first_guess():
    """Excluded, unpenalised, constant and one-sided features, and a target that they explain wholly."""
    X, y = wide(20, 60, seed=9)
    X[:, 3] = 1.0
    factors = np.ones(60)
    factors[[0, 3, 5]], factors[7] = 0.0, np.inf
    parameters = {"l1_ratio": 1.0, "penalty_factor": factors, "bounds": (np.where(np.arange(60) % 2, 0.0, -1.0), 2.0)}
    path = enet_path(X, y, alphas=20, fit_intercept=True, solver="working_set", return_result=True, **parameters)
    assert_exact(X, y, path, parameters)
    flat = enet_path(
        X, X[:, 0], alphas=[0.1], fit_intercept=True, solver="working_set", return_result=True, **parameters
    )
    assert flat.coefs[[0], :].toarray().ravel() == pytest.approx([1.0], abs=1e-9)


def test_alphas_may_repeat_and_one_row_may_be_all():
    X, y = wide(20, 60, seed=10)
    repeated = enet_path(X, y, l1_ratio=1.0, alphas=[0.2, 0.1, 0.1, 0.1, 0.1, 0.1], solver="working_set")[1]
    assert repeated[:, 1] == pytest.approx(repeated[:, 5], abs=1e-12)
    path = enet_path(X[:1], y[:1], alphas=5, fit_intercept=True, solver="working_set", return_result=True)
    assert not path.df.any()
    assert path.intercepts == pytest.approx(y[0])


def test_a_ridge_path_down_to_no_penalty_at_all():
    X, y = wide(20, 300, seed=12)
    path = enet_path(X, y, l1_ratio=0.01, alphas=[1, 0.1, 0.01, 0.001, 0], solver="working_set", return_result=True)
    assert_exact(X, y, path, {"l1_ratio": 0.01, "fit_intercept": False})
    assert path.statuses[-1] == Status.NOT_UNIQUE


@pytest.mark.parametrize("l1_ratio", [0.01, 0.0])
@pytest.mark.parametrize("alpha", [1.0, 1e-2, 1e-4, 1e-8])
@pytest.mark.parametrize("bound", [0.01, 1.0, np.inf])
def test_tight_bounds_under_a_small_ridge_term(bound, alpha, l1_ratio):
    X, y = wide(30, 400, seed=13)
    parameters = {"l1_ratio": l1_ratio, "bounds": (-bound, bound)}
    model = ElasticNet(alpha, solver="working_set", **parameters).fit(X, y)
    reference = problem_of(X, y, parameters)
    assert abs(reference.gap(model.coef_, model.intercept_, alpha)) <= EXACT


@pytest.mark.parametrize("solver", ["active_set", "working_set"])
def test_no_penalty_on_more_features_than_samples_is_said_to_be_ambiguous(solver):
    X, y = wide(15, 100, seed=14)
    path = enet_path(X, y, alphas=[0.1, 0.0], fit_intercept=True, solver=solver, return_result=True)
    assert path.statuses == (Status.OPTIMAL, Status.NOT_UNIQUE)


def test_rounds_in_vain_are_counted():
    X, y = wide(40, 500, seed=15)
    alone = enet_path(X, y, l1_ratio=1.0, alphas=[1e-3], solver="working_set", return_n_iter=True)[3]
    assert alone[0] > 1


@pytest.mark.parametrize("seed", range(40))
def test_bounds_that_hold_most_of_a_large_support(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(10, 100))
    y = X[:, :10].sum(axis=1) + rng.normal(size=10)
    for bound, alpha in ((0.05, 0.1), (0.16, 0.03), (0.16, 0.01)):
        parameters = {"l1_ratio": 0.9, "bounds": (-bound, bound)}
        model = ElasticNet(alpha, solver="working_set", **parameters).fit(X, y)
        assert abs(problem_of(X, y, parameters).gap(model.coef_, model.intercept_, alpha)) <= EXACT


@pytest.mark.parametrize("solver", ["active_set", "working_set"])
@pytest.mark.parametrize("mean", [10, 100, 900, 2000])
def test_unpenalised_sparse_columns_far_from_zero_are_certified(mean, solver):
    rng = np.random.default_rng(16)
    X = rng.normal(size=(80, 10)) + mean
    y = X[:, :4].sum(axis=1) - 4 * mean + rng.normal(size=80)
    parameters = {"l1_ratio": 1.0, "penalty_factor": np.repeat([0.0, 1.0], [3, 7])}
    path = enet_path(
        sp.csr_array(X), y, alphas=[0.3, 0.1, 0.01], fit_intercept=True, solver=solver, return_result=True, **parameters
    )
    assert path.gaps.max() <= EXACT * np.var(y) / 2


def test_epochs_are_not_few_where_there_is_nothing_else(monkeypatch):
    X, y = wide(300, 1000, seed=17, rho=0.5)
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "available_memory", lambda: 2 * 10**7)
    monkeypatch.setattr(inner, "FEW_EPOCHS", 2)
    parameters = {"l1_ratio": 0.9}
    model = ElasticNet(0.02, solver="working_set", **parameters).fit(X, y)
    assert abs(problem_of(X, y, parameters).gap(model.coef_, model.intercept_, 0.02)) <= EXACT


def short_columns(n_samples, n_features, seed):
    """Sparse X with a few entries in each column, which are hardly correlated, and y that many of them matter for."""
    rng = np.random.default_rng(seed)
    X = sp.random_array((n_samples, n_features), density=4 / n_samples, format="csc", rng=rng)
    return X, X[:, ::4] @ rng.normal(size=n_features // 4) + 0.1 * rng.normal(size=n_samples)


def test_epochs_that_fail_after_rough_solutions_give_way_to_the_gram(monkeypatch):
    X, y = short_columns(200, 2000, seed=27)
    monkeypatch.setattr(inner, "MANY", 20)
    monkeypatch.setattr(working_set, "COSTLY", 0)
    affordable = iter([10**5, 10**5, 10**5] + 10_000 * [0])
    monkeypatch.setattr(inner.ExactSolvers, "_affordable", lambda self, features, n_active: next(affordable))
    parameters = {"l1_ratio": 1.0}
    path = enet_path(
        X, y, alphas=25, eps=1e-2, fit_intercept=True, solver="working_set", return_result=True, **parameters
    )
    assert_exact(X, y, path, parameters)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", [np.asfortranarray, np.ascontiguousarray, sp.csc_array])
def test_rough_solutions_say_what_is_missing(monkeypatch, kind, weighted):
    X, y = wide(60, 400, seed=25, rho=0.5)
    monkeypatch.setattr(inner, "MANY", 10)
    monkeypatch.setattr(working_set, "COSTLY", 0)
    monkeypatch.setattr(columns, "LONG", 0)
    ran, found = [], []
    monkeypatch.setattr(
        residual_descent.ResidualDescent, "approach", spy(residual_descent.ResidualDescent.approach, ran)
    )
    missing = screening.Screen.missing

    def noted(*arguments):
        found.append(missing(*arguments))
        return found[-1]

    monkeypatch.setattr(screening.Screen, "missing", noted)
    parameters = {"l1_ratio": 0.5, "sample_weight": np.arange(60.0) if weighted else None}
    path = enet_path(
        kind(X), y, alphas=20, eps=1e-2, fit_intercept=True, solver="working_set", return_result=True, **parameters
    )
    assert len(ran) == len(found) > 0
    assert any(len(features) for features in found)
    assert_exact(X, y, path, parameters)


def test_columns_that_lie_ready_are_not_copied_however_many_there_are(monkeypatch):
    monkeypatch.setattr(columns, "LONG", 150)
    X, y = wide(150, 700, seed=26, rho=0.3)
    for values, ready in (X, False), (np.asfortranarray(X), True), (np.asfortranarray(X, dtype=np.float32), False):
        design = Standardized(make_store(values))
        target, _ = design.center_target(y[:, None])
        (problem,), _ = build_problems(design, target, build_penalty(700, l1_ratio=0.5))
        features = np.arange(600)
        solver = inner.ExactSolvers(problem, Options()).choose(None, features, np.ones(600), 0.1)
        assert isinstance(solver, residual_descent.ResidualDescent) == ready
        assert not ready or np.shares_memory(solver._columns.arrays.values, values)


def test_epochs_that_were_not_enough_are_not_tried_for_ever_where_no_gram_fits(monkeypatch):
    X, y = short_columns(200, 2000, seed=24)
    monkeypatch.setattr(inner, "MANY", 20)
    monkeypatch.setattr(inner.ExactSolvers, "_affordable", lambda self, features, n_active: inner.ENOUGH)
    monkeypatch.setattr(inner, "ENOUGH", 6)
    monkeypatch.setattr(inner, "fits_memory", lambda problem, n_features: n_features < 60)
    solve, calls = residual_descent.ResidualDescent.solve, []

    def counted(self, *arguments):
        calls.append(1)
        assert len(calls) < 200
        return solve(self, *arguments)

    monkeypatch.setattr(residual_descent.ResidualDescent, "solve", counted)
    parameters = {"l1_ratio": 1.0}
    path = enet_path(
        X, y, alphas=10, eps=1e-2, fit_intercept=True, solver="working_set", return_result=True, **parameters
    )
    assert calls
    assert_exact(X, y, path, parameters)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.9999])
@pytest.mark.parametrize("enough", [True, False])
def test_epochs_are_tried_where_a_factor_costs_more(monkeypatch, enough, l1_ratio):
    X, y = short_columns(500, 1200, seed=21)
    monkeypatch.setattr(inner, "MANY", 20)
    monkeypatch.setattr(inner, "ENOUGH", 8)
    monkeypatch.setattr(
        inner.ExactSolvers, "_affordable", lambda self, features, n_active: 2000 if enough else n_active // 10
    )
    ran, stronger, made = [], [], []
    descent, other = residual_descent.ResidualDescent, inner.ExactSolvers
    monkeypatch.setattr(descent, "solve", spy(descent.solve, ran))
    monkeypatch.setattr(descent, "__init__", spy(descent.__init__, made))
    monkeypatch.setattr(other, "stronger", spy(other.stronger, stronger))
    parameters = {"l1_ratio": l1_ratio, "bounds": (-np.inf, 2.0)}
    path = enet_path(
        X, y, alphas=25, eps=5e-2, fit_intercept=True, solver="working_set", return_result=True, **parameters
    )
    assert ran
    assert bool(stronger) != enough
    assert enough or 1 < len(made) < 10  # what has failed is tried again, but only where far more can be afforded
    assert_exact(X, y, path, parameters)


def test_a_factor_of_many_features_costs_more_than_epochs_on_short_columns_alone():
    dense = wide(1500, 2500, seed=22)
    for (X, y), cheap in (dense, False), (short_columns(1500, 2500, seed=22), True):
        design = Standardized(make_store(X))
        target, _ = design.center_target(y[:, None])
        (problem,), _ = build_problems(design, target, build_penalty(2500, l1_ratio=1.0))
        solvers = inner.ExactSolvers(problem, Options())
        features = np.arange(1000)
        solver = solvers.choose(None, features, np.ones(1000), 0.1)
        assert isinstance(solver, residual_descent.ResidualDescent) == cheap


def test_the_active_set_goes_on_from_its_own_solution_where_epochs_have_failed(monkeypatch):
    X, y = short_columns(500, 1200, seed=23)
    design = Standardized(make_store(X))
    target, _ = design.center_target(y[:, None])
    (problem,), _ = build_problems(design, target, build_penalty(1200, l1_ratio=1.0))
    solvers, alpha = inner.ExactSolvers(problem, Options()), 0.1 * np.abs(problem.linear).max()
    features = np.argsort(-np.abs(problem.linear))[:400]
    gram = solvers.choose(None, features, np.zeros(400), alpha)
    assert isinstance(gram, growing.GrowingGram)
    (before,), _, _ = gram.solve(np.array([alpha]), 0.0)
    monkeypatch.setattr(inner, "MANY", np.count_nonzero(before) - 1)
    monkeypatch.setattr(inner.ExactSolvers, "_affordable", lambda self, features, n_active: inner.ENOUGH)
    epochs = solvers.choose(gram, gram.features, before, alpha)
    assert isinstance(epochs, residual_descent.ResidualDescent)
    epochs.grow(np.setdiff1d(np.arange(1200), features)[:10])
    assert solvers.stronger(epochs, np.ones(410), alpha) is gram
    assert np.array_equal(gram.features, epochs.features)
    gram.solve(np.array([alpha]), 0.0)
    assert gram._path.rounds[0] <= 2


@pytest.mark.parametrize(
    "n_relevant, part, solver",
    [(10, 20, "working_set"), (10, 1e4, "active_set"), (300, 10, "active_set"), (300, 1.5, "working_set")],
)
def test_a_single_fit_chooses_by_the_features_that_exceed_alpha(n_relevant, part, solver):
    rng = np.random.default_rng(8)
    X = np.asfortranarray(rng.normal(size=(2000, 300)))
    y = X[:, :n_relevant] @ rng.choice([-1.0, 1.0], n_relevant) + 0.1 * rng.normal(size=2000)
    alpha = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(y) / part
    found = Lasso(alpha).fit(X, y)
    assert found.solver_ == solver
    other = Lasso(alpha, solver="active_set" if solver == "working_set" else "working_set").fit(X, y)
    # both exact; a solution is determined to rounding
    assert_allclose(found.coef_, other.coef_, rtol=0, atol=1e-10)


def test_a_single_fit_counts_features_without_penalty_and_not_those_excluded():
    rng = np.random.default_rng(9)
    X = np.asfortranarray(rng.normal(size=(2000, 300)))
    y = X @ rng.choice([-1.0, 1.0], 300) + rng.normal(size=2000)
    alpha = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(y) / 10
    free = np.where(np.arange(300) < 250, 0.0, 1.0)
    excluded = np.where(np.arange(300) < 280, np.inf, 1.0)
    assert Lasso(alpha, penalty_factor=free).fit(X, y).solver_ == "active_set"
    assert Lasso(alpha).fit(X, y).solver_ == "active_set"
    assert Lasso(alpha, penalty_factor=excluded).fit(X, y).solver_ == "working_set"
