"""summary(): every number in it is what its docstring says, recomputed from X; and how it is shown."""

import copy
import pickle
import sys

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score

from sparsereg import (
    AdaptiveLassoCV,
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoCV,
    RelaxedLassoCV,
    Ridge,
    RidgeCV,
    Summary,
)

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(11)
N, P = 40, 12
X = RNG.normal(size=(N, P)) * np.linspace(0.5, 3.0, P) + np.linspace(-2.0, 2.0, P)
Y = X[:, 0] - 2.0 * X[:, 3] + 0.2 * X[:, 7] + RNG.normal(size=N) + 4.0
WEIGHTS = RNG.choice([0.0, 0.5, 2.0], size=N)
WIDE = RNG.normal(size=(N, 90)) + 1.0

MODELS = {
    "Lasso": Lasso(alpha=0.2),
    "ElasticNet": ElasticNet(alpha=0.2),
    "Ridge": Ridge(alpha=3.0),
    "LassoCV": LassoCV(alphas=20, cv=4),
    "LassoCV 1se": LassoCV(alphas=20, cv=4, rule="1se"),
    "LassoCV score": LassoCV(alphas=20, cv=4, scoring="r2"),
    "LassoCV bic": LassoCV(alphas=20, criterion="bic"),
    "LassoCV loo": LassoCV(alphas=20, criterion="loo"),
    "ElasticNetCV": ElasticNetCV(alphas=20, l1_ratio=[0.3, 0.9], cv=4),
    "AdaptiveLassoCV": AdaptiveLassoCV(alphas=20, cv=4),
    "RelaxedLassoCV": RelaxedLassoCV(alphas=20, cv=4),
    "RidgeCV": RidgeCV(),
    "RidgeCV folds": RidgeCV(alphas=[10.0, 0.1, 1.0], cv=4),
}
SEARCHES = [name for name in MODELS if "CV" in name]
DATA = {
    "dense": (X, Y),
    "F float32": (np.asfortranarray(X, dtype=np.float32), Y),
    "CSC": (sp.csc_array(np.where(X > 0, X, 0.0)), Y),
    "CSR": (sp.csr_array(np.where(X > 0, X, 0.0)), Y),
    "wide": (WIDE, WIDE[:, :3].sum(axis=1) + Y),
}
OPTIONS = {
    "plain": {},
    "standardize": {"standardize": True},
    "no intercept": {"fit_intercept": False},
    "no intercept, standardize": {"fit_intercept": False, "standardize": True},
}


def dense(X):
    return np.asarray(X.toarray() if sp.issparse(X) else X, dtype=float)


