"""What a solver on the residual hands over for the certificate is what X says of its coefficients."""

import numpy as np
import pytest
from examples import PENALTIES, PROBLEMS, STORES, as_float64
from internal import problem_behind
from reference.designs import Standardized as DenseDesign

import sparsereg.designs.columns
from sparsereg.solvers.certificate import certify, points_of
from sparsereg.solvers.options import Options
from sparsereg.solvers.problem import EPS, weighted_squares
from sparsereg.solvers.residual_descent import ResidualDescent
from sparsereg.solvers.screening import Screen

GOAL = 1e-12
PARTS = np.array([0.6, 0.3, 0.1])
over_stores = pytest.mark.parametrize("store", STORES)
over_penalties = pytest.mark.parametrize("penalty", PENALTIES)


@pytest.fixture(autouse=True)
def short_columns_are_read_in_place(monkeypatch):
    monkeypatch.setattr(sparsereg.designs.columns, "LONG", 0)


def solved(X, y, penalty, max_iter=5000, goal=GOAL):
    """The problem, its alphas, a solver on every other feature that has solved them, and its coefficients."""
    problem, reference = problem_behind(X, y, PENALTIES[penalty](*X.shape))
    alphas, features = PARTS * reference.alpha_max(), np.arange(X.shape[1] - 1, -1, -2)
    features = np.union1d(features, np.flatnonzero(problem.penalty.l1 == 0))[::-1]
    solver = ResidualDescent(problem, features, np.zeros(len(features)), Options(max_iter=max_iter))
    coefs, _, _ = solver.solve(alphas, goal * 0.5 * problem.target_square)
    return problem, alphas, solver, coefs


def assert_of_the_coefficients(X, problem, solver, coefs):
    """Residuals and correlations are those of the coefficients, but for what sums of their terms may round."""
    features, read, scale = solver.features, solver.read, problem.design.scale[solver.features]
    design = DenseDesign(as_float64(X), problem.design.weights, None, problem.design.centered, False)
    X, mean = design.X[:, features] / scale, design.mean[features] / scale
    # the terms as they are summed, with the means in them
    terms = np.abs(X + mean) + np.abs(mean)
    s, n = design.s[:, None], len(X)
    wanted = problem.target[:, None] - X @ coefs.T
    unit = (n + len(features)) * 4 * EPS
    size = np.abs(problem.target)[:, None] + terms @ np.abs(coefs.T)
    size = unit * (size + size.mean(axis=0))
    assert (np.where(s > 0, np.abs(read.residuals - wanted), 0.0) <= size).all()
    off = np.abs(read.correlations.T - X.T @ (s * wanted) / n)
    assert (off <= 4 * (terms.T @ (s * size)) / n).all()


@over_penalties
@over_stores
@pytest.mark.parametrize("name", ["sparse", "p > n"])
def test_residuals_and_correlations_are_those_of_the_coefficients(name, store, penalty):
    X, y, _ = PROBLEMS[name]
    X = STORES[store](X + 0.5)
    problem, _, solver, coefs = solved(X, y, penalty)
    assert_of_the_coefficients(X, problem, solver, coefs)


@over_penalties
@pytest.mark.parametrize("store", ["C", "F", "F float32", "CSC"])
def test_the_certificate_is_the_one_that_reads_all_of_X(store, penalty):
    X, y, _ = PROBLEMS["p > n"]
    problem, alphas, solver, coefs = solved(STORES[store](X + 0.5), y, penalty)
    features, read = solver.features, solver.read
    known = read.residuals, weighted_squares(problem.design, read.residuals)
    at = points_of(problem, alphas, coefs, features, known)
    expected = certify(problem, alphas, coefs, features)
    if at.points is at.residuals:
        found = certify(problem, alphas, coefs, features, at, found=read.correlations)
        rounding = 1e-14 * problem.target_square
        assert found.gaps == pytest.approx(expected.gaps, abs=rounding)
        assert found.residual_squares == pytest.approx(expected.residual_squares, abs=rounding)
        assert found.others.tolist() == expected.others.tolist()
        assert found.beyond == pytest.approx(expected.beyond, abs=1e-13)
        assert found.correlations == pytest.approx(expected.correlations, abs=1e-13)
    else:
        assert (problem.penalty.l1 == 0).any()
    one, other = (
        screen.verify(alphas, coefs, features, GOAL * problem.target_square, handed)
        for screen, handed in ((start(problem), read), (start(problem), None))
    )
    assert one[0].gaps == pytest.approx(other[0].gaps, rel=1e-9, abs=1e-13 * problem.target_square)
    assert one[1] == other[1]
    assert one[2].tolist() == other[2].tolist()


def start(problem):
    """What is known of X before the first alpha."""
    return Screen(problem, problem.target, problem.linear, 1.0)


@over_stores
def test_what_steps_have_left_in_a_residual_is_not_handed_over(store, monkeypatch):
    X, y, _ = PROBLEMS["sparse"]
    kinds = sparsereg.designs.columns.Columns
    sweep = kinds.sweep

    def spoiled(self, squares, penalty, order, coef, residual):
        moved = sweep(self, squares, penalty, order, coef, residual)
        residual[:-1] += 1e-6 * np.linalg.norm(residual)
        return moved

    monkeypatch.setattr(kinds, "sweep", spoiled)
    X = STORES[store](X)
    problem, _, solver, coefs = solved(X, y, "elastic net .5", max_iter=7)
    assert_of_the_coefficients(X, problem, solver, coefs)


def test_rough_solutions_hand_nothing_over():
    X, y, _ = PROBLEMS["sparse"]
    _, _, solver, _ = solved(X, y, "lasso", goal=1e-3)
    assert solver.read is None


@pytest.mark.parametrize("center", [True, False])
def test_a_residual_from_scratch_is_no_longer_than_what_it_stands_for(center):
    # columns in place that are not centred leave the large mean of X w in it
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.normal(size=(50, 30)) + 5.0)
    y = X[:, :10].sum(axis=1) + rng.normal(size=50)
    problem, _ = problem_behind(X, y, {"l1_ratio": 0.5, "fit_intercept": center})
    solver = ResidualDescent(problem, np.arange(30), np.zeros(30), Options(max_iter=5000))
    solver.solve(np.array([0.1]), GOAL * problem.target_square)
    residual = solver._solved[-1][1].residual
    length = np.sqrt(weighted_squares(problem.design, solver.read.residuals)[0])
    assert np.linalg.norm(residual[:-1]) == pytest.approx(length, rel=1e-9)
    assert abs(residual[-1]) <= 1e-12 * length
