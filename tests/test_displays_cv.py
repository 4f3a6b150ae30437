"""What `CVDisplay` draws: what the choice was made from, and the choices where they are."""

import re
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LassoCV as OtherLassoCV
from sklearn.model_selection import KFold

from sparsereg import ElasticNetCV, Lasso, LassoCV, RelaxedLassoCV, RidgeCV
from sparsereg.displays import CVDisplay

X, Y = load_diabetes(return_X_y=True, as_frame=True)
X, Y = X.iloc[:150], Y.iloc[:150]
MODEL = LassoCV(cv=4, alphas=30).fit(X, Y)
RATIOS = ElasticNetCV(l1_ratio=[0.2, 0.7, 1.0], cv=3, alphas=12).fit(X, Y)


def axes(width=6.4, height=4.8):
    return Figure(figsize=(width, height)).subplots()


def band(display):
    """Lower and upper edge of the band at each alpha, (K, 2), in the order of the alphas."""
    vertices = display.band_.get_paths()[0].vertices
    edges = [vertices[np.isclose(vertices[:, 0], x, rtol=1e-12), 1] for x in display.line_.get_xdata()]
    return np.array([[edge.min(), edge.max()] for edge in edges])


def test_folds_their_mean_and_its_standard_error_are_those_of_the_search():
    display = CVDisplay.from_estimator(MODEL, ax=axes())
    np.testing.assert_array_equal(display.line_.get_xdata(), MODEL.alphas_)
    np.testing.assert_allclose(display.line_.get_ydata(), MODEL.mse_path_.mean(axis=1))
    np.testing.assert_array_equal([line.get_ydata() for line in display.fold_lines_], MODEL.mse_path_.T)
    errors = MODEL.mse_path_.std(axis=1, ddof=1) / 2
    expected = MODEL.mse_path_.mean(axis=1)[:, None] + np.multiply.outer(errors, [-1, 1])
    np.testing.assert_allclose(band(display), expected)
    assert display.ax_.get_ylabel() == "mean squared error (y squared)"
    assert all(fold.get_linewidth() < display.line_.get_linewidth() for fold in display.fold_lines_)


def test_the_choices_are_marked_and_the_limit_of_one_standard_error_joins_them():
    display = CVDisplay.from_estimator(MODEL, ax=axes())
    assert {name: line.get_xdata()[0] for name, line in display.marks_.items()} == {
        "min": MODEL.alpha_min_,
        "1se": MODEL.alpha_1se_,
    }
    best = np.argmin(MODEL.mse_mean_)
    limit = MODEL.mse_mean_[best] + MODEL.mse_se_[best]
    np.testing.assert_array_equal(display.limit_.get_xdata(), [MODEL.alpha_1se_, MODEL.alpha_min_])
    np.testing.assert_allclose(display.limit_.get_ydata(), limit)
    first = int(np.flatnonzero(MODEL.alphas_ == MODEL.alpha_1se_)[0])
    values = display.line_.get_ydata()
    assert values[first] <= limit < values[first - 1]


def test_the_axis_above_and_the_legend_count_features():
    display = CVDisplay.from_estimator(MODEL, ax=axes())
    counts = dict(zip(MODEL.path_.alphas, MODEL.path_.df, strict=True))
    texts = [label.get_text() for label in display.count_axis_.get_xticklabels()]
    assert len(texts) >= 4 and texts == [str(counts[tick]) for tick in display.count_axis_.get_xticks()]
    entries = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    found = [int(match[1]) for match in (re.search(r"\((\d+) features?\)", text) for text in entries) if match]
    assert found == [counts[MODEL.alpha_min_], counts[MODEL.alpha_1se_]]


@pytest.mark.parametrize("model", [MODEL, RidgeCV([1.0, 0.01, 10.0, 0.1])])
def test_the_penalty_falls_from_left_to_right(model):
    display = CVDisplay.from_estimator(clone(model).fit(X, Y), ax=axes())
    x = display.line_.get_xdata()
    places = display.ax_.transData.transform(np.column_stack([x, np.ones(len(x))]))[:, 0]
    assert (np.diff(x) < 0).all() and (np.diff(places) > 0).all()


