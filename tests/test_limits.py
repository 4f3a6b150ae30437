"""Where float64 ends: features without penalty that agree to eight digits, held by bounds."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sparsereg import Lasso, Ridge, Status, enet_path, lasso_path

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


@pytest.mark.parametrize("seed", [118, 127, 134, 182])
def test_no_solution_is_worse_than_none(seed):
    # without bounds: the minimisers themselves have coefficients near 1e8, and pivots of rounding lead beyond
    X, y, factor, _ = nearly_dependent(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        path = lasso_path(X, y, alphas=10, fit_intercept=False, penalty_factor=factor, return_result=True)
    coefs = path.coefs.toarray()
    residuals = y[:, None] - X @ coefs
    objectives = (residuals**2).sum(axis=0) / (2 * len(y)) + path.alphas * (factor @ np.abs(coefs))
    assert np.abs(coefs).max() < 1e9
    # eight digits of X w are left
    assert (objectives <= (1 + 1e-6) * (y @ y) / (2 * len(y))).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("fit_intercept", [False, True])
# A product of X with a residual has the rounding eps 1e5 |r|, 1e-9 of l1 at the smallest alpha: so much of the penalty
# remains in the gap.
@pytest.mark.parametrize("mean, exact", [(1e3, 1e-10), (1e4, 1e-10), (1e5, 1e-9)])
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 9, 16, 863])
def test_features_far_from_zero_cost_digits_of_the_gram_but_not_the_solution(seed, mean, exact, fit_intercept):
    rng = np.random.default_rng(seed)
    n, p = 19, 30
    X = rng.normal(size=(n, p)) + mean
    y = X[:, :3].sum(axis=1) - 3 * mean + rng.normal(size=n)
    factor = rng.choice([0, 0, 1, 1, 2, np.inf], p)
    target = y - y.mean() if fit_intercept else y
    for alpha in (1.0, 0.1, 0.01):
        model = Lasso(alpha, fit_intercept=fit_intercept, penalty_factor=factor).fit(X, y)
        residual = y - X @ model.coef_ - model.intercept_
        correlation = np.abs((X - X.mean(axis=0) if fit_intercept else X).T @ residual) / n
        assert model.dual_gap_ <= exact * (target @ target) / (2 * n)
        # the condition itself, as far as the rounding of X w allows: eps mean in each of 1e5 times the mean
        assert (correlation[factor < np.inf] <= alpha * factor[factor < np.inf] + 1e-15 * mean**2 + 1e-9).all()


UNITS = [(1e49, 1e49), (1e49, 1e-60), (1e-60, 1e49), (1e-60, 1e-60), (1e-100, 1e-100), (1e-140, 1e-100)]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("unit_of_x, unit_of_y", UNITS)
@pytest.mark.parametrize(
    "estimator, solver",
    [
        *((Lasso, solver) for solver in ("active_set", "working_set", "coordinate_descent")),
        *((Ridge, solver) for solver in ("cholesky", "svd", "sparse_cg", "lsqr", "active_set")),
    ],
)
def test_units_do_not_matter_up_to_the_largest(estimator, solver, unit_of_x, unit_of_y, fit_intercept):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, 4)), rng.standard_normal(20)
    settings = {"solver": solver, "fit_intercept": fit_intercept, "tol": 1e-10, "max_iter": 10**5}
    for alpha in (0.0, 0.1):
        expected = estimator(alpha, **settings).fit(X, y).coef_
        moved = alpha * unit_of_x * (unit_of_y if estimator is Lasso else unit_of_x)
        found = estimator(moved, **settings).fit(unit_of_x * X, unit_of_y * y).coef_
        # the gap of the iterative ones, 1e-10 of y'y/n, allows its root in the coefficients
        assert found / unit_of_y * unit_of_x == pytest.approx(expected, rel=1e-4, abs=1e-4)


LARGEST = float(np.finfo(np.float32).max)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(
    "estimator, solver",
    [
        *((Lasso, solver) for solver in ("active_set", "working_set", "coordinate_descent")),
        *((Ridge, solver) for solver in ("cholesky", "svd", "sparse_cg", "lsqr", "active_set")),
    ],
)
def test_coefficients_beyond_float32_are_its_largest_and_the_gap_says_so(estimator, solver, fit_intercept):
    rng = np.random.default_rng(0)
    X = (1e-30 * rng.standard_normal((20, 4))).astype(np.float32)
    y = X.astype(np.float64) @ [1e42, -1e42, 1e35, 0] + rng.standard_normal(20)
    model = estimator(0.0, solver=solver, fit_intercept=fit_intercept)
    expected = model.fit(X.astype(np.float64), y).coef_
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    assert model.coef_.dtype == np.float32
    # what coordinate descent stops at, 1e-4 of y'y/n, allows its root, 1e-2 of 1e42
    assert model.coef_[:2].tolist() == np.clip(expected, -LARGEST, LARGEST)[:2].tolist() == [LARGEST, -LARGEST]
    assert np.isfinite(model.coef_).all() and np.isfinite(model.intercept_) and np.isfinite(model.dual_gap_)
    assert [warning.category for warning in caught] == [ConvergenceWarning]
    assert "INACCURATE" in str(caught[0].message) or solver in ("sparse_cg", "lsqr")
    residual, least = (y - X.astype(np.float64) @ coef.astype(np.float64) for coef in (model.coef_, expected))
    if fit_intercept:
        assert abs((residual - model.intercept_).mean()) <= 1e-6 * np.abs(residual).max()  # that of these coefficients
        residual, least = residual - residual.mean(), least - least.mean()
    unit = 1.0 if estimator is Ridge else 1 / 40
    # a lower bound of the minimum that is the better the more exact `expected` is
    assert unit * (residual @ residual - least @ least) <= (1 + 1e-6) * model.dual_gap_


def test_bounds_beyond_float32_are_none():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, 4)).astype(np.float32), rng.standard_normal(20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = Lasso(0.1, bounds=(-1e60, 1e60)).fit(X, y)
    assert np.array_equal(model.coef_, Lasso(0.1).fit(X, y).coef_)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("estimator", [Lasso, Ridge])
def test_an_intercept_beyond_float32_is_float64(estimator):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 4)).astype(np.float32)
    y = np.full(20, 1e45)
    model = estimator(0.1).fit(X, y)
    assert not model.coef_.any()
    assert model.intercept_ == 1e45
    assert np.array_equal(model.predict(X), y)
