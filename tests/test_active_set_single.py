"""Paths through a Gram matrix formed in float32: the solutions and gaps of float64, or none and float64 instead."""

import numpy as np
import pytest
from internal import gaps_of, problem_behind
from numpy.testing import assert_allclose

from sparsereg import ElasticNet, enet_path
from sparsereg.designs import single, threads
from sparsereg.results import Status, joined
from sparsereg.solvers import choice, workspace
from sparsereg.solvers.active_set import active_set
from sparsereg.solvers.active_set_single import active_set_single
from sparsereg.solvers.choice import FEWEST_FEATURES, is_single_enough
from sparsereg.solvers.gram_epochs import Epochs
from sparsereg.solvers.grid import alpha_max
from sparsereg.solvers.options import Options

N, P = 120, 40


def gaussian(seed=0):
    return np.random.default_rng(seed).normal(size=(N, P))


def nearly_collinear(part):
    X = gaussian(2)
    X[:, 1] = X[:, 0] + part * gaussian(3)[:, 0]
    return X


def with_duplicates():
    X = gaussian(4)
    X[:, 20:25] = X[:, :5]
    X[:, 25] = -X[:, 7]
    return X


def with_constants():
    return np.where(np.arange(P) % 7 == 0, 1e5, gaussian(5)) * np.where(np.arange(P) % 11 == 3, 0.0, 1.0)


# X, and whether float32 resolves the path of the Lasso to alpha_max / 1000: None where rounding decides
DATA = {
    "independent": (gaussian(), True),
    "correlated": (gaussian(1) + 3 * np.random.default_rng(1).normal(size=(N, 1)), True),
    "means": (gaussian(6) + np.linspace(-1e4, 1e4, P), True),
    "scales": (gaussian(7) * np.logspace(-10, 10, P), True),
    "heavy tails": (np.random.default_rng(8).standard_cauchy((N, P)), None),
    "constants": (with_constants(), True),
    "duplicates": (with_duplicates(), None),
    "nearly collinear": (nearly_collinear(1e-2), True),
    "more nearly collinear": (nearly_collinear(1e-4), None),
    "most nearly collinear": (nearly_collinear(1e-6), False),
}
STORES = {"C": np.ascontiguousarray, "F": np.asfortranarray, "float32": lambda X: X.astype(np.float32)}
WEIGHTS = np.random.default_rng(9).random(N) * (np.arange(N) % 5 > 0)
PARAMETERS = {
    "lasso": {"l1_ratio": 1.0},
    "elastic net": {"l1_ratio": 0.3},
    "nearly ridge": {"l1_ratio": 0.01, "fit_intercept": False},
    "weights": {"l1_ratio": 0.9, "sample_weight": WEIGHTS},
    "standardize": {"l1_ratio": 1.0, "standardize": True, "sample_weight": WEIGHTS},
    "positive": {"l1_ratio": 1.0, "positive": True},
    "factors": {"l1_ratio": 0.5, "penalty_factor": np.where(np.arange(P) % 9 == 2, np.inf, 1 + np.arange(P) / P)},
}


def target(X):
    Z = X / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    Z = Z - Z.mean(axis=0)
    return Z[:, 0] - 2 * Z[:, 1] + Z[:, 2:9].sum(axis=1) + 0.1 * np.random.default_rng(10).normal(size=len(X)) + 3


def solved(X, parameters, solver, n_alphas=9, depth=1e-3):
    """The path of a solver, its problem, and the reference's."""
    problem, reference = problem_behind(X, target(np.asarray(X, dtype=float)), parameters)
    alphas = alpha_max(problem) * np.geomspace(1, depth, n_alphas)
    return joined(list(solver(problem, alphas, Options()))), problem, reference


def objectives(problem, solution):
    """At each alpha, from X."""
    residuals = problem.target[:, None] - problem.design.predict(solution.coefs.T)
    weights = np.ones(N) if problem.design.weights is None else problem.design.weights
    alphas, coefs = solution.alphas[:, None], solution.coefs
    penalty = problem.penalty.l1 * np.abs(coefs) + 0.5 * problem.penalty.l2 * np.square(coefs)
    return 0.5 * weights @ np.square(residuals) / N + (alphas * penalty).sum(axis=1)


