"""AdaptiveLassoCV and RelaxedLassoCV: the laws of every store, among scikit-learn's tools, and what they tell."""

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from examples import STORES, gaussian
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.feature_selection import SelectFromModel
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sparsereg import AdaptiveLassoCV, RelaxedLassoCV

CHECKED = [
    AdaptiveLassoCV(cv=3, alphas=10),
    RelaxedLassoCV(cv=3, alphas=10, positive=True, standardize=True, rule="1se"),
]


@parametrize_with_checks(CHECKED)
def test_scikit_learns_check_passes(estimator, check):
    check(estimator)


X, Y = gaussian(50, 9, seed=31)
WIDE = gaussian(30, 60, seed=32)
WEIGHTS = np.random.default_rng(3).choice([0.0, 1.0, 2.0], size=50)
KINDS = [AdaptiveLassoCV, RelaxedLassoCV]
both = pytest.mark.parametrize("kind", KINDS)
pytestmark = pytest.mark.filterwarnings("error")


def assert_same(one, other, columns=slice(None), rtol=1e-7):
    assert_allclose(other.mse_path_, one.mse_path_, rtol=rtol)
    assert_allclose(other.alphas_, one.alphas_, rtol=rtol)
    assert_allclose(other.coef_, one.coef_[columns], rtol=1e3 * rtol, atol=rtol)
    assert_allclose(other.intercept_, one.intercept_, rtol=1e3 * rtol, atol=rtol)


@both
@pytest.mark.parametrize("store", STORES)
def test_every_store_gives_the_same(kind, store):
    given = X.copy()
    stored = STORES[store](given)
    model = kind(cv=3, alphas=10, standardize=True).fit(stored, Y)
    single = "float32" in store
    assert model.coef_.dtype == (np.float32 if single else np.float64)
    rounded = X.astype(np.float32).astype(float) if single else X
    expected = kind(cv=3, alphas=10, standardize=True).fit(rounded, Y)
    assert_same(expected, model, rtol=1e-6 if single else 1e-8)
    assert_array_equal(given, X)


@both
@pytest.mark.parametrize("data", [(X, Y), WIDE], ids=["n > p", "p > n"])
@pytest.mark.parametrize("solver", ["auto", "active_set", "working_set", "coordinate_descent"])
def test_every_solver_gives_the_same(kind, solver, data):
    shared = {"cv": 3, "alphas": 8, "eps": 0.05}
    expected = kind(**shared).fit(*data)
    assert_same(expected, kind(**shared, solver=solver, tol=1e-12, max_iter=100_000).fit(*data), rtol=1e-6)


@both
def test_columns_permuted_permute_the_coefficients(kind):
    order = np.random.default_rng(0).permutation(9)
    assert_same(kind(cv=3).fit(X, Y), kind(cv=3).fit(X[:, order], Y), columns=order)


@pytest.mark.parametrize("model", [AdaptiveLassoCV(pilot_alpha=0.01), RelaxedLassoCV()], ids=["adaptive", "relaxed"])
@pytest.mark.parametrize("options", [{}, {"standardize": True}, {"fit_intercept": False}], ids=str)
def test_a_weight_of_2_is_the_row_twice(model, options):
    counts = WEIGHTS.astype(int)
    rows = np.repeat(np.arange(50), counts)
    number = np.arange(50) % 4
    pairs = [
        [(np.flatnonzero(which != k), np.flatnonzero(which == k)) for k in range(4)] for which in (number, number[rows])
    ]
    one = clone(model).set_params(cv=pairs[0], alphas=20, eps=0.01, **options).fit(X, Y, WEIGHTS)
    other = clone(model).set_params(cv=pairs[1], alphas=20, eps=0.01, **options).fit(X[rows], Y[rows])
    assert_same(one, other)


@both
def test_threads_change_no_bit(kind):
    one, other = (kind(cv=5, n_jobs=n_jobs).fit(X, Y) for n_jobs in (1, 2))
    for name in ("mse_path_", "coef_", "alpha_"):
        assert_array_equal(getattr(one, name), getattr(other, name))


@both
def test_folds_of_any_kind(kind):
    overlapping = ShuffleSplit(6, test_size=0.3, random_state=0)
    assert kind(cv=overlapping, alphas=5).fit(X, Y).mse_path_.shape[-1] == 6
    one_fold = kind(cv=[(range(30), range(30, 50))], alphas=5).fit(X, Y)
    with pytest.raises(AttributeError, match="one fold has no standard error"):
        _ = one_fold.alpha_1se_


