"""The laws of every solution, over all stores, problems, penalties and solvers of the tables."""

import warnings
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from examples import (
    EXACT_SOLVERS,
    ITERATIVE_SOLVERS,
    PARTS,
    PENALTIES,
    PROBLEMS,
    ROUNDING,
    SOLVERS,
    STORES,
    assert_same,
    fit,
    gaussian,
    problem_of,
)
from sklearn.exceptions import ConvergenceWarning

from sparsereg import ElasticNet, enet_path

EXACT = 1e-10  # the relative gap of an exact solution of float64 data
FLOAT32 = 1e-6  # of coefficients rounded to float32: 6e-8 of each, and the dual point moves in proportion
# A step of proximal gradient reads all of X, and where columns are nearly dependent none of its steps ends it.
PATIENCE = {"coordinate_descent": 10**5, "proximal_gradient": 500}
over_problems = pytest.mark.parametrize("problem", PROBLEMS)
over_penalties = pytest.mark.parametrize("penalty", PENALTIES)
over_solvers = pytest.mark.parametrize("solver", SOLVERS)


@cache
def example(store, problem, penalty):
    """X in that store, y, the parameters, the reference's problem and its alpha_max."""
    row = PROBLEMS[problem]
    X = STORES[store](row.X)
    parameters = PENALTIES[penalty](*row.X.shape)
    reference = problem_of(X, row.y, parameters)
    return X, row.y, parameters, reference, reference.alpha_max()


class Solved(NamedTuple):
    """A fit that several laws look at; gap is the reference's, reported its own, both relative."""

    model: ElasticNet
    alpha: float
    gap: float
    reported: float
    warned: list

    @property
    def solution(self):
        return self.model.coef_, self.model.intercept_


