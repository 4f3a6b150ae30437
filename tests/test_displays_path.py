"""What `PathDisplay` draws: the lines are the path, the marks are where the choices are, no name covers another."""

import re
import sys
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from matplotlib.figure import Figure
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sparsereg import ElasticNet, ElasticNetCV, Lasso, LassoCV, Ridge, RidgeCV, enet_path, lasso_path, ridge_path
from sparsereg.displays import PathDisplay

X, Y = load_diabetes(return_X_y=True, as_frame=True)
X, Y = X.iloc[:150], Y.iloc[:150]
MODEL = LassoCV(cv=4, alphas=30).fit(X, Y)


def axes(width=6.4, height=4.8):
    return Figure(figsize=(width, height)).subplots()


def drawn(display):
    """Every line that stands for a feature, (m, K), the coloured ones first."""
    coloured = [line.get_ydata() for line in display.lines_]
    grey = [] if display.others_ is None else [path.vertices[:, 1] for path in display.others_.get_paths()]
    return np.array([*coloured, *grey])


def wide(n_samples=60, n_features=5000, seed=0):
    generator = np.random.default_rng(seed)
    design = generator.standard_normal((n_samples, n_features))
    return design, design[:, :20] @ generator.standard_normal(20) + generator.standard_normal(n_samples)