@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("data", DATA)
def test_solutions_are_those_of_float64(data, parameters):
    X, given = DATA[data][0], PARAMETERS[parameters]
    found, problem, reference = solved(X, given, active_set_single)
    expected, _, _ = solved(X, given, active_set)
    half = 0.5 * problem.target_square
    # what float64 promises before it is refined, read from X and by the reference in higher precision
    assert found.gaps.max() <= 1e-12 * half
    assert gaps_of(problem, reference, found.alphas, found.coefs).max() <= 1e-12
    assert found.statuses == expected.statuses
    assert_allclose(objectives(problem, found), objectives(problem, expected), rtol=0, atol=1e-11 * half)
    assert_allclose(found.residual_squares, expected.residual_squares, rtol=1e-7, atol=1e-11 * half)
    if DATA[data][1] and not problem.source.is_formed:
        unit = np.sqrt(problem.diagonal)  # eps times a condition number of up to 1e5
        assert_allclose(found.coefs * unit, expected.coefs * unit, rtol=0, atol=1e-9 * np.sqrt(problem.target_square))


@pytest.mark.parametrize("data", [name for name, (_, resolved) in DATA.items() if resolved is not None])
def test_float64_takes_over_where_float32_does_not_resolve(data):
    X, resolved = DATA[data]
    _, problem, _ = solved(X, PARAMETERS["lasso"], active_set_single)
    assert problem.source.is_formed == (not resolved)
    assert ("single" in vars(problem.source)) == resolved  # nor is its memory kept


@pytest.mark.parametrize("store", STORES)
def test_any_layout_of_one_alpha(store):
    X = STORES[store](gaussian(11) + 5)
    found, problem, _ = solved(X, PARAMETERS["weights"], active_set_single, 1, 1.0)
    assert (found.coefs == 0).all() and not problem.source.is_formed
    alphas = found.alphas / 50
    (found,), (expected,) = (list(solver(problem, alphas, Options())) for solver in (active_set_single, active_set))
    assert np.count_nonzero(found.coefs) > 5
    assert_allclose(found.coefs, expected.coefs, rtol=0, atol=1e-11)
    assert found.gaps[0] <= 1e-15 * problem.target_square


def test_what_is_reported_knows_nothing_of_float32(monkeypatch):
    """Gaps, squares and coefficients stay as they are when the Gram matrix is spoilt by more than float32 does."""
    rough = gaussian(12)
    rough = 1e-4 * (rough.T @ rough) / N
    expected, problem, _ = solved(gaussian(), PARAMETERS["lasso"], active_set)
    _, problem, _ = solved(gaussian(), PARAMETERS["lasso"], active_set_single, 1, 1.0)
    problem.source.single += rough
    found = joined(list(active_set_single(problem, expected.alphas, Options())))
    assert not problem.source.is_formed and found.n_iter.max() > 2
    assert found.gaps.max() <= 1e-14 * problem.target_square
    assert_allclose(found.coefs, expected.coefs, rtol=0, atol=1e-12)
    assert_allclose(found.residual_squares, expected.residual_squares, rtol=1e-10)
    problem.source.single += 1e4 * rough  # steps that diverge
    again = joined(list(active_set_single(problem, expected.alphas, Options())))
    assert problem.source.is_formed
    assert_allclose(again.coefs, expected.coefs, rtol=0, atol=1e-12)


def test_the_alphas_before_float64_takes_over_are_kept():
    """Only the last alphas let the collinear pair in; those before have been solved in float32."""
    X = nearly_collinear(1e-6)
    found, problem, _ = solved(X, PARAMETERS["lasso"], active_set_single, 12, 1e-8)
    expected, _, _ = solved(X, PARAMETERS["lasso"], active_set, 12, 1e-8)
    assert problem.source.is_formed
    assert found.alphas.tolist() == expected.alphas.tolist() and len(found.coefs) == 12
    assert_allclose(objectives(problem, found), objectives(problem, expected), rtol=0, atol=1e-14 * len(X))
    assert set(found.statuses) == {Status.OPTIMAL}


def test_solutions_by_epochs_are_corrected_too(monkeypatch):
    monkeypatch.setattr(workspace, "UNTRIED", 1e30)  # no count of epochs costs as much
    monkeypatch.setattr(workspace, "FEWEST_EPOCHS", 0)
    reached, solve = [], Epochs.solve
    monkeypatch.setattr(Epochs, "solve", lambda *given: reached.append(solve(*given)) or reached[-1])
    given = {"l1_ratio": 0.1}
    found, problem, reference = solved(gaussian(16) + 2, given, active_set_single, 6, 0.05)
    assert (
        sum(one[2] for one in reached) >= 4 and not problem.source.is_formed
    )  # those after alpha_max and its piece, twice
    assert gaps_of(problem, reference, found.alphas, found.coefs).max() <= 1e-14
    assert found.n_iter.max() == 1  # one step is as good as epochs are
    monkeypatch.undo()
    expected, _, _ = solved(gaussian(16) + 2, given, active_set, 6, 0.05)
    # 8 eps y'y/2n leave coefficients free by its root over that of the ridge term
    assert_allclose(found.coefs, expected.coefs, rtol=0, atol=1e-7 * np.sqrt(problem.target_square))