def assert_is_what_it_says(summary, model, X, y, weights, target=0):
    """Every number of a summary, from the coefficients and X."""
    X, s = dense(X), np.ones(len(y)) if weights is None else weights
    coef = np.atleast_2d(model.coef_)[target].astype(float)
    intercept = float(np.ravel(model.intercept_)[target]) if model.fit_intercept else 0.0
    y = np.asarray(y, dtype=float).reshape(len(y), -1)[:, target]
    mean, center = (np.average(values, axis=0, weights=s) if model.fit_intercept else 0.0 for values in (X, y))
    deviation = np.sqrt(np.average((X - mean) ** 2, axis=0, weights=s))
    expected = np.abs(coef * deviation)
    kept = np.flatnonzero(coef)
    assert (summary.n_samples, summary.n_features) == (np.count_nonzero(s), X.shape[1])
    assert summary.n_kept == len(kept) == len(summary.features)
    order = [int(name[1:]) for name in summary.features]
    assert sorted(order) == list(kept)
    assert_array_equal(summary.coef, coef[order])
    # the moments of float32 columns and of columns far from zero are rounded
    assert_allclose(np.abs(summary.standardized_coef), expected[order], rtol=1e-10)
    assert_array_equal(np.sign(summary.standardized_coef), np.sign(coef[order]))
    assert (np.diff(np.abs(summary.standardized_coef)) <= 0).all()
    assert summary.intercept == intercept
    residual = y - X @ coef - intercept
    explained = 1 - np.average(residual**2, weights=s) / np.average((y - center) ** 2, weights=s)
    # an intercept in float32 is rounded to 6e-8, which the residuals do not know
    assert_allclose(summary.r2, explained, atol=1e-10)
    unit = s.sum() if isinstance(model, (Ridge, RidgeCV)) else 0.5
    largest = unit * np.average((y - center) ** 2, weights=s)
    assert summary.gap == np.ravel(model.dual_gap_)[target]
    assert_allclose(summary.relative_gap * largest, summary.gap, rtol=1e-10)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["no weights", "weights"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
@pytest.mark.parametrize("name", ["Lasso", "Ridge", "LassoCV", "RidgeCV", "RelaxedLassoCV"])
def test_every_number_follows_from_the_coefficients_and_x(name, data, options, weights):
    model = clone(MODELS[name]).set_params(**options).fit(*data, sample_weight=weights)
    summary = model.summary(limit=None)
    assert_is_what_it_says(summary, model, *data, weights)
    assert summary.r2 > 0.1
    if options == {} and data[0].dtype == np.float64:
        assert_allclose(summary.r2, r2_score(data[1], model.predict(data[0]), sample_weight=weights))


@pytest.mark.parametrize("name", MODELS)
def test_the_penalty_and_what_chose_it(name):
    model = clone(MODELS[name]).fit(X, Y)
    summary = model.summary()
    searched = name in SEARCHES
    assert summary.model == type(model).__name__
    assert summary.penalty["alpha"] == (model.alpha_ if searched else model.alpha)
    assert summary.penalty.get("l1_ratio") == getattr(model, "l1_ratio_", model.get_params().get("l1_ratio"))
    assert summary.penalty.get("gamma") == getattr(model, "gamma_", model.get_params().get("gamma"))
    assert summary.rule == getattr(model, "rule", None)
    assert (summary.error is None) is not searched


@pytest.mark.parametrize("name", SEARCHES)
def test_the_loss_is_that_of_the_choice(name):
    model = clone(MODELS[name]).fit(X, Y)
    summary, result = model.summary(), model.cv_result_
    places = np.isclose(np.atleast_2d(result.alphas), model.alpha_, rtol=1e-15)
    if result.gammas is not None:
        places &= (result.gammas == model.gamma_)[:, None]
    if hasattr(model, "l1_ratio_"):
        places &= (result.l1_ratios == model.l1_ratio_)[:, None]
    (loss,) = np.atleast_2d(result.loss)[places]
    is_score = "score" in summary.error_name
    assert is_score == (name in ("LassoCV score", "RidgeCV folds"))
    assert summary.error == (-loss if is_score else loss)
    if result.loss_se is None:
        assert summary.error_se is None
        assert name == "LassoCV bic"
    else:
        assert [summary.error_se] == np.atleast_2d(result.loss_se)[places]
    if name == "LassoCV":
        place = list(model.alphas_).index(model.alpha_)
        assert (summary.error, summary.error_se) == (model.mse_mean_[place], model.mse_se_[place])


@pytest.mark.parametrize("name", MODELS)
def test_the_alpha_of_entry_is_the_largest_with_the_feature(name):
    model = clone(MODELS[name]).fit(X, Y)
    summary = model.summary(limit=None)
    if name not in SEARCHES or name.startswith("Ridge"):
        assert summary.entry is None
        return
    for feature, entry in zip(summary.features, summary.entry, strict=True):
        row = model.path_.coefs[[int(feature[1:])]].toarray()[0]
        assert entry == max(model.path_.alphas[row != 0])
    assert (summary.entry >= model.alpha_).all()


def test_a_row_of_weight_zero_is_not_there():
    kept = WEIGHTS > 0
    one = Lasso(alpha=0.2).fit(X, Y, WEIGHTS).summary()
    other = Lasso(alpha=0.2).fit(X[kept], Y[kept], WEIGHTS[kept]).summary()
    assert (one.n_samples, one.features) == (other.n_samples, other.features)
    assert_allclose([one.r2, *one.standardized_coef], [other.r2, *other.standardized_coef], rtol=1e-9)


@pytest.mark.parametrize("model", [Lasso(alpha=0.2), Ridge(), Ridge(alpha=[1.0, 50.0]), RidgeCV(alpha_per_target=True)])
def test_several_targets_have_a_summary_each(model):
    both = np.column_stack([Y, X[:, 5] + 0.3 * Y[::-1]])
    model = model.fit(X, both)
    for target in (0, 1):
        summary = model.summary(target=target)
        assert_is_what_it_says(summary, model, X, both, None, target)
        assert f"target {target} of 2" in str(summary)
        alpha = getattr(model, "alpha_", getattr(model, "alpha", None))
        assert summary.penalty["alpha"] == np.broadcast_to(alpha, 2)[target]
    assert str(model.summary()) == str(model.summary(target=0))
    with pytest.raises(ValueError, match=r"target must be in \[0, 1\], got 2"):
        model.summary(target=2)


def test_a_column_is_one_target():
    summary = Lasso(alpha=0.2).fit(X, Y[:, None]).summary()
    assert summary.target is None
    assert str(summary) == str(Lasso(alpha=0.2).fit(X, Y).summary())


def test_nothing_is_kept():
    model = Lasso(alpha=1e6).fit(X, Y)
    summary = model.summary()
    assert (summary.n_kept, summary.r2) == (0, 0.0)
    assert str(summary).endswith("no feature is kept")
    assert "no feature is kept" in summary._repr_html_()
    assert len(summary.to_pandas()) == 0
    constant = Lasso().fit(X, np.full(N, 3.0)).summary()
    assert (constant.r2, constant.relative_gap) == (0.0, 0.0)


def test_text_has_the_largest_features_and_counts_the_others():
    model = Ridge().fit(X, Y)
    lines = str(model.summary(limit=3)).splitlines()
    assert lines[0] == "Ridge: 40 samples, 12 features"
    assert lines[-1] == "... and 9 more"
    largest = np.argsort(-np.abs(model.coef_ * X.std(axis=0)))[:3]
    assert [line.split()[0] for line in lines[-4:-1]] == [f"x{j}" for j in largest]
    assert "more" not in str(model.summary(limit=None))
    assert "... and 12 more" in str(model.summary(limit=0))
    assert repr(model.summary(limit=3)) == "\n".join(lines)


def test_html_says_what_text_says_and_escapes_names():
    names = ["<script>alert(1)</script>", "a & b", *(f'"{j}"' for j in range(P - 2))]
    summary = Ridge().fit(pd.DataFrame(X, columns=names), Y).summary(limit=None)
    html = summary._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "a &amp; b" in html
    assert set(summary.features) == set(names)
    for tag in ("table", "tr", "td", "th", "tbody", "thead", "caption"):
        assert html.count(f"<{tag}>") == html.count(f"</{tag}>") > 0
    assert html.count("<tr>") == len(summary._facts()) + 1 + P
    for _, value in summary._facts():
        assert value in html


def test_scikit_learns_display_is_left_alone():
    assert "sk-" in Lasso().fit(X, Y)._repr_html_()


def test_pandas_gets_every_row():
    summary = LassoCV(alphas=20).fit(pd.DataFrame(X, columns=[f"f{j}" for j in range(P)]), Y).summary(limit=1)
    frame = summary.to_pandas()
    assert list(frame.columns) == ["coef", "standardized_coef", "entry"]
    assert tuple(frame.index) == summary.features
    assert_array_equal(frame["standardized_coef"], summary.standardized_coef)
    assert list(Ridge().fit(X, Y).summary().to_pandas().columns) == ["coef", "standardized_coef"]


def test_without_pandas_the_extra_is_named(monkeypatch):
    summary = Lasso().fit(X, Y).summary()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"scikit-sparsereg\[table\]"):
        summary.to_pandas()


