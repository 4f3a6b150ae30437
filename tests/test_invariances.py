"""What may be done to a problem without changing its solution, on random problems."""

import warnings

import numpy as np
import pytest
from examples import PENALTIES, assert_same, fit, problem_of
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning

from sparsereg import enet_path

EXACT = 1e-10  # the relative gap of an exact solution of float64 data
pytestmark = pytest.mark.filterwarnings("error")
PER_FEATURE = ("bounds", "factors", "elastic net with factors", "all at once")
ROW_BY_ROW = ("weights", "all at once")


@st.composite
def problems(draw, penalties=tuple(PENALTIES)):
    """X, y, alpha and parameters, with columns that are often dependent, constant or of other scales."""
    n, p = draw(st.integers(2, 14)), draw(st.integers(1, 10))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = draw(
        st.sampled_from(
            [
                rng.normal(size=(n, p)),
                rng.integers(-1, 2, size=(n, p)).astype(float),
                rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.4),
                rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 4, size=p),
                rng.normal(size=(n, p)) + 1e4,
                rng.normal(size=(n, 1)) + 1e-3 * rng.normal(size=(n, p)),
            ]
        )
    )
    y = X @ rng.normal(size=p) * (rng.random() < 0.7) + rng.normal(size=n)
    parameters = PENALTIES[draw(st.sampled_from(penalties))](n, p)
    reference = problem_of(X, y, parameters)
    alpha = reference.alpha_max() * draw(st.sampled_from([0.7, 0.1, 1e-2, 1e-3]))
    # alpha_max is rounding where features without penalty explain all that the others could
    alpha = max(alpha, 1e-9 * float(reference.target_square) ** 0.5 * float(reference.length.max()))
    return X, y, alpha, parameters


def without(*names):
    return problems(penalties=tuple(name for name in PENALTIES if name not in names))


def solution(*arguments, **parameters):
    model = fit(*arguments, **parameters)
    return model.coef_, model.intercept_


@given(problems())
def test_any_solution_is_certified(problem):
    X, y, alpha, parameters = problem
    model = fit(X, y, alpha, parameters)
    reference = problem_of(X, y, parameters)
    gap = reference.gap(model.coef_, model.intercept_, alpha)
    # near-duplicates at a small alpha have coefficients of 1e4 |y|: to round them to float64 costs that much
    assert abs(gap) <= max(EXACT, reference.rounding(model.coef_))
    assert isinstance(model.n_iter_, int)
    assert model.n_iter_ >= 1


@given(without(*ROW_BY_ROW), st.data())
def test_a_weight_counts_rows(problem, data):
    X, y, alpha, parameters = problem
    counts = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(y), max_size=len(y)).filter(any)))
    repeated = X.repeat(counts, axis=0), y.repeat(counts)
    weighted = solution(X, y, alpha, parameters | {"sample_weight": counts})
    assert_same(problem_of(*repeated, parameters), alpha, solution(*repeated, alpha, parameters), weighted)


@given(without(*ROW_BY_ROW), st.sampled_from([1e3, 1e15]), st.booleans())
def test_a_row_without_weight_may_hold_anything(problem, junk, first):
    X, y, alpha, parameters = problem
    reference = problem_of(X, y, parameters)
    expected = solution(X, y, alpha, parameters)
    where = 0 if first else len(y)
    weights = np.insert(np.ones(len(y)), where, 0.0)
    X, y = np.insert(X, where, junk, axis=0), np.insert(y, where, junk)
    assert_same(reference, alpha, expected, solution(X, y, alpha, parameters | {"sample_weight": weights}))


@given(without(*ROW_BY_ROW), st.sampled_from([1e-300, 1e-9, 3.0, 1e300]))
def test_the_scale_of_weights_is_irrelevant(problem, scale):
    X, y, alpha, parameters = problem
    weights = np.linspace(1, 2, len(y))
    parameters["sample_weight"] = weights
    reference = problem_of(X, y, parameters)
    scaled = solution(X, y, alpha, parameters | {"sample_weight": scale * weights})
    assert_same(reference, alpha, solution(X, y, alpha, parameters), scaled)