@cache
def solved(store, problem, penalty, solver, part):
    """The solution at part * alpha_max, with default parameters but for the iterations of those that iterate."""
    X, y, parameters, reference, largest = example(store, problem, penalty)
    epochs = {"max_iter": PATIENCE[solver]} if solver in ITERATIVE_SOLVERS else {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = fit(X, y, part * largest, parameters, solver=solver, **epochs)
    # as in scikit-learn the intercept has the dtype of X: in float32 it has its own law
    single = model.coef_.dtype == np.float32
    intercept = reference.best_intercept(model.coef_) if single else model.intercept_
    gap = reference.gap(model.coef_, intercept, part * largest)
    reported = model.dual_gap_ / max(float(reference.target_square) / 2, np.finfo(float).tiny)
    return Solved(model, part * largest, gap, reported, [str(w.message) for w in caught])


def silent_fit(*arguments, **parameters):
    """A fit whose ConvergenceWarning is another law's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return fit(*arguments, **parameters)


def failures_over_stores(problem, penalty, solver, holds):
    """What does not hold, over all stores and alphas."""
    failures = []
    for store in STORES:
        for part in PARTS:
            one = solved(store, problem, penalty, solver, part)
            if not holds(one):
                failures.append((store, part, f"gap {one.gap:.1e}, reported {one.reported:.1e}", one.warned))
    return failures


@pytest.mark.parametrize("solver", EXACT_SOLVERS)
@over_penalties
@over_problems
def test_exact_solvers_are_optimal_without_a_warning(problem, penalty, solver):
    def holds(one):
        tolerance = EXACT
        if one.model.coef_.dtype == np.float32:
            # rounding moves the predictions by eps sum |x_j w_j|, which is much where means of 1e6 cancel
            reference = example("C float32", problem, penalty)[3]
            tolerance = max(FLOAT32, (np.finfo(np.float32).eps * reference.reach(one.model.coef_)) ** 2)
        return abs(one.gap) <= tolerance and (not one.warned or tolerance > one.model.tol)

    assert not failures_over_stores(problem, penalty, solver, holds)


@pytest.mark.parametrize("solver", ITERATIVE_SOLVERS)
@over_penalties
@over_problems
def test_iterative_solvers_keep_their_tolerance_or_warn(problem, penalty, solver):
    def holds(one):
        # converged: gap <= tol y'y/n, which is twice the unit of relative gaps
        if one.gap <= 2 * one.model.tol + FLOAT32:
            return not one.warned
        exhausted = one.model.n_iter_ == one.model.max_iter and not PROBLEMS[problem].well_conditioned
        return exhausted and len(one.warned) == 1

    assert not failures_over_stores(problem, penalty, solver, holds)


@over_penalties
@pytest.mark.parametrize("problem", [name for name, row in PROBLEMS.items() if row.well_conditioned])
def test_coordinate_descent_becomes_exact(problem, penalty):
    X, y, parameters, reference, largest = example("F", problem, penalty)
    patient = {"solver": "coordinate_descent", "tol": 1e-11, "max_iter": 10**6}
    for part in PARTS:
        model = fit(X, y, part * largest, parameters, **patient)
        assert reference.gap(model.coef_, model.intercept_, part * largest) <= EXACT


@over_solvers
@over_penalties
@over_problems
def test_the_reported_gap_is_a_bound(problem, penalty, solver):
    assert not failures_over_stores(problem, penalty, solver, lambda one: one.gap <= one.reported + ROUNDING)


@over_solvers
@pytest.mark.parametrize("problem", ["n > p", "p > n", "constant, zero, duplicated"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_gaps_of_a_path_are_bounds(problem, solver):
    for penalty in PENALTIES:
        X, y, parameters, reference, _ = example("CSC", problem, penalty)
        parameters = {"fit_intercept": True, "alphas": 20, "solver": solver} | parameters
        path = enet_path(X, y, **parameters, return_result=True)
        half = float(reference.target_square) / 2
        for k, alpha in enumerate(path.alphas):
            gap = reference.gap(path.coefs[:, [k]].toarray().ravel(), path.intercepts[k], alpha)
            assert gap <= path.gaps[k] / half + ROUNDING


@over_penalties
@over_problems
def test_alpha_max_is_where_the_first_penalised_coefficient_enters(problem, penalty):
    for store in ("C", "F float32", "CSC", "CSR matrix int64"):
        X, y, parameters, reference, largest = example(store, problem, penalty)
        alphas = enet_path(X, y, **{"fit_intercept": True} | parameters, alphas=2)[0]
        if largest <= 1e-15:  # nothing to explain, or only rounding: scikit-learn's smallest grid
            assert (alphas == 1e-15).all()
            continue
        # X'y is a sum in float64, of columns with means up to 1e6 where there is no intercept
        assert alphas[0] == pytest.approx(largest, rel=1e-10)
        penalised = reference.l1 > 0
        assert not silent_fit(X, y, alphas[0], parameters).coef_[penalised].any()
        assert silent_fit(X, y, 0.99 * alphas[0], parameters).coef_[penalised].any()


@over_penalties
@over_problems
def test_stores_agree(problem, penalty):
    reference = example("C", problem, penalty)[3]
    for part in PARTS:
        expected = solved("C", problem, penalty, "auto", part)
        for store in STORES:
            found = solved(store, problem, penalty, "auto", part)
            if found.model.coef_.dtype == np.float64:
                assert_same(reference, expected.alpha, expected.solution, found.solution)


@over_penalties
@over_problems
def test_solvers_agree(problem, penalty):
    X, y, parameters, reference, _ = example("F", problem, penalty)
    for part in PARTS:
        exact = solved("F", problem, penalty, "active_set", part)
        auto = solved("F", problem, penalty, "auto", part)
        assert_same(reference, exact.alpha, exact.solution, auto.solution)
        few = solved("F", problem, penalty, "working_set", part)
        assert_same(reference, exact.alpha, exact.solution, few.solution)
        # tol=0: until the gap of the Gram is nothing but its rounding
        other = silent_fit(X, y, exact.alpha, parameters, solver="coordinate_descent", tol=0, max_iter=10**5)
        if other.n_iter_ < other.max_iter:
            assert_same(reference, exact.alpha, exact.solution, (other.coef_, other.intercept_))


@over_penalties
@over_problems
def test_a_warm_start_and_a_path_change_nothing(problem, penalty):
    X, y, parameters, reference, largest = example("F", problem, penalty)
    weights = parameters.get("sample_weight")
    # tol=1: the gap has its own law
    alphas = largest * np.array([0.9, 0.3, 0.1, 0.03, 0.01, 0.0])
    path = enet_path(X, y, **{"fit_intercept": True} | parameters, alphas=alphas, tol=1, return_result=True)
    warm = fit(X, y, largest, parameters, warm_start=True, tol=1)
    for k, alpha in enumerate(alphas):
        cold = fit(X, y, alpha, parameters, tol=1)
        warm.set_params(alpha=alpha).fit(X, y, sample_weight=weights)
        cold = cold.coef_, cold.intercept_
        assert_same(reference, alpha, cold, (warm.coef_, warm.intercept_))
        assert_same(reference, alpha, cold, (path.coefs[:, [k]].toarray().ravel(), path.intercepts[k]))


@over_penalties
@over_problems
def test_the_intercept_is_the_best_for_its_coefficients(problem, penalty):
    for store in STORES:
        reference = example(store, problem, penalty)[3]
        for part in PARTS:
            model = solved(store, problem, penalty, "auto", part).model
            size = (
                reference.s
                @ (np.abs(reference.y_raw) + np.abs(reference.X_raw) @ np.abs(model.coef_))
                / len(reference.s)
            )
            # sums of n products, weighted and scaled in float64, and one rounding to the dtype
            rounding = 16 * np.finfo(model.coef_.dtype).eps * size
            assert abs(model.intercept_ - reference.best_intercept(model.coef_)) <= rounding


@over_solvers
@pytest.mark.parametrize("store", STORES)
def test_bounds_hold_exactly(store, solver):
    for problem in ("n > p", "p > n", "scales 1e-6..1e6"):
        X, y, _, _, largest = example(store, problem, "lasso")
        for standardize in (False, True):
            parameters = {"l1_ratio": 1.0, "standardize": standardize}
            if standardize:
                largest = problem_of(X, y, parameters).alpha_max()
            free = silent_fit(X, y, 0.01 * largest, parameters, solver=solver).coef_.astype(float)
            lower, upper = np.minimum(0.7 * free, 0.0), np.maximum(0.7 * free, 0.0)
            parameters["bounds"] = lower, upper
            coef = silent_fit(X, y, 0.001 * largest, parameters, solver=solver).coef_.astype(float)
            assert (coef >= lower).all()
            assert (coef <= upper).all()
            assert (np.abs(coef - 0.7 * free) <= 1e-7 * np.abs(free))[free != 0].any()  # 6e-8: float32


@pytest.mark.parametrize("penalty", ["factors", "elastic net with factors"])
@over_problems
def test_features_without_penalty_are_orthogonal_to_the_residual(problem, penalty):
    _, _, parameters, reference, _ = example("C", problem, penalty)
    free = parameters["penalty_factor"] == 0
    for part in PARTS:
        coef = solved("C", problem, penalty, "auto", part).model.coef_
        c = reference.correlations(reference.y - reference.X @ coef)
        unit = reference.length * np.sqrt(reference.target_square)
        assert (np.abs(c[free]) <= ROUNDING * unit[free]).all()
        assert not coef[np.isinf(parameters["penalty_factor"])].any()


def test_below_a_part_of_alpha_max_the_floor_is_rounding():
    # The correlations that alpha bounds are sums in float64: below 1e-7 alpha_max, times the ratio of the
    # scales of the columns, their rounding shows in the dual point. The gap grows at most as alpha falls.
    for ratio in (1.0, 1e3, 1e6):
        for n, p in ((30, 8), (12, 30), (25, 25)):
            X, y = gaussian(n, p, seed=p)
            X *= np.logspace(0, np.log10(ratio), p)[np.random.default_rng(p).permutation(p)]
            reference = problem_of(X, y, {})
            largest = reference.alpha_max()
            half = float(reference.target_square) / 2
            for part in np.logspace(-1, -13, 13):
                model = silent_fit(X, y, part * largest, {"l1_ratio": 1.0})
                floor = EXACT * max(1.0, 1e-7 * ratio / part)
                assert reference.gap(model.coef_, model.intercept_, part * largest) <= floor
                assert model.dual_gap_ <= floor * half
                assert np.isfinite(model.coef_).all()
