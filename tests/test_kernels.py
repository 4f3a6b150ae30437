"""Every kernel of the solvers equals its naive twin; also run uncompiled, for coverage."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.quadratic import minimise, objective, violation

from sparsereg.designs import Standardized, make_store
from sparsereg.kernels import active_set_path as kernel_of_paths
from sparsereg.kernels import cholesky
from sparsereg.kernels.active_set_path import active_set_path, adopt, bound_rounding
from sparsereg.kernels.coordinate_descent import coordinate_descent, sweep
from sparsereg.kernels.entering import DEPENDENT, follow_null_direction
from sparsereg.kernels.pieces import slopes
from sparsereg.kernels.stale_factor import MOST_PRODUCTS, is_stale, solve
from sparsereg.kernels.state import (
    FINISHED,
    IGNORED,
    NOISY,
    NULL_STEP,
    SOLVED,
    SPENT,
    STALE_FACTOR,
    STALLED,
    PathArrays,
    PenaltyArrays,
    empty_active_set,
)
from sparsereg.penalties import Penalty
from sparsereg.solvers.gram import Gram
from sparsereg.solvers.least_squares import build_problems
from sparsereg.solvers.workspace import workspace_of

pytestmark = pytest.mark.kernels
# Factors of matrices of condition below 1e3, at most 40 rows: 40 * 1e3 eps.
FACTOR = 1e-11
few = settings(max_examples=80)


def positive_definite(size, seed):
    """A symmetric matrix with eigenvalues between 1 and 100, larger than it need be, and an order of some features."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(size + 3, size + 3)))[0]
    gram = (basis * rng.uniform(1, 100, size=size + 3)) @ basis.T
    return 0.5 * (gram + gram.T), rng.permutation(size + 3)[:size], rng


def factor_of(gram, ridge, order, capacity):
    factor = np.full((capacity, capacity), np.nan)  # what a kernel should not read shows
    assert cholesky.factorize(gram, ridge, order, len(order), 1e-10, factor) == -1
    return factor


@pytest.mark.parametrize("size", [*range(11), 16, 17, 25])
def test_factor_and_substitutions(size):
    gram, order, rng = positive_definite(size, seed=size)
    ridge = rng.uniform(size=len(gram))
    hessian = (gram + np.diag(ridge))[np.ix_(order, order)]
    factor = factor_of(gram, ridge, order, size + 2)
    upper = np.triu(factor[:size, :size])
    assert upper == pytest.approx(np.linalg.cholesky(hessian).T if size else hessian, abs=FACTOR)

    for count in (1, 3, 8):
        right = rng.normal(size=(8, size + 1))
        panel = right.copy()
        cholesky.forward_substitution(factor, size, panel, count)
        assert pytest.approx(right[:count, :size].T, abs=FACTOR) == upper.T @ panel[:count, :size].T
        assert np.array_equal(panel[count:], right[count:])
        cholesky.back_substitution(factor, size, panel)
        assert hessian @ panel[0, :size] == pytest.approx(right[0, :size], abs=FACTOR)
        assert np.array_equal(panel[:, size], right[:, size])


@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.data())
@few
def test_features_enter_and_leave_a_factor(size, seed, data):
    gram, order, _ = positive_definite(size, seed)
    ridge = np.zeros(len(gram))
    capacity = size + 1
    grown = np.full((capacity, capacity), np.nan)
    for k, j in enumerate(order):
        panel = gram[order[:k], j][None].copy()
        cholesky.forward_substitution(grown, k, panel, 1)
        cholesky.append_column(grown, k, panel, 0, gram[j, j] - panel[0] @ panel[0])
    assert np.triu(grown[:size, :size]) == pytest.approx(
        np.triu(factor_of(gram, ridge, order, capacity)[:size, :size]), abs=FACTOR
    )
    while size:
        position = data.draw(st.integers(0, size - 1))
        cholesky.delete_column(grown, size, position, np.empty(size))
        order, size = np.delete(order, position), size - 1
        upper = np.triu(grown[:size, :size])
        # the sign of a row is free
        assert upper.T @ upper == pytest.approx(gram[np.ix_(order, order)], abs=100 * FACTOR)


@pytest.mark.parametrize("position", [1, 4, 9])
def test_a_dependent_feature_is_found_where_it_stands(position):
    X = np.random.default_rng(0).normal(size=(20, 12))
    X[:, position] = X[:, 0] if position < 3 else X[:, 0] - X[:, 2]
    factor = np.empty((12, 12))
    found = cholesky.factorize(X.T @ X, np.zeros(12), np.arange(12), 12, DEPENDENT, factor)
    assert found == position


