"""The kernels that mark features equal their definitions, in NumPy."""

import numpy as np
import pytest

from sparsereg.kernels.screening import FEW, mark_beyond, mark_unsafe

pytestmark = pytest.mark.kernels


@pytest.mark.parametrize("n_alphas", [1, 3])
@pytest.mark.parametrize("n_features", [0, 1, 40])
def test_features_beyond_their_penalty_are_marked_on_the_open_sides(n_features, n_alphas):
    rng = np.random.default_rng(n_features + n_alphas)
    correlations = rng.normal(size=(n_features, n_alphas))
    alphas, l1 = rng.uniform(0.5, 1.5, n_alphas), rng.choice([0.0, 0.5, 1.0, np.inf], n_features)
    lower, upper = rng.choice([0.0, -1.0, -np.inf], n_features), rng.choice([0.0, 1.0, np.inf], n_features)
    marked = np.ones(n_features, dtype=bool)
    mark_beyond(correlations, alphas, l1, lower, upper, marked)
    above = (correlations > np.outer(l1, alphas)) & (upper > 0)[:, None]
    below = (correlations < -np.outer(l1, alphas)) & (lower < 0)[:, None]
    assert np.array_equal(marked, (above | below).any(axis=1))


# The part of the features that are within the reach of a residual: where few are, they are looked at one by one.
@pytest.mark.parametrize("within", [0.0, 0.05, 0.9])
@pytest.mark.parametrize("n_residuals", [1, 4])
@pytest.mark.parametrize("n_directions", [1, 3])
@pytest.mark.parametrize("n_features", [1, 256, 600])
def test_features_that_a_residual_may_correlate_with_are_marked(n_features, n_directions, n_residuals, within):
    rng = np.random.default_rng(n_features + 10 * n_directions + n_residuals)
    products, norm = rng.normal(size=(n_directions + 1, n_features)), rng.uniform(0.5, 2, n_features)
    along, apart = rng.normal(size=(n_residuals, n_directions)), rng.uniform(0, 0.3, n_residuals)
    alphas = np.sort(rng.uniform(0.5, 1.5, n_residuals))[::-1].copy()
    reach = (np.abs(products[:n_directions].T @ along.T) + np.outer(norm, apart)) / alphas
    # above or below the penalty by much more than rounding
    l1 = reach.max(axis=1) * np.where(rng.random(n_features) < within, 0.9, 1.1)
    l1[rng.random(n_features) < 0.1] = np.inf
    expected = (reach >= l1[:, None]).any(axis=1)
    marked = np.empty(n_features, dtype=bool)
    count = mark_unsafe(products, along, norm, apart, l1, alphas, n_features, marked)
    assert count == expected.sum()
    assert np.array_equal(marked, expected)


def test_it_gives_up_beyond_the_number_that_is_wanted():
    n_features = 4 * 256
    products, along, none = np.ones((1, n_features)), np.ones((1, 1)), np.zeros(1)
    marked = np.empty(n_features, dtype=bool)
    found = mark_unsafe(products, along, np.ones(n_features), none, np.ones(n_features), np.ones(1), FEW, marked)
    assert FEW < found < n_features
