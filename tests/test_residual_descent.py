"""Coordinate descent on the residual: its columns are those of the design, its solutions those of the exact solver."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from examples import PENALTIES, PROBLEMS, ROUNDING, STORES, assert_same
from hypothesis import given, settings
from hypothesis import strategies as st
from internal import gaps_of, on_original_scale, problem_behind
from reference.designs import Standardized as DenseDesign
from reference.quadratic import minimise

import sparsereg.solvers.memory
import sparsereg.solvers.residual_descent as solver_module
from sparsereg.designs import Standardized, make_store
from sparsereg.designs.columns import lie_ready, pack
from sparsereg.kernels import dense_descent, residual_descent
from sparsereg.kernels.dense_descent import DenseColumns
from sparsereg.kernels.residual_descent import SparseColumns
from sparsereg.results import Status
from sparsereg.solvers.active_set import active_set
from sparsereg.solvers.iterates import Iterates
from sparsereg.solvers.options import Options
from sparsereg.solvers.residual_descent import ResidualDescent

kernels = pytest.mark.kernels
few = settings(max_examples=60)
# Sums of at most 40 products of numbers of order 1.
SUM = 1e-13


def descent(problem, features, max_iter=100_000, **options):
    """A solver on these features that starts from zero."""
    return ResidualDescent(problem, features, np.zeros(len(features)), Options(max_iter=max_iter, **options))


def read_only(array):
    array.flags.writeable = False
    return array


def as_columns(kind, Z, center):
    """Rows of Z (m, n) plus center_j u as columns of either kind, u the unit vector with equal entries."""
    unit = np.full(Z.shape[1], Z.shape[1] ** -0.5)
    if kind == "packed":
        m = len(Z)
        others = read_only(np.arange(m)), read_only(np.ones(m)), read_only(np.zeros(m))
        return DenseColumns(read_only(Z.copy()), *others), Z
    if kind == "in place":
        # every second row is another feature's, and the last come first
        values = np.full((2 * len(Z), Z.shape[1]), np.nan)
        places, factor = np.arange(2 * len(Z) - 1, 0, -2), np.linspace(0.5, 2.0, len(Z))
        values[places] = Z / factor[:, None]
        columns = DenseColumns(*(read_only(array) for array in (values, places, factor, center)))
        return columns, Z - np.outer(center, unit)
    sparse = sp.csr_array(Z)
    columns = SparseColumns(
        read_only(sparse.data),
        read_only(sparse.indices.astype(np.uint32)),
        read_only(sparse.indptr.astype(np.uint64)),
        read_only(center),
    )
    return columns, Z - np.outer(center, unit)


def example(kind, size, n_samples, seed):
    """Columns of a kind, the same as an array Z (m, n) of centred rows, and a generator."""
    rng = np.random.default_rng(seed)
    entries = rng.normal(size=(size, n_samples)) * (rng.random((size, n_samples)) < 0.6)
    entries[:, 0] += 1.0  # no row of zeros
    center = entries.sum(axis=1) * n_samples**-0.5
    if kind == "packed":
        entries -= entries.mean(axis=1)[:, None]
    columns, Z = as_columns(kind, entries, center)
    return columns, Z, rng


def centred(rng, n_samples):
    """A residual array: r = v - shift u, with u'r = 0, and r itself."""
    r = rng.normal(size=n_samples)
    r -= r.mean()
    return np.append(r, 0.0), r


def explicit(residual):
    n_samples = len(residual) - 1
    return residual[:-1] - residual[-1] * n_samples**-0.5


VERBS = {"packed": dense_descent, "in place": dense_descent, "sparse": residual_descent}
over_kinds = pytest.mark.parametrize("kind", VERBS)


@kernels
def test_the_verbs_of_sparse_columns():
    columns, Z, rng = example("sparse", 5, 12, seed=1)
    residual, r = centred(rng, 12)
    for j in (3, 0, 4):
        residual_descent.add(columns, j, 0.5 + j, residual)
        r = r + (0.5 + j) * Z[j]
        assert explicit(residual) == pytest.approx(r, abs=SUM)
        assert [residual_descent.dot(columns, k, residual) for k in range(5)] == pytest.approx(Z @ r, abs=SUM)
    out = np.full(5, np.nan)
    residual_descent.correlate(columns, np.array([4, 1]), residual, out)
    assert out[[4, 1]] == pytest.approx(Z[[4, 1]] @ r, abs=SUM)
    assert np.isnan(out[[0, 2, 3]]).all()


