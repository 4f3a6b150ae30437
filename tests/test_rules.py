"""Which alpha a rule takes from a table of losses."""

import numpy as np
import pytest

from sparsereg.model_selection.result import CVResult
from sparsereg.model_selection.rules import check_rule, choose, index_of_1se

INF, NAN = np.inf, np.nan


def result(loss, se=None, alphas=None, **others):
    loss = np.array(loss, dtype=float)
    if alphas is None:
        alphas = np.broadcast_to(np.arange(loss.shape[-1], 0, -1.0), loss.shape)
    se = None if se is None else np.array(se, dtype=float)
    return CVResult(np.array(alphas, dtype=float), np.ones(len(np.atleast_2d(loss))), loss, se, **others)


@pytest.mark.parametrize(
    "loss, place",
    [
        ([3, 1, 2], (0, 1)),
        ([3, 1, 1], (0, 1)),
        ([INF, 5, 6], (0, 1)),
        ([NAN, 5, 4], (0, 2)),
        ([-INF, 5, 4], (0, 2)),
        ([[3, 2, 2], [2, 4, 1]], (1, 2)),
        ([[3, 2, 2], [2, 4, 5]], (0, 1)),
        ([[3, 2, 2]], (0, 1)),
    ],
)
def test_the_minimum_is_the_first_smallest_finite_loss(loss, place):
    found = choose("min", result(loss))
    assert found == place
    assert all(type(index) is int for index in found)


@pytest.mark.parametrize("loss", [[INF, INF], [NAN, INF], [[INF, NAN], [INF, INF]]])
@pytest.mark.parametrize("rule", ["min", "1se"])
def test_nothing_is_chosen_where_no_loss_is_finite(loss, rule):
    with pytest.raises(ValueError, match=r"no alpha can be chosen: the loss \(criterion='aicc'\) is finite at none"):
        choose(rule, result(loss, criterion="aicc"))
    with pytest.raises(ValueError, match="use fewer folds, or scoring=None"):
        choose(rule, result(loss, criterion="cv"))


@pytest.mark.parametrize(
    "loss, se, alphas, place",
    [
        ([3.0, 2.0, 1.5, 1.0, 2.0], [9, 9, 9, 0.5, 9], None, (0, 2)),
        ([3.0, 2.0, 1.5, 1.0, 2.0], [9, 9, 9, 1.0, 9], None, (0, 1)),
        ([3.0, 2.0, 1.5, 1.0, 2.0], [9, 9, 9, 0.0, 9], None, (0, 3)),
        # the order is the user's: the largest alpha, wherever it is
        ([1.0, 1.5, 1.4, 9.0], [1, 1, 1, 1], [0.1, 1, 10, 100], (0, 2)),
        ([1.4, 1.0, 1.5], [1, 1, 1], [5, 1, 3], (0, 0)),
        # losses that fall again beyond a hill, and one that is not finite
        ([1.2, 5.0, 1.0], [1, 1, 1], None, (0, 0)),
        ([NAN, 1.2, 1.0], [1, 1, 1], None, (0, 1)),
        ([INF, 1.2, 1.0], [1, 1, 1], None, (0, 1)),
        # at the l1_ratio of the minimum
        ([[1.1, 1.2, 1.3], [2.0, 1.3, 1.0]], [[0, 0, 0], [0, 0, 0.5]], None, (1, 1)),
        ([[1.1, 1.2, 1.3], [2.0, 1.3, 1.0]], [[0, 0, 0], [0, 0, 0.5]], [[3, 2, 1], [1, 2, 3]], (1, 2)),
    ],
)
def test_one_standard_error_takes_the_largest_alpha_within_it(loss, se, alphas, place):
    given = result(loss, se, alphas)
    found = choose("1se", given)
    assert found == place
    lowest = choose("min", given)
    assert index_of_1se(given, *lowest) == place[1]
    assert np.atleast_2d(given.alphas)[found] >= np.atleast_2d(given.alphas)[lowest]


def test_one_standard_error_needs_one():
    with pytest.raises(ValueError, match="rule='1se' needs the standard error of the loss, which criterion='bic'"):
        choose("1se", result([1, 2], criterion="bic"))
    with pytest.raises(
        ValueError, match="rule='1se' needs a finite standard error of the loss, got nan at alpha=2; use"
    ):
        choose("1se", result([1, 2], [NAN, NAN]))


@pytest.mark.parametrize("returned", [2, np.int64(2), (0, 2), [0, 2], np.array([0, 2]), np.array(2)])
def test_a_callable_returns_an_index_or_a_pair(returned):
    for loss in ([1, 2, 3], [[1, 2, 3]]):
        found = choose(lambda seen: returned, result(loss))
        assert found == (0, 2)
        assert all(type(index) is int for index in found)
    if np.ndim(returned):
        assert choose(lambda seen: (1, 0), result([[1, 2, 3], [4, 5, 6]])) == (1, 0)


def test_a_callable_sees_the_result():
    given = result([3, 1, 2])
    seen = []
    choose(lambda each: seen.append(each) or 0, given)
    assert seen == [given] and seen[0] is given


@pytest.mark.parametrize(
    "returned, error, message",
    [
        (3, ValueError, r"alpha_index in \[0, 2\], got 3"),
        (-1, ValueError, r"alpha_index in \[0, 2\], got -1"),
        ((2, 0), ValueError, r"l1_index in \[0, 1\], got 2"),
        (1, ValueError, r"must return \(l1_index, alpha_index\) for 2 l1_ratios, got 1"),
        ((0, 1, 2), ValueError, r"must return \(l1_index, alpha_index\)"),
        ((), ValueError, r"must return \(l1_index, alpha_index\)"),
        (1.0, TypeError, "must return an int or a pair of int"),
        (True, TypeError, "must return an int or a pair of int .*, got True"),
        (None, TypeError, "must return an int or a pair of int .*, got None"),
        ("min", TypeError, "must return an int or a pair of int"),
        ((0, 0.5), TypeError, "must return an int or a pair of int"),
        (np.zeros((1, 2), dtype=int), TypeError, "must return an int or a pair of int"),
        ((1, 1), ValueError, r"must return a place whose loss is finite, got \(1, 1\), where it is inf"),
    ],
)
def test_a_callable_that_returns_something_else_is_an_error(returned, error, message):
    one_l1_ratio = returned in (3, -1) if isinstance(returned, int) else False
    given = result([1, 2, 3]) if one_l1_ratio else result([[1, 2, 3], [4, INF, 6]])
    with pytest.raises(error, match=message):
        choose(lambda seen: returned, given)


@pytest.mark.parametrize("rule", ["max", None, 1, ("min",), np.array(["min", "1se"])])
def test_an_unknown_rule_is_an_error(rule):
    for call in (lambda: check_rule(rule), lambda: choose(rule, result([1, 2]))):
        with pytest.raises(ValueError, match=r"rule must be 'min', '1se' or a callable\(CVResult\) -> index, got"):
            call()


@pytest.mark.parametrize("rule", ["min", "1se", lambda seen: 0, np.argmin])
def test_a_rule_that_is_known_passes(rule):
    assert check_rule(rule) is None
