"""LassoCV and ElasticNetCV among scikit-learn's tools: metadata, pipelines, searches, copies, threads, frames."""

import inspect
import pickle
import threading

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
import sklearn.linear_model as sk
from joblib import Parallel, delayed
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.feature_selection import SelectFromModel
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import check_random_state, get_tags

import sparsereg as ours
from sparsereg.model_selection import plan
from sparsereg.model_selection.fold_fits import FoldFits

pytestmark = pytest.mark.filterwarnings("error")

NAMES = ["LassoCV", "ElasticNetCV"]
RNG = np.random.default_rng(5)
X = RNG.normal(size=(60, 6))
Y = X @ np.array([3.0, 0.0, -2.0, 0.0, 0.0, 1.0]) + RNG.normal(size=60)
WEIGHTS = RNG.uniform(0.5, 2.0, size=60)
GROUPS = np.arange(60) % 7
BY_GROUPS = GroupKFold(3)
ADDED = {
    "n_alphas": None,
    "rule": "min",
    "criterion": "cv",
    "scoring": None,
    "standardize": False,
    "penalty_factor": None,
    "bounds": None,
    "solver": "auto",
    "extend_grid": False,
    "max_features": None,
    "min_improvement": None,
    "patience": 10,
    "store_fold_coefs": False,
}
# What a fit leaves, to be compared bit for bit
FOUND = ("alphas_", "mse_path_", "alpha_", "alpha_1se_", "coef_", "intercept_", "dual_gap_")


def make(name, **parameters):
    return getattr(ours, name)(**{"alphas": 20, **parameters})


def same(one, other):
    for attribute in FOUND:
        assert_array_equal(getattr(one, attribute), getattr(other, attribute), err_msg=attribute)


@pytest.fixture(params=[False, True], ids=["no routing", "routing"])
def routing(request):
    with sklearn.config_context(enable_metadata_routing=request.param):
        yield request.param


# -- Signatures and tags


@pytest.mark.parametrize("name", NAMES)
def test_constructor_is_scikit_learns_with_keyword_only_additions(name):
    theirs, mine = (inspect.signature(getattr(module, name)).parameters for module in (sk, ours))
    assert [p for p in mine if p in theirs and p != "n_alphas"] == list(theirs)
    assert {p: mine[p].default for p in theirs} == {p: theirs[p].default for p in theirs}
    assert {p: mine[p].default for p in mine if p not in theirs} == ADDED
    assert {p.kind for p in mine.values()} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", NAMES)
def test_public_names_and_tags_are_scikit_learns(name):
    theirs, mine = (getattr(module, name) for module in (sk, ours))
    assert {n for n in dir(theirs) if not n.startswith("_")} <= set(dir(mine))
    assert list(inspect.signature(mine.fit).parameters)[:4] == ["self", "X", "y", "sample_weight"]
    expected, tags = get_tags(theirs()), get_tags(mine())
    # X is read by our own kernels, so that arrays of other libraries are not promised
    expected.array_api_support = tags.array_api_support = False
    assert tags == expected


# -- Groups and other metadata


@pytest.mark.parametrize("name", NAMES)
def test_groups_are_passed_plainly(name, routing):
    expected = make(name, cv=list(BY_GROUPS.split(X, Y, GROUPS))).fit(X, Y, WEIGHTS)
    for model in (
        make(name, cv=BY_GROUPS).fit(X, Y, sample_weight=WEIGHTS, groups=GROUPS),
        make(name, cv=BY_GROUPS).fit(X, Y, WEIGHTS, GROUPS),
        make(name, cv=BY_GROUPS).fit(X, Y, WEIGHTS, pd.Series(GROUPS)),
    ):
        same(model, expected)
    assert expected.alpha_ != make(name, cv=3).fit(X, Y, WEIGHTS).alpha_


@pytest.mark.parametrize("name", NAMES)
def test_groups_pass_through_a_pipeline(name, routing):
    expected = make(name, cv=list(BY_GROUPS.split(X, Y, GROUPS))).fit(X, Y)
    pipeline = make_pipeline(FunctionTransformer(), make(name, cv=BY_GROUPS))
    step = pipeline.steps[-1][0]
    pipeline.fit(X, Y, **{"groups" if routing else f"{step}__groups": GROUPS})
    same(pipeline[-1], expected)