@kernels
@pytest.mark.parametrize("kind", ["packed", "in place"])
def test_four_dense_columns_meet_the_residual_and_each_other(kind):
    columns, Z, rng = example(kind, 6, 12, seed=1)
    residual, r = centred(rng, 12)
    # the last of an order again where there are fewer than four
    for four in (np.array([3, 0, 4, 1]), np.array([5, 2, 2, 2])):
        steps = rng.normal(size=4)
        dense_descent.add(columns, four, steps, residual)
        r = r + steps @ Z[four]
        assert explicit(residual) == pytest.approx(r, abs=SUM)
        dots, products = np.full(4, np.nan), np.full((4, 4), np.nan)
        dense_descent.meet(columns, four, residual, dots, products)
        assert dots == pytest.approx(Z[four] @ r, abs=SUM)
        below = np.tril_indices(4, -1)
        assert products[below] == pytest.approx((Z[four] @ Z[four].T)[below], abs=SUM)


@kernels
@over_kinds
@pytest.mark.parametrize("size", [1, 3, 4, 7])
def test_only_the_columns_asked_for_are_subtracted(kind, size):
    columns, Z, rng = example(kind, 9, 10, seed=2)
    residual, r = centred(rng, 10)
    coef, order = rng.normal(size=9), rng.permutation(9)[:size]
    coef[order[0]] = 0.0
    VERBS[kind].subtract(columns, order, coef, residual)
    assert explicit(residual) == pytest.approx(r - coef[order] @ Z[order], abs=SUM)


@kernels
@over_kinds
@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
@few
def test_sweeps_end_at_the_minimum(kind, size, seed):
    columns, Z, rng = example(kind, size, 12, seed)
    target, y = centred(rng, 12)
    l1, l2 = rng.choice([0.0, 0.1, 0.5], size=size), rng.choice([0.05, 0.2], size=size)
    lower, upper = -rng.choice([0.0, 0.1, np.inf], size=size), rng.choice([0.0, 0.1, np.inf], size=size)
    coef, residual, squares = np.zeros(size), target.copy(), (Z * Z).sum(axis=1)
    order = rng.permutation(size)
    value, moved = np.inf, np.inf
    while moved > 1e-28:
        moved = VERBS[kind].sweep(columns, squares, l1, l2, lower, upper, order, coef, residual)
        r = explicit(residual)
        before, value = value, 0.5 * r @ r + l1 @ np.abs(coef) + 0.5 * l2 @ coef**2
        assert value <= before - 0.5 * moved + SUM
    assert explicit(residual) == pytest.approx(y - coef @ Z, abs=SUM)
    expected = minimise(Z @ Z.T, Z @ y, l1, l2, lower, upper)
    assert coef == pytest.approx(expected, abs=1e-10)


@kernels
@over_kinds
def test_a_sweep_leaves_out_what_is_not_listed_or_cannot_move(kind):
    columns, Z, rng = example(kind, 4, 9, seed=3)
    residual, _ = centred(rng, 9)
    none, far = np.zeros(4), np.full(4, np.inf)
    squares = np.array([0.0, *(Z * Z).sum(axis=1)[1:]])
    lower, upper = -far, np.array([np.inf, 0.0, np.inf, np.inf])
    lower[1] = 0.0
    coef = np.zeros(4)
    VERBS[kind].sweep(columns, squares, none, none, lower, upper, np.array([0, 1, 2]), coef, residual)
    assert np.flatnonzero(coef).tolist() == [2]