@pytest.mark.parametrize("criterion", ["aic", "aicc", "bic", "ebic", "gcv"])
@pytest.mark.parametrize("estimator", [LassoCV, RidgeCV])
def test_a_criterion_has_one_line_and_degrees_of_freedom_above(estimator, criterion):
    model = estimator(alphas=np.geomspace(5, 0.01, 9), criterion=criterion).fit(X, Y)
    display = CVDisplay.from_estimator(model, ax=axes())
    np.testing.assert_array_equal(display.line_.get_ydata(), model.cv_result_.loss)
    assert display.band_ is None and display.limit_ is None and display.fold_lines_ == []
    assert list(display.marks_) == ["min"]
    texts = [label.get_text() for label in display.count_axis_.get_xticklabels()]
    df = dict(zip(model.cv_result_.alphas, model.cv_result_.df, strict=True))
    assert texts == [f"{df[tick]:.3g}" for tick in display.count_axis_.get_xticks()]
    assert display.count_axis_.get_xlabel() == "degrees of freedom"
    expected = {"gcv": "generalised cross-validation error (y squared)", "aicc": "AICc"}.get(
        criterion, criterion.upper()
    )
    assert display.ax_.get_ylabel() == expected


@pytest.mark.parametrize("model", [LassoCV(criterion="loo", alphas=12), RidgeCV(np.geomspace(0.01, 10, 12))])
def test_leave_one_out_has_a_band_and_no_folds(model):
    display = CVDisplay.from_estimator(model.fit(X, Y), ax=axes())
    order = np.argsort(-model.cv_result_.alphas)
    np.testing.assert_array_equal(display.line_.get_ydata(), model.cv_result_.loss[order])
    np.testing.assert_allclose(np.diff(band(display))[:, 0], 2 * model.cv_result_.loss_se[order])
    assert display.fold_lines_ == [] and set(display.marks_) == {"min", "1se"}
    assert (display.count_axis_ is None) is isinstance(model, RidgeCV)


@pytest.mark.parametrize(
    "model, name",
    [
        (LassoCV(cv=3, alphas=8, scoring="r2"), "$R^2$"),
        (LassoCV(cv=3, alphas=8, scoring="neg_mean_absolute_error"), "score (neg_mean_absolute_error)"),
        (RidgeCV([1.0, 0.01, 0.1], cv=3), "$R^2$"),
    ],
)
def test_scores_are_drawn_as_scores(model, name):
    display = CVDisplay.from_estimator(model.fit(X, Y), ax=axes())
    order = np.argsort(-model.cv_result_.alphas)
    np.testing.assert_allclose(display.line_.get_ydata(), model.score_path_[order].mean(axis=1))
    np.testing.assert_array_equal([line.get_ydata() for line in display.fold_lines_], model.score_path_[order].T)
    assert display.ax_.get_ylabel() == name
    best = display.line_.get_ydata().max()
    assert display.line_.get_ydata()[display.line_.get_xdata() == model.alpha_min_] == best
    assert (display.limit_.get_ydata() < best).all()


def test_a_scorer_of_left_out_predictions_has_a_score_and_no_band():
    model = RidgeCV([1.0, 0.01, 0.1], scoring="neg_mean_absolute_error").fit(X, Y)
    display = CVDisplay.from_estimator(model, ax=axes())
    np.testing.assert_array_equal(display.line_.get_ydata(), -model.cv_result_.loss[[0, 2, 1]])
    assert display.band_ is None and display.ax_.get_ylabel() == "score (neg_mean_absolute_error)"


def test_held_out_data_are_one_line():
    model = LassoCV(criterion="validation").fit(X[:100], Y[:100], X_val=X[100:], y_val=Y[100:])
    display = CVDisplay.from_estimator(model, ax=axes())
    np.testing.assert_array_equal(display.line_.get_ydata(), model.mse_path_[:, 0])
    assert display.fold_lines_ == [] and display.band_ is None


def test_one_fold_has_neither_a_band_nor_folds():
    model = LassoCV(cv=[(np.arange(100), np.arange(100, 150))], alphas=9).fit(X, Y)
    display = CVDisplay.from_estimator(model, ax=axes())
    np.testing.assert_array_equal(display.line_.get_ydata(), model.mse_path_[:, 0])
    assert display.fold_lines_ == [] and display.band_ is None and list(display.marks_) == ["min"]


