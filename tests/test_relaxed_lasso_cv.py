"""RelaxedLassoCV: least squares on what each Lasso keeps, what lies between, and the choice of both."""

import numpy as np
import pytest
import scipy.sparse as sp
from examples import gaussian
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import lsq_linear
from sklearn.model_selection import KFold

from sparsereg import LassoCV, RelaxedLassoCV, Status

pytestmark = pytest.mark.filterwarnings("error")

X, Y = gaussian(60, 8, seed=40)
X = X * np.linspace(0.5, 3.0, 8) + 1.0
WIDE = gaussian(30, 70, seed=41)
LARGE = X + np.logspace(0, 5, 8), Y
WEIGHTS = np.random.default_rng(2).choice([0.0, 1.0, 2.5], size=60)
FACTOR = np.array([0.0, 1.0, np.inf, 3.0, 0.5, 1.0, 1.0, 2.0])
GAMMAS = (0.0, 0.25, 0.5, 0.75, 1.0)
OPTIONS = {
    "plain": {},
    "standardize": {"standardize": True},
    "no intercept": {"fit_intercept": False},
    "factors": {"penalty_factor": FACTOR},
    "positive": {"positive": True},
    "bounds": {"bounds": (-0.1, np.linspace(0.2, 0.6, 8))},
}
DATA = {"n > p": (X, Y), "p > n": WIDE, "means to 1e5": LARGE}


def least_squares(X, y, support, weights, intercept, lower=-np.inf, upper=np.inf):
    """Coefficients and intercept on some columns by a dense solver, those without a weight left out."""
    weights = np.ones(len(y)) if weights is None else weights
    root = np.sqrt(weights / weights.sum())
    mean, center = (np.average(values, axis=0, weights=weights) if intercept else 0.0 for values in (X, y))
    coef = np.zeros(X.shape[1])
    matrix, target = (root[:, None] * (X - mean))[:, support], root * (y - center)
    bounds = [np.broadcast_to(side, X.shape[1])[support] for side in (lower, upper)]
    if np.isinf(bounds).all():
        coef[support] = np.linalg.lstsq(matrix, target, rcond=None)[0]
    elif len(support):
        coef[support] = lsq_linear(matrix, target, bounds, tol=1e-14, max_iter=1000).x
    return coef, center - mean @ coef if intercept else 0.0