@pytest.mark.parametrize("name", NAMES)
def test_groups_pass_through_a_grid_search(name, routing):
    outer, grid = GroupKFold(2), {"positive": [False, True]}
    if routing:
        search = GridSearchCV(make(name, cv=BY_GROUPS), grid, cv=outer).fit(X, Y, groups=GROUPS)
        found = search.best_estimator_
    else:
        # without routing a search keeps groups for its own splitter
        pipeline = make_pipeline(FunctionTransformer(), make(name, cv=BY_GROUPS))
        step = pipeline.steps[-1][0]
        search = GridSearchCV(pipeline, {f"{step}__positive": [False, True]}, cv=outer)
        found = search.fit(X, Y, groups=GROUPS, **{f"{step}__groups": GROUPS}).best_estimator_[-1]
    expected = make(name, cv=list(BY_GROUPS.split(X, Y, GROUPS)), positive=found.positive).fit(X, Y)
    same(found, expected)
    for k, (train, test) in enumerate(outer.split(X, Y, GROUPS)):
        inner = make(name, cv=list(BY_GROUPS.split(X[train], Y[train], GROUPS[train]))).fit(X[train], Y[train])
        assert search.cv_results_[f"split{k}_test_score"][0] == inner.score(X[test], Y[test])


@pytest.mark.parametrize("name", NAMES)
def test_missing_groups_are_asked_for(name, routing):
    with pytest.raises(ValueError, match="cv cannot split X with n_samples=60: The 'groups' parameter should not be"):
        make(name, cv=BY_GROUPS).fit(X, Y)


def test_groups_that_no_splitter_takes_are_an_error_with_routing_as_in_scikit_learn():
    with sklearn.config_context(enable_metadata_routing=True):
        for model in (sk.LassoCV(cv=3), ours.LassoCV(cv=3)):
            with pytest.raises(TypeError, match=r"unexpected argument\(s\) {'groups'}"):
                model.fit(X, Y, groups=GROUPS)
    with pytest.warns(UserWarning, match="groups parameter is ignored by KFold"):
        ours.LassoCV(cv=3).fit(X, Y, groups=GROUPS)


def test_metadata_that_nothing_takes_are_an_error():
    with pytest.raises(ValueError, match=r"only supported if enable_metadata_routing=True.* Got colour"):
        ours.LassoCV().fit(X, Y, colour=1)
    routed, message = sklearn.config_context(enable_metadata_routing=True), r"unexpected argument\(s\) {'colour'}"
    with routed, pytest.raises(TypeError, match=message):
        ours.LassoCV().fit(X, Y, colour=1)


class HalvesOf(KFold):
    """Two folds, divided by metadata of its own name."""

    __metadata_request__split = {"halves": True}

    def split(self, X, y=None, groups=None, halves=None):
        for value in (False, True):
            yield np.flatnonzero(halves == value), np.flatnonzero(halves != value)


@pytest.mark.parametrize("name", NAMES)
def test_metadata_of_other_names_are_routed_to_the_splitter(name):
    halves = np.arange(60) % 3 == 0
    expected = make(name, cv=[(np.flatnonzero(~halves), np.flatnonzero(halves))]).fit(X, Y)
    with sklearn.config_context(enable_metadata_routing=True):
        model = make(name, cv=HalvesOf(2)).fit(X, Y, halves=halves)
        through = make_pipeline(make(name, cv=HalvesOf(2))).fit(X, Y, halves=halves)[-1]
    assert_array_equal(model.mse_path_[:, [0]], expected.mse_path_)
    same(model, through)