def designs(X, weights):
    """The standardised designs of X, packed and by the reference, whatever is asked of them."""
    for center in (True, False):
        for scale in (True, False):
            for s in (None, weights):
                for rows in (None, slice(1, None, 2)):
                    part = s if rows is None or s is None else s[rows] * len(s[rows]) / s[rows].sum()
                    yield (
                        Standardized(make_store(X), part, rows, center, scale),
                        DenseDesign(X, part, rows, center, scale),
                    )


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("problem", ["sparse", "p > n", "means 1e6", "constant, zero, duplicated"])
def test_packed_columns_are_those_of_the_design(store, problem, monkeypatch):
    monkeypatch.setattr(sparsereg.designs.columns, "LONG", 0)
    X = STORES[store](PROBLEMS[problem].X)
    X_data = X.data if sp.issparse(X) else X
    n, p = X.shape
    weights = np.random.default_rng(0).uniform(0.1, 3, size=n)
    weights *= n / weights.sum()
    order = np.random.default_rng(1).permutation(p)
    for design, expected in designs(X, weights):
        columns = pack(design)
        for features in (order[:3], order[3:3], order[3:]):
            needed = columns.n_bytes(features)
            columns.append(features)
        held = [columns.arrays.values] if hasattr(columns.arrays, "values") else columns.arrays[:2]
        n_bytes = sum(array.nbytes for array in held if not np.shares_memory(array, X_data))
        # entries are counted on all rows of X
        assert n_bytes == needed if design.n_samples == n else n_bytes <= needed
        assert (needed == 0) == lie_ready(design)
        assert columns.mean_length * p == len(columns.arrays[0].ravel())
        wanted = np.sqrt(expected.s / expected.n)[:, None] * expected.X
        # rounding of the entries of X, after means of up to 1e3 deviations were subtracted
        unit = expected.norms() + 1e-3 * np.abs(expected.mean / expected.scale)
        for place, j in enumerate(order):
            residual = np.zeros(design.n_samples + 1)
            columns.subtract(np.array([place]), -np.eye(p)[place], residual)
            assert np.abs(columns.explicit(residual) - wanted[:, j]).max() <= ROUNDING * unit[j]
            assert residual[-1] == 0 or design.centered
            off = columns.correlate(residual, np.arange(2, p)) - wanted[:, order[2:]].T @ wanted[:, j]
            assert (np.abs(off) <= ROUNDING * unit[order[2:]] * unit[j]).all()


# Of alpha_max; the same again changes nothing.
PARTS = np.array([1.0, 0.5, 0.2, 0.2, 0.1, 0.05, 0.0])
over_penalties = pytest.mark.parametrize("penalty", PENALTIES)
over_problems = pytest.mark.parametrize("problem", PROBLEMS)


@over_penalties
@over_problems
@pytest.mark.parametrize("goal", [1e-3, 1e-9])
def test_every_gap_is_at_most_the_goal(problem, penalty, goal):
    X, y, well_conditioned = PROBLEMS[problem]
    inner, reference = problem_behind(X, y, PENALTIES[penalty](*X.shape))
    alphas = PARTS * reference.alpha_max()
    solver = descent(inner, np.arange(X.shape[1]), 50_000)
    coefs, epochs, statuses = solver.solve(alphas, goal * 0.5 * inner.target_square)
    reached = gaps_of(inner, reference, alphas, coefs) <= goal
    assert statuses == [Status.OPTIMAL if each else Status.MAX_ITER for each in reached]
    assert (reached | (epochs == 50_000)).all()
    assert reached.all() or not well_conditioned


@over_penalties
@pytest.mark.parametrize("store", STORES)
def test_every_store_gives_the_solution_of_the_exact_solver(store, penalty):
    X, y, _ = PROBLEMS["sparse"]
    X = STORES[store](X)
    inner, reference = problem_behind(X, y, PENALTIES[penalty](*X.shape))
    alphas = np.array([0.5, 0.3, 0.1]) * reference.alpha_max()
    exact = next(iter(active_set(inner, alphas, Options())))
    coefs, _, _ = descent(inner, np.arange(X.shape[1])).solve(alphas, 0.0)
    for alpha, coef, expected in zip(alphas, coefs, exact.coefs, strict=True):
        one, other = (on_original_scale(inner, reference, each) for each in (coef, expected))
        assert_same(reference, alpha, one, other)
        assert reference.gap(*one, alpha) <= 1e-14 + reference.rounding(one[0])


