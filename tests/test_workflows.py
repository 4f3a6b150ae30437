"""What data scientists do with an estimator, on real data: the results are those of scikit-learn's."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
import sklearn.linear_model as sk
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_linnerud, load_wine
from sklearn.ensemble import BaggingRegressor, StackingRegressor
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.inspection import permutation_importance
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

import sparsereg as ours

pytestmark = pytest.mark.filterwarnings("error")

NAMES = ["Lasso", "ElasticNet", "Ridge"]
# scikit-learn's coefficients are within about the square root of its tolerance times those of the solution.
PRECISE = {"tol": 1e-13, "max_iter": 100_000}
CLOSE = {"rtol": 1e-6, "atol": 1e-6}
CUT = KFold(5, shuffle=True, random_state=0)


def _regression(load, target=None):
    """Features and target: the class as a number, or the feature `target`."""
    X, y = load(return_X_y=True)
    if target is None:
        return X, y.astype(float)
    return np.delete(X, target, axis=1), X[:, target]


DATA = {
    "diabetes": _regression(load_diabetes),
    "wine": _regression(load_wine, 0),  # alcohol from the rest; scales 0.1 to 1000
    "breast cancer": _regression(load_breast_cancer),  # condition of the scaled Gram 1e5
}
# Strengths at which some coefficients are zero and some are not, on standardised features
ALPHAS = {"diabetes": [0.1, 1.0, 10.0], "wine": [0.003, 0.03, 0.3], "breast cancer": [0.003, 0.01, 0.1]}
DIABETES = load_diabetes(as_frame=True)
FRAME, TARGET = DIABETES.data, DIABETES.target


def both(name, **parameters):
    """scikit-learn's estimator, precise, and ours as it is."""
    precise = {} if name == "Ridge" else PRECISE
    return getattr(sk, name)(**parameters, **precise), getattr(ours, name)(**parameters)


# -- Pipelines and searches


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", NAMES)
def test_pipeline_with_scaler(name, data):
    X, y = DATA[data]
    theirs, mine = (make_pipeline(StandardScaler(), model).fit(X, y) for model in both(name, alpha=ALPHAS[data][1]))
    assert_allclose(mine[-1].coef_, theirs[-1].coef_, rtol=0, atol=1e-5 * np.abs(theirs[-1].coef_).max())
    assert_allclose(mine.predict(X), theirs.predict(X), **CLOSE)
    if name != "Ridge":
        assert_array_equal(mine[-1].coef_ == 0, theirs[-1].coef_ == 0)
    if name == "Lasso":
        assert 0 < np.count_nonzero(mine[-1].coef_) < X.shape[1]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", NAMES)
def test_standardize_is_a_scaler_in_a_pipeline(name, data):
    X, y = DATA[data]
    model = getattr(ours, name)(alpha=ALPHAS[data][1])
    pipeline = make_pipeline(StandardScaler(), model).fit(X, y)
    standardized = clone(model).set_params(standardize=True).fit(X, y)
    assert_allclose(standardized.coef_ * pipeline[0].scale_, pipeline[-1].coef_, rtol=1e-7, atol=1e-9)
    assert_allclose(standardized.predict(X), pipeline.predict(X), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", NAMES)
def test_grid_search_finds_what_scikit_learn_finds(name, data):
    X, y = DATA[data]
    grid = {"model__alpha": ALPHAS[data]}
    if name == "ElasticNet":
        grid["model__l1_ratio"] = [0.2, 0.5, 1.0]
    theirs, mine = (
        GridSearchCV(Pipeline([("scale", StandardScaler()), ("model", model)]), grid, cv=CUT).fit(X, y)
        for model in both(name)
    )
    assert mine.best_params_ == theirs.best_params_
    assert_allclose(mine.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], **CLOSE)
    assert_allclose(mine.predict(X), theirs.predict(X), **CLOSE)


def test_randomized_search_over_the_parameters_of_ours():
    X, y = DATA["diabetes"]
    space = {
        "alpha": [0.1, 1.0],
        "standardize": [True],
        "solver": ["auto", "active_set", "coordinate_descent"],
        "bounds": [None, (-600, 600)],
    }
    search = RandomizedSearchCV(ours.Lasso(), space, n_iter=6, random_state=0, cv=3).fit(X, y)
    expected = clone(search.estimator).set_params(**search.best_params_).fit(X, y)
    assert_array_equal(search.best_estimator_.coef_, expected.coef_)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", NAMES)