@pytest.mark.parametrize("name", MODELS)
def test_copies_say_the_same_and_clones_are_not_fitted(name):
    model = clone(MODELS[name]).fit(X, Y)
    expected = str(model.summary())
    for other in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert str(other.summary()) == expected
    with pytest.raises(NotFittedError):
        clone(model).summary()


def test_a_model_of_an_older_release_says_so():
    model = Lasso().fit(X, Y)
    state = {name: value for name, value in model.__getstate__().items() if name != "_facts"}
    older = Lasso.__new__(Lasso)
    older.__setstate__(state)
    with pytest.raises(ValueError, match="this Lasso was fitted, or pickled, by a release of sparsereg that kept"):
        older.summary()


def test_nothing_of_x_is_kept():
    large = RNG.normal(size=(5000, 3))
    for model in (Lasso(alpha=0.1), Ridge(), LassoCV(alphas=5), RidgeCV()):
        model.fit(large, large @ np.ones(3))
        assert len(pickle.dumps(model)) < 10_000


def test_parameters_changed_after_fit_do_not_change_the_summary_of_a_single_fit():
    model = Lasso(alpha=0.2).fit(X, Y)
    expected = str(model.summary())
    assert str(model.set_params(alpha=5.0).summary()) == expected


@pytest.mark.parametrize("name", MODELS)
def test_the_summary_is_of_the_parameters_that_were_fitted(name):
    model = clone(MODELS[name]).fit(X, Y)
    expected, given = str(model.summary()), model.get_params()
    others = {"alpha": 9.0, "l1_ratio": 0.9, "gamma": 0.3, "rule": "1se", "scoring": "neg_mean_absolute_error"}
    model.set_params(**{key: other for key, other in others.items() if key in given and given[key] != other})
    assert str(model.summary()) == expected


def test_a_ridge_penalty_keeps_no_feature_out():
    alphas = [10.0, 0.1]
    model = ElasticNetCV(l1_ratio=[0.0, 0.5], alphas=alphas, rule=lambda result: (0, 1)).fit(X, Y)
    assert model.summary().entry is None
    model.set_params(rule=lambda result: (1, 1)).fit(X, Y)
    assert set(model.summary().entry) <= set(alphas)


def test_a_rule_of_the_users_is_named():
    def third(result):
        return 3

    assert LassoCV(alphas=10, rule=third).fit(X, Y).summary().rule == "third"


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"limit": -1}, ValueError, "limit must be >= 0, got -1"),
        ({"limit": 2.0}, TypeError, "limit must be None or an integer, got 2.0"),
        ({"limit": True}, TypeError, "limit must be None or an integer, got True"),
        ({"target": "a"}, TypeError, "target must be an integer, got 'a'"),
        ({"target": -1}, ValueError, r"target must be in \[0, 0\], got -1"),
    ],
)
def test_arguments_outside_their_rules(arguments, kind, message):
    with pytest.raises(kind, match=message):
        Lasso().fit(X, Y).summary(**arguments)


def test_a_summary_is_frozen():
    summary = Lasso().fit(X, Y).summary()
    assert isinstance(summary, Summary)
    with pytest.raises(AttributeError):
        summary.r2 = 1.0