@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(PENALTIES)), st.sampled_from(["C", "CSC", "CSR"]))
@few
def test_the_working_set_may_grow_between_alphas(seed, penalty, store):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(25, 12)) * (rng.random((25, 12)) < 0.7)
    y = X[:, :4] @ rng.normal(size=4) + rng.normal(size=25)
    inner, reference = problem_behind(STORES[store](X), y, PENALTIES[penalty](*X.shape))
    alphas = np.array([0.6, 0.4, 0.3, 0.2]) * reference.alpha_max()
    order = rng.permutation(12)
    solver = descent(inner, order[:5])
    solver.solve(alphas[:3], 0.0)
    solver.grow(order[5:9])
    solver.grow(order[9:])
    assert solver.features.tolist() == order.tolist()
    coefs = np.empty((3, 12))
    # an alpha again, as after violators were found
    coefs[:, solver.features] = solver.solve(alphas[1:], 0.0)[0]
    assert (gaps_of(inner, reference, alphas[1:], coefs) <= 1e-13).all()


def test_a_start_near_the_solution_saves_epochs():
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {"l1_ratio": 0.5})
    alphas, features = np.array([0.05 * reference.alpha_max()]), np.arange(X.shape[1])
    # coefficients differ by no more than the square root of both gaps over the curvature
    goal = 1e-14 * inner.target_square
    coefs, epochs, _ = descent(inner, features).solve(alphas, goal)
    found, again, _ = ResidualDescent(inner, features, coefs[0], Options()).solve(alphas, goal)
    assert found == pytest.approx(coefs, abs=1e-6)
    assert again[0] < epochs[0]


def test_a_start_outside_the_bounds_is_brought_inside():
    X, y, _ = PROBLEMS["constant, zero, duplicated"]
    inner, _ = problem_behind(X, y, {"bounds": (-0.2, 0.3)})
    features = np.arange(X.shape[1])
    solver = ResidualDescent(inner, features, np.full(len(features), 5.0), Options(max_iter=1))
    coefs, epochs, statuses = solver.solve(np.array([1e-3]), 0.0)
    assert (epochs.tolist(), statuses) == ([1], [Status.MAX_ITER])
    assert ((coefs >= -0.2) & (coefs <= 0.3)).all()
    # columns of zeros: constant, and zero itself
    assert (coefs[0, [1, 2]] == 0).all()


def test_max_iter_ends_an_alpha():
    X, y, _ = PROBLEMS["p > n"]
    inner, reference = problem_behind(X, y, {})
    alphas = np.array([0.1, 0.01]) * reference.alpha_max()
    _, epochs, statuses = descent(inner, np.arange(30), 7).solve(alphas, 0.0)
    assert (epochs.tolist(), statuses) == ([7, 7], 2 * [Status.MAX_ITER])


def test_where_float64_ends_above_the_goal_it_says_so():
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {})
    _, epochs, statuses = descent(inner, np.arange(8)).solve(PARTS[1:3] * reference.alpha_max(), -1.0)
    assert (epochs < 1000).all()
    assert statuses == 2 * [Status.INACCURATE]


def test_random_order_reaches_the_same_solution_by_another_way():
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {"l1_ratio": 0.5})
    alphas, features = PARTS * reference.alpha_max(), np.arange(8)
    coefs, *_ = descent(inner, features).solve(alphas, 0.0)

    def shuffled(max_iter):
        return descent(inner, features, max_iter, selection="random", rng=np.random.RandomState(0))

    assert shuffled(10_000).solve(alphas, 0.0)[0] == pytest.approx(coefs, abs=1e-10)
    one, other = (solver.solve(alphas, 0.0)[0] for solver in (shuffled(1), descent(inner, features, 1)))
    assert np.abs(one - other).max() > 1e-6


def test_extrapolation_needs_a_third_of_the_epochs_on_a_slow_problem(monkeypatch):
    rng = np.random.default_rng(0)
    # random walks: the sweeps of plain coordinate descent go on for ever
    X = np.cumsum(rng.normal(size=(60, 20)), axis=1)
    inner, reference = problem_behind(X, X @ rng.normal(size=20) + rng.normal(size=60), {"l1_ratio": 0.9})
    alphas = np.geomspace(1, 1e-4, 20) * reference.alpha_max()
    goal = 1e-9 * inner.target_square
    coefs, epochs, _ = descent(inner, np.arange(20)).solve(alphas, goal)
    assert (gaps_of(inner, reference, alphas, coefs) <= 2e-9).all()
    monkeypatch.setattr(Iterates, "_better", lambda self, penalty, at, line, coef: at)
    _, plain, _ = descent(inner, np.arange(20)).solve(alphas, goal)
    assert 3 * epochs.sum() < plain.sum()