@both
@pytest.mark.parametrize("routing", [False, True])
def test_groups_reach_the_splitter(kind, routing):
    groups = np.arange(50) % 7
    expected = kind(cv=list(GroupKFold(3).split(X, Y, groups)), alphas=10).fit(X, Y)
    with sklearn.config_context(enable_metadata_routing=routing):
        model = kind(cv=GroupKFold(3), alphas=10).fit(X, Y, groups=groups)
    assert_array_equal(model.mse_path_, expected.mse_path_)


@both
def test_copies_pipelines_and_searches(kind):
    frame = pd.DataFrame(X, columns=[f"f{j}" for j in range(9)])
    model = kind(alphas=10, cv=3).fit(frame, Y)
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.predict(frame), model.predict(frame))
    assert str(again.summary()) == str(model.summary())
    assert model.get_params() == clone(model).get_params()
    pipeline = make_pipeline(StandardScaler(), kind(alphas=10, cv=3)).fit(frame, Y)
    assert pipeline.score(frame, Y) > 0.5
    grid = {"gamma": [0.5, 1.0], "standardize": [False, True]}
    search = GridSearchCV(kind(alphas=10, cv=3), grid, cv=KFold(3), error_score="raise").fit(frame, Y)
    assert set(search.best_params_) == set(grid)
    kept = SelectFromModel(kind(alphas=10, cv=3)).fit(frame, Y).get_support()
    assert_array_equal(kept, np.abs(model.coef_) > 1e-5)


@both
def test_a_scorer_chooses_by_its_score(kind):
    model = kind(alphas=10, cv=3, scoring="neg_mean_squared_error").fit(X, Y)
    expected = kind(alphas=10, cv=3).fit(X, Y)
    assert_allclose(model.score_path_, -expected.mse_path_, rtol=1e-9)
    assert_allclose(model.coef_, expected.coef_)


@both
def test_the_path_may_end_early(kind):
    model = kind(alphas=30, cv=3, max_features=3).fit(X, Y)
    n_alphas = len(model.alphas_)
    assert n_alphas < 30
    assert model.path_.df.max() <= 3
    assert model.mse_path_.shape[-2:] == (n_alphas, 3)
    full = kind(alphas=30, cv=3).fit(X, Y)
    assert_allclose(model.mse_path_, full.mse_path_[..., :n_alphas, :], rtol=1e-9)


@both
def test_coefficients_of_the_folds_give_the_errors(kind):
    folds = list(KFold(3).split(X))
    model = kind(alphas=6, cv=folds, store_fold_coefs=True, fit_intercept=False).fit(X, Y)
    for k, (_, test) in enumerate(folds):
        predictions = np.einsum("...kfj,ij->...kfi", model.fold_coefs_[..., [k], :], X[test])
        assert_allclose(((Y[test] - predictions) ** 2).mean(axis=-1), model.mse_path_[..., [k]], rtol=1e-8)


@both
def test_warnings_point_to_the_line_of_the_user(kind):
    iterative = kind(cv=3, alphas=5, eps=1e-6, solver="coordinate_descent", max_iter=1, tol=1e-12)
    with pytest.warns(ConvergenceWarning) as caught:
        iterative.fit(X, Y)
    with pytest.warns(DataConversionWarning) as caught_too:
        kind(cv=3, alphas=5).fit(X, Y[:, None])
    assert [each.filename for each in (*caught, *caught_too)] == [__file__] * 2
    with pytest.warns(UserWarning, match="smallest of the grid") as caught:
        AdaptiveLassoCV(cv=3, alphas=3, eps=0.9, extend_grid=True).fit(X, Y)
    assert [each.filename for each in caught] == [__file__]


def test_the_relaxed_lasso_takes_no_data_that_it_has_no_criterion_for():
    assert list(inspect.signature(RelaxedLassoCV().fit).parameters) == ["X", "y", "sample_weight", "groups", "params"]
    requested = set(inspect.signature(RelaxedLassoCV().set_fit_request).parameters) - {"self"}
    assert requested == {"sample_weight"}
    with pytest.raises(ValueError, match="Got X_val, y_val"):
        RelaxedLassoCV().fit(X, Y, X_val=X, y_val=Y)


@both
def test_several_targets_are_refused(kind):
    with pytest.raises(ValueError, match="y must have one column, got 2"):
        kind().fit(X, np.column_stack([Y, Y]))


@both
def test_progress_is_told_to_stderr_alone(kind, capsys):
    kind(alphas=5, cv=3, verbose=True).fit(X, Y)
    output = capsys.readouterr()
    assert output.out == ""
    assert "cross-validation" in output.err
