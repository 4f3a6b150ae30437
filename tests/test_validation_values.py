"""What the checks of weights, penalties and parameters promise for valid input."""

from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn.linear_model
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sparsereg._validation.arrays import show
from sparsereg._validation.parameters import (
    RULES,
    check_alpha_per_target,
    check_alphas,
    check_choice,
    check_parameters,
    check_precompute,
)
from sparsereg._validation.penalty import build_penalty, ridge_penalty
from sparsereg._validation.weights import check_absolute_weights, check_weights, rescale

N, P = 12, 4
RNG = np.random.default_rng(0)
INF = np.inf


def test_weights_pass_as_they_are():
    assert check_weights(None, N) is check_absolute_weights(None, N) is None
    assert check_weights(2, N) is check_weights(np.float32(3), N) is check_weights(np.array(2.0), N) is None
    assert_array_equal(check_absolute_weights(2, N), np.full(N, 2.0))
    mine = RNG.uniform(size=N)
    for check in (check_weights, check_absolute_weights):
        assert_array_equal(check(mine, N), mine)
        assert_array_equal(check(pd.Series(mine), N), mine)
        assert_array_equal(check([True] + [False] * (N - 1), N), np.eye(N)[0])
    assert check_weights(np.full(N, 1e308), N).max() == 1e308


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=30).filter(lambda w: max(w) > 1e-3),
    st.sampled_from([5e-324, 1e-308, 1e-300, 1.0, 3.0, 1e300, 1.7e308]),
)
def test_rescaled_weights_sum_to_n_whatever_their_scale(relative, scale):
    raw = np.array(relative) * scale
    assume(raw.max() > 0)
    before = raw.copy()
    found = rescale(raw, raw.size)
    assert np.isfinite(found).all() and (found >= 0).all()
    assert_allclose(found.sum(), raw.size, rtol=1e-14)
    assert_allclose(found / found.max(), raw / raw.max(), rtol=1e-14)
    assert_array_equal(raw, before)


def test_equal_weights_rescale_to_exactly_one():
    assert_array_equal(rescale(np.full(7, 0.3), 7), np.ones(7))


def test_penalty_holds_the_definition():
    found = build_penalty(3, l1_ratio=0.25, penalty_factor=[0, 2, INF], bounds=(-1, [INF, 4, 5]))
    assert_array_equal(found.l1, [0, 0.5, 0])
    assert_array_equal(found.l2, [0, 1.5, 0])
    assert_array_equal(found.lower, [-1, -1, 0])
    assert_array_equal(found.upper, [INF, 4, 0])
    at, scaled = found.at(4.0), found.scaled(np.array([2.0, 3.0, 4.0]))
    assert_array_equal(at.l1, 4 * found.l1)
    assert_array_equal(at.l2, 4 * found.l2)
    assert_array_equal(scaled.lower, [-2, -3, 0])
    assert_array_equal(scaled.upper, [INF, 12, 0])
    assert_array_equal(scaled.l1, found.l1)


def test_plain_penalty_has_no_bounds_and_unit_factors():
    found = build_penalty(2, l1_ratio=1.0)
    assert_array_equal(found.l1, [1, 1])
    assert_array_equal(found.l2, [0, 0])
    assert_array_equal(found.lower, [-INF, -INF])
    assert_array_equal(found.upper, [INF, INF])


@pytest.mark.parametrize(
    "bounds",
    [
        [[-1, -1], [2, 2]],
        np.array([[-1, -1], [2, 2]]),
        pd.Series([-1, 2], index=["lower", "upper"]),
        pd.DataFrame([[-1, -1], [2, 2]], index=["lower", "upper"], columns=["a", "b"]),
        pl.DataFrame({"a": [-1, 2], "b": [-1, 2]}),
        (pd.Series([-1, -1], index=["a", "b"]), 2),
    ],
    ids=lambda bounds: type(bounds).__name__,
)
def test_bounds_come_in_any_container(bounds):
    found = build_penalty(2, l1_ratio=1.0, bounds=bounds)
    assert_array_equal(found.lower, [-1, -1])
    assert_array_equal(found.upper, [2, 2])


def test_positive_intersects_bounds():
    found = build_penalty(2, l1_ratio=1.0, bounds=([-1, 0], [2, 0]), positive=True)
    assert_array_equal(found.lower, [0, 0])
    assert_array_equal(found.upper, [2, 0])


