"""Where float64 ends: features without penalty that agree to eight digits, held by bounds."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sparsereg import Status, enet_path, lasso_path

TOL = 1e-4


def nearly_dependent(seed):
    """X whose second half repeats the first to 1e-8 ... 1e-5, y, and a penalty with factors 0 and bounds."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(5, 25)), int(rng.integers(5, 15))
    X = rng.standard_normal((n, p))
    distance = 10.0 ** -rng.integers(5, 9)
    X = np.hstack([X, X + distance * rng.standard_normal((n, p))])
    y = X[:, 0] + rng.standard_normal(n)
    factor = rng.choice([0, 0.5, 1.0], 2 * p)
    bounds = -rng.choice([0.1, 1, np.inf], 2 * p), rng.choice([0.1, 1, np.inf], 2 * p)
    return X, y, factor, bounds


# In the first four the active set stalls and coordinate descent takes over; the others end in its null steps.
@pytest.mark.parametrize("seed", [0, 10, 156, 371, 1, 2, 3])
def test_a_gap_is_never_contradicted_and_never_hidden(seed):
    X, y, factor, bounds = nearly_dependent(seed)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = lasso_path(
            X, y, alphas=10, fit_intercept=True, penalty_factor=factor, bounds=bounds, tol=TOL, return_result=True
        )
    coefs = path.coefs.toarray()
    assert np.isfinite(coefs).all() and np.isfinite(path.gaps).all()
    assert (coefs >= bounds[0][:, None]).all() and (coefs <= bounds[1][:, None]).all()

    residuals = y[:, None] - X @ coefs
    residuals -= residuals.mean(axis=0)
    loss = (residuals**2).sum(axis=0) / (2 * len(y))
    penalty = factor @ np.abs(coefs)
    for k, alpha in enumerate(path.alphas):
        objectives = loss + alpha * penalty  # every solution of the path is feasible at this alpha too
        # sums of at most 50 terms, some of them coefficients near 1e8
        rounding = 1e-13 * (loss[k] + (np.abs(X) @ np.abs(coefs)).max() ** 2 * np.finfo(float).eps + 1)
        assert objectives[k] - path.gaps[k] <= objectives.min() + rounding

    target_square = ((y - y.mean()) ** 2).mean()
    failed = path.gaps > TOL * target_square
    assert [status in (Status.OPTIMAL, Status.NOT_UNIQUE) for status in path.statuses] == (~failed).tolist()
    assert len(caught) == failed.any()
    assert all(issubclass(warning.category, ConvergenceWarning) for warning in caught)


@pytest.mark.parametrize("seed", [29, 33, 121, 203])
def test_a_singular_factor_does_not_spoil_a_solution(seed):
    # At alpha = 0 the ridge term that kept the many active features independent is gone.
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 40))
    X = rng.standard_normal((n, 60))
    X = np.hstack([X, X + 10.0 ** -rng.integers(6, 9) * rng.standard_normal((n, 60))])
    y = X[:, :5] @ rng.integers(-2, 3, 5) + 0.1 * rng.standard_normal(n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = enet_path(X, y, l1_ratio=0.1, alphas=np.append(np.geomspace(30, 0.03, 30), 0.0), return_result=True)
    coefs = path.coefs.toarray()
    assert np.abs(coefs).max() < 1e3  # y is explained by five features with coefficients up to 2
    residual = y - X @ coefs[:, -1]
    assert residual @ residual <= 1e-10 * (y @ y)  # more features than rows, and no penalty
