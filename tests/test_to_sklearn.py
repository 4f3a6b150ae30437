"""to_sklearn(): an estimator of scikit-learn that predicts the same, and needs nothing of this package."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn.linear_model as sk
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sparsereg import AdaptiveLassoCV, ElasticNet, ElasticNetCV, Lasso, LassoCV, RelaxedLassoCV, Ridge, RidgeCV

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(3)
X = RNG.normal(size=(50, 6)) + 1.0
Y = X @ np.array([2.0, 0.0, -1.0, 0.0, 0.5, 0.0]) + RNG.normal(size=50)
TARGETS = np.column_stack([Y, -Y + X[:, 1]])

# Models with what they become
MODELS = {
    "Lasso": (Lasso(alpha=0.1), "Lasso"),
    "Lasso, all that is not scikit-learn's": (
        Lasso(
            alpha=0.1, standardize=True, penalty_factor=[1, 2, 0, 1, 1, np.inf], bounds=(-0.5, 3), solver="working_set"
        ),
        "Lasso",
    ),
    "Lasso with a Gram matrix": (Lasso(alpha=0.1, precompute=X.T @ X, fit_intercept=False), "Lasso"),
    "Lasso random": (Lasso(alpha=0.1, random_state=3, selection="random"), "Lasso"),
    "ElasticNet": (ElasticNet(alpha=0.1, l1_ratio=0.3, fit_intercept=False), "ElasticNet"),
    "Ridge": (Ridge(alpha=2.0, solver="active_set"), "Ridge"),
    "Ridge positive": (Ridge(alpha=2.0, positive=True), "Ridge"),
    "LassoCV": (LassoCV(alphas=20, rule="1se"), "Lasso"),
    "LassoCV bic": (LassoCV(alphas=20, criterion="bic"), "Lasso"),
    "LassoCV callable": (LassoCV(alphas=20, rule=lambda result: 7), "Lasso"),
    "ElasticNetCV": (ElasticNetCV(alphas=20, l1_ratio=[0.2, 0.7]), "ElasticNet"),
    "AdaptiveLassoCV": (AdaptiveLassoCV(alphas=20), "Lasso"),
    "RelaxedLassoCV": (RelaxedLassoCV(alphas=20), "Lasso"),
    "RidgeCV": (RidgeCV(), "Ridge"),
    "RidgeCV folds": (RidgeCV(cv=4), "Ridge"),
}


def fitted(name, X=X, y=Y, **others):
    model, expected = MODELS[name]
    model = clone(model).fit(X, y, **others)
    return model, model.to_sklearn(), expected


@pytest.mark.parametrize("name", MODELS)
def test_it_is_scikit_learns_and_predicts_the_same(name):
    model, theirs, expected = fitted(name)
    assert type(theirs) is getattr(sk, expected)
    assert_array_equal(theirs.predict(X), model.predict(X))
    assert_array_equal(theirs.predict(sp.csr_array(X)), model.predict(sp.csr_array(X)))
    assert theirs.score(X, Y) == model.score(X, Y)
    assert_array_equal(theirs.coef_, model.coef_)
    assert theirs.intercept_ == model.intercept_
    assert theirs.n_features_in_ == model.n_features_in_
    assert theirs.n_iter_ == model.n_iter_


@pytest.mark.parametrize("name", MODELS)
def test_it_has_what_scikit_learns_own_fit_leaves(name):
    _, theirs, _ = fitted(name)
    fresh = type(theirs)().fit(X, Y)
    assert {each for each in vars(fresh) if each.endswith("_")} <= set(vars(theirs))
    assert set(theirs.get_params()) == set(fresh.get_params())
    if hasattr(fresh, "sparse_coef_"):
        assert_array_equal(theirs.sparse_coef_.toarray()[0], theirs.coef_)


@pytest.mark.parametrize(
    "name", ["Lasso", "ElasticNet", "Ridge", "Ridge positive", "LassoCV", "ElasticNetCV", "RidgeCV"]
)
def test_scikit_learn_fits_it_again_to_the_same(name):
    model, theirs, _ = fitted(name)
    assert theirs.get_params()["alpha"] == getattr(model, "alpha_", getattr(model, "alpha", None))
    again = clone(theirs).set_params(tol=1e-12, max_iter=100_000).fit(X, Y)
    # a positive Ridge is solved by L-BFGS there
    assert_allclose(again.coef_, model.coef_, atol=1e-5 if name == "Ridge positive" else 1e-8)


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet", "Ridge", "RidgeCV"])
def test_several_targets(name):
    model, theirs, _ = fitted(name, y=TARGETS)
    assert_array_equal(theirs.predict(X), model.predict(X))
    assert theirs.predict(X).shape == TARGETS.shape
    assert_array_equal(theirs.coef_, model.coef_)


def test_a_penalty_for_each_target_carries_over():
    model = RidgeCV(alphas=np.logspace(-3, 3, 9), alpha_per_target=True).fit(X, TARGETS)
    theirs = model.to_sklearn()
    assert_array_equal(theirs.alpha, model.alpha_)
    assert_allclose(clone(theirs).fit(X, TARGETS).coef_, model.coef_, atol=1e-8)


@pytest.mark.parametrize("name", ["Lasso", "Ridge", "LassoCV", "RidgeCV"])
def test_float32_stays(name):
    single = X.astype(np.float32)
    model, theirs, _ = fitted(name, X=single)
    assert theirs.coef_.dtype == np.float32
    assert_array_equal(theirs.predict(single), model.predict(single))


@pytest.mark.parametrize("name", MODELS)
def test_names_of_features_are_checked(name):
    frame = pd.DataFrame(X, columns=list("abcdef"))
    model, theirs, _ = fitted(name, X=frame)
    assert_array_equal(theirs.feature_names_in_, model.feature_names_in_)
    assert_array_equal(theirs.predict(frame), model.predict(frame))
    with pytest.raises(ValueError, match="feature names should match"):
        theirs.predict(frame[list("fedcba")])


@pytest.mark.parametrize("name", MODELS)
def test_neither_model_changes_with_the_other(name):
    model, theirs, _ = fitted(name)
    before = copy.deepcopy(model.coef_), model.get_params()
    theirs.coef_ *= 2.0
    theirs.set_params(alpha=7.0)
    assert_array_equal(model.coef_, before[0])
    assert model.get_params() == before[1]


def test_parameters_are_not_shared():
    state, alpha = np.random.RandomState(0), np.array([1.0, 2.0])
    assert Lasso(random_state=state).fit(X, Y).to_sklearn().random_state is not state
    theirs = Ridge(alpha=alpha).fit(X, TARGETS).to_sklearn()
    theirs.alpha[:] = 0.0
    assert alpha.tolist() == [1.0, 2.0]


def test_it_loads_where_this_package_cannot_be_imported(tmp_path):
    models = [fitted(name)[:2] for name in MODELS]
    models += [fitted("Ridge", y=TARGETS)[:2]]
    with open(tmp_path / "models", "wb") as file:
        pickle.dump(([theirs for _, theirs in models], X), file)
    program = f"""
import pickle, sys
sys.modules["sparsereg"] = None
with open({str(tmp_path / "models")!r}, "rb") as file:
    models, X = pickle.load(file)
with open({str(tmp_path / "predictions")!r}, "wb") as file:
    pickle.dump([model.predict(X) for model in models], file)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    with open(tmp_path / "predictions", "rb") as file:
        found = pickle.load(file)
    for (model, _), predictions in zip(models, found, strict=True):
        assert_array_equal(predictions, model.predict(X))


def test_a_model_that_is_not_fitted():
    with pytest.raises(NotFittedError):
        Lasso().to_sklearn()
