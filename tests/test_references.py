"""What a few directions say of a residual: no feature that violates is ever called safe, and X is hardly read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparsereg import enet_path
from sparsereg.designs import make_store
from sparsereg.designs.standardized import Standardized
from sparsereg.penalties import Penalty
from sparsereg.solvers.gram import Gram
from sparsereg.solvers.problem import Problem, weighted_squares
from sparsereg.solvers.references import MOST, References


def problem_on(X, y, weights=None):
    """A Lasso problem on X, centred."""
    design = Standardized(make_store(X), weights)
    target, _ = design.center_target(y[:, None])
    one, zero = np.ones(X.shape[1]), np.zeros(X.shape[1])
    penalty = Penalty(one, zero, -np.inf * one, np.inf * one)
    square = float(weighted_squares(design, target)[0])
    linear = design.correlate(target)[:, 0]
    return Problem(design, Gram(design), linear, target[:, 0], square, penalty)


def unsafe(references, problem, vectors, alphas, most):
    squares = weighted_squares(problem.design, vectors)
    return references.unsafe(vectors, squares, alphas, problem.penalty.l1, most)


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 30),
    p=st.integers(1, 600),
    n_read=st.integers(0, 2 * MOST),
    weighted=st.booleans(),
    part=st.sampled_from([0.0, 1e-9, 1e-3, 1.0]),
)
@settings(max_examples=60, deadline=None)
def test_every_feature_that_violates_is_found(seed, n, p, n_read, weighted, part):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + rng.integers(0, 2, size=p)
    problem = problem_on(X, rng.normal(size=n), rng.permutation(n) * 2.0 / (n - 1) if weighted else None)
    references = References(problem)
    references.begin(problem.target, problem.linear)
    base = rng.normal(size=(n, n_read))
    for k in range(n_read):
        vectors = base[:, [k, 0]]
        references.reach(vectors, weighted_squares(problem.design, vectors), np.ones(2))
    new, _ = problem.design.center_target(rng.normal(size=(n, 3)))
    vectors = part * new + problem.target[:, None]
    correlations = np.abs(problem.design.correlate(vectors))
    alphas = np.quantile(correlations, [0.9, 0.5, 0.1], axis=0).diagonal()
    found = unsafe(references, problem, vectors, alphas, p)
    violating = np.flatnonzero((correlations > alphas).any(axis=1))
    assert np.isin(violating, found).all()
    if len(found):
        assert unsafe(references, problem, vectors, alphas, len(found) - 1) is None


def test_directions_that_are_known_settle_every_feature_and_are_not_read_again():
    rng = np.random.default_rng(0)
    problem = problem_on(rng.normal(size=(40, 1000)), rng.normal(size=40))
    references = References(problem)
    references.begin(problem.target, problem.linear)
    vectors, _ = problem.design.center_target(rng.normal(size=(40, 3)))
    squares = weighted_squares(problem.design, vectors)
    assert [references.reach(vectors, squares, np.ones(3)) for _ in range(4)] == [True, True, True, False]
    mixed = vectors @ rng.normal(size=(3, 2))
    correlations = problem.design.correlate(mixed)
    for k in range(2):
        assert references.correlations(mixed[:, k]) == pytest.approx(correlations[:, k], abs=1e-12)
    largest = np.abs(correlations).max(axis=0)
    assert list(unsafe(references, problem, mixed, largest * (1 + 1e-5), 1000)) == []
    assert len(unsafe(references, problem, mixed, largest * (1 - 1e-5), 1000)) == 2


def test_only_the_directions_that_are_of_use_are_kept():
    rng = np.random.default_rng(1)
    problem = problem_on(rng.normal(size=(60, 300)), rng.normal(size=60))
    references = References(problem)
    references.begin(problem.target, problem.linear)
    vectors, _ = problem.design.center_target(rng.normal(size=(60, 3 * MOST)))
    for k in range(3 * MOST):
        last = vectors[:, max(k - 1, 0) : k + 1]
        references.reach(last, weighted_squares(problem.design, last), np.ones(last.shape[1]))
        assert references.size <= MOST
    expected = problem.design.correlate(last)
    for k in range(last.shape[1]):
        assert references.correlations(last[:, k]) == pytest.approx(expected[:, k], abs=1e-11)


def test_without_directions_only_the_norms_settle_features():
    problem = problem_on(np.diag([1.0, 2.0, 3.0, 4.0, 5.0]), np.ones(5))
    vectors, _ = problem.design.center_target(np.array([[4.0, 0, 0, 0, 0], [0, 0, 8.0, 0, 0]]).T)
    bounds = np.sqrt(np.outer(problem.diagonal, weighted_squares(problem.design, vectors)))
    alphas = np.sort(bounds[:, 0])[2:4]
    expected = np.flatnonzero((bounds >= alphas).any(axis=1))
    assert list(unsafe(References(problem), problem, vectors, alphas * (1 - 1e-9), 5)) == list(expected)


def test_a_target_of_zeros_has_no_direction():
    problem = problem_on(np.eye(5), np.ones(5))
    references = References(problem)
    references.begin(problem.target, problem.linear)
    zeros = np.zeros((5, 2))
    assert references.size == 0
    assert not references.reach(zeros, np.zeros(2), np.ones(2))
    assert list(unsafe(references, problem, zeros, np.ones(2), 5)) == []


@pytest.mark.parametrize("factors", [None, 3])
def test_a_path_reads_all_columns_far_less_often_than_it_has_alphas(monkeypatch, factors):
    from sparsereg.designs.dense import DenseStore

    rng = np.random.default_rng(2)
    X = np.asfortranarray(rng.normal(size=(60, 900)))
    y = X[:, :8].sum(axis=1) + rng.normal(size=60)
    read, correlations = [], DenseStore.correlations

    def counted(self, R, columns=None, shift=None):
        read.append(R.shape[1] * (self.n_features if columns is None else len(columns)))
        return correlations(self, R, columns, shift)

    monkeypatch.setattr(DenseStore, "correlations", counted)
    penalty_factor = None if factors is None else np.repeat([0.0, 1.0], [factors, 900 - factors])
    path = enet_path(
        X,
        y,
        l1_ratio=1.0,
        alphas=100,
        eps=1e-2,
        penalty_factor=penalty_factor,
        solver="working_set",
        return_result=True,
    )
    assert path.gaps.max() <= 1e-10 * np.var(y) / 2
    assert sum(read) < 40 * 900  # a read for each alpha would be 100 * 900