def test_ridge_penalty_is_in_units_of_the_common_problem():
    found = ridge_penalty(3, total_weight=8.0, penalty_factor=[0, 1, INF], positive=True).at(2.0)
    assert_array_equal(found.l1, np.zeros(3))
    assert_array_equal(found.l2, [0, 0.25, 0])
    assert_array_equal(found.lower, np.zeros(3))
    assert_array_equal(found.upper, [INF, INF, 0])


def test_extreme_penalties_and_bounds_stay_finite_or_infinite_but_never_nan():
    found = ridge_penalty(2, total_weight=1e-100, penalty_factor=[1e308, 0], bounds=(-1e308, 1e308)).at(1e308)
    assert np.isfinite(found.l2).all() and found.l2[1] == 0
    assert_array_equal(found.scaled(np.full(2, 1e150)).upper, [INF, INF])
    assert all(np.isfinite(build_penalty(2, l1_ratio=0.5).at(0.0).l1))


def test_penalty_leaves_the_arrays_of_the_user_alone():
    factor, lower, upper = np.array([1.0, INF]), np.array([-1.0, -2.0]), np.array([3.0, 1e200])
    copies = [array.copy() for array in (factor, lower, upper)]
    build_penalty(2, l1_ratio=0.5, penalty_factor=factor, bounds=(lower, upper), positive=True)
    for array, copy in zip((factor, lower, upper), copies, strict=True):
        assert_array_equal(array, copy)


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet", "Ridge"])
def test_defaults_of_scikit_learn_pass(name):
    estimator = getattr(sklearn.linear_model, name)()
    names = set(estimator.get_params()) & set(RULES)
    assert {"alpha", "tol", "max_iter", "fit_intercept", "copy_X", "positive", "random_state"} <= names
    check_parameters(estimator, names, optional=("max_iter",) if name == "Ridge" else ())


GOOD = {
    "alpha": (0, 0.0, 1, np.float32(2), np.int64(3), Fraction(1, 3), 1e308),
    "l1_ratio": (0, 1, 0.5, np.float32(0.5)),
    "tol": (0, 1e-4),
    "max_iter": (1, np.int32(5), 2**63 - 1),
    "fit_intercept": (True, False, np.True_),
    "random_state": (None, 0, np.int64(7), 2**32 - 1, np.random, np.random.RandomState(0)),
    "selection": ("cyclic", "random", np.str_("cyclic")),
    "verbose": (False, True, 0, 3),
    "eps": (1e-3, 0.999),
}


@pytest.mark.parametrize("name", GOOD)
def test_every_value_within_its_rule_passes(name):
    for value in GOOD[name]:
        check_parameters({name: value}, (name,))


def test_none_passes_only_where_it_may():
    check_parameters({"max_iter": None}, ("max_iter",), optional=("max_iter",))
    with pytest.raises(ValueError, match="max_iter must be >= 1"):
        check_parameters({"max_iter": 0}, ("max_iter",), optional=("max_iter",))


def test_grids_become_float64_in_their_order():
    assert check_alphas(np.int64(5)) == 5
    found = check_alphas([0, 2, 1])
    assert found.dtype == np.float64
    assert_array_equal(found, [0.0, 2.0, 1.0])


def test_ridge_alphas_are_one_per_target():
    assert_array_equal(check_alpha_per_target(2, 3), [2.0, 2.0, 2.0])
    assert_array_equal(check_alpha_per_target([2], 3), [2.0, 2.0, 2.0])
    assert_array_equal(check_alpha_per_target(np.array(2), 3), [2.0, 2.0, 2.0])
    assert_array_equal(check_alpha_per_target(np.array([1, 2]), 2), [1.0, 2.0])


def test_precompute_is_a_choice_or_a_matrix():
    assert check_precompute(np.True_, P) is True
    assert check_precompute("auto", P, ("auto",)) == "auto"
    gram = np.diag(np.arange(1.0, P + 1))
    assert np.shares_memory(check_precompute(gram, P), gram)
    large = RNG.normal(size=(600, 600))
    with pytest.raises(ValueError, match="symmetric"):
        check_precompute(large, 600)
    assert check_precompute((large + large.T).astype(np.float32), 600).dtype == np.float64


@pytest.mark.parametrize(
    "value", [list(range(10**6)), np.arange(10**6), "a" * 10**6, pd.DataFrame(np.eye(40)), [10**300] * 9]
)
def test_long_values_are_abbreviated(value):
    assert len(show(value)) <= 80 and "\n" not in show(value)


def test_choices_are_listed_and_accepted():
    check_choice("solver", "svd", ("auto", "svd"))
