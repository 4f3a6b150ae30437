"""AdaptiveLassoCV: its pilot, the weights, and an error that knows nothing of the rows held out."""

import numpy as np
import pytest
import scipy.sparse as sp
from examples import gaussian
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import KFold

from sparsereg import AdaptiveLassoCV, Lasso, LassoCV, Ridge, RidgeCV

pytestmark = pytest.mark.filterwarnings("error")

X, Y = gaussian(60, 8, seed=20)
X = X * np.linspace(0.5, 3.0, 8) + 1.0
WIDE = gaussian(40, 70, seed=21)
WEIGHTS = np.random.default_rng(2).choice([0.0, 1.0, 2.5], size=60)
FACTOR = np.array([0.0, 1.0, np.inf, 3.0, 0.5, 1.0, 1.0, 2.0])
OPTIONS = {
    "plain": {},
    "standardize": {"standardize": True},
    "no intercept": {"fit_intercept": False},
    "gamma 2": {"gamma": 2.0},
    "factors": {"penalty_factor": FACTOR},
    "factors, standardize, positive": {"penalty_factor": FACTOR, "standardize": True, "positive": True},
    "bounds": {"bounds": (-0.3, 0.4)},
    "least squares": {"pilot_alpha": 0.0},
}


def loop_errors(model, X, y, folds, weights=None):
    """Mean squared errors (n_alphas, n_folds) of fits to the training rows alone, each with a pilot of its own."""
    errors = []
    for train, test in folds:
        s, held = (None, None) if weights is None else (weights[train], weights[test])
        # the information criteria look at nothing but these rows, and path_ has every alpha
        alone = AdaptiveLassoCV(**{**model.get_params(), "alphas": model.alphas_, "criterion": "bic", "cv": None})
        predictions = alone.fit(X[train], y[train], s).path_.predict(X[test])
        errors.append(np.average((y[test][:, None] - predictions) ** 2, axis=0, weights=held))
    return np.stack(errors, axis=1)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["no weights", "weights"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_error_is_that_of_a_loop_of_fits_with_pilots_of_their_own(options, weights):
    folds = list(KFold(4, shuffle=True, random_state=1).split(X))
    model = AdaptiveLassoCV(alphas=15, cv=folds, **options).fit(X, Y, weights)
    assert_allclose(model.mse_path_, loop_errors(model, X, Y, folds, weights), rtol=1e-8)


@pytest.mark.parametrize("kind", [np.asarray, sp.csr_array, sp.csc_array])
def test_the_error_is_that_of_a_loop_for_wide_and_sparse_data(kind):
    wide, y = WIDE
    wide = kind(np.where(np.abs(wide) > 0.4, wide, 0.0))
    folds = list(KFold(3).split(wide))
    model = AdaptiveLassoCV(alphas=10, cv=folds, eps=0.05).fit(wide, y)
    rows = sp.csr_array(wide) if sp.issparse(wide) else wide
    assert_allclose(model.mse_path_, loop_errors(model, rows, y, folds), rtol=1e-7)


@pytest.mark.parametrize("pilot_alpha", [None, 0.1])
def test_rows_held_out_have_no_part_in_their_fold(pilot_alpha):
    folds = list(KFold(3).split(X))
    model = AdaptiveLassoCV(alphas=[0.3, 0.05], cv=folds, store_fold_coefs=True, pilot_alpha=pilot_alpha)
    expected = model.fit(X, Y).fold_coefs_
    other, y, (_, held) = X.copy(), Y.copy(), folds[0]
    other[held], y[held] = -3.0 * X[held][:, ::-1], 100.0 - Y[held]
    found = model.fit(other, y).fold_coefs_
    assert_allclose(found[:, 0], expected[:, 0], rtol=1e-9, atol=1e-12)
    assert np.abs(found[:, 1] - expected[:, 1]).max() > 0.1


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_it_is_a_lasso_with_these_penalty_factors(options):
    model = AdaptiveLassoCV(alphas=15, cv=4, **options).fit(X, Y, WEIGHTS)
    own = {"gamma", "pilot_alpha", "penalty_factor"}
    same = Lasso(alpha=model.alpha_, penalty_factor=model.penalty_factor_)
    same.set_params(**{name: value for name, value in options.items() if name not in own})
    same.fit(X, Y, WEIGHTS)
    assert_allclose(model.coef_, same.coef_, rtol=1e-9, atol=1e-12)
    assert_allclose(model.intercept_, same.intercept_)
    assert_array_equal(model.path_.coefs[:, [list(model.alphas_).index(model.alpha_)]].toarray()[:, 0], model.coef_)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_pilot_is_the_ridge_of_that_penalty_and_gives_the_weights(options):
    model = AdaptiveLassoCV(alphas=15, cv=4, **options).fit(X, Y, WEIGHTS)
    shared = {name: options[name] for name in ("standardize", "fit_intercept", "penalty_factor") if name in options}
    pilot = Ridge(alpha=model.pilot_alpha_ * WEIGHTS.sum(), **shared).fit(X, Y, WEIGHTS)
    assert_allclose(model.pilot_coef_, pilot.coef_, rtol=1e-8)
    mean = np.average(X, axis=0, weights=WEIGHTS)
    deviation = np.sqrt(np.average((X - mean) ** 2, axis=0, weights=WEIGHTS))
    size = np.abs(pilot.coef_ * (deviation if options.get("standardize") else 1.0))
    given = options.get("penalty_factor", np.ones(8))
    penalised = (given > 0) & np.isfinite(given)
    expected = np.where(penalised, 1.0, given)
    expected[penalised] = given[penalised] * (size[penalised].max() / size[penalised]) ** options.get("gamma", 1.0)
    assert_allclose(model.penalty_factor_, expected, rtol=1e-8)


@pytest.mark.parametrize("data", [(X, Y), WIDE], ids=["n > p", "p > n"])
def test_the_pilot_has_the_smallest_leave_one_out_error_of_its_grid(data):
    model = AdaptiveLassoCV(alphas=5, cv=3).fit(*data)
    n_samples, n_features = data[0].shape
    trace = data[0].var(axis=0).sum()
    grid = np.geomspace(trace, 1e-4 * trace / n_features, 30)
    ridge = RidgeCV(alphas=n_samples * grid).fit(*data)
    assert_allclose(model.pilot_alpha_ * n_samples, ridge.alpha_, rtol=1e-12)
    assert_allclose(model.pilot_coef_, ridge.coef_, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("data", [(X, Y), WIDE], ids=["n > p", "p > n"])
@pytest.mark.parametrize("options", [{}, {"standardize": True, "rule": "1se"}, {"criterion": "bic"}], ids=str)
def test_gamma_0_is_the_lasso(data, options):
    model = AdaptiveLassoCV(gamma=0, alphas=20, eps=0.01, **options).fit(*data)
    lasso = LassoCV(alphas=20, eps=0.01, **options).fit(*data)
    for name in ("alphas_", "alpha_", "coef_", "intercept_", "dual_gap_"):
        assert_array_equal(getattr(model, name), getattr(lasso, name))
    assert_array_equal(model.cv_result_.loss, lasso.cv_result_.loss)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("pilot_alpha", [0.0, 0.7, None])
def test_orthogonal_features_have_a_closed_form(gamma, pilot_alpha):
    rng = np.random.default_rng(8)
    columns = rng.normal(size=(50, 6))
    orthogonal = np.linalg.qr(columns - columns.mean(axis=0))[0] * np.sqrt(50)
    y = orthogonal @ np.array([3.0, -2.0, 1.0, 0.5, 0.0, 0.0]) + rng.normal(size=50) + 7.0
    model = AdaptiveLassoCV(gamma=gamma, pilot_alpha=pilot_alpha, alphas=25).fit(orthogonal, y)
    b = orthogonal.T @ y / 50
    assert_allclose(model.pilot_coef_, b / (1 + model.pilot_alpha_), rtol=1e-10)
    # a ridge shrinks all of them alike, so that their ratios are those of least squares
    threshold = model.path_.alphas * (np.abs(b).max() / np.abs(b[:, None])) ** gamma
    expected = np.sign(b[:, None]) * np.maximum(np.abs(b[:, None]) - threshold, 0.0)
    assert_allclose(model.path_.coefs.toarray(), expected, rtol=1e-8, atol=1e-10)


def test_more_of_the_weak_features_are_left_out():
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(200, 50))
    y = wide[:, :4] @ np.array([3.0, -3.0, 2.0, 2.0]) + rng.normal(size=200)
    adaptive, lasso = (kind(cv=5).fit(wide, y) for kind in (AdaptiveLassoCV, LassoCV))
    assert np.flatnonzero(adaptive.coef_)[:4].tolist() == [0, 1, 2, 3]
    assert np.count_nonzero(adaptive.coef_) < np.count_nonzero(lasso.coef_)
    truth = np.concatenate([[3.0, -3.0, 2.0, 2.0], np.zeros(46)])
    assert np.abs(adaptive.coef_ - truth).sum() < np.abs(lasso.coef_ - truth).sum()


def test_a_feature_without_a_pilot_is_excluded_and_others_keep_what_they_were_given():
    constant = X.copy()
    constant[:, 3] = 2.0
    factor = np.array([0.0, np.inf, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    model = AdaptiveLassoCV(alphas=10, penalty_factor=factor).fit(constant, Y)
    assert model.penalty_factor_[:2].tolist() == [0.0, np.inf]
    assert model.pilot_coef_[[1, 3]].tolist() == [0.0, 0.0]
    assert model.penalty_factor_[3] == np.inf
    assert model.coef_[0] != 0
    assert (model.path_.coefs.toarray()[[1, 3]] == 0).all()


@pytest.mark.parametrize("factor", [np.zeros(8), np.full(8, np.inf), [0, 0, 0, 0, np.inf, 0, 0, 0]], ids=str)
def test_nothing_to_be_weighed(factor):
    model = AdaptiveLassoCV(alphas=5, penalty_factor=factor).fit(X, Y)
    assert model.pilot_alpha_ == 0.0
    assert_array_equal(model.penalty_factor_, factor)
    assert_allclose(model.coef_, LassoCV(alphas=5, penalty_factor=factor).fit(X, Y).coef_)


def test_a_target_that_is_constant():
    model = AdaptiveLassoCV().fit(X, np.full(60, 3.0))
    assert_array_equal(model.coef_, np.zeros(8))
    assert model.intercept_ == 3.0


@pytest.mark.parametrize("unit", [1e-9, 1e6])
def test_the_unit_of_the_target_is_that_of_the_coefficients(unit):
    one, other = AdaptiveLassoCV().fit(X, Y), AdaptiveLassoCV().fit(X, unit * Y)
    assert_allclose(other.alpha_, unit * one.alpha_, rtol=1e-9)
    assert_allclose(other.coef_, unit * one.coef_, rtol=1e-6)
    assert_allclose(other.pilot_alpha_, one.pilot_alpha_, rtol=1e-9)


def test_standardised_features_have_no_unit():
    units = np.logspace(-4, 4, 8)
    one = AdaptiveLassoCV(standardize=True).fit(X, Y)
    other = AdaptiveLassoCV(standardize=True).fit(X * units, Y)
    assert_allclose(other.alpha_, one.alpha_, rtol=1e-9)
    assert_allclose(other.coef_ * units, one.coef_, rtol=1e-6, atol=1e-9)


def test_only_ratios_of_weights_matter_and_a_weight_of_0_removes_a_row():
    one = AdaptiveLassoCV(alphas=20, cv=4).fit(X, Y, WEIGHTS)
    other = AdaptiveLassoCV(alphas=20, cv=4).fit(X, Y, 1e3 * WEIGHTS)
    assert_allclose(other.mse_path_, one.mse_path_, rtol=1e-9)
    assert_allclose(other.coef_, one.coef_, rtol=1e-9, atol=1e-12)
    kept = WEIGHTS > 0
    folds = np.arange(60) % 4
    pairs = [[(np.flatnonzero(f != k), np.flatnonzero(f == k)) for k in range(4)] for f in (folds, folds[kept])]
    one = AdaptiveLassoCV(alphas=20, cv=pairs[0]).fit(X, Y, WEIGHTS)
    other = AdaptiveLassoCV(alphas=20, cv=pairs[1]).fit(X[kept], Y[kept], WEIGHTS[kept])
    assert_allclose(other.mse_path_, one.mse_path_, rtol=1e-8)
    assert_allclose(other.pilot_alpha_, one.pilot_alpha_, rtol=1e-9)


def test_where_a_criterion_has_no_folds_the_weights_are_those_of_all_rows():
    for criterion in ("bic", "gcv"):
        model = AdaptiveLassoCV(alphas=20, criterion=criterion).fit(X, Y)
        same = LassoCV(alphas=model.alphas_, criterion=criterion, penalty_factor=model.penalty_factor_).fit(X, Y)
        assert_allclose(model.cv_result_.loss, same.cv_result_.loss, rtol=1e-9)
    kept = AdaptiveLassoCV(alphas=20, criterion="bic").fit(X[:40], Y[:40])
    model = AdaptiveLassoCV(alphas=20, criterion="validation").fit(X[:40], Y[:40], X_val=X[40:], y_val=Y[40:])
    assert_array_equal(model.penalty_factor_, kept.penalty_factor_)


@pytest.mark.parametrize(
    ("parameters", "kind", "message"),
    [
        ({"gamma": -1.0}, ValueError, "gamma must be >= 0 and finite, got -1.0"),
        ({"gamma": "1"}, TypeError, "gamma must be a real number, got '1'"),
        ({"gamma": [1.0]}, TypeError, "gamma must be a real number"),
        ({"pilot_alpha": -0.1}, ValueError, "pilot_alpha must be >= 0 and finite, got -0.1"),
        ({"criterion": "loo"}, ValueError, "criterion='loo' is not supported by AdaptiveLassoCV"),
        ({"penalty_factor": [1.0, 2.0]}, ValueError, "penalty_factor has 2 entries but X has 8 features"),
    ],
)
def test_parameters_outside_their_rules(parameters, kind, message):
    with pytest.raises(kind, match=message):
        AdaptiveLassoCV(**parameters).fit(X, Y)


def test_a_fold_of_one_training_row_needs_a_penalty_for_its_pilot():
    folds = [([0], [1, 2]), (range(1, 60), [0])]
    with pytest.raises(ValueError, match="at least 2 samples with a weight, to leave one out, got 1 in the training"):
        AdaptiveLassoCV(cv=folds).fit(X, Y)
    assert AdaptiveLassoCV(cv=folds, pilot_alpha=0.5).fit(X, Y).mse_path_.shape == (100, 2)