@given(without(*ROW_BY_ROW), st.randoms(use_true_random=False))
def test_rows_have_no_order(problem, random):
    X, y, alpha, parameters = problem
    order = list(range(len(y)))
    random.shuffle(order)
    reference = problem_of(X, y, parameters)
    shuffled = solution(X[order], y[order], alpha, parameters)
    assert_same(reference, alpha, solution(X, y, alpha, parameters), shuffled)


@given(without(*PER_FEATURE), st.randoms(use_true_random=False))
def test_coefficients_follow_their_columns(problem, random):
    X, y, alpha, parameters = problem
    order = list(range(X.shape[1]))
    random.shuffle(order)
    coef, intercept = solution(X[:, order], y, alpha, parameters)
    back = np.empty_like(coef)
    back[order] = coef
    reference = problem_of(X, y, parameters)
    assert_same(reference, alpha, solution(X, y, alpha, parameters), (back, intercept))


@given(without("bounds", "all at once"), st.data())
def test_standardized_coefficients_do_not_know_the_scale_of_a_column(problem, data):
    X, y, _, parameters = problem
    parameters["standardize"] = True
    exponents = st.lists(st.floats(-6, 6), min_size=X.shape[1], max_size=X.shape[1])
    varies = (X[0] != X).any(axis=0)  # a constant column has no deviation to be divided by
    scale = np.where(varies, 10.0 ** np.array(data.draw(exponents)), 1.0)
    reference = problem_of(X, y, parameters)
    alpha = 0.05 * reference.alpha_max()
    coef, intercept = solution(X * scale, y, alpha, parameters)
    assert_same(reference, alpha, solution(X, y, alpha, parameters), (coef * scale, intercept))


@given(without("bounds", "all at once"), st.floats(-6, 6))
def test_the_unit_of_y_is_the_unit_of_alpha(problem, exponent):
    X, y, alpha, parameters = problem
    unit = 10.0**exponent
    coef, intercept = solution(X, unit * y, unit * alpha, parameters | {"l1_ratio": 1.0})
    parameters["l1_ratio"] = 1.0
    expected = solution(X, y, alpha, parameters)
    assert_same(problem_of(X, y, parameters), alpha, expected, (coef / unit, intercept / unit))


@given(without("no intercept"), st.floats(-1e3, 1e3))
def test_the_intercept_is_free(problem, shift):
    X, y, alpha, parameters = problem
    coef, intercept = solution(X, y + shift, alpha, parameters)
    reference = problem_of(X, y, parameters)
    assert_same(reference, alpha, solution(X, y, alpha, parameters), (coef, intercept - shift))


@given(problems())
def test_two_targets_are_two_fits(problem):
    X, y, alpha, parameters = problem
    both = fit(X, np.stack([y, -2 * y], axis=1), alpha, parameters)
    for k, target in enumerate((y, -2 * y)):
        intercept = both.intercept_ if np.ndim(both.intercept_) == 0 else both.intercept_[k]
        reference = problem_of(X, target, parameters)
        expected = solution(X, target, alpha, parameters)
        assert_same(reference, alpha, expected, (both.coef_[k], intercept))


@given(problems(), st.sampled_from(["auto", "coordinate_descent"]))
def test_a_start_from_anything_ends_at_the_solution(problem, solver):
    X, y, alpha, parameters = problem
    X[:, 0] = 0.0
    reference = problem_of(X, y, parameters)
    parameters = {"fit_intercept": True} | parameters
    with warnings.catch_warnings():
        if solver == "coordinate_descent":  # on dependent columns it may say that max_iter was not enough
            warnings.simplefilter("ignore", ConvergenceWarning)
        _, coefs, _ = enet_path(
            X, y, alphas=[alpha], **parameters, coef_init=np.ones(X.shape[1]), solver=solver, tol=1e-6, max_iter=10**4
        )
    assert coefs[0, 0] == 0
    if solver == "auto":
        intercept = reference.y_mean - reference.mean @ coefs[:, 0]
        assert reference.gap(coefs[:, 0], intercept, alpha) <= max(EXACT, reference.rounding(coefs[:, 0]))
