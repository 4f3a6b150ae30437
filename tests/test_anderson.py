"""The combination of iterates that extrapolates a linear iteration to its fixed point."""

import numpy as np
import pytest

from sparsereg.solvers.anderson import DEPTH, combination


@pytest.mark.parametrize("seed", range(5))
def test_a_linear_iteration_in_fewer_dimensions_ends_at_its_fixed_point(seed):
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(DEPTH - 1, DEPTH - 1)))[0]
    step, fixed = basis * rng.uniform(0.3, 0.9, DEPTH - 1) @ basis.T, rng.normal(size=DEPTH - 1)
    coefs = [rng.normal(size=DEPTH - 1)]
    for _ in range(DEPTH):
        coefs.append(fixed + step @ (coefs[-1] - fixed))
    parts = combination(np.array(coefs), rng.uniform(0.5, 2, DEPTH - 1))
    assert parts.sum() == pytest.approx(1)
    last = np.abs(coefs[-1] - fixed).max()
    assert np.abs(parts @ np.array(coefs[1:]) - fixed).max() <= 1e-3 * last


def test_where_nothing_moves_the_last_is_taken():
    parts = combination(np.ones((DEPTH + 1, 3)), np.ones(3))
    assert parts.tolist() == [0.0] * (DEPTH - 1) + [1.0]