def test_cross_validation(name, data):
    X, y = DATA[data]
    theirs, mine = (make_pipeline(StandardScaler(), model) for model in both(name, alpha=ALPHAS[data][0]))
    assert_allclose(cross_val_score(mine, X, y, cv=CUT), cross_val_score(theirs, X, y, cv=CUT), **CLOSE)
    assert_allclose(cross_val_predict(mine, X, y, cv=CUT), cross_val_predict(theirs, X, y, cv=CUT), **CLOSE)


def test_cross_validate_returns_fitted_estimators_and_learning_curve_runs():
    X, y = DATA["diabetes"]
    found = cross_validate(ours.Lasso(alpha=0.1), X, y, cv=CUT, return_estimator=True)
    for (train, _), model in zip(CUT.split(X), found["estimator"], strict=True):
        assert_array_equal(model.coef_, ours.Lasso(alpha=0.1).fit(X[train], y[train]).coef_)
    theirs, mine = (learning_curve(model, X, y, cv=CUT)[2] for model in both("Lasso", alpha=0.1))
    assert_allclose(mine, theirs, **CLOSE)


# -- Selection of features


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize(
    "name, parameters", [("Lasso", {}), ("ElasticNet", {"l1_ratio": 1.0}), ("ElasticNet", {"l1_ratio": 0.5})]
)
def test_select_from_model_drops_what_scikit_learns_drops(name, parameters, data):
    X, y = DATA[data]
    X = StandardScaler().fit_transform(X)
    theirs, mine = (SelectFromModel(m).fit(X, y) for m in both(name, alpha=ALPHAS[data][1], **parameters))
    assert_array_equal(mine.get_support(), theirs.get_support())
    assert_allclose(mine.threshold_, theirs.threshold_, **CLOSE)
    if parameters.get("l1_ratio", 1.0) == 1.0:
        # recognised by the name of the class: exact zeros are dropped, everything else is kept
        assert mine.threshold_ == 1e-5
        assert_array_equal(mine.get_support(), mine.estimator_.coef_ != 0)
    assert_array_equal(mine.transform(X), X[:, mine.get_support()])


def test_selection_of_features_in_a_searched_pipeline():
    X, y = DATA["diabetes"]
    found = {}
    for module in (sk, ours):
        select = module.Lasso(**(PRECISE if module is sk else {}))
        pipeline = Pipeline(
            [("scale", StandardScaler()), ("select", SelectFromModel(select)), ("model", module.Ridge())]
        )
        grid = {"select__estimator__alpha": [0.1, 1.0, 5.0], "model__alpha": [0.1, 10.0]}
        found[module] = GridSearchCV(pipeline, grid, cv=CUT).fit(X, y)
    assert found[ours].best_params_ == found[sk].best_params_
    assert_allclose(found[ours].predict(X), found[sk].predict(X), **CLOSE)


def test_recursive_elimination_and_permutation_importance_read_the_coefficients():
    X, y = DATA["wine"]
    X = StandardScaler().fit_transform(X)
    theirs, mine = (RFE(m, n_features_to_select=4).fit(X, y) for m in both("ElasticNet", alpha=0.01))
    assert_array_equal(mine.ranking_, theirs.ranking_)
    theirs, mine = (
        permutation_importance(m.fit(X, y), X, y, n_repeats=2, random_state=0).importances
        for m in both("Lasso", alpha=0.01)
    )
    assert_allclose(mine, theirs, **CLOSE)


# -- Targets