def wide_enough(seed=13, n_samples=4000):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, FEWEST_FEATURES + 60))
    return X, X @ rng.normal(size=X.shape[1]) + rng.normal(size=n_samples)


def enough(X, y, depths, **parameters):
    problem, _ = problem_behind(X, y, {"l1_ratio": 0.5, **parameters})
    return is_single_enough(problem, alpha_max(problem) * np.asarray(depths, dtype=float))


def test_it_is_chosen_where_the_gram_matrix_costs_most():
    X, y = wide_enough()
    factor = np.where(np.arange(X.shape[1]) == 3, 0.0, 1.0)
    assert enough(X, y, [0.01]) and enough(X.astype(np.float32), y, [0.01])
    assert not enough(X, y, np.geomspace(1, 0.001, 100))  # as many products with X as the Gram matrix takes
    assert not enough(X, y, [0.01], penalty_factor=factor)  # its dual point needs a projection
    assert not enough(X, y, [0.0])
    assert not enough(X * 1e20, y, [0.01])
    assert not enough(X[:, : FEWEST_FEATURES - 1], y, [0.01])
    problem, _ = problem_behind(X, y, {"l1_ratio": 0.5})
    assert problem.gram.shape == 2 * (X.shape[1],)
    assert not is_single_enough(problem, np.array([0.01 * alpha_max(problem)]))  # what is there costs nothing


@pytest.mark.parametrize("n_targets", [1, 2])
def test_fits_run_it_and_agree_with_the_gram_matrix_in_float64(monkeypatch, n_targets):
    ran = []
    monkeypatch.setattr(choice, "active_set_single", lambda *given: ran.append(1) or active_set_single(*given))
    if n_targets > 1:  # the products with X for each of them cost more than the Gram matrix saves
        monkeypatch.setattr(choice, "is_single_enough", lambda problem, alphas: not problem.source.is_formed)
        monkeypatch.setattr(choice, "_is_working_set_cheaper", lambda *given: False)
    X, y = wide_enough()
    y = y if n_targets == 1 else np.stack([y, X[:, 5] ** 2], axis=1)
    weights = np.random.default_rng(14).integers(0, 3, len(X))
    found, expected = (
        ElasticNet(0.05, l1_ratio=1.0, solver=solver).fit(X + 4, y, sample_weight=weights)
        for solver in ("auto", "active_set")
    )
    assert len(ran) == n_targets and found.solver_ == "active_set"
    assert_allclose(found.coef_, expected.coef_, rtol=0, atol=1e-12)
    assert_allclose(found.intercept_, expected.intercept_, rtol=0, atol=1e-10)
    assert np.max(found.dual_gap_) <= 1e-14 * (y * y).sum() / len(X)


def test_paths_that_end_early_or_start_somewhere_run_it_too(monkeypatch):
    monkeypatch.setattr(choice, "is_single_enough", lambda problem, alphas: not problem.source.is_formed)
    monkeypatch.setattr(choice, "_is_working_set_cheaper", lambda *given: False)
    X = gaussian(15)
    y = target(X)
    given = {"l1_ratio": 0.8, "alphas": 30, "fit_intercept": True, "return_result": True, "max_features": 12}
    found, expected = (enet_path(X, y, **given, solver=solver) for solver in ("auto", "active_set"))
    assert 5 < len(found.alphas) == len(expected.alphas) < 30
    assert_allclose(found.coefs.toarray(), expected.coefs.toarray(), rtol=0, atol=1e-9)
    again = enet_path(X, y, **given, coef_init=expected.coefs.toarray()[:, -1])
    assert_allclose(again.coefs.toarray(), expected.coefs.toarray(), rtol=0, atol=1e-9)


@pytest.mark.parametrize("store", STORES)
def test_the_number_of_threads_does_not_show(monkeypatch, store):
    monkeypatch.setattr(threads, "WORTHWHILE", 0.0)
    monkeypatch.setattr(single, "SHARE", 30)
    X, found = STORES[store](gaussian(17) + 3), []
    for count in (1, 3):
        monkeypatch.setattr(threads, "n_threads", lambda count=count: count)
        solution, problem, _ = solved(X, PARAMETERS["weights"], active_set_single)
        assert not problem.source.is_formed
        found.append(solution)
    assert np.array_equal(found[0].coefs, found[1].coefs) and np.array_equal(found[0].gaps, found[1].gaps)