@pytest.mark.parametrize("l1_ratio", [None, 0.2, 0.7, 1.0])
def test_one_of_several_l1_ratios(l1_ratio):
    display = CVDisplay.from_estimator(RATIOS, l1_ratio=l1_ratio, ax=axes())
    shown = RATIOS.l1_ratio_ if l1_ratio is None else l1_ratio
    k = [0.2, 0.7, 1.0].index(shown)
    np.testing.assert_array_equal(display.line_.get_xdata(), RATIOS.alphas_[k])
    np.testing.assert_array_equal([line.get_ydata() for line in display.fold_lines_], RATIOS.mse_path_[k].T)
    best = RATIOS.mse_mean_[k].argmin()
    assert display.marks_["min"].get_xdata()[0] == RATIOS.alphas_[k, best]
    assert (display.count_axis_ is not None) is bool(shown == RATIOS.l1_ratio_)
    assert f"l1_ratio = {shown:g}" in display.ax_.get_title()


def test_several_l1_ratios_are_compared_by_their_means():
    display = CVDisplay.from_estimator(RATIOS, compare=True, ax=axes())
    rows = {line.get_label(): line for line in [display.line_, *display.other_lines_]}
    assert sorted(rows) == ["l1_ratio = 0.2", "l1_ratio = 0.7", "l1_ratio = 1"]
    for k, line in enumerate(rows[name] for name in sorted(rows)):
        np.testing.assert_array_equal(line.get_xdata(), RATIOS.alphas_[k])
        np.testing.assert_allclose(line.get_ydata(), RATIOS.mse_mean_[k])
    assert display.fold_lines_ == []
    assert {text.get_text() for text in display.ax_.get_legend().get_texts()} >= set(rows)


def test_the_relaxed_lasso_has_gammas_in_the_place_of_l1_ratios():
    model = RelaxedLassoCV(cv=3, alphas=12).fit(X, Y)
    display = CVDisplay.from_estimator(model, compare=True, ax=axes())
    gammas = list(model.cv_result_.gammas)
    assert f"gamma = {model.gamma_:g}" in display.ax_.get_title()
    np.testing.assert_allclose(display.line_.get_ydata(), model.mse_mean_[gammas.index(model.gamma_)])
    assert len(display.other_lines_) == len(gammas) - 1
    assert display.marks_["min"].get_xdata()[0] == model.alpha_min_
    with pytest.raises(ValueError, match="l1_ratio must be None for RelaxedLassoCV, got 1"):
        CVDisplay.from_estimator(model, l1_ratio=1.0)


def test_paths_that_end_early_are_drawn_to_their_end():
    model = ElasticNetCV(l1_ratio=[0.2, 1.0], alphas=np.geomspace(3, 0.01, 20), max_features=4).fit(X, Y)
    assert np.isnan(model.alphas_).any()
    display = CVDisplay.from_estimator(model, compare=True, ax=axes())
    for line in [display.line_, *display.other_lines_]:
        assert np.isfinite(line.get_xydata()).all() and len(line.get_xdata()) in np.isfinite(model.alphas_).sum(axis=1)


@pytest.mark.parametrize(
    "model",
    [
        LassoCV(alphas=[0.5]),
        LassoCV(alphas=[0.0]),
        LassoCV(alphas=[1e6, 1e5]),
        LassoCV(alphas=[1.0, 0.1, 0.0]),
        LassoCV(alphas=[1.0, 0.1], cv=[(np.arange(100), np.arange(100, 150))]),
        ElasticNetCV(l1_ratio=[0.5, 1.0], alphas=[0.5]),
        RidgeCV(alphas=(1.0,)),
        RidgeCV(alphas=(1.0, 0.0), cv=3),
    ],
)
@pytest.mark.parametrize("target", [Y, np.ones(150)], ids=["y", "constant"])
@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning", "default::DeprecationWarning")
def test_degenerate_searches_are_drawn(model, target):
    display = CVDisplay.from_estimator(clone(model).fit(X.iloc[:, :1], target), ax=axes())
    display.figure_.draw_without_rendering()
    for line in [display.line_, *display.fold_lines_, *display.marks_.values()]:
        assert np.isfinite(np.asarray(line.get_xydata(), dtype=float)).all()
    for low, high in (display.ax_.get_xlim(), display.ax_.get_ylim()):
        assert np.isfinite([low, high]).all() and low != high
    if len(display.alphas) == 1:
        assert display.line_.get_marker() == "o"


