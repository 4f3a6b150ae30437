"""Signatures, parameters, tags and metadata: ours are estimators of scikit-learn as its own are."""

import inspect
import warnings

import numpy as np
import pytest
import sklearn
import sklearn.linear_model as sk
from drop_in import ADDED, NAMES, UNFINISHED, X, Y, fitted_attributes, pair, parameters_of
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

import sparsereg as ours

# No warning but those expected, from either side.
pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("name", NAMES)
def test_constructor_is_scikit_learns_with_keyword_only_additions(name):
    theirs, mine = (parameters_of(c) for c in (getattr(sk, name), getattr(ours, name)))
    shared = [p for p in mine if p in theirs]
    assert shared == list(theirs)
    for parameter in shared:
        assert mine[parameter].default == theirs[parameter].default
        assert mine[parameter].kind is theirs[parameter].kind
    added = {p: mine[p].default for p in mine if p not in theirs}
    assert added == {p: default for p, default in ADDED.items() if p not in theirs}
    assert all(mine[p].kind is inspect.Parameter.KEYWORD_ONLY for p in added)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["fit", "predict", "score"])
def test_method_signatures_are_scikit_learns(name, method):
    theirs, mine = (getattr(c, method) for c in (getattr(sk, name), getattr(ours, name)))
    assert str(inspect.signature(mine)) == str(inspect.signature(theirs))


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_of_scikit_learns_class_exists(name):
    theirs, mine = (dir(getattr(module, name)) for module in (sk, ours))
    assert {n for n in theirs if not n.startswith("_")} <= set(mine)


@pytest.mark.parametrize("name", NAMES)
def test_tags_are_scikit_learns(name):
    theirs, mine = (get_tags(model) for model in pair(name))
    # X is read by our own kernels, so that arrays of other libraries are not promised
    mine.array_api_support = theirs.array_api_support = False
    assert mine == theirs


@pytest.mark.parametrize("name", NAMES)
def test_warnings_of_fit_point_at_the_line_of_the_caller(name):
    model = getattr(ours, name)(alpha=1e-3, **UNFINISHED)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, Y)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_stored_as_given_and_survive_clone(name):
    cls = getattr(ours, name)
    given = {
        "alpha": np.float32(0.25),
        "penalty_factor": np.ones(5),
        "bounds": (np.zeros(5), 2),
        "standardize": True,
        "random_state": np.random.RandomState(0),
    }
    model = cls(**given)
    for parameter, value in given.items():
        assert model.get_params()[parameter] is value
    assert set(model.get_params()) == set(parameters_of(cls))
    copy = clone(model)
    assert type(copy) is cls
    assert copy.get_params()["alpha"] == 0.25
    np.testing.assert_array_equal(copy.get_params()["penalty_factor"], given["penalty_factor"])
    assert not fitted_attributes(clone(model.fit(X, Y)))
    assert model.set_params(alpha=3.0, bounds=None) is model
    assert (model.alpha, model.bounds) == (3.0, None)
    with pytest.raises(ValueError, match="Invalid parameter 'lambda_'"):
        model.set_params(lambda_=1)


@pytest.mark.parametrize("name", NAMES)
def test_fit_does_not_change_the_parameters(name):
    model = getattr(ours, name)(alpha=0.1, penalty_factor=np.arange(5.0), bounds=(-1, 1))
    before = model.get_params()
    model.fit(X, Y)
    assert all(model.get_params()[parameter] is value for parameter, value in before.items())


@pytest.mark.parametrize("name", NAMES)
def test_repr_shows_what_differs_from_the_default(name):
    theirs, mine = pair(name, alpha=0.5, positive=True)
    assert repr(mine) == repr(theirs)
    assert repr(getattr(ours, name)(bounds=(-1, 1))) == f"{name}(bounds=(-1, 1))"
    assert name in mine._repr_html_()


@pytest.mark.parametrize("name", NAMES)
def test_alpha_is_the_one_positional_parameter(name):
    cls = getattr(ours, name)
    assert cls(0.5).alpha == 0.5
    with pytest.raises(TypeError, match="positional"):
        cls(0.5, True)


@pytest.mark.parametrize("name", NAMES)
def test_predictions_need_a_fit_and_the_features_of_it(name):
    theirs, mine = pair(name)
    with pytest.raises(NotFittedError):
        mine.predict(X)
    for model in (theirs.fit(X, Y), mine.fit(X, Y)):
        with pytest.raises(ValueError, match=r"X has 3 features, but .* is expecting 5 features"):
            model.predict(X[:, :3])
        with pytest.raises(ValueError, match="contains NaN"):
            model.predict(np.full((2, 5), np.nan))


@pytest.mark.parametrize("name", NAMES)
def test_metadata_requests_are_scikit_learns(name):
    with sklearn.config_context(enable_metadata_routing=True):
        theirs, mine = pair(name)
        for method in ("fit", "score"):
            requests = [getattr(m.get_metadata_routing(), method).requests for m in (theirs, mine)]
            assert requests[0] == requests[1] == {"sample_weight": None}
        with pytest.raises(TypeError, match="check_input"):
            mine.set_fit_request(check_input=True)


@pytest.mark.parametrize("name", NAMES)
def test_sample_weights_are_routed_on_request_only(name):
    # weights that matter: the same rows with another target, all but switched off
    Xd, yd = np.vstack([X, X]), np.concatenate([Y, -Y])
    weights = np.concatenate([np.ones(30), np.full(30, 1e-12)])
    with sklearn.config_context(enable_metadata_routing=True):
        requested = getattr(ours, name)(alpha=0.1).set_fit_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), requested)
        routed = pipeline.fit(Xd, yd, sample_weight=weights)[-1]
        direct = getattr(ours, name)(alpha=0.1)
        direct.fit(StandardScaler().fit_transform(Xd), yd, sample_weight=weights)
        np.testing.assert_array_equal(routed.coef_, direct.coef_)
        ignored = make_pipeline(StandardScaler(), getattr(ours, name)(alpha=0.1)).fit(Xd, yd)[-1]
        assert np.abs(routed.coef_ - ignored.coef_).max() > 0.5

        silent = getattr(ours, name)(alpha=0.1)
        with pytest.raises(ValueError, match="sample_weight"):
            cross_val_score(silent, Xd, yd, params={"sample_weight": weights})
        search = GridSearchCV(requested.set_score_request(sample_weight=True), {"alpha": [0.1, 10.0]}, cv=3)
        search.fit(Xd, yd, sample_weight=weights)
        expected = getattr(ours, name)(**search.best_params_).fit(Xd, yd, sample_weight=weights)
        np.testing.assert_array_equal(search.best_estimator_.coef_, expected.coef_)