def texts(seed, n_samples=500, n_features=1500, per_row=30):
    """Columns like those of words, from frequent to rare, and a target that few of them make."""
    rng = np.random.default_rng(seed)
    part = 1 / np.arange(1, n_features + 1) ** 0.8
    columns = rng.choice(n_features, n_samples * per_row, p=part / part.sum())
    entries = rng.random(len(columns)), (np.repeat(np.arange(n_samples), per_row), columns)
    X = sp.csc_array(entries, shape=(n_samples, n_features))
    return X, X @ (rng.normal(size=n_features) * (rng.random(n_features) < 0.1)) + 0.3 * rng.normal(size=n_samples)


def test_features_that_are_missing_are_looked_for_between_many_epochs(monkeypatch):
    """Found at the end alone they cost most of the epochs again."""

    def epochs(pause):
        monkeypatch.setattr(solver_module, "PAUSE", pause)
        total = 0
        for seed in (0, 1):
            inner, reference = problem_behind(*texts(seed), {})
            found, goal = descent(inner, np.arange(1500)), 5e-12 * 0.5 * inner.target_square
            for alpha in reference.alpha_max() * 0.7 ** np.arange(16)[:, None]:
                coefs, counts, statuses = found.solve(alpha, goal)
                total += int(counts[0])
                assert statuses == [Status.OPTIMAL]
            assert (gaps_of(inner, reference, alpha, coefs) <= 1e-11).all()
        return total

    assert 1.05 * epochs(20) < epochs(100_000)


def test_rounding_that_extrapolation_multiplies_does_not_count_as_a_smaller_gap():
    rng = np.random.default_rng(0)
    # p > n and small alphas: combinations with coefficients of 1e4 are taken
    X = rng.normal(size=(60, 200))
    inner, reference = problem_behind(X, X[:, :5].sum(axis=1) + rng.normal(size=60), {})
    alphas = np.geomspace(1, 1e-3, 40) * reference.alpha_max()
    coefs, _, statuses = descent(inner, np.arange(200)).solve(alphas, 1e-13 * 0.5 * inner.target_square)
    assert set(statuses) == {Status.OPTIMAL}
    assert (gaps_of(inner, reference, alphas, coefs) <= 2e-13).all()


def test_the_gram_is_never_formed(monkeypatch):
    X, y, _ = PROBLEMS["n > p"]
    inner, reference = problem_behind(X, y, {"penalty_factor": np.array([0.0, 0.0, *np.ones(6)])})

    def formed(*_):
        raise AssertionError("the Gram of all features")

    monkeypatch.setattr(type(inner.source), "matrix", property(formed))
    inner = replace(inner)
    alphas = PARTS * reference.alpha_max()
    coefs, _, _ = descent(inner, np.arange(X.shape[1])).solve(alphas, 0.0)
    assert (gaps_of(inner, reference, alphas, coefs) <= 1e-13).all()


@pytest.mark.parametrize("store", ["C", "CSC", "CSR"])
def test_columns_beyond_the_memory_budget_are_refused_before_they_are_packed(store, monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 8))
    inner, _ = problem_behind(STORES[store](X), rng.normal(size=50), {})
    solver = descent(inner, np.arange(4))
    monkeypatch.setattr(sparsereg.solvers.memory, "SMALL", 0)
    monkeypatch.setattr(sparsereg.solvers.memory, "available_memory", lambda: 4 * 8 * 50 * 7)
    with pytest.raises(MemoryError, match=r"working set of 8 features needs .* use solver='proximal_gradient'"):
        solver.grow(np.arange(4, 8))
    assert solver.features.tolist() == [0, 1, 2, 3]
    coefs, _, _ = solver.solve(np.array([0.01]), 0.0)
    assert coefs.shape == (1, 4)