@pytest.mark.parametrize("change", [0.0, 0.5, -0.5, 50.0])
@pytest.mark.parametrize("size", [1, 2, 7, 20])
def test_a_stale_factor_solves_as_a_new_one(size, change):
    gram, order, rng = positive_definite(size, seed=size)
    active = empty_active_set(len(gram), size)
    held = rng.uniform(50, 100, size=len(gram))
    active.order[:], active.size[0], active.held[:] = order, size, held[order]
    active.factor[:] = factor_of(gram, held, order, size)
    active.rest[:size] = rng.normal(size=size)
    ridge = held - change * rng.uniform(size=len(gram))
    stale = is_stale(ridge, active)
    assert stale == (change != 0.0)
    # first to a tenth, then on to the end; the square of the residual is below that of R'^-1 rest, times 1e-26
    state = solve(ridge, stale, 0, 0.0, 0.0, 1e-2, active)[:2]
    if stale:
        rest = active.rest[:size]  # beyond it is work space, which may hold anything
        products, _, converged = solve(ridge, stale, *state, 1e-26 * rest @ rest, 0.0, active)
        assert converged
        assert products >= state[0]
    expected = np.linalg.solve((gram + np.diag(ridge))[np.ix_(order, order)], active.rest[:size])
    assert active.panel[0, :size] == pytest.approx(expected, abs=FACTOR)


def test_a_factor_that_is_too_stale_says_so():
    gram, order, rng = positive_definite(40, seed=0)
    active = empty_active_set(len(gram), 40)
    held = np.full(len(gram), 1e6)
    active.order[:], active.size[0], active.held[:] = order, 40, held[order]
    active.factor[:] = factor_of(gram, held, order, 40)
    active.rest[:40] = rng.normal(size=40)
    products, _, converged = solve(np.zeros(len(gram)), True, 0, 0.0, 0.0, 0.0, active)
    assert products == MOST_PRODUCTS
    assert not converged


@pytest.mark.parametrize("n_nonzero", range(10))
def test_slopes(n_nonzero):
    gram, _, rng = positive_definite(8, n_nonzero)
    linear, coef = rng.normal(size=11), np.zeros(11)
    coef[rng.permutation(11)[:n_nonzero]] = rng.normal(size=n_nonzero)
    slope = np.full(11, np.nan)
    slopes(gram, linear, coef, slope)
    assert slope == pytest.approx(linear - gram @ coef, abs=FACTOR)


def make_problem(X, y, penalty, center):
    design = Standardized(make_store(X), center=center)
    target, _ = design.center_target(y[:, None])
    (problem,), _ = build_problems(design, target, penalty)
    return problem