@pytest.mark.parametrize("name", NAMES)
def test_sample_weights_are_requested_as_scikit_learns(name):
    with sklearn.config_context(enable_metadata_routing=True):
        theirs, mine = (getattr(module, name)(cv=3) for module in (sk, ours))
        assert list(inspect.signature(mine.set_score_request).parameters) == list(
            inspect.signature(theirs.set_score_request).parameters
        )
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            make_pipeline(mine).fit(X, Y, sample_weight=WEIGHTS)
        with pytest.raises(TypeError, match="groups"):
            mine.set_fit_request(groups=True)
        requested = make(name, cv=3).set_fit_request(sample_weight=True)
        routed = make_pipeline(requested).fit(X, Y, sample_weight=WEIGHTS)[-1]
    same(routed, make(name, cv=3).fit(X, Y, sample_weight=WEIGHTS))


@pytest.mark.parametrize("name", NAMES)
def test_held_out_data_pass_through_a_pipeline(name, routing):
    held_out = {"X_val": X[:20], "y_val": Y[:20], "sample_weight_val": WEIGHTS[:20]}
    expected = make(name, criterion="validation").fit(X[20:], Y[20:], **held_out)
    model = make(name, criterion="validation")
    if routing:
        model.set_fit_request(X_val=True, y_val=True, sample_weight_val=True)
    pipeline = make_pipeline(FunctionTransformer(), model)
    step = "" if routing else f"{pipeline.steps[-1][0]}__"
    pipeline.fit(X[20:], Y[20:], **{step + argument: value for argument, value in held_out.items()})
    assert_array_equal(pipeline[-1].mse_path_, expected.mse_path_)
    assert_array_equal(pipeline[-1].coef_, expected.coef_)


@pytest.mark.parametrize("name", NAMES)
def test_an_iterator_of_splits_is_not_used_up_before_the_fit(name, routing):
    expected = make(name, cv=3).fit(X, Y)
    model = make(name, cv=(split for split in KFold(3).split(X)))
    same(make_pipeline(FunctionTransformer(), model).fit(X, Y)[-1], expected)


# -- Copies


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_stored_as_given_and_survive_clone_and_fit(name):
    given = {
        "alphas": np.array([0.1, 1.0]),
        "cv": KFold(3),
        "rule": np.argmin,
        "penalty_factor": np.ones(6),
        "bounds": (np.zeros(6), 2),
        "random_state": np.random.RandomState(0),
    }
    model = getattr(ours, name)(**given)
    assert all(model.get_params()[parameter] is value for parameter, value in given.items())
    model.set_params(rule="1se").fit(X, Y)
    assert all(model.get_params()[parameter] is value for parameter, value in given.items() if parameter != "rule")
    copy = clone(model)
    assert not [attribute for attribute in vars(copy) if attribute.endswith("_")]
    same(copy.fit(X, Y), model)
    with pytest.raises(ValueError, match="Invalid parameter 'selection_rule'"):
        model.set_params(selection_rule="1se")


@pytest.mark.parametrize("name", NAMES)
def test_a_pickle_is_the_model(name):
    model = make(name, rule="1se", scoring="r2", store_fold_coefs=True, n_jobs=2).fit(X, Y, WEIGHTS)
    copy = pickle.loads(pickle.dumps(model))
    same(copy, model)
    assert_array_equal(copy.predict(X), model.predict(X))
    for attribute in ("score_path_", "fold_coefs_", "mse_mean_", "mse_se_"):
        assert_array_equal(getattr(copy, attribute), getattr(model, attribute))
    assert_array_equal(copy.path_.coefs.toarray(), model.path_.coefs.toarray())
    assert copy.cv_result_.criterion == "cv"


@pytest.mark.parametrize("name", NAMES)
def test_repr_shows_what_differs_from_the_default(name):
    assert repr(getattr(ours, name)(rule="1se", cv=3)) == f"{name}(cv=3, rule='1se')"
    for model in (getattr(ours, name)(), make(name).fit(X, Y)):
        assert name in model._repr_html_()


@pytest.mark.parametrize("name", NAMES)
def test_before_the_fit_there_is_nothing(name):
    model = getattr(ours, name)()
    with pytest.raises(NotFittedError):
        model.predict(X)
    for attribute in (*FOUND, "cv_result_", "path_", "mse_mean_", "mse_se_", "fold_coefs_", "score_path_"):
        assert not hasattr(model, attribute)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        _ = model.mse_path_