@pytest.mark.parametrize("name", NAMES)
def test_several_targets_are_one_fit_each(name):
    X, Y = load_linnerud(return_X_y=True)
    assert Y.shape == (20, 3)
    theirs, mine = (m.fit(X, Y) for m in both(name, alpha=2.0))
    assert_allclose(mine.coef_, theirs.coef_, **CLOSE)
    assert_allclose(mine.predict(X), theirs.predict(X), **CLOSE)
    each = MultiOutputRegressor(getattr(ours, name)(alpha=2.0)).fit(X, Y)
    assert_allclose(mine.predict(X), each.predict(X), rtol=1e-9)
    for target, model in enumerate(each.estimators_):
        assert_allclose(model.coef_, mine.coef_[target], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_transformed_target(name):
    X, y = DATA["diabetes"]
    theirs, mine = (
        TransformedTargetRegressor(regressor=m, func=np.log, inverse_func=np.exp).fit(X, y)
        for m in both(name, alpha=0.001)
    )
    assert_allclose(mine.predict(X), theirs.predict(X), **CLOSE)


# -- Frames


def as_frame(kind, columns=None):
    frame = FRAME if columns is None else FRAME[columns]
    return frame if kind == "pandas" else pl.from_pandas(frame)


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize("name", NAMES)
def test_frames_are_the_array_with_names(name, kind):
    frame = as_frame(kind)
    y = TARGET if kind == "pandas" else pl.Series("progression", TARGET.to_numpy())
    plain = getattr(ours, name)(alpha=0.1).fit(FRAME.to_numpy(), TARGET.to_numpy())
    model = getattr(ours, name)(alpha=0.1).fit(frame, y)
    assert_allclose(model.coef_, plain.coef_, rtol=1e-9, atol=1e-9)
    assert_allclose(model.predict(frame), plain.predict(FRAME.to_numpy()), rtol=1e-9)
    assert model.feature_names_in_.dtype == object
    assert model.feature_names_in_.tolist() == list(FRAME.columns)
    assert not hasattr(plain, "feature_names_in_")


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize("name", NAMES)
def test_columns_that_are_not_those_of_the_fit_are_rejected(name, kind):
    columns = list(FRAME.columns)
    for model in both(name):
        model.fit(as_frame(kind), TARGET.to_numpy())
        with pytest.raises(ValueError, match="Feature names must be in the same order"):
            model.predict(as_frame(kind, columns[::-1]))
        with pytest.raises(ValueError, match=r"(?s)seen at fit time, yet now missing:.*s6"):
            model.predict(as_frame(kind, columns[:-1]))
        with pytest.warns(UserWarning, match="does not have valid feature names"):
            model.predict(FRAME.to_numpy())


@pytest.mark.parametrize("name", NAMES)
def test_a_fit_on_an_array_forgets_the_names(name):
    model = getattr(ours, name)().fit(FRAME, TARGET)
    assert not hasattr(model.fit(FRAME.to_numpy(), TARGET), "feature_names_in_")


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_set_output_names_the_features_that_lasso_keeps(kind):
    pipeline = make_pipeline(StandardScaler(), SelectFromModel(ours.Lasso(alpha=1.0)))
    frame = pipeline.set_output(transform=kind).fit_transform(as_frame(kind), TARGET.to_numpy())
    assert type(frame) is type(as_frame(kind))
    kept = pipeline[-1].estimator_
    names = kept.feature_names_in_[kept.coef_ != 0].tolist()
    assert 0 < len(names) < FRAME.shape[1]
    assert list(frame.columns) == names
    assert pipeline[-1].get_feature_names_out().tolist() == names


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_set_output_frames_go_through_a_pipeline(kind):
    pipeline = make_pipeline(StandardScaler(), ours.ElasticNet(alpha=0.1)).set_output(transform=kind)
    pipeline.fit(as_frame(kind), TARGET.to_numpy())
    assert pipeline[-1].feature_names_in_.tolist() == list(FRAME.columns)
    plain = make_pipeline(StandardScaler(), ours.ElasticNet(alpha=0.1)).fit(FRAME.to_numpy(), TARGET)
    assert_allclose(pipeline.predict(as_frame(kind)), plain.predict(FRAME.to_numpy()), rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, "Float64", "Int64", "boolean"])
def test_frames_of_other_number_types(dtype):
    numbers = (FRAME * 100).round()
    frame = (numbers > 0).astype(dtype) if dtype == "boolean" else numbers.astype(dtype)
    plain = ours.Lasso(alpha=0.1).fit(frame.to_numpy(dtype=float), TARGET)
    model = ours.Lasso(alpha=0.1).fit(frame, TARGET)
    assert model.coef_.dtype == (np.float32 if dtype is np.float32 else np.float64)
    assert_allclose(model.coef_, plain.coef_, rtol=1e-5 if dtype is np.float32 else 1e-9)


def test_a_path_knows_the_names_of_a_frame():
    for kind in ("pandas", "polars"):
        result = ours.lasso_path(as_frame(kind), TARGET.to_numpy(), alphas=5, return_result=True)
        assert result.feature_names == tuple(FRAME.columns)


def test_mixed_columns_through_a_column_transformer_that_returns_a_sparse_matrix():
    frame = FRAME.assign(age=pd.cut(FRAME["age"], 12).astype(str), s3=pd.cut(FRAME["s3"], 12).astype(str))
    rest = [c for c in frame.columns if c not in ("age", "s3")]
    found = []
    for model in both("Lasso", alpha=0.5):
        encode = make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["age", "s3"]),
            (StandardScaler(), rest),
            sparse_threshold=1.0,
        )
        found.append(make_pipeline(encode, model).fit(frame, TARGET))
    theirs, mine = found
    assert mine[:-1].transform(frame).format == "csr"
    assert_allclose(mine[-1].coef_, theirs[-1].coef_, rtol=0, atol=1e-5)
    assert_allclose(mine.predict(frame), theirs.predict(frame), **CLOSE)


