"""Proximal gradient: its gaps are kept by the reference's account, its solutions are those of the exact solver."""

from itertools import islice

import numpy as np
import pytest
from examples import PENALTIES, PROBLEMS, STORES, assert_same
from internal import gaps_of, on_original_scale, problem_behind

from sparsereg.results import Status, joined
from sparsereg.solvers import proximal_gradient as module
from sparsereg.solvers.active_set import active_set
from sparsereg.solvers.options import Options
from sparsereg.solvers.proximal_gradient import proximal_gradient

PARTS = np.array([1.0, 0.5, 0.2, 0.2, 0.1, 0.0])
over_penalties = pytest.mark.parametrize("penalty", PENALTIES)


def solution_of(inner, alphas, start=None, **options):
    """All alphas as one Solution, with coefs (K, p)."""
    solution = joined(list(proximal_gradient(inner, alphas, Options(**options), start)))
    return solution, solution.spread(solution.coefs.T, len(inner.linear)).T


@over_penalties
@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_gap_is_within_the_tolerance_or_the_steps_are_used_up(problem, penalty):
    X, y, well_conditioned = PROBLEMS[problem]
    inner, reference = problem_behind(X, y, PENALTIES[penalty](*X.shape))
    alphas = PARTS * reference.alpha_max()
    solution, coefs = solution_of(inner, alphas, tol=1e-6, max_iter=3000)
    gaps = gaps_of(inner, reference, alphas, coefs)
    # converged: gap <= tol y'y/n, which is twice the unit of relative gaps
    reached = gaps <= 2e-6
    assert [status <= Status.NOT_UNIQUE for status in solution.statuses] == list(reached)
    assert set(solution.statuses) <= {Status.OPTIMAL, Status.NOT_UNIQUE, Status.MAX_ITER}
    assert (reached | (solution.n_iter == 3000)).all()
    assert reached.all() or not well_conditioned
    assert ((coefs >= inner.penalty.lower) & (coefs <= inner.penalty.upper)).all()


@over_penalties
@pytest.mark.parametrize("store", STORES)
def test_every_store_gives_the_solution_of_the_exact_solver(store, penalty):
    X, y, _ = PROBLEMS["sparse"]
    X = STORES[store](X)
    inner, reference = problem_behind(X, y, PENALTIES[penalty](*X.shape))
    alphas = np.array([0.5, 0.3, 0.1]) * reference.alpha_max()
    exact = joined(list(active_set(inner, alphas, Options())))
    solution, coefs = solution_of(inner, alphas, tol=1e-16)
    # a gap is that small only where the arithmetic allows it
    assert set(solution.statuses) <= {Status.OPTIMAL, Status.INACCURATE}
    for alpha, coef, expected in zip(alphas, coefs, exact.coefs, strict=True):
        assert_same(reference, alpha, *(on_original_scale(inner, reference, each) for each in (coef, expected)))


def test_the_reported_gap_and_residual_are_those_of_the_coefficients():
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, PENALTIES["weights"](*X.shape))
    alphas = PARTS[1:4] * reference.alpha_max()
    solution, coefs = solution_of(inner, alphas, tol=1e-3)
    for k, alpha in enumerate(alphas):
        coef, intercept = on_original_scale(inner, reference, coefs[k])
        r = reference.residual(coef, intercept)
        assert solution.residual_squares[k] == pytest.approx(float(reference.s @ r**2 / len(r)), rel=1e-12)
        gap = reference.gap(coef, intercept, alpha) * inner.target_square / 2
        assert solution.gaps[k] == pytest.approx(gap, rel=1e-8)


def test_the_next_alpha_starts_where_the_last_ended():
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {})
    alpha = np.array([0.1 * reference.alpha_max()])
    solution, coefs = solution_of(inner, np.repeat(alpha, 2), tol=1e-9)
    assert solution.n_iter[0] > 5
    assert solution.n_iter[1] == 1
    again, _ = solution_of(inner, alpha, coefs[0], tol=1e-9)
    assert again.n_iter[0] == 1


def test_a_start_outside_the_bounds_is_brought_inside():
    X, y, _ = PROBLEMS["constant, zero, duplicated"]
    inner, _ = problem_behind(X, y, {"bounds": (-0.2, 0.3)})
    solution, coefs = solution_of(inner, np.array([1e-3]), np.full(X.shape[1], 5.0), tol=1e-3, max_iter=0)
    assert solution.statuses == [Status.MAX_ITER]
    assert ((coefs >= -0.2) & (coefs <= 0.3)).all()


def test_a_step_length_that_is_too_large_is_found_out(monkeypatch):
    monkeypatch.setattr(module, "POWER_STEPS", 0)
    rng = np.random.default_rng(0)
    # one large eigenvalue, 20 times the mean of all
    X = rng.normal(size=(40, 1)) + 0.1 * rng.normal(size=(40, 20))
    inner, reference = problem_behind(X, X @ rng.normal(size=20) + rng.normal(size=40), {"l1_ratio": 0.5})
    alphas = PARTS[:5] * reference.alpha_max()
    solution, coefs = solution_of(inner, alphas, tol=1e-8)
    assert set(solution.statuses) == {Status.OPTIMAL}
    assert (gaps_of(inner, reference, alphas, coefs) <= 2e-8).all()


def test_restarts_save_steps_where_the_objective_is_strongly_convex(monkeypatch):
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {"l1_ratio": 0.9})
    alphas = np.array([0.01 * reference.alpha_max()])
    solution, _ = solution_of(inner, alphas, tol=1e-13)
    assert solution.statuses == [Status.OPTIMAL]
    monkeypatch.setattr(module, "is_uphill", lambda *_: False)
    without, _ = solution_of(inner, alphas, tol=1e-13)
    assert without.n_iter[0] > 2 * solution.n_iter[0]


def test_where_float64_ends_above_the_tolerance_it_says_so():
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {})
    solution, _ = solution_of(inner, np.array([0.1 * reference.alpha_max()]), tol=-1.0, max_iter=10**5)
    assert solution.statuses == [Status.INACCURATE]
    assert solution.n_iter[0] < 10**4


def test_the_gram_is_never_formed(monkeypatch):
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {})

    def formed(*_):
        raise AssertionError("the Gram of all features")

    monkeypatch.setattr(type(inner.source), "matrix", property(formed))
    solution, _ = solution_of(inner, PARTS[:5] * reference.alpha_max())
    assert set(solution.statuses) == {Status.OPTIMAL}


def test_one_alpha_is_solved_at_a_time():
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {"penalty_factor": np.array([0.0, np.inf, *np.ones(6)])})
    alphas = np.array([0.9, 0.0]) * reference.alpha_max()
    (first,) = islice(proximal_gradient(inner, alphas, Options()), 1)
    assert first.alphas.tolist() == alphas[:1].tolist()
    # the support, and the feature without a penalty; never the excluded one
    assert {0} <= set(first.features.tolist()) < set(range(8)) - {1}
    assert (first.coefs[0, first.features > 0] != 0).all()
