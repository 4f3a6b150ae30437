"""What LassoCV and ElasticNetCV have beyond scikit-learn's: each option is what its definition says, computed anew."""

import re
import sys
import types
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer, make_scorer, mean_squared_error, median_absolute_error
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sparsereg import CVResult, ElasticNet, ElasticNetCV, Lasso, LassoCV, RidgeCV

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(11)
SCALES = np.r_[5.0, 0.2, 1.0, 3.0, np.geomspace(0.1, 2.0, 8)]
Z = RNG.normal(size=(80, 12))
X = Z * SCALES + 0.3
Y = Z[:, :4] @ np.array([3.0, -2.0, 1.0, 0.5]) + RNG.normal(size=80)
WEIGHTS = RNG.uniform(0.2, 3.0, size=80)
HOLES = np.where(RNG.random(X.shape) < 0.5, 0.0, X)
MATRICES = {"dense": X, "csc": sp.csc_array(HOLES), "csr": sp.csr_array(HOLES)}
FOLDS = KFold(4, shuffle=True, random_state=0)
# Two exact solutions of one problem, by different routes.
EXACT = 1e-8


def pick(values, rows):
    return None if values is None else values[rows]


def explicit_loop(model, X, y, weights, step):
    """Errors (n_alphas, n_folds) and coefficients of a fit for every alpha and fold; `step` makes the estimator."""
    splits = list(model.cv.split(X, y))
    errors = np.empty((len(model.alphas_), len(splits)))
    coefs = np.empty((*errors.shape, X.shape[1]))
    for fold, (train, test) in enumerate(splits):
        for k, alpha in enumerate(model.alphas_):
            fit = step(alpha)
            coefs[k, fold], predict = fit(X[train], y[train], pick(weights, train))
            errors[k, fold] = np.average((y[test] - predict(X[test])) ** 2, weights=pick(weights, test))
    return errors, coefs


# -- Standardisation and penalties within the folds


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
def test_standardize_is_a_scaler_fitted_to_the_training_rows_of_each_fold(matrix, weighted):
    Xm, weights = MATRICES[matrix], WEIGHTS if weighted else None
    model = LassoCV(standardize=True, cv=FOLDS, alphas=5, store_fold_coefs=True).fit(Xm, Y, weights)

    def step(alpha):
        def fit(X, y, w):
            pipeline = make_pipeline(StandardScaler(with_mean=not sp.issparse(X)), Lasso(alpha))
            pipeline.fit(X, y, standardscaler__sample_weight=w, lasso__sample_weight=w)
            return pipeline[-1].coef_ / pipeline[0].scale_, pipeline.predict

        return fit

    errors, coefs = explicit_loop(model, Xm, Y, weights, step)
    assert_allclose(model.mse_path_, errors, rtol=EXACT)
    assert_allclose(model.fold_coefs_, coefs, rtol=0, atol=EXACT * np.abs(coefs).max())
    # with the deviations of all rows, a leak, the errors are others
    leaky = LassoCV(cv=FOLDS, alphas=model.alphas_).fit(StandardScaler(with_mean=False).fit_transform(Xm), Y, weights)
    assert np.abs(leaky.mse_path_ / errors - 1).max() > 1e-4
    final = Lasso(model.alpha_, standardize=True).fit(Xm, Y, weights)
    assert_allclose(model.coef_, final.coef_, rtol=0, atol=EXACT * np.abs(final.coef_).max())