@st.composite
def quadratics(draw):
    """A Problem and alphas: often dependent columns, with signs, bounds, unpenalised and excluded features."""
    n, p = draw(st.integers(2, 10)), draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = rng.integers(-1, 2, size=(n, p)).astype(float) if draw(st.booleans()) else rng.normal(size=(n, p))
    copies = draw(st.integers(0, p // 2))
    if copies:
        X[:, -copies:] = -2 * X[:, :copies]
    y = X @ rng.normal(size=p) + rng.normal(size=n)
    factor = draw(st.sampled_from([np.ones(p), rng.choice([0.0, 0.5, 2.0], size=p)]))
    ratio = draw(st.sampled_from([1.0, 1.0, 0.5]))
    low, high = rng.choice([0.0, -0.3, -np.inf], size=p), rng.choice([0.0, 0.3, np.inf], size=p)
    if not draw(st.booleans()):
        low[:], high[:] = -np.inf, np.inf
    penalty = Penalty(ratio * factor, (1 - ratio) * factor, low, high)
    problem = make_problem(X, y, penalty, draw(st.booleans()))
    return problem, np.abs(problem.linear).max() * np.array([0.8, 0.3, 0.1, 0.01, 1e-3, 0.0])


def wide_problem(seed, bounded=False):
    """More features than samples, of few values, and alphas at which the active columns span all of them."""
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-1, 2, size=(6, 15)).astype(float), rng.integers(-3, 4, size=6).astype(float)
    bound = np.where(np.arange(15) % 2, np.inf, 0.1 if bounded else np.inf)
    problem = make_problem(X, y, Penalty(np.ones(15), np.zeros(15), -bound, bound), center=False)
    return problem, np.abs(problem.linear).max() * np.geomspace(1, 1e-3, 12)


def assert_optimal(problem, alpha, coef, tol):
    """tol: of the optimality conditions and, squared, of the objective."""
    penalty = problem.penalty
    arrays = (problem.gram, problem.linear, alpha * penalty.l1, alpha * penalty.l2)
    box = penalty.lower, penalty.upper
    assert (coef >= penalty.lower).all()
    assert (coef <= penalty.upper).all()
    left = violation(*arrays, *box, coef)
    # the slopes are sums of G_jk w_k: where coefficients are large and cancel, so is their rounding
    size = np.sqrt(problem.target_square) + np.abs(coef) @ np.sqrt(problem.diagonal)
    assert (left <= tol * np.sqrt(problem.diagonal) * size).all()
    if alpha > 0:  # without a penalty plain coordinate descent takes forever on dependent columns
        best = objective(*arrays, minimise(*arrays, *box, n_epochs=200))
        assert objective(*arrays, coef) <= best + 1e-12 * problem.target_square


def test_a_pivot_below_its_own_rounding_is_none():
    # x_2 = 100 (x_1 - x_0): what is left of its pivot was summed from terms of 1e4
    X = np.array([[1.0, 1.0, 0.0], [0.0, 0.01, 1.0]])
    gram, none, everywhere = X.T @ X, np.zeros(3), np.full(3, np.inf)
    active = empty_active_set(3, 3)
    active.order[:2], active.where[:2], active.size[0] = [0, 1], 1, 2
    active.factor[:] = factor_of(gram, none, np.array([0, 1]), 3)
    active.panel[0, :2] = gram[2, :2]
    cholesky.forward_substitution(active.factor, 2, active.panel, 1)
    active.entering[0], active.score[0] = 2, 1e-13
    coef, slope = np.ones(3), np.array([0.0, 0.0, 1e-13])
    follow_null_direction(gram, none, none, -everywhere, everywhere, coef, slope, active)
    assert active.where[2] == IGNORED
    assert active.size[0] == 2
    assert (coef == 1).all()


@given(quadratics())
@few
def test_the_active_set_path_is_optimal_at_every_alpha(drawn):
    problem, alphas = drawn
    workspace = workspace_of(problem)
    path = workspace.solve(problem.linear, alphas)
    for k, alpha in enumerate(alphas):
        # 32 eps of rounding is left alone, and dependent pivots of 1e-10 carry some of it on
        assert_optimal(problem, alpha, path.coefs[k], 1e-11)
        assert path.slopes[k] == pytest.approx(problem.linear - problem.gram @ path.coefs[k], abs=1e-10)
        assert path.states[k] == SOLVED
        assert 1 <= path.rounds[k] <= 50


@given(quadratics(), st.integers(0, 2**32 - 1))
@few
def test_the_active_set_is_optimal_from_any_start(drawn, seed):
    problem, alphas = drawn
    # a column of zeros has no curvature to leave a start by: that is for whoever brings the start, and a law of paths
    start = np.random.default_rng(seed).normal(size=len(problem.linear)) * (problem.diagonal > 0)
    for alpha in alphas[[1, 3, 5]]:
        coef = workspace_of(problem).resolve(problem.linear, np.array([alpha]), start)
        assert_optimal(problem, alpha, coef, 1e-11)


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_the_active_set_is_optimal_where_its_columns_span_all(seed, bounded):
    problem, alphas = wide_problem(seed, bounded)
    path = workspace_of(problem).solve(problem.linear, alphas)
    for k, alpha in enumerate(alphas):
        assert_optimal(problem, alpha, path.coefs[k], 1e-11)


def solve_block(problem, floor, alphas, known, coef, active):
    """Solve for alphas from coef and active on the first len(coef) features; PathArrays and the reasons to return."""
    p = len(coef)
    penalty = problem.penalty
    unit = PenaltyArrays(penalty.l1[:p], penalty.l2[:p], penalty.lower[:p], penalty.upper[:p])
    shape = (len(alphas), p)
    counts = np.zeros(len(alphas), np.int64)
    path = PathArrays(np.empty(shape), np.empty(shape), counts, counts.copy(), np.empty(1))
    gram, linear, box = problem.gram, problem.linear[:p].copy(), (unit.lower, unit.upper)
    slope, l1, l2 = np.empty(p), np.empty(p), np.empty(p)
    progress = np.array([0, 0, 0, known, 0], np.int64)
    state = (progress, coef, slope, l1, l2, active, path)
    reasons = [SPENT]
    while reasons[-1] != FINISHED:
        reasons.append(active_set_path(gram, linear, unit, alphas, floor[:p], 1000, *state))
        if reasons[-1] == STALE_FACTOR:
            adopt(gram, l1, l2, coef, active)
        elif reasons[-1] == NOISY:
            bound_rounding(gram, linear, coef, active.noise)
        elif reasons[-1] == NULL_STEP:
            follow_null_direction(gram, l1, l2, *box, coef, slope, active)
    return path, reasons


@given(quadratics(), st.data())
@few
def test_features_can_be_appended_between_blocks_of_alphas(drawn, data):
    problem, alphas = drawn
    sizes = [data.draw(st.integers(1, len(problem.linear))) for _ in range(3)]
    floor = problem.rounding
    coef, active = np.zeros(0), empty_active_set(len(problem.linear), len(problem.linear))
    for block, size in enumerate(np.sort(sizes)):
        coef = np.append(coef, np.zeros(size - len(coef)))
        path, reasons = solve_block(problem, floor, alphas[2 * block : 2 * block + 2], 0, coef, active)
        if (problem.penalty.l2 == 0).all() and block < 2:
            assert STALE_FACTOR not in reasons
        full, gram, linear = problem.penalty, problem.gram[:size, :size], problem.linear[:size]
        penalty = Penalty(full.l1[:size], full.l2[:size], full.lower[:size], full.upper[:size])
        part = replace(problem, source=Gram(problem.design, gram), linear=linear, penalty=penalty)
        for k in range(2):
            assert_optimal(part, alphas[2 * block + k], path.coefs[k], 1e-11)
            assert path.states[k] == SOLVED


@given(quadratics())
@few
def test_a_factor_that_is_unknown_is_made_anew(drawn):
    problem, alphas = drawn
    p, floor = len(problem.linear), problem.rounding
    coef, active = np.zeros(p), empty_active_set(p, p)
    for alpha in alphas[[2, 1, 3, 2]]:  # up and down
        active.factor[:] = np.nan
        path, _ = solve_block(problem, floor, np.array([alpha]), -1, coef, active)
        assert_optimal(problem, alpha, path.coefs[0], 1e-11)


@pytest.mark.parametrize("seed", range(4))
def test_one_factor_serves_many_alphas_of_an_elastic_net(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(80, 30)) + 0.5 * rng.normal(size=(80, 1))
    y = X @ rng.normal(size=30) + rng.normal(size=80)
    everywhere = np.full(30, np.inf)
    factors = rng.uniform(0.5, 2.0, size=30)
    problem = make_problem(X, y, Penalty(0.5 * factors, 0.5 * factors, -everywhere, everywhere), True)
    alphas = np.abs(problem.linear).max() * np.geomspace(1, 1e-3, 40)
    coef, active = np.zeros(30), empty_active_set(30, 30)
    path, reasons = solve_block(problem, problem.rounding, alphas, -1, coef, active)
    assert reasons.count(STALE_FACTOR) < 5
    for k, alpha in enumerate(alphas):
        assert_optimal(problem, alpha, path.coefs[k], 1e-12)  # 32 eps and the rounding of G w, 30 features
        assert path.states[k] == SOLVED
    size = active.size[0]
    upper, order = np.triu(active.factor[:size, :size]), active.order[:size]
    assert size == np.count_nonzero(coef)
    assert upper.T @ upper == pytest.approx(
        problem.gram[np.ix_(order, order)] + np.diag(active.held[:size]), abs=FACTOR
    )


def test_noise_that_never_ends_stops_an_alpha():
    # The Gram matrix is not that of any X to 1e-9: no coefficients are optimal to rounding.
    problem, alphas = wide_problem(0)
    noise = np.random.default_rng(0).normal(size=problem.gram.shape)
    for size in (1e-12, 1e-9, 1e-6):
        gram = problem.gram + size * (noise + noise.T)
        path = workspace_of(replace(problem, source=Gram(problem.design, gram))).solve(problem.linear, alphas)
        assert np.isfinite(path.coefs).all()
        assert path.rounds.max() <= 200


@pytest.mark.parametrize("ridge", [0.0, 0.5])
def test_a_path_that_is_interrupted_often_is_the_same(monkeypatch, ridge):
    problem, alphas = wide_problem(0)
    problem = replace(problem, penalty=replace(problem.penalty, l2=np.full(len(problem.linear), ridge)))
    expected = workspace_of(problem).solve(problem.linear, alphas)
    # compiled code holds the budget as a constant: then this says that two runs are equal to the last bit
    monkeypatch.setattr(kernel_of_paths, "BUDGET", 1)
    again = workspace_of(problem).solve(problem.linear, alphas)
    assert np.array_equal(expected.coefs, again.coefs)
    assert np.array_equal(expected.rounds, again.rounds)


@given(quadratics())
@few
def test_an_active_set_that_may_not_go_on_says_so(drawn):
    problem, alphas = drawn
    workspace = workspace_of(problem)
    path = workspace.solve(problem.linear, alphas[:1])
    coef = np.zeros(len(problem.linear))
    workspace.active.size[0] = 0
    workspace.active.where[:] = 0
    slope, l1, l2 = np.empty((3, len(coef)))
    progress = np.zeros(5, np.int64)
    rest = (coef, slope, l1, l2, workspace.active, path)
    # no round at all: nothing is known
    active_set_path(problem.gram, problem.linear, workspace.unit, alphas[:1], workspace.floor, 0, progress, *rest)
    assert path.states[0] == STALLED
    assert path.rounds[0] == 0
    assert progress[0] == 1


@given(quadratics())
@few
def test_coordinate_descent_reaches_the_minimum(drawn):
    problem, alphas = drawn
    penalty = problem.penalty
    order = np.random.default_rng(0).permutation(len(problem.linear))
    unit = np.sqrt(problem.target_square)
    for alpha in alphas[:-1]:
        l1, l2 = alpha * penalty.l1, alpha * penalty.l2
        coef, slope = np.zeros(len(order)), problem.linear.copy()
        box = penalty.lower, penalty.upper
        state = (problem.gram, l1, l2, *box, order, coef, slope)
        n_epochs, converged = coordinate_descent(*state, 0.0, 3)
        assert n_epochs <= 3
        assert slope == pytest.approx(problem.linear - problem.gram @ coef, abs=1e-12 * unit * np.sqrt(len(order)) * 10)
        n_epochs, converged = coordinate_descent(*state, 1e-9 * unit, 300)
        assert converged or n_epochs == 300
        if converged:
            # a step of 1e-9 in each of the p coordinates is left, in units of their columns
            assert_optimal(problem, alpha, coef, 1e-9 * len(order))


@pytest.mark.parametrize("n_nonzero", [0, 1, 5])
def test_the_bound_on_rounding(n_nonzero):
    gram, _, rng = positive_definite(6, n_nonzero)
    linear, coef, noise = rng.normal(size=9), np.zeros(9), np.full(9, np.nan)
    coef[:n_nonzero] = rng.normal(size=n_nonzero)
    bound_rounding(gram, linear, coef, noise)
    expected = 4 * np.finfo(float).eps * (np.abs(linear) + np.abs(gram) @ np.abs(coef))
    assert noise == pytest.approx(expected, rel=1e-12)  # sums of ten terms
    bound_rounding(gram, np.zeros(9), np.zeros(9), noise)
    assert (noise > 0).all()  # zero would say that it has not been bounded


@pytest.mark.parametrize("n_features", [1, 3, 4, 5, 30])
def test_a_sweep_that_defers_slopes_takes_the_steps_of_one_that_does_not(n_features):
    rng = np.random.default_rng(n_features)
    factor = rng.normal(size=(n_features, n_features + 2))
    gram, linear = factor @ factor.T, rng.normal(size=n_features)
    gram[n_features // 2] = gram[:, n_features // 2] = 0.0  # a column of zeros
    l1, l2 = rng.random((2, n_features)) * (np.arange(n_features) != n_features // 2)
    lower, upper = -rng.random(n_features), np.where(np.arange(n_features) % 3 == 0, np.inf, 0.1)
    coef, order = np.clip(rng.normal(size=n_features), lower, upper), rng.permutation(n_features)
    coef[n_features // 2] = 0.0
    slope, expected = linear - gram @ coef, coef.copy()
    for _ in range(3):
        sweep(gram, l1, l2, lower, upper, order, coef, slope)
        for j in order:
            if gram[j, j] > 0:
                pull = linear[j] - gram[j] @ expected + gram[j, j] * expected[j]
                step = np.sign(pull) * max(abs(pull) - l1[j], 0.0) / (gram[j, j] + l2[j])
                expected[j] = min(max(step, lower[j]), upper[j])
        np.testing.assert_allclose(coef, expected, rtol=0, atol=1e-11)
        np.testing.assert_allclose(slope, linear - gram @ coef, rtol=0, atol=1e-11 * n_features)