# -- Ensembles and transformations


def test_products_of_features_with_more_columns_than_rows():
    X, y = DATA["wine"]
    X, y = X[::4], y[::4]
    expand = make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), StandardScaler())
    theirs, mine = (make_pipeline(clone(expand), m).fit(X, y) for m in both("Lasso", alpha=0.05))
    assert mine[-1].n_features_in_ > len(y)
    assert_allclose(mine.predict(X), theirs.predict(X), rtol=1e-5)


def test_ensembles_take_them_as_members():
    X, y = DATA["diabetes"]
    theirs, mine = (
        BaggingRegressor(m, n_estimators=3, random_state=0).fit(X, y).predict(X) for m in both("Lasso", alpha=0.1)
    )
    assert_allclose(mine, theirs, **CLOSE)
    theirs, mine = (
        StackingRegressor([("lasso", lasso), ("ridge", ridge)], final_estimator=module.Ridge(), cv=CUT)
        .fit(X, y)
        .predict(X)
        for module, lasso, ridge in zip((sk, ours), both("Lasso", alpha=0.1), both("Ridge", alpha=0.1), strict=True)
    )
    assert_allclose(mine, theirs, **CLOSE)


def test_float32_pipeline_stays_float32():
    X, y = DATA["diabetes"]
    pipeline = make_pipeline(StandardScaler(), ours.Lasso(alpha=1.0)).fit(X.astype(np.float32), y)
    assert pipeline[-1].coef_.dtype == np.float32
    assert pipeline.predict(X.astype(np.float32)).dtype == np.float32


def test_assume_finite_is_obeyed():
    X, y = DATA["diabetes"]
    with sklearn.config_context(assume_finite=True):
        model = ours.Lasso(alpha=0.1).fit(X, y)
    assert_array_equal(model.coef_, ours.Lasso(alpha=0.1).fit(X, y).coef_)


# -- Cross-validation of alpha


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name, parameters", [("LassoCV", {}), ("ElasticNetCV", {"l1_ratio": [0.5, 0.9]})])
def test_alpha_chosen_in_a_pipeline_is_scikit_learns(name, parameters, data):
    X, y = DATA[data]
    grid = {"cv": CUT, "eps": 1e-2, "alphas": 20, **parameters}
    theirs, mine = (
        make_pipeline(StandardScaler(), model).fit(X, y)
        for model in (getattr(sk, name)(**grid, **PRECISE), getattr(ours, name)(**grid))
    )
    assert_allclose(mine[-1].mse_path_, theirs[-1].mse_path_, rtol=1e-6)
    assert_allclose(mine[-1].alpha_, theirs[-1].alpha_, rtol=1e-9)
    assert_allclose(mine.predict(X), theirs.predict(X), **CLOSE)


@pytest.mark.parametrize("data", DATA)
def test_one_search_is_a_grid_search_over_fits(data):
    X, y = DATA[data]
    model = ours.ElasticNetCV(l1_ratio=[0.5, 1.0], alphas=[0.3, 0.1, 0.03], cv=CUT, standardize=True).fit(X, y)
    grid = {"l1_ratio": [0.5, 1.0], "alpha": [0.3, 0.1, 0.03]}
    search = GridSearchCV(ours.ElasticNet(standardize=True), grid, cv=CUT, scoring="neg_mean_squared_error").fit(X, y)
    assert search.best_params_ == {"alpha": model.alpha_, "l1_ratio": model.l1_ratio_}
    expected = -search.cv_results_["mean_test_score"].reshape(3, 2).T
    assert_allclose(model.mse_mean_, expected, rtol=1e-8)
    assert_allclose(model.coef_, search.best_estimator_.coef_, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("data", DATA)
def test_features_kept_by_one_standard_error_in_a_selection(data):
    X, y = DATA[data]
    selection = SelectFromModel(ours.LassoCV(rule="1se", standardize=True, cv=CUT)).fit(X, y)
    fewer = selection.get_support().sum()
    more = SelectFromModel(ours.LassoCV(standardize=True, cv=CUT)).fit(X, y).get_support().sum()
    assert 0 < fewer < more <= X.shape[1]


def test_a_stack_takes_them_as_members():
    X, y = DATA["diabetes"]
    members = [("lasso", ours.LassoCV(cv=3)), ("net", ours.ElasticNetCV(cv=3, criterion="bic"))]
    stack = StackingRegressor(members, final_estimator=ours.Ridge(), cv=CUT).fit(X, y)
    assert stack.score(X, y) > 0.4