PENALTIES = {
    "factor": {"penalty_factor": np.r_[0.0, 0.5, np.inf, np.full(9, 2.0)]},
    "bounds": {"bounds": (-0.3, np.linspace(0.1, 2.0, 12))},
    "positive": {"positive": True},
    "all of them": {
        "penalty_factor": np.r_[0.0, 0.5, np.inf, np.ones(9)],
        "bounds": (-1.0, 0.5),
        "standardize": True,
        "fit_intercept": False,
    },
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("cv", [FOLDS, TimeSeriesSplit(3)], ids=["k-fold", "time series"])
def test_penalty_factor_and_bounds_hold_in_every_fold(cv, penalty, matrix, weighted):
    Xm, weights, options = MATRICES[matrix], WEIGHTS if weighted else None, PENALTIES[penalty]
    model = ElasticNetCV(l1_ratio=0.7, cv=cv, alphas=4, store_fold_coefs=True, **options).fit(Xm, Y, weights)

    def step(alpha):
        def fit(X, y, w):
            fitted = ElasticNet(alpha, l1_ratio=0.7, **options).fit(X, y, w)
            return fitted.coef_, fitted.predict

        return fit

    errors, coefs = explicit_loop(model, Xm, Y, weights, step)
    assert_allclose(model.mse_path_, errors, rtol=EXACT)
    assert_allclose(model.fold_coefs_, coefs, rtol=0, atol=EXACT * np.abs(coefs).max())
    final = ElasticNet(model.alpha_, l1_ratio=0.7, **options).fit(Xm, Y, weights)
    assert_allclose(model.coef_, final.coef_, rtol=0, atol=EXACT * np.abs(final.coef_).max())


# -- Rules


def test_one_standard_error_is_that_of_the_fold_means():
    for model in (LassoCV(cv=FOLDS), ElasticNetCV(l1_ratio=[0.3, 0.9], cv=FOLDS)):
        model.set_params(rule="1se").fit(X, Y, WEIGHTS)
        errors = model.mse_path_.reshape(-1, 100, 4)
        mean, se = errors.mean(axis=2), errors.std(axis=2, ddof=1) / 2.0
        assert_allclose(model.mse_mean_, mean.reshape(model.mse_path_.shape[:-1]), rtol=1e-12)
        assert_allclose(model.mse_se_, se.reshape(model.mse_path_.shape[:-1]), rtol=1e-12)
        l1_index, best = np.unravel_index(mean.argmin(), mean.shape)
        alphas = np.atleast_2d(model.alphas_)[l1_index]
        within = mean[l1_index] <= mean[l1_index, best] + se[l1_index, best]
        assert model.alpha_ == model.alpha_1se_ == alphas[within].max()
        assert model.alpha_min_ == alphas[best] < model.alpha_
        smallest = clone(model).set_params(rule="min").fit(X, Y, WEIGHTS)
        assert smallest.alpha_ == smallest.alpha_min_ == model.alpha_min_
        assert smallest.alpha_1se_ == model.alpha_1se_
        assert np.abs(model.coef_ * SCALES).sum() < np.abs(smallest.coef_ * SCALES).sum()


def test_a_callable_gets_the_result_and_says_where():
    seen = []

    def third(result):
        seen.append(result)
        return 3

    model = LassoCV(rule=third, cv=FOLDS).fit(X, Y)
    (result,) = seen
    assert isinstance(result, CVResult)
    assert result is model.cv_result_
    assert model.alpha_ == model.alphas_[3] == result.alphas[3]
    assert_array_equal(result.loss, model.mse_mean_)
    assert_array_equal(result.loss_se, model.mse_se_)
    assert_allclose(model.coef_, Lasso(model.alpha_).fit(X, Y).coef_, rtol=0, atol=1e-9)
    several = ElasticNetCV(l1_ratio=[0.2, 0.8], rule=lambda result: (1, 5), alphas=10).fit(X, Y)
    assert (several.l1_ratio_, several.alpha_) == (0.8, several.alphas_[1, 5])
    assert ElasticNetCV(rule=lambda result: np.int32(5), alphas=10).fit(X, Y).l1_ratio_ == 0.5


# -- Criteria


CRITERIA = ["aic", "aicc", "bic", "ebic", "gcv", "loo"]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_criterion_chooses_the_smallest_loss_of_the_path_on_all_rows(criterion, weighted):
    weights = WEIGHTS if weighted else None
    model = ElasticNetCV(l1_ratio=[0.5, 1.0], criterion=criterion, alphas=30).fit(X, Y, weights)
    result = model.cv_result_
    assert result.criterion == criterion
    assert result.loss.shape == model.alphas_.shape == (2, 30)
    place = np.unravel_index(result.loss.argmin(), result.loss.shape)
    assert (model.l1_ratio_, model.alpha_) == ((0.5, 1.0)[place[0]], model.alphas_[place])
    assert model.alpha_min_ == model.alpha_
    expected = ElasticNet(model.alpha_, l1_ratio=model.l1_ratio_).fit(X, Y, weights)
    assert_allclose(model.coef_, expected.coef_, rtol=0, atol=1e-9)
    one = LassoCV(criterion=criterion, alphas=30).fit(X, Y, weights)
    assert_allclose(one.cv_result_.loss, result.loss[1], rtol=1e-9)
    assert one.cv_result_.loss.shape == one.alphas_.shape == (30,)


def test_the_largest_alpha_within_an_error_of_leave_one_out():
    model = LassoCV(criterion="loo", rule="1se").fit(X, Y)
    result = model.cv_result_
    best = result.loss.argmin()
    assert model.alpha_ == model.alphas_[result.loss <= result.loss[best] + result.loss_se[best]].max()


@pytest.mark.parametrize("make", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("patience", [1, 3, 1000])
def test_validation_ends_the_path_once_the_error_has_not_improved(patience, make):
    fitted, held = slice(0, 50), slice(50, 80)
    model = LassoCV(criterion="validation", patience=patience, alphas=60, standardize=True)
    model.fit(make(X[fitted]), Y[fitted], WEIGHTS[fitted], X_val=make(X[held]), y_val=Y[held])
    full = LassoCV(cv=FOLDS, alphas=60, standardize=True).fit(X[fitted], Y[fitted], WEIGHTS[fitted])
    errors = np.array(
        [
            np.mean(
                (Y[held] - Lasso(a, standardize=True).fit(X[fitted], Y[fitted], WEIGHTS[fitted]).predict(X[held])) ** 2
            )
            for a in full.alphas_
        ]
    )
    ends = [k + 1 for k in range(60) if k - errors[: k + 1].argmin() >= patience]
    n_alphas = ends[0] if ends else 60
    assert_allclose(model.alphas_, full.alphas_[:n_alphas], rtol=1e-12)
    assert_allclose(model.mse_path_, errors[:n_alphas, None], rtol=EXACT)
    assert_allclose(model.alpha_, full.alphas_[errors[:n_alphas].argmin()], rtol=1e-12)
    assert len(model.path_.alphas) == n_alphas


def test_weights_of_the_held_out_rows_count():
    fitted, held = slice(0, 50), slice(50, 80)
    repeated = np.repeat(np.arange(50, 80), 1 + np.arange(30) % 3)
    weighted = LassoCV(criterion="validation").fit(
        X[fitted], Y[fitted], X_val=X[held], y_val=Y[held], sample_weight_val=1 + np.arange(30) % 3
    )
    again = LassoCV(criterion="validation").fit(X[fitted], Y[fitted], X_val=X[repeated], y_val=Y[repeated])
    assert_allclose(weighted.mse_path_, again.mse_path_, rtol=1e-12)


# -- Scores


def steep(estimator, X, y, sample_weight=None):
    """A scorer of the user's own."""
    return -np.average(np.abs(y - estimator.predict(X)) ** 3, weights=sample_weight)


SCORERS = ["r2", "neg_mean_absolute_error", make_scorer(mean_squared_error, greater_is_better=False), steep]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("scoring", SCORERS, ids=["name", "another name", "made", "callable"])
def test_the_choice_is_that_of_the_largest_mean_score(scoring, matrix, weighted):
    Xm, weights = MATRICES[matrix], WEIGHTS if weighted else None
    model = LassoCV(scoring=scoring, cv=FOLDS, alphas=6).fit(Xm, Y, weights)
    scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
    expected = np.empty((6, 4))
    for fold, (train, test) in enumerate(FOLDS.split(Xm)):
        more = {} if weights is None else {"sample_weight": weights[test]}
        for k, alpha in enumerate(model.alphas_):
            fitted = Lasso(alpha).fit(Xm[train], Y[train], pick(weights, train))
            expected[k, fold] = scorer(fitted, Xm[test], Y[test], **more)
    assert_allclose(model.score_path_, expected, rtol=EXACT, atol=EXACT)
    assert model.alpha_ == model.alphas_[expected.mean(axis=1).argmax()]
    assert_allclose(model.cv_result_.loss, -expected.mean(axis=1), rtol=EXACT)
    plain = LassoCV(cv=FOLDS, alphas=6).fit(Xm, Y, weights)
    assert_array_equal(model.mse_path_, plain.mse_path_)
    assert_array_equal(model.mse_mean_, plain.mse_mean_)


def test_a_score_that_disagrees_with_the_squared_error_is_obeyed():
    model = LassoCV(scoring=lambda estimator, X, y: -np.count_nonzero(estimator.coef_), cv=FOLDS).fit(X, Y)
    assert model.alpha_ == model.alphas_[0] > LassoCV(cv=FOLDS).fit(X, Y).alpha_
    assert not model.coef_.any()


def test_a_scorer_gets_the_weights_as_they_were_given():
    weights = np.arange(len(Y)) + 1.0
    splits, seen = list(KFold(4).split(X)), []

    def scoring(estimator, X, y, sample_weight):
        seen.append(sample_weight)
        return -float(sample_weight @ np.square(y - estimator.predict(X)))

    model = LassoCV(scoring=scoring, cv=splits, alphas=3).fit(X, Y, weights)
    assert {tuple(one) for one in seen} == {tuple(weights[test]) for _, test in splits}
    total = np.array([weights[test].sum() for _, test in splits])
    assert_allclose(model.score_path_, -total * model.mse_path_, rtol=EXACT)


def test_several_l1_ratios_have_scores_of_their_own():
    model = ElasticNetCV(l1_ratio=[0.2, 0.7], scoring="r2", cv=FOLDS, alphas=5).fit(X, Y)
    assert model.score_path_.shape == (2, 5, 4)
    for index, l1_ratio in enumerate((0.2, 0.7)):
        one = ElasticNetCV(l1_ratio=l1_ratio, scoring="r2", cv=FOLDS, alphas=5).fit(X, Y)
        assert_allclose(model.score_path_[index], one.score_path_, rtol=1e-9, atol=1e-9)


# -- The grid


def test_the_grid_is_extended_where_its_end_is_chosen():
    plain = LassoCV(cv=FOLDS, eps=0.03, alphas=7).fit(X, Y)
    assert plain.alpha_ == plain.alphas_[-1]
    model = LassoCV(cv=FOLDS, eps=0.03, alphas=7, extend_grid=True).fit(X, Y)
    assert_allclose(model.alphas_, np.geomspace(plain.alphas_[0], plain.alphas_[0] * 0.0009, 13), rtol=1e-9)
    assert_allclose(model.mse_path_[:7], plain.mse_path_, rtol=1e-9)
    explicit = LassoCV(cv=FOLDS, alphas=model.alphas_).fit(X, Y)
    assert_allclose(model.mse_path_, explicit.mse_path_, rtol=1e-9)
    assert model.alpha_ == explicit.alpha_ < plain.alpha_
    assert_allclose(model.coef_, explicit.coef_, rtol=0, atol=1e-9)
    assert len(model.path_.alphas) == 13


@pytest.mark.parametrize(
    "options",
    [{}, {"solver": "working_set"}, {"criterion": "bic"}, {"criterion": "loo"}, {"n_jobs": 2}, {"max_features": 12}],
    ids=str,
)
def test_the_grid_is_extended_whatever_chooses(options):
    with pytest.warns(
        UserWarning, match=r"The chosen alpha=\S+ is the smallest of the grid, which extend_grid=True has"
    ):
        model = ElasticNetCV(l1_ratio=[0.5, 1.0], eps=0.9, alphas=3, extend_grid=True, **options).fit(X, Y)
    assert model.alphas_.shape == (2, 5)
    assert model.alpha_ in model.alphas_[:, -1]


MAKE = [np.ascontiguousarray, np.asfortranarray, sp.csc_array, sp.csr_array, np.float32]


@pytest.mark.parametrize("solver", ["auto", "active_set", "working_set", "coordinate_descent", "proximal_gradient"])
@pytest.mark.parametrize("make", MAKE)
def test_a_fold_without_a_feature_predicts_its_mean(make, solver):
    model = LassoCV(alphas=[2e3, 1e3], solver=solver, cv=FOLDS).fit(make(X), Y)
    means = [np.mean((Y[test] - Y[train].mean()) ** 2) for train, test in FOLDS.split(X)]
    assert_allclose(model.mse_path_, [means, means], rtol=1e-12)
    assert (model.alpha_, model.coef_.any()) == (2e3, False)


def test_the_grid_is_left_alone_where_its_end_is_not_chosen_or_it_is_the_users():
    plain = LassoCV(cv=FOLDS).fit(X, Y)
    assert_array_equal(LassoCV(cv=FOLDS, extend_grid=True).fit(X, Y).alphas_, plain.alphas_)
    given = LassoCV(cv=FOLDS, alphas=[2.0, 1.0], extend_grid=True).fit(X, Y)
    assert given.alpha_ == 1.0
    assert_array_equal(given.alphas_, [2.0, 1.0])


def test_a_grid_that_cannot_be_extended_is_no_reason_to_warn():
    model = LassoCV(alphas=1, extend_grid=True).fit(X, np.ones(80))
    assert_array_equal(model.alphas_, [1e-15])


@pytest.mark.parametrize("criterion", ["cv", "bic", "loo"])
def test_max_features_ends_the_grid_before_the_first_alpha_with_more(criterion):
    full = LassoCV(criterion=criterion, standardize=True).fit(X, Y)
    counts = np.count_nonzero(full.path_.coefs.toarray(), axis=0)
    end = int(np.argmax(counts > 3))
    model = LassoCV(criterion=criterion, standardize=True, max_features=3).fit(X, Y)
    assert 0 < end < 100
    assert_array_equal(model.alphas_, full.alphas_[:end])
    assert_allclose(model.cv_result_.loss, full.cv_result_.loss[:end], rtol=1e-9)
    assert np.count_nonzero(model.coef_) <= 3


def test_min_improvement_ends_the_grid_where_r2_hardly_grows():
    full = LassoCV(standardize=True).fit(X, Y)
    flat = np.flatnonzero(np.diff(full.path_.r2) < 0.01) + 2
    model = LassoCV(standardize=True, min_improvement=0.01).fit(X, Y)
    assert len(model.alphas_) == flat[flat >= 5][0] < 100
    assert_array_equal(model.alphas_, full.alphas_[: len(model.alphas_)])


def test_paths_of_several_l1_ratios_that_end_early_are_filled_with_nan():
    model = ElasticNetCV(l1_ratio=[0.2, 1.0], max_features=3, store_fold_coefs=True, standardize=True).fit(X, Y)
    lengths = (~np.isnan(model.alphas_)).sum(axis=1)
    assert len(set(lengths)) == 2
    assert model.mse_path_.shape == (2, lengths.max(), 5)
    assert model.fold_coefs_.shape == (2, lengths.max(), 5, 12)
    for errors, length in zip(model.mse_path_, lengths, strict=True):
        assert np.isfinite(errors[:length]).all()
        assert np.isnan(errors[length:]).all()
    assert np.isfinite([model.alpha_, model.alpha_min_, model.alpha_1se_]).all()


# -- What a fit leaves


def test_the_path_is_that_of_all_rows_at_the_chosen_l1_ratio():
    model = ElasticNetCV(l1_ratio=[0.2, 1.0], alphas=10, standardize=True).fit(X, Y, WEIGHTS)
    row = [0.2, 1.0].index(model.l1_ratio_)
    assert_array_equal(model.path_.alphas, model.alphas_[row])
    for k, alpha in enumerate(model.path_.alphas):
        expected = ElasticNet(alpha, l1_ratio=model.l1_ratio_, standardize=True).fit(X, Y, WEIGHTS)
        assert_allclose(model.path_.coefs.toarray()[:, k], expected.coef_, rtol=0, atol=1e-9)
        assert_allclose(model.path_.intercepts[k], expected.intercept_, rtol=1e-9)
    k = list(model.path_.alphas).index(model.alpha_)
    assert_array_equal(model.path_.coefs.toarray()[:, k], model.coef_)


SHAPES = [
    ({"alphas": 1}, (1, 4, 12)),
    ({"alphas": 6}, (6, 4, 12)),
    ({"alphas": [1.0, 0.1]}, (2, 4, 12)),
    ({"alphas": 6, "l1_ratio": [0.5]}, (6, 4, 12)),
    ({"alphas": 6, "l1_ratio": [0.5, 0.7]}, (2, 6, 4, 12)),
    ({"alphas": 1, "l1_ratio": [0.5, 0.7]}, (2, 1, 4, 12)),
]


@pytest.mark.parametrize("parameters, shape", SHAPES, ids=str)
def test_shapes_of_the_coefficients_of_the_folds(parameters, shape):
    model = ElasticNetCV(cv=FOLDS, store_fold_coefs=True, **parameters).fit(X, Y)
    assert model.fold_coefs_.shape == shape
    assert model.mse_path_.shape == shape[:-1]
    assert model.mse_mean_.shape == model.mse_se_.shape == shape[:-2]


HAVE = {
    # name: which of cv, one fold, information criterion, leave-one-out, validation have it
    "mse_path_": (True, True, False, False, True),
    "mse_mean_": (True, True, False, False, False),
    "mse_se_": (True, False, False, False, False),
    "alpha_1se_": (True, False, False, False, False),
    "score_path_": (False, False, False, False, False),
    "fold_coefs_": (False, False, False, False, False),
    "sparse_fold_coefs_": (False, False, False, False, False),
    "alpha_min_": (True, True, True, True, True),
    "path_": (True, True, True, True, True),
    "cv_result_": (True, True, True, True, True),
}
REASONS = {
    "bic": "criterion='bic' has no folds; use criterion='cv'",
    "loo": "criterion='loo' has no folds; use criterion='cv'",
    "validation": "criterion='validation' has no folds; use criterion='cv'",
    "mse_se_": "one fold has no standard error; use more folds",
    "alpha_1se_": "one fold has no standard error; use more folds",
    "score_path_": "scoring=None; name a scorer by scoring",
    "fold_coefs_": "fit it with store_fold_coefs=True",
    "sparse_fold_coefs_": "fit it with store_fold_coefs=True",
}


@pytest.mark.parametrize("attribute", HAVE)
def test_an_attribute_that_is_not_there_says_why(attribute):
    models = [
        LassoCV().fit(X, Y),
        LassoCV(cv=ShuffleSplit(1, random_state=0)).fit(X, Y),
        LassoCV(criterion="bic").fit(X, Y),
        LassoCV(criterion="loo").fit(X, Y),
        LassoCV(criterion="validation").fit(X, Y, X_val=X, y_val=Y),
    ]
    assert not hasattr(LassoCV(), attribute)
    for model, has in zip(models, HAVE[attribute], strict=True):
        assert hasattr(model, attribute) is has
        if not has:
            reason = REASONS.get(model.criterion) or REASONS[attribute]
            with pytest.raises(AttributeError, match=re.escape(f"LassoCV has no {attribute}: {reason}")):
                getattr(model, attribute)


# -- Warnings and progress


def warnings_of(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return caught


@pytest.mark.parametrize("target", ["linear", "noise", "constant"])
def test_the_defaults_warn_of_nothing(target):
    y = {"linear": X @ np.ones(12), "noise": RNG.normal(size=80), "constant": np.ones(80)}[target]
    for model in (LassoCV(), ElasticNetCV(l1_ratio=[0.1, 1.0]), LassoCV(criterion="aic"), LassoCV(standardize=True)):
        assert not warnings_of(lambda model=model: model.fit(X, y))


UNFINISHED = {"solver": "coordinate_descent", "tol": 0.0, "max_iter": 1}


@pytest.mark.parametrize(
    "more", [{}, {"eps": 0.9, "extend_grid": True}, {"n_jobs": 2}, {"precompute": X.T @ X}], ids=str
)
def test_one_warning_for_one_fit(more):
    (warning,) = warnings_of(lambda: LassoCV(alphas=3, **UNFINISHED, **more).fit(X, Y))
    assert warning.category is ConvergenceWarning
    assert warning.filename == __file__


def test_the_warnings_point_at_the_line_of_the_caller():
    for model in (LassoCV(eps=0.9, alphas=2, extend_grid=True), LassoCV(precompute=X.T @ X)):
        (warning,) = warnings_of(lambda model=model: model.fit(X, Y))
        assert warning.filename == __file__


VERBOSE = [
    {},
    {"n_jobs": 2},
    {"solver": "working_set"},
    {"criterion": "bic"},
    {"criterion": "loo"},
    {"extend_grid": True},
]


@pytest.mark.parametrize("options", VERBOSE, ids=str)
def test_progress_goes_to_stderr_in_lines_where_there_is_no_tqdm(options, capfd, monkeypatch):
    monkeypatch.setattr("sparsereg.model_selection.progress.find_spec", lambda name: None)
    silent = LassoCV(**options).fit(X, Y)
    assert capfd.readouterr() == ("", "")
    model = LassoCV(verbose=True, **options).fit(X, Y)
    out, err = capfd.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert 1 <= len(lines) <= 30
    assert all(re.fullmatch(r"(cross-validation|path 1/1): \d+/\d+", line) for line in lines)
    counted = "path 1/1: 100/100" if "criterion" in options else "cross-validation: 500/500"
    assert counted in lines
    # to be looked at is no reason to be another
    assert_array_equal(model.cv_result_.loss, silent.cv_result_.loss)
    assert_array_equal(model.coef_, silent.coef_)


def test_progress_is_a_bar_where_there_is_tqdm(monkeypatch):
    bars = []

    class Bar:
        def __init__(self, total, desc, file):
            self.total, self.desc, self.n, self.open = total, desc, 0, True
            assert file is sys.stderr
            bars.append(self)

        def update(self, n):
            self.n += n

        def close(self):
            self.open = False

    monkeypatch.setitem(sys.modules, "tqdm", types.SimpleNamespace(tqdm=Bar))
    monkeypatch.setattr("sparsereg.model_selection.progress.find_spec", lambda name: name == "tqdm")
    groups = np.arange(80) % 5
    ElasticNetCV(l1_ratio=[0.5, 1.0], cv=GroupKFold(5), verbose=1, alphas=20).fit(X, Y, groups=groups)
    assert [(bar.desc[:5], bar.n, bar.total) for bar in bars] == [("cross", 200, 200)]
    assert not any(bar.open for bar in bars)
    with pytest.raises(ValueError, match="scoring fails"):
        LassoCV(verbose=1, scoring=make_scorer(median_absolute_error, colour=1)).fit(X, Y)
    assert not any(bar.open for bar in bars)


@pytest.mark.parametrize(
    "model", [LassoCV(criterion="bic"), ElasticNetCV(criterion="loo"), RidgeCV(), RidgeCV(cv=3, criterion="gcv")]
)
def test_groups_without_folds_are_refused(model):
    X, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40.0)
    with pytest.raises(ValueError, match=r"groups must not be given with criterion='\w+', which has no folds: use"):
        model.fit(X, y, groups=np.arange(40) % 4)


def test_coefficients_of_folds_that_would_not_fit_the_memory_stay_sparse(monkeypatch):
    monkeypatch.setattr("sparsereg.solvers.memory.SMALL", 1000)
    monkeypatch.setattr("sparsereg.solvers.memory.available_memory", lambda: 400_000)
    X, y = np.random.default_rng(0).normal(size=(40, 30)), np.arange(40.0)
    assert LassoCV(alphas=50).fit(X, y).alpha_ > 0
    model = LassoCV(alphas=50, cv=10, store_fold_coefs=True).fit(X, y)
    with pytest.raises(MemoryError, match=r"fold_coefs_ needs .* use sparse_fold_coefs_"):
        _ = model.fold_coefs_
    kept = model.sparse_fold_coefs_
    monkeypatch.undo()
    assert_array_equal(np.stack([one.toarray() for one in kept], axis=1), model.fold_coefs_)