@pytest.mark.parametrize("x", ["log_alpha", "l1_norm", "deviance"])
def test_the_lines_are_the_path(x):
    display = PathDisplay.from_estimator(MODEL, x=x, ax=axes())
    alphas, coefs, _ = lasso_path(X - X.mean(), Y - Y.mean(), alphas=30)
    expected = {
        "log_alpha": alphas,
        "l1_norm": np.abs(coefs).sum(axis=0),
        "deviance": 1
        - ((Y - Y.mean()).to_numpy()[:, None] - (X - X.mean()).to_numpy() @ coefs).var(axis=0) / Y.var(ddof=0),
    }[x]
    kept = np.flatnonzero(np.abs(coefs).max(axis=1))
    assert sorted(display.features_) == list(kept)
    assert len(display.lines_) == len(kept) and display.others_ is None
    for feature, line in zip(display.features_, display.lines_, strict=True):
        np.testing.assert_allclose(line.get_ydata(), coefs[feature], rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(line.get_xdata(), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("x", ["log_alpha", "l1_norm", "deviance"])
def test_the_penalty_falls_from_left_to_right(x):
    display = PathDisplay.from_estimator(MODEL, x=x, ax=axes())
    left, right = display.ax_.transData.transform(
        [(line.get_xdata()[k], 0) for line in display.lines_[:1] for k in (0, -1)]
    )
    assert left[0] < right[0]


@pytest.mark.parametrize("x", ["log_alpha", "l1_norm", "deviance"])
def test_the_chosen_alphas_are_marked(x):
    display = PathDisplay.from_estimator(MODEL, x=x, ax=axes())
    assert list(display.marks_) == ["min", "1se"]
    for name, alpha in (("min", MODEL.alpha_min_), ("1se", MODEL.alpha_1se_)):
        k = int(np.flatnonzero(MODEL.path_.alphas == alpha)[0])
        expected = {
            "log_alpha": alpha,
            "l1_norm": np.abs(MODEL.path_.at(alpha)[0]).sum(),
            "deviance": MODEL.path_.r2[k],
        }[x]
        np.testing.assert_allclose(display.marks_[name].get_xdata(), expected)
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert [re.search(r"\((\d+) features?\)", text)[1] for text in texts] == [
        str(np.count_nonzero(MODEL.path_.at(alpha)[0])) for alpha in (MODEL.alpha_min_, MODEL.alpha_1se_)
    ]


def test_what_the_rule_took_comes_first_and_a_choice_of_neither_rule_has_a_name():
    by_rule = PathDisplay.from_estimator(clone(MODEL).set_params(rule="1se").fit(X, Y), ax=axes())
    assert list(by_rule.marks_) == ["1se", "min"]
    own = clone(MODEL).set_params(rule=lambda result: 2).fit(X, Y)
    display = PathDisplay.from_estimator(own, ax=axes())
    assert list(display.marks_) == ["chosen", "min", "1se"]
    assert display.marks_["chosen"].get_xdata()[0] == own.alphas_[2]


def test_the_axis_above_counts_features():
    display = PathDisplay.from_estimator(MODEL, ax=axes())
    counts = dict(zip(MODEL.path_.alphas, MODEL.path_.df, strict=True))
    ticks = display.count_axis_.get_xticks()
    texts = [label.get_text() for label in display.count_axis_.get_xticklabels()]
    assert len(ticks) >= 4
    assert texts == [str(counts[tick]) for tick in ticks]
    assert display.count_axis_.get_xlabel() == "number of features"


@pytest.mark.parametrize("n_labels", [0, 1, 4, 10])
def test_names_are_those_of_the_largest_coefficients_where_alpha_was_chosen(n_labels):
    display = PathDisplay.from_estimator(MODEL, n_labels=n_labels, ax=axes())
    ranked = X.columns[np.argsort(-np.abs(MODEL.coef_), kind="stable")]
    n_kept = np.count_nonzero(MODEL.coef_)
    texts = {text.get_text() for text in display.labels_}
    assert len(display.labels_) == len(display.leaders_) == len(texts) == min(n_labels, len(display.lines_))
    assert set(ranked[: min(n_labels, n_kept)]) <= texts


@pytest.mark.parametrize("size", [(6.4, 4.8), (3.3, 2.4), (2, 1.5)])
@pytest.mark.parametrize("names", [None, "long", "equal"])
def test_names_do_not_overlap_and_are_inside_the_axes_beside_their_lines(size, names):
    design, target = wide(n_features=40)
    names = {None: None, "long": [f"{j} of a name\n that has no end " * 9 for j in range(40)], "equal": ["x"] * 40}[
        names
    ]
    model = Lasso(alpha=0.1).fit(design, target)
    display = PathDisplay.from_estimator(model, design, target, n_labels=30, feature_names=names, ax=axes(*size))
    display.figure_.draw_without_rendering()
    boxes = [text.get_window_extent() for text in display.labels_]
    frame = display.ax_.get_window_extent()
    end = max(display.ax_.transData.transform((line.get_xdata()[-1], 0))[0] for line in display.lines_)
    assert len(boxes) >= 3
    for upper, lower in pairwise(boxes):
        assert upper.y0 >= lower.y1 - 1
    for box in boxes:
        assert end < box.x0 and box.x1 <= frame.x1 + 1
        assert frame.y0 - 3 <= box.y0 and box.y1 <= frame.y1 + 3
    # in the order of the ends of the lines
    ends = [leader.get_ydata()[0] for leader in display.leaders_]
    heights = [leader.get_ydata()[1] for leader in display.leaders_]
    assert np.all(np.diff(np.array(heights)[np.argsort(ends)]) > 0)


@pytest.mark.parametrize(
    "model, path",
    [
        (
            Lasso(alpha=0.3, positive=True),
            lambda alphas: lasso_path(X, Y, alphas=alphas, positive=True, fit_intercept=True),
        ),
        (
            ElasticNet(alpha=0.02, l1_ratio=0.4, standardize=True, penalty_factor=np.arange(10.0), fit_intercept=False),
            lambda alphas: enet_path(
                X, Y, alphas=alphas, l1_ratio=0.4, standardize=True, penalty_factor=np.arange(10.0)
            ),
        ),
        (
            ElasticNet(alpha=0.001, l1_ratio=0.0),
            lambda alphas: enet_path(X, Y, alphas=alphas, l1_ratio=0.0, fit_intercept=True),
        ),
        (Lasso(alpha=0), lambda alphas: lasso_path(X, Y, alphas=alphas, fit_intercept=True)),
        (Lasso(alpha=1e4), lambda alphas: lasso_path(X, Y, alphas=alphas, fit_intercept=True)),
        (Lasso(alpha=1e-5), lambda alphas: lasso_path(X, Y, alphas=alphas, fit_intercept=True)),
        (
            Ridge(alpha=0.3, bounds=(-100, 300)),
            lambda alphas: ridge_path(X, Y, alphas, bounds=(-100, 300), fit_intercept=True),
        ),
    ],
)
def test_an_estimator_without_a_path_gets_that_of_its_parameters(model, path):
    model.fit(X, Y)
    display = PathDisplay.from_estimator(model, X, Y, ax=axes())
    alphas = display.path.alphas
    assert model.alpha in alphas and len(alphas) >= 100
    np.testing.assert_allclose(display.path.coefs.toarray(), path(alphas)[1], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(display.path.at(model.alpha)[0], model.coef_, rtol=1e-6, atol=1e-6)
    assert list(display.marks_) == ["chosen"]
    every = np.concatenate([line.get_xydata().ravel() for line in [*display.lines_, *display.marks_.values()]])
    assert np.isfinite(every).all()


def test_a_ridge_path_that_is_computed_holds_all_that_happens():
    model = Ridge(alpha=1.0).fit(X, Y, sample_weight=np.arange(150.0))
    path = PathDisplay.from_estimator(model, X, Y, sample_weight=np.arange(150.0), ax=axes()).path
    norms = np.abs(path.coefs.toarray()).sum(axis=0)
    free = np.abs(Ridge(alpha=0).fit(X, Y, sample_weight=np.arange(150.0)).coef_).sum()
    assert norms[0] < 0.15 * free < 0.8 * free < norms[-1]
    np.testing.assert_allclose(path.at(1.0)[0], model.coef_, rtol=1e-8)


def test_alpha_zero_has_a_place_of_its_own_at_the_right():
    alphas = [1.0, 0.1, 0.0]
    path = lasso_path(X, Y, alphas=alphas, fit_intercept=True, return_result=True)
    display = PathDisplay.from_path(path, alpha=0.0, ax=axes())
    display.figure_.draw_without_rendering()
    places = display.lines_[0].get_xdata()
    assert 0 < places[2] < places[1]
    assert display.marks_["chosen"].get_xdata()[0] == places[2]
    texts = dict(
        zip(display.ax_.get_xticks(), [text.get_text() for text in display.ax_.get_xticklabels()], strict=True)
    )
    assert texts[places[2]] == "0"


@pytest.mark.parametrize("x", ["log_alpha", "l1_norm", "deviance"])
@pytest.mark.parametrize(
    "alphas, columns, target",
    [
        ([1e6], 10, Y),
        ([0.0], 10, Y),
        ([0.5], 10, Y),
        ([0.5, 0.4], 1, Y),
        ([1e6, 1e5], 10, Y),
        (20, 10, np.ones(150)),
        ([1.0, 1.0, 1.0], 10, Y),
    ],
)
@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning", "default::DeprecationWarning")
def test_degenerate_paths_are_drawn(x, alphas, columns, target):
    path = lasso_path(X.iloc[:, :columns], target, alphas=alphas, fit_intercept=True, return_result=True)
    display = PathDisplay.from_path(path, x=x, ax=axes())
    display.figure_.draw_without_rendering()
    assert len(display.lines_) == np.count_nonzero(path.coefs.toarray().any(axis=1))
    for low, high in (display.ax_.get_xlim(), display.ax_.get_ylim()):
        assert np.isfinite([low, high]).all() and low != high
    if len(path.alphas) == 1:
        assert all(line.get_marker() == "o" for line in display.lines_)


def test_many_features_are_grey_lines_behind_the_largest():
    design, target = wide()
    path = ridge_path(design[:, :300], target, np.geomspace(1e3, 1, 20), return_result=True)
    display = PathDisplay.from_path(path, ax=axes())
    assert len(display.lines_) == 10 and len(display.others_.get_paths()) == 290
    np.testing.assert_allclose(np.sort(drawn(display), axis=0), np.sort(path.coefs.toarray(), axis=0))
    low, high = display.ax_.get_ylim()
    assert low < path.coefs.min() < path.coefs.max() < high


def test_of_very_many_features_the_largest_are_drawn_and_the_title_says_so():
    design, target = wide()
    path = ridge_path(design, target, [100.0, 10.0, 1.0], return_result=True)
    display = PathDisplay.from_path(path, ax=axes())
    sizes = np.abs(path.coefs.toarray()[:, -1])
    assert len(drawn(display)) == 1000
    np.testing.assert_allclose(np.sort(np.abs(drawn(display)[:, -1])), np.sort(sizes)[-1000:])
    assert display.ax_.get_title().endswith("the 1000 largest of 5000")


def test_names_with_dollars_are_written_as_they_are():
    names = [f"cost $a_$ {j}$" for j in range(10)]
    display = PathDisplay.from_estimator(MODEL, feature_names=names, ax=axes())
    display.figure_.draw_without_rendering()
    assert len(display.labels_) > 5 and {text.get_text() for text in display.labels_} <= set(names)


def test_names_come_from_the_fit_or_are_numbers():
    display = PathDisplay.from_estimator(clone(MODEL).fit(X.to_numpy(), Y), ax=axes())
    assert {text.get_text() for text in display.labels_} == {f"x{j}" for j in display.features_}
    assert PathDisplay.from_estimator(MODEL, n_labels=1, ax=axes()).labels_[0].get_text() in X.columns


def test_lines_look_as_asked():
    display = PathDisplay.from_estimator(MODEL, ax=axes(), lw=3, alpha=0.5)
    assert {(line.get_linewidth(), line.get_alpha()) for line in display.lines_} == {(3, 0.5)}


def test_sparse_X_and_its_dense_form_give_the_same_lines():
    model = Lasso(alpha=0.5).fit(X.to_numpy(), Y)
    dense, sparse = (
        PathDisplay.from_estimator(model, data, Y, ax=axes()) for data in (X.to_numpy(), sp.csc_array(X.to_numpy()))
    )
    np.testing.assert_allclose(drawn(dense), drawn(sparse), rtol=1e-7, atol=1e-7)


def test_elastic_net_and_ridge_choose_from_their_own_path():
    for model in (
        ElasticNetCV(l1_ratio=[0.3, 0.9], cv=3, alphas=10).fit(X, Y),
        RidgeCV([0.01, 1.0, 0.1]).fit(X, Y),
    ):
        display = PathDisplay.from_estimator(model, ax=axes())
        assert display.path.alphas[0] > display.path.alphas[-1]
        assert display.marks_["min"].get_xdata()[0] == model.alpha_min_


def test_one_of_several_targets():
    both = np.column_stack([Y, Y[::-1]])
    chosen = RidgeCV([0.01, 1.0, 10.0], alpha_per_target=True).fit(X, both)
    for target in (0, 1):
        display = PathDisplay.from_estimator(chosen, target=target, ax=axes())
        np.testing.assert_allclose(display.path.at(display.marks["min"])[0], chosen.coef_[target])
    common = PathDisplay.from_estimator(RidgeCV([0.01, 1.0]).fit(X, both), target=1, ax=axes())
    assert "min" in common.marks_
    fixed = Lasso(alpha=0.5).fit(X, both)
    display = PathDisplay.from_estimator(fixed, X, both, target=1, ax=axes())
    np.testing.assert_allclose(display.path.at(0.5)[0], fixed.coef_[1], rtol=1e-7)
    each = Ridge(alpha=[0.5, 2.0]).fit(X, both)
    display = PathDisplay.from_estimator(each, X, both, target=1, ax=axes())
    np.testing.assert_allclose(display.path.at(2.0)[0], each.coef_[1], rtol=1e-7)


@pytest.mark.parametrize(
    "model, options, error, message",
    [
        (LassoCV(), {}, NotFittedError, "LassoCV"),
        (Lasso(alpha=1).fit(X, Y), {}, ValueError, "X and y must be given for Lasso, which has no path"),
        (Lasso(alpha=1).fit(X, Y), {"X": X}, ValueError, "X and y must be given"),
        (Lasso(alpha=1).fit(X, Y), {"X": X.iloc[:, :4], "y": Y}, ValueError, "feature names should match"),
        (Ridge().fit(X, Y), {"X": X.iloc[:, :4], "y": Y}, ValueError, "feature names should match"),
        (MODEL, {"x": "alpha"}, ValueError, "x must be one of 'log_alpha', 'l1_norm', 'deviance', got 'alpha'"),
        (MODEL, {"x": 3}, TypeError, "x must be one of"),
        (MODEL, {"n_labels": -1}, ValueError, "n_labels must be >= 0, got -1"),
        (MODEL, {"n_labels": 2.5}, TypeError, "n_labels must be an integer"),
        (MODEL, {"feature_names": ["a"]}, ValueError, "feature_names must have 10 entries"),
        (MODEL, {"feature_names": "abcdefghij"}, ValueError, "feature_names must have 10 entries"),
        (MODEL, {"target": 1}, ValueError, "target must be None"),
        (make_pipeline(MODEL), {}, TypeError, "of a pipeline pass the last step"),
        (RidgeCV().fit(X, np.column_stack([Y, Y])), {}, ValueError, r"target must be an integer in \[0, 1\]"),
        (RidgeCV().fit(X, np.column_stack([Y, Y])), {"target": 2}, ValueError, r"in \[0, 1\].*got 2"),
        (RidgeCV().fit(X, np.column_stack([Y, Y])), {"target": "a"}, TypeError, "target must be an integer"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model, options, error, message):
    with pytest.raises(error, match=message):
        PathDisplay.from_estimator(model, ax=axes(), **options)


def test_a_path_must_be_one_and_an_alpha_in_its_range():
    with pytest.raises(TypeError, match="path must be a PathResult, got tuple: use return_result=True"):
        PathDisplay.from_path(lasso_path(X, Y))
    with pytest.raises(ValueError, match="alpha must lie in the range of the path"):
        PathDisplay.from_path(MODEL.path_, alpha=1e9, ax=axes())


def test_without_matplotlib_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        ImportError, match=r"PathDisplay.from_estimator needs matplotlib: pip install 'scikit-sparsereg\[plot\]'"
    ):
        PathDisplay.from_estimator(MODEL)