@pytest.mark.parametrize("name", NAMES)
def test_a_second_fit_leaves_nothing_of_the_first(name):
    model = make(name, store_fold_coefs=True, scoring="r2").fit(pd.DataFrame(X).add_prefix("x"), Y)
    model.set_params(store_fold_coefs=False, scoring=None, criterion="bic").fit(X[:, :4], Y)
    fresh = make(name, criterion="bic").fit(X[:, :4], Y)
    assert vars(model).keys() == vars(fresh).keys()
    for attribute in ("fold_coefs_", "score_path_", "mse_path_", "alpha_1se_", "feature_names_in_"):
        assert not hasattr(model, attribute)
    assert_array_equal(model.coef_, fresh.coef_)


# -- Searches, selection, frames


@pytest.mark.parametrize("name", NAMES)
def test_cross_validation_of_a_cross_validated_estimator(name):
    found = cross_val_score(make(name), X, Y, cv=KFold(3))
    for score, (train, test) in zip(found, KFold(3).split(X), strict=True):
        assert score == make(name).fit(X[train], Y[train]).score(X[test], Y[test])


def test_a_search_over_its_parameters():
    grid = {"rule": ["min", "1se"], "criterion": ["cv", "loo"], "standardize": [False, True]}
    search = GridSearchCV(make("LassoCV"), grid, cv=3).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    expected = make("LassoCV", **search.best_params_).fit(X, Y)
    assert_array_equal(search.best_estimator_.coef_, expected.coef_)


def test_select_from_model_takes_exact_zeros_where_there_is_no_ridge():
    # scikit-learn looks at the l1_ratio_ of the estimator that it was given: it must be fitted
    elastic_net = make("ElasticNetCV", l1_ratio=[1.0], rule="1se").fit(X, Y)
    for select in (SelectFromModel(make("LassoCV", rule="1se")), SelectFromModel(elastic_net, prefit=True)):
        select.fit(X, Y)
        assert select.threshold_ == 1e-5
        assert_array_equal(select.get_support(), select.estimator_.coef_ != 0)
    select = SelectFromModel(make("ElasticNetCV", l1_ratio=[0.5])).fit(X, Y)
    assert select.threshold_ == np.abs(select.estimator_.coef_).mean()


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
@pytest.mark.parametrize("name", NAMES)
def test_frames_are_the_array_with_names(name, frame):
    named = frame({f"x{j}": X[:, j] for j in range(6)})
    model = make(name, cv=KFold(3, shuffle=True, random_state=0)).fit(named, Y, sample_weight=list(WEIGHTS))
    plain = make(name, cv=KFold(3, shuffle=True, random_state=0)).fit(X, Y, sample_weight=WEIGHTS)
    assert_allclose(model.coef_, plain.coef_, rtol=1e-12)
    assert model.feature_names_in_.tolist() == list(model.path_.feature_names) == [f"x{j}" for j in range(6)]
    assert_allclose(model.predict(named), plain.predict(X), rtol=1e-12)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame({f"z{j}": X[:, j] for j in range(6)}))