def expected_paths(model, X, y, weights=None):
    """Coefficients (p, K) and intercepts (K,) of least squares on each support, the Lasso's where it has too many."""
    n_counted = len(y) if weights is None else np.count_nonzero(weights)
    lower, upper = (0.0, np.inf) if model.positive else (-np.inf, np.inf) if model.bounds is None else model.bounds
    coefs, intercepts = model.path_.coefs.toarray(), model.path_.intercepts.copy()
    for k, coef in enumerate(coefs.T.copy()):
        kept = np.abs(coef) > 1e-12
        if model.penalty_factor is not None:
            kept |= model.penalty_factor == 0
        if kept.sum() + model.fit_intercept < n_counted:
            given = X, y, np.flatnonzero(kept), weights, model.fit_intercept, lower, upper
            coefs[:, k], intercepts[k] = least_squares(*given)
    return coefs, intercepts


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["no weights", "weights"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_relaxed_path_is_least_squares_on_what_the_lasso_keeps(options, weights):
    model = RelaxedLassoCV(alphas=20, cv=3, **options).fit(X, Y, weights)
    coefs, intercepts = expected_paths(model, X, Y, weights)
    # the reference for bounds is an interior-point method
    rtol = 1e-5 if "positive" in options or "bounds" in options else 1e-9
    assert_allclose(model.relaxed_path_.coefs.toarray(), coefs, rtol=rtol, atol=rtol)
    assert_allclose(model.relaxed_path_.intercepts, intercepts, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("data", [WIDE, LARGE], ids=["p > n", "means to 1e5"])
@pytest.mark.parametrize("kind", [np.asarray, sp.csr_array, sp.csc_array])
def test_the_relaxed_path_of_other_data(data, kind):
    given, y = data
    model = RelaxedLassoCV(alphas=20, eps=0.02, cv=3).fit(kind(given), y)
    coefs, _ = expected_paths(model, given, y)
    assert_allclose(model.relaxed_path_.coefs.toarray(), coefs, rtol=1e-7, atol=1e-9)
    assert model.path_.df.max() > 5


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_the_relaxed_path_is_certified(data):
    model = RelaxedLassoCV(alphas=20, eps=0.02, cv=3).fit(*data)
    half = 0.5 * data[1].var()
    assert (model.relaxed_path_.gaps <= 1e-12 * half).all()
    assert (model.relaxed_path_.gaps >= 0).all()
    # it explains at least what the Lasso does with the same features
    assert (model.relaxed_path_.r2 >= model.path_.r2 - 1e-12).all()
    predictions = model.relaxed_path_.predict(data[0])
    explained = 1 - (data[1][:, None] - predictions).var(axis=0) / data[1].var()
    assert_allclose(model.relaxed_path_.r2, explained, atol=1e-9)


def between(model, gamma, k):
    coef = gamma * model.path_.coefs[:, [k]] + (1 - gamma) * model.relaxed_path_.coefs[:, [k]]
    return coef.toarray()[:, 0], gamma * model.path_.intercepts[k] + (1 - gamma) * model.relaxed_path_.intercepts[k]


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_gamma_lies_between_least_squares_and_the_lasso(gamma, dtype):
    model = RelaxedLassoCV(gamma=gamma, alphas=20, cv=3).fit(X.astype(dtype), Y)
    place = list(model.alphas_).index(model.alpha_)
    coef, intercept = between(model, gamma, place)
    rtol = 1e-12 if dtype == np.float64 else 1e-6
    assert model.coef_.dtype == dtype
    assert_allclose(model.coef_, coef, rtol=rtol, atol=rtol)
    assert_allclose(model.intercept_, intercept, rtol=10 * rtol)
    assert model.gamma_ == gamma
    assert model.dual_gap_ == model.path_.gaps[place]
    residual = Y - X.astype(dtype).astype(float) @ model.coef_ - model.intercept_
    assert_allclose(model.summary().r2, 1 - residual @ residual / (len(Y) * Y.var()), atol=1e-10)


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
@pytest.mark.parametrize("options", [{}, {"standardize": True, "rule": "1se"}, {"solver": "working_set"}], ids=str)
def test_gamma_1_is_the_lasso(data, options):
    model = RelaxedLassoCV(gamma=[1], alphas=20, eps=0.01, **options).fit(*data)
    lasso = LassoCV(alphas=20, eps=0.01, **options).fit(*data)
    for name in ("alphas_", "alpha_", "mse_path_", "coef_", "intercept_", "dual_gap_", "alpha_min_", "alpha_1se_"):
        assert_array_equal(getattr(model, name), getattr(lasso, name), err_msg=name)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["no weights", "weights"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_error_is_that_of_a_loop_of_fits(options, weights):
    folds = list(KFold(4, shuffle=True, random_state=1).split(X))
    model = RelaxedLassoCV(alphas=15, cv=folds, **options).fit(X, Y, weights)
    assert_allclose(model.mse_path_, loop_errors(model, X, Y, folds, weights), rtol=1e-8)
    smallest = np.unravel_index(np.argmin(model.mse_mean_), model.mse_mean_.shape)
    assert (model.gamma_, model.alpha_) == (GAMMAS[smallest[0]], model.alphas_[smallest[1]])


@pytest.mark.parametrize("kind", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("solver", ["auto", "working_set"])
def test_the_error_is_that_of_a_loop_for_wide_data(kind, solver):
    wide, y = WIDE
    wide = kind(np.where(np.abs(wide) > 0.3, wide, 0.0))
    folds = list(KFold(3).split(wide))
    model = RelaxedLassoCV(alphas=12, cv=folds, eps=0.05, solver=solver).fit(wide, y)
    assert_allclose(model.mse_path_, loop_errors(model, wide, y, folds), rtol=1e-7)


def loop_errors(model, X, y, folds, weights=None):
    """Mean squared errors (n_gammas, n_alphas, n_folds) of the paths of fits to the training rows alone."""
    errors = []
    for train, test in folds:
        s, held = (None, None) if weights is None else (weights[train], weights[test])
        params = {**model.get_params(), "alphas": model.alphas_, "cv": 2}
        alone = RelaxedLassoCV(**params).fit(X[train], y[train], s)
        lasso, relaxed = alone.path_.predict(X[test]), alone.relaxed_path_.predict(X[test])
        for gamma in GAMMAS:
            squares = (y[test][:, None] - gamma * lasso - (1 - gamma) * relaxed) ** 2
            errors.append(np.average(squares, axis=0, weights=held))
    return np.moveaxis(np.reshape(errors, (len(folds), len(GAMMAS), -1)), 0, -1)


@given(st.integers(4, 9), st.integers(1, 8), st.integers(0, 10_000), st.booleans())
@settings(max_examples=40)
def test_nothing_that_is_kept_correlates_with_the_residuals(n, p, seed, intercept):
    # small integers make columns that depend on each other
    rng = np.random.default_rng(seed)
    columns, y = rng.integers(-1, 2, size=(n, p)).astype(float), rng.integers(-3, 4, size=n).astype(float)
    weights = rng.integers(1, 3, size=n).astype(float)
    model = RelaxedLassoCV(gamma=0, alphas=[1.0, 0.3, 0.05], cv=2, fit_intercept=intercept)
    model.fit(columns, y, weights)
    lasso, relaxed = model.path_.coefs.toarray(), model.relaxed_path_.coefs.toarray()
    residuals = weights[:, None] * (y[:, None] - model.relaxed_path_.predict(columns))
    kept = np.abs(lasso) > 1e-10
    fits = kept.sum(axis=0) + intercept < n
    assert not (relaxed * ~kept)[:, fits].any()
    assert (np.abs(columns.T @ residuals)[:, fits] * kept[:, fits] <= 1e-9).all()
    assert_array_equal(relaxed[:, ~fits], lasso[:, ~fits])
    if intercept:
        assert np.abs(residuals.sum(axis=0)).max() <= 1e-9


@pytest.mark.parametrize("gamma", GAMMAS)
def test_orthogonal_features_have_a_closed_form(gamma):
    rng = np.random.default_rng(8)
    columns = rng.normal(size=(50, 6))
    orthogonal = np.linalg.qr(columns - columns.mean(axis=0))[0] * np.sqrt(50)
    y = orthogonal @ np.array([3.0, -2.0, 1.0, 0.5, 0.0, 0.0]) + rng.normal(size=50) + 7.0
    model = RelaxedLassoCV(gamma=gamma, alphas=25).fit(orthogonal, y)
    b = orthogonal.T @ y / 50
    # the largest alpha is that at which the first feature enters, and rounding says whether it has
    for k, alpha in enumerate(model.alphas_[1:], start=1):
        expected = np.where(np.abs(b) > alpha, b - gamma * alpha * np.sign(b), 0.0)
        assert_allclose(between(model, gamma, k)[0], expected, rtol=1e-9, atol=1e-12)
    assert np.count_nonzero(between(model, gamma, 0)[0]) == 0


def test_at_the_largest_alpha_nothing_is_relaxed():
    for seed in range(20):
        data = gaussian(25, 6, seed=seed)
        model = RelaxedLassoCV(gamma=0, alphas=5, cv=2).fit(*data)
        assert model.relaxed_path_.df[0] == 0


def test_dependent_features_share_what_least_squares_adds():
    rng = np.random.default_rng(4)
    base = rng.normal(size=(40, 3))
    double = np.column_stack([base, base[:, 0], base[:, 1] - 2 * base[:, 2]])
    y = base @ np.array([2.0, 1.0, -1.0]) + rng.normal(size=40)
    # without a penalty on them the Lasso keeps all that depend on each other
    factor = np.array([0.0, 0.0, 1.0, 0.0, 1.0])
    model = RelaxedLassoCV(gamma=0, alphas=10, cv=3, penalty_factor=factor).fit(double, y)
    for k in range(10):
        lasso, relaxed = (path.coefs[:, [k]].toarray()[:, 0] for path in (model.path_, model.relaxed_path_))
        support = np.flatnonzero((np.abs(lasso) > 1e-12) | (factor == 0))
        coef, intercept = least_squares(double, y, support, None, True)
        expected = double @ coef + intercept
        found = double @ relaxed + model.relaxed_path_.intercepts[k]
        assert_allclose(found, expected, atol=1e-9)
        step = (relaxed - lasso) * double.std(axis=0)
        # the shortest step is orthogonal to what changes no prediction
        assert abs(step[0] - step[3]) < 1e-9
        assert model.relaxed_path_.statuses[k] == Status.NOT_UNIQUE


def test_where_least_squares_would_interpolate_it_is_the_lasso():
    wide, y = WIDE
    model = RelaxedLassoCV(alphas=30, eps=1e-3, cv=3).fit(wide, y)
    n_kept = model.path_.df
    assert n_kept.max() == len(y) - 1
    lasso, relaxed = model.path_.coefs.toarray(), model.relaxed_path_.coefs.toarray()
    full = n_kept + 1 >= len(y)
    assert_array_equal(relaxed[:, full], lasso[:, full])
    some = (n_kept > 0) & ~full & (np.arange(30) > 0)
    assert (np.abs(relaxed - lasso).max(axis=0)[some] > 1e-6).all()


def test_rules_choose_a_gamma_and_an_alpha():
    model = RelaxedLassoCV(cv=5, rule="1se").fit(X, Y)
    result = model.cv_result_
    assert_array_equal(result.gammas, GAMMAS)
    assert result.loss.shape == result.alphas.shape == (5, 100)
    row, place = np.unravel_index(np.argmin(result.loss), result.loss.shape)
    within = result.loss[row] <= result.loss[row, place] + result.loss_se[row, place]
    assert (model.gamma_, model.alpha_) == (GAMMAS[row], model.alphas_[np.argmax(within)])
    assert model.alpha_1se_ == model.alpha_
    assert model.alpha_min_ == model.alphas_[place]
    callable_rule = RelaxedLassoCV(cv=5, rule=lambda result: (1, 30)).fit(X, Y)
    assert (callable_rule.gamma_, callable_rule.alpha_) == (0.25, callable_rule.alphas_[30])


def test_the_summary_is_that_of_the_choice():
    model = RelaxedLassoCV(cv=5).fit(X, Y)
    summary = model.summary()
    assert summary.penalty == {"alpha": model.alpha_, "gamma": model.gamma_}
    assert summary.error == model.mse_mean_.min()
    place = np.unravel_index(np.argmin(model.mse_mean_), model.mse_mean_.shape)
    assert summary.error_se == model.mse_se_[place]
    assert (summary.entry >= model.alpha_).all()
    assert summary.gap == model.dual_gap_


def test_it_predicts_better_than_the_lasso_where_features_are_few_and_strong():
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(150, 100))
    y = wide[:, :3] @ np.array([3.0, -3.0, 3.0]) + rng.normal(size=150)
    relaxed, lasso = RelaxedLassoCV().fit(wide, y), LassoCV().fit(wide, y)
    assert np.flatnonzero(relaxed.coef_).tolist() == [0, 1, 2]
    truth = np.concatenate([[3.0, -3.0, 3.0], np.zeros(97)])
    assert np.linalg.norm(relaxed.coef_ - truth) < 0.5 * np.linalg.norm(lasso.coef_ - truth)


def test_a_target_that_is_constant_and_features_that_are():
    model = RelaxedLassoCV().fit(X, np.full(60, 3.0))
    assert_array_equal(model.coef_, np.zeros(8))
    assert model.intercept_ == 3.0
    constant = X.copy()
    constant[:, 3] = 1.0
    assert RelaxedLassoCV().fit(constant, Y).coef_[3] == 0.0


@pytest.mark.parametrize(
    ("parameters", "kind", "message"),
    [
        ({"gamma": 1.5}, ValueError, "gamma must be between 0 and 1, got 1.5$"),
        ({"gamma": -1}, ValueError, "gamma must be between 0 and 1, got -1$"),
        ({"gamma": [0.0, -0.1]}, ValueError, "gamma must be between 0 and 1, got -0.1 at index 1"),
        ({"gamma": []}, ValueError, "gamma must be a number or a non-empty 1-dimensional array"),
        ({"gamma": True}, TypeError, "gamma must be a real number, got True"),
        ({"gamma": "min"}, TypeError, "gamma must be a real number, got 'min'"),
        ({"gamma": None}, TypeError, "gamma must be a real number, got None"),
        ({"gamma": [np.nan]}, ValueError, "gamma must be between 0 and 1, got nan at index 0"),
        ({"rule": "best"}, ValueError, "rule must be"),
    ],
)
def test_parameters_outside_their_rules(parameters, kind, message):
    with pytest.raises(kind, match=message):
        RelaxedLassoCV(**parameters).fit(X, Y)


def test_coefficients_of_the_folds_come_by_fold_and_then_by_gamma():
    gammas = [0.0, 0.5, 1.0]
    model = RelaxedLassoCV(gamma=gammas, cv=3, alphas=6, store_fold_coefs=True).fit(X, Y)
    assert [len(rows) for rows in model.sparse_fold_coefs_] == [3, 3, 3]
    for fold, rows in enumerate(model.sparse_fold_coefs_):
        for index, coefs in enumerate(rows):
            assert coefs.shape == (6, X.shape[1])
            np.testing.assert_array_equal(coefs.toarray(), model.fold_coefs_[index, :, fold])
        mixed = 0.5 * (rows[0].toarray() + rows[2].toarray())
        np.testing.assert_allclose(rows[1].toarray(), mixed, rtol=1e-12, atol=1e-12 * np.abs(mixed).max())
    one = RelaxedLassoCV(gamma=0.5, cv=3, alphas=6, store_fold_coefs=True).fit(X, Y)
    assert [coefs.shape for coefs in one.sparse_fold_coefs_] == [(6, X.shape[1])] * 3