def test_alphas_without_a_finite_loss_are_left_out():
    generator = np.random.default_rng(0)
    design, target = generator.standard_normal((30, 60)), generator.standard_normal(30)
    model = LassoCV(criterion="aicc").fit(design, target)
    assert not np.isfinite(model.cv_result_.loss).all()
    display = CVDisplay.from_estimator(model, ax=axes())
    finite = np.isfinite(model.cv_result_.loss)
    np.testing.assert_array_equal(
        display.line_.get_xydata(), np.column_stack([model.alphas_, model.cv_result_.loss])[finite]
    )


def test_one_of_several_targets():
    model = RidgeCV([1.0, 0.01, 0.1], alpha_per_target=True).fit(X, np.column_stack([Y, Y[::-1]]))
    for target in (0, 1):
        display = CVDisplay.from_estimator(model, target=target, ax=axes())
        np.testing.assert_array_equal(display.line_.get_ydata(), model.cv_result_[target].loss[[0, 2, 1]])
        assert display.marks_["min"].get_xdata()[0] == model.alpha_[target]
    with pytest.raises(ValueError, match="target must be an integer"):
        CVDisplay.from_estimator(model)


def test_a_choice_of_neither_rule_is_marked():
    model = clone(MODEL).set_params(rule=lambda result: 2).fit(X, Y)
    display = CVDisplay.from_estimator(model, ax=axes())
    assert display.marks_["chosen"].get_xdata()[0] == model.alphas_[2]


def test_the_line_looks_as_asked_and_narrow_axes_have_a_short_legend():
    display = CVDisplay.from_estimator(MODEL, ax=axes(2.5, 2), c="red", lw=1)
    assert (display.line_.get_color(), display.line_.get_linewidth()) == ("red", 1)
    assert len(display.ax_.get_legend().get_texts()) == 2


@pytest.mark.parametrize(
    "model, options, error, message",
    [
        (LassoCV(), {}, NotFittedError, "LassoCV"),
        (
            Lasso().fit(X, Y),
            {},
            TypeError,
            "estimator must be a LassoCV, ElasticNetCV or RidgeCV of sparsereg, got Lasso",
        ),
        (OtherLassoCV(cv=KFold(3)).fit(X, Y), {}, TypeError, "of sparsereg, got LassoCV"),
        (RATIOS, {"l1_ratio": 0.5}, ValueError, "l1_ratio must be one of 0.2, 0.7, 1 for ElasticNetCV, got 0.5"),
        (RidgeCV().fit(X, Y), {"l1_ratio": 0.5}, ValueError, "l1_ratio must be None for RidgeCV"),
        (RATIOS, {"compare": 1}, TypeError, "compare must be True or False, got 1"),
        (MODEL, {"target": 1}, ValueError, "target must be None where there is one choice, got 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model, options, error, message):
    with pytest.raises(error, match=message):
        CVDisplay.from_estimator(model, ax=axes(), **options)


def test_curves_of_ratios_that_differ_in_a_late_digit_are_all_drawn():
    ratios = [0.5, 0.5 + 1e-9, 0.7, 1.0]
    model = ElasticNetCV(l1_ratio=ratios, cv=3, alphas=8).fit(X, Y)
    display = CVDisplay.from_estimator(model, compare=True, ax=axes())
    assert len(display.other_lines_) == 3
    names = [line.get_label() for line in display.other_lines_] + [display.name.split(", ")[-1]]
    assert sorted(names) == [f"l1_ratio = {text}" for text in ("0.5", "0.500000001", "0.7", "1")]


def test_without_matplotlib_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        ImportError, match=r"CVDisplay.from_estimator needs matplotlib: pip install 'scikit-sparsereg\[plot\]'"
    ):
        CVDisplay.from_estimator(MODEL)