@pytest.mark.parametrize("kind, frame", [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_set_output_frames_go_through_a_pipeline(kind, frame):
    named = frame({f"x{j}": X[:, j] for j in range(6)})
    steps = StandardScaler(), SelectFromModel(make("LassoCV", rule="1se")), make("ElasticNetCV")
    pipeline = make_pipeline(*steps).set_output(transform=kind).fit(named, Y)
    kept = pipeline[1].estimator_
    assert pipeline[-1].feature_names_in_.tolist() == kept.feature_names_in_[kept.coef_ != 0].tolist()
    plain = make_pipeline(*map(clone, steps)).set_output(transform="default").fit(X, Y)
    assert_allclose(pipeline.predict(named), plain.predict(X), rtol=1e-12)


# -- Threads and processes


@pytest.mark.parametrize("data", ["tall", "wide"])
@pytest.mark.parametrize("solver", ["auto", "active_set", "working_set", "coordinate_descent"])
@pytest.mark.parametrize("name", NAMES)
def test_the_number_of_threads_does_not_change_a_bit(name, solver, data, monkeypatch):
    # as many as n_jobs asks for, also where BLAS may use one only
    monkeypatch.setattr("sparsereg.model_selection.plan.n_processors", lambda: 8)
    rng = np.random.default_rng(1)
    Xd = rng.normal(size=(120, 30) if data == "tall" else (40, 150))
    yd = Xd[:, :5].sum(axis=1) + rng.normal(size=len(Xd))
    one, two, all_of_them = (make(name, solver=solver, n_jobs=n_jobs).fit(Xd, yd) for n_jobs in (None, 2, 5))
    same(one, two)
    same(one, all_of_them)


@pytest.mark.parametrize("options", [{}, {"max_features": 4}, {"eps": 0.1, "extend_grid": True}], ids=str)
@pytest.mark.parametrize("shape", [(120, 30), (40, 150)])
@pytest.mark.parametrize("name", NAMES)
def test_without_n_jobs_folds_take_the_threads_of_blas_and_change_no_bit(name, shape, options, monkeypatch):
    rng = np.random.default_rng(1)
    Xd = rng.normal(size=shape)
    yd = Xd[:, :5].sum(axis=1) + rng.normal(size=len(Xd))
    seen, outcome = set(), FoldFits._outcome

    def spy(self, *arguments):
        seen.add(threading.current_thread())
        return outcome(self, *arguments)

    monkeypatch.setattr(FoldFits, "_outcome", spy)
    monkeypatch.setattr(plan, "n_threads", lambda: 3)
    few = make(name, **options).fit(Xd, yd)  # too little work for more than one
    assert seen == {threading.main_thread()}
    monkeypatch.setattr(plan, "WORTHWHILE", 0.0)
    same(few, make(name, **options).fit(Xd, yd))
    assert len(seen) > 1
    seen.clear()
    monkeypatch.setattr(plan, "is_within_budget", lambda _: False)
    same(few, make(name, **options).fit(Xd, yd))
    assert seen == {threading.main_thread()}


def test_the_order_of_threads_does_not_change_the_order_of_coordinates(monkeypatch):
    monkeypatch.setattr("sparsereg.model_selection.plan.n_processors", lambda: 8)
    options = {"solver": "coordinate_descent", "selection": "random", "random_state": 3, "alphas": 10}
    one, again, two = (ours.LassoCV(n_jobs=n_jobs, **options).fit(X, Y) for n_jobs in (1, 1, 4))
    same(one, again)
    same(one, two)
    other = ours.LassoCV(**{**options, "random_state": 4}).fit(X, Y)
    assert np.abs(other.mse_path_ - one.mse_path_).max() > 0


def test_the_generator_of_numpy_is_left_alone():
    before = check_random_state(None).get_state()[1].copy()
    make("LassoCV", cv=3, n_jobs=2).fit(X, Y)
    assert_array_equal(check_random_state(None).get_state()[1], before)


@pytest.mark.parametrize("prefer", ["processes", "threads"])
def test_fits_side_by_side(prefer):
    fits = [make("LassoCV", cv=cv, n_jobs=2, solver=solver) for cv in (3, 4) for solver in ("auto", "working_set")]
    fits.append(GridSearchCV(make("LassoCV"), {"rule": ["min", "1se"]}, cv=3))
    found = Parallel(n_jobs=2, prefer=prefer)(delayed(model.fit)(X, Y) for model in fits)
    alone = [clone(model).fit(X, Y) for model in fits]
    # code that was compiled in one process and found on disk by another may round its sums in another order
    close = 1e-12 if prefer == "processes" else 0
    for model, expected in zip(found[:-1], alone[:-1], strict=True):
        for attribute in FOUND:
            one, other = getattr(model, attribute), getattr(expected, attribute)
            assert_allclose(one, other, rtol=close, atol=close, err_msg=attribute)
    scores = [one.cv_results_["mean_test_score"] for one in (found[-1], alone[-1])]
    assert_allclose(*scores, rtol=close)
