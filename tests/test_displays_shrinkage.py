"""What `ShrinkageDisplay` draws: the coefficients that fits have, and by how much Ridge shrinks fitted values."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp
from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sparsereg import ElasticNet, ElasticNetCV, Lasso, Ridge, RidgeCV
from sparsereg.displays import ShrinkageDisplay

X, Y = load_diabetes(return_X_y=True, as_frame=True)
WEIGHTS = np.random.default_rng(0).uniform(0, 3, len(Y))


def axes(width=6, height=4):
    return Figure(figsize=(width, height)).subplots()


def curve(line, at):
    """The height of a drawn line at places of the horizontal axis."""
    return np.interp(at, line.get_xdata(), line.get_ydata())


def orthogonal(n_samples=40, n_features=12, seed=0):
    """X with X'X = n I, and a y whose least squares are spread over all that is drawn."""
    generator = np.random.default_rng(seed)
    design = np.linalg.qr(generator.standard_normal((n_samples, n_features)))[0] * np.sqrt(n_samples)
    return design, design @ np.linspace(-3.5, 3.5, n_features)


@pytest.mark.parametrize("alpha, l1_ratio", [(1.0, 0.5), (0.4, 0.9), (2.0, 0.1)])
def test_curves_are_what_fits_to_orthogonal_features_give(alpha, l1_ratio):
    design, target = orthogonal()
    n_samples = len(design)
    z = design.T @ target / n_samples
    display = ShrinkageDisplay.from_penalties(alpha, l1_ratio=l1_ratio, gamma=10.0, ax=axes())
    fits = [
        Lasso(alpha=alpha, fit_intercept=False),
        Ridge(alpha=n_samples * alpha, fit_intercept=False),
        ElasticNet(alpha=alpha, l1_ratio=l1_ratio, fit_intercept=False),
    ]
    for line, fit in zip(display.lines_, fits, strict=False):
        np.testing.assert_allclose(curve(line, z), fit.fit(design, target).coef_, atol=1e-9)


@pytest.mark.parametrize("alpha, gamma", [(1.0, 3.0), (0.5, 1.5), (0.3, 8.0)])
def test_the_concave_curve_is_the_minimum_of_its_objective(alpha, gamma):
    display = ShrinkageDisplay.from_penalties(alpha, gamma=gamma, penalties=["mcp"], ax=axes())
    w = np.linspace(-5, 5, 200001)
    size = np.abs(w)
    penalty = np.where(size <= gamma * alpha, alpha * size - w**2 / (2 * gamma), gamma * alpha**2 / 2)
    for z in np.linspace(-1.3 * gamma * alpha, 1.3 * gamma * alpha, 23):
        # the grid is 5e-5 wide
        assert curve(display.lines_[0], z) == pytest.approx(w[np.argmin((z - w) ** 2 / 2 + penalty)], abs=1e-4)


def test_what_is_drawn_is_what_is_asked_for():
    display = ShrinkageDisplay.from_penalties(penalties=("mcp", "lasso"), ax=axes(), lw=4)
    labels = [line.get_label() for line in display.lines_]
    assert "MCP" in labels[0] and "Lasso" in labels[1] and len(labels) == 2
    assert {line.get_linewidth() for line in display.lines_} == {4}
    np.testing.assert_array_equal(display.reference_.get_xdata(), display.reference_.get_ydata())
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert set(legend) == {"least squares", *labels}


def test_soft_thresholds_are_zero_up_to_alpha_and_ridge_is_not():
    lasso, ridge, net, concave = ShrinkageDisplay.from_penalties(2.0, l1_ratio=0.25, ax=axes()).lines_
    for line, edge in ((lasso, 2.0), (net, 0.5), (concave, 2.0)):
        inside = np.abs(line.get_xdata()) <= edge
        assert (line.get_ydata()[inside] == 0).all() and (line.get_ydata()[~inside] != 0).all()
    assert (ridge.get_ydata()[ridge.get_xdata() != 0] != 0).all()
    beyond = np.abs(concave.get_xdata()) >= 6
    np.testing.assert_allclose(concave.get_ydata()[beyond], concave.get_xdata()[beyond])


@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning", "default::DeprecationWarning")
def test_no_penalty_is_least_squares():
    display = ShrinkageDisplay.from_penalties(0.0, ax=axes())
    display.figure_.draw_without_rendering()
    for line in display.lines_:
        np.testing.assert_allclose(line.get_ydata(), line.get_xdata())


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"alpha": -1.0}, ValueError, "alpha must be >= 0"),
        ({"alpha": "a"}, TypeError, "alpha must be a real number"),
        ({"l1_ratio": 2}, ValueError, "l1_ratio must be between 0 and 1"),
        ({"gamma": 1.0}, ValueError, "gamma must be > 1 and finite, got 1.0"),
        ({"gamma": np.inf}, ValueError, "gamma must be > 1 and finite, got inf"),
        ({"gamma": "3"}, TypeError, "gamma must be a real number, got '3'"),
        ({"penalties": ("lasso", "scad")}, ValueError, "penalties must be one of 'lasso', .*got 'scad'"),
        ({"penalties": "lasso"}, ValueError, "penalties must be a sequence"),
        ({"penalties": ()}, ValueError, "penalties must be a sequence"),
    ],
)
def test_penalties_that_are_none_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        ShrinkageDisplay.from_penalties(**options)


def smoother(model, data, weights=None):
    """The matrix that turns centred y into centred fitted values, S^1/2 on both sides, by fits to unit vectors."""
    n_samples = np.shape(data)[0]
    root = np.sqrt(np.ones(n_samples) if weights is None else weights)
    unit = np.eye(n_samples)
    if model.fit_intercept:
        unit = unit - np.multiply.outer(np.ones(n_samples), root**2 / (root**2).sum())
    fitted = model.fit(data, unit, sample_weight=weights).predict(data)
    return root[:, None] * fitted / np.where(root > 0, root, 1.0)


FACTORS = np.array([1.0, 4.0, 0.25, 1.0, 2.0, 1.0, 1.0, 0.5, 1.0, 3.0])
FREE = np.where(np.arange(10) < 2, 0.0, FACTORS)
EXCLUDED = np.where(np.arange(10) < 2, np.inf, FACTORS)


@pytest.mark.parametrize(
    "model, n_samples, weights",
    [
        (Ridge(alpha=0.1), 60, None),
        (Ridge(alpha=0.1, fit_intercept=False), 60, None),
        (Ridge(alpha=20.0, standardize=True), 60, None),
        (Ridge(alpha=0.1), 60, WEIGHTS[:60]),
        (Ridge(alpha=0.1), 8, None),
        (Ridge(alpha=0.1, penalty_factor=FACTORS), 60, None),
        (Ridge(alpha=0.1, penalty_factor=FACTORS), 7, None),
        (Ridge(alpha=0.1, penalty_factor=FREE), 60, None),
        (Ridge(alpha=0.1, penalty_factor=FREE), 8, None),
        (Ridge(alpha=0.1, penalty_factor=EXCLUDED), 60, None),
        (Ridge(alpha=0.1, penalty_factor=EXCLUDED), 6, None),
        (ElasticNet(alpha=0.001, l1_ratio=0.0), 60, None),
        (ElasticNet(alpha=0.001, l1_ratio=0.0), 60, WEIGHTS[:60]),
    ],
)
def test_points_are_the_eigenvalues_of_what_the_fit_does_to_y(model, n_samples, weights):
    data = X.iloc[:n_samples]
    matrix = smoother(model, data, weights)
    found = np.sort(np.linalg.eigvalsh((matrix + matrix.T) / 2))[::-1]
    display = ShrinkageDisplay.from_estimator(
        model.fit(data, Y[:n_samples], sample_weight=weights), data, sample_weight=weights, ax=axes()
    )
    (points,) = display.points_
    free = int((np.asarray(np.ones(10) if model.penalty_factor is None else model.penalty_factor) == 0).sum())
    expected = np.concatenate([np.ones(free), points.get_ydata()])
    np.testing.assert_allclose(found[: len(expected)], np.sort(expected)[::-1], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found[len(expected) :], 0.0, atol=1e-9)
    label = display.lines_[0].get_label()
    assert float(label.split("df = ")[1]) == pytest.approx(np.trace(matrix), rel=0.01)


def test_points_lie_on_their_curves_and_half_is_at_alpha():
    alphas = [10.0, 0.01, 1.0]
    display = ShrinkageDisplay.from_estimator(Ridge().fit(X, Y), X, alphas=alphas, ax=axes())
    assert len(display.lines_) == len(display.points_) == 3
    for alpha, line, points in zip(alphas, display.lines_, display.points_, strict=True):
        at = points.get_xdata()
        assert len(at) == 10
        np.testing.assert_allclose(points.get_ydata(), at / (at + alpha))
        np.testing.assert_allclose(line.get_ydata(), line.get_xdata() / (line.get_xdata() + alpha))
        assert points.get_color() == line.get_color()
    assert display.ax_.get_xscale() == "log"


def test_the_units_of_alpha_are_those_of_the_estimator():
    ridge = ShrinkageDisplay.from_estimator(Ridge(alpha=442 * 0.001).fit(X, Y), X, ax=axes())
    net = ShrinkageDisplay.from_estimator(ElasticNet(alpha=0.001, l1_ratio=0).fit(X, Y), X, ax=axes())
    np.testing.assert_allclose(ridge.points_[0].get_ydata(), net.points_[0].get_ydata())
    np.testing.assert_allclose(ridge.points_[0].get_xdata(), 442 * net.points_[0].get_xdata())
    assert ridge.ax_.get_xlabel().endswith(r"$X^\top X$") and net.ax_.get_xlabel().endswith("$/n$")


def test_sparse_X_and_its_dense_form_have_the_same_eigenvalues():
    data = X.to_numpy()
    model = RidgeCV().fit(data, Y)
    first, second = (
        ShrinkageDisplay.from_estimator(model, each, ax=axes()).points_[0].get_xdata()
        for each in (data, sp.csr_array(data))
    )
    np.testing.assert_allclose(first, second, rtol=1e-9)


def test_each_target_has_its_alpha():
    both = np.column_stack([Y, WEIGHTS])
    model = RidgeCV([1e-3, 1.0, 10.0], alpha_per_target=True).fit(X, both)
    assert model.alpha_[0] != model.alpha_[1]
    for target in (0, 1):
        display = ShrinkageDisplay.from_estimator(model, X, target=target, ax=axes())
        at = display.points_[0].get_xdata()
        np.testing.assert_allclose(display.points_[0].get_ydata(), at / (at + model.alpha_[target]))


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("data", [X[["bmi"]], X.iloc[:1], X * 0, X.assign(bp=X["bmi"]), X.iloc[:3]])
@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning", "default::DeprecationWarning")
def test_degenerate_designs_are_drawn(data, alpha):
    display = ShrinkageDisplay.from_estimator(Ridge(alpha=alpha).fit(data, Y[: len(data)]), data, ax=axes())
    display.figure_.draw_without_rendering()
    for line in [*display.lines_, *display.points_]:
        assert np.isfinite(line.get_xydata()).all()
    rank = np.linalg.matrix_rank(data - data.mean())
    assert len(display.points_[0].get_xdata()) == rank
    missing = data.shape[1] - rank
    assert (f"({missing} more are 0)" in display.ax_.get_xlabel()) == (missing > 0)


@pytest.mark.parametrize(
    "model, options, error, message",
    [
        (Ridge(), {}, NotFittedError, "Ridge"),
        (Lasso().fit(X, Y), {}, ValueError, "l1_ratio must be 0 here, got 1 of Lasso"),
        (ElasticNetCV(cv=3).fit(X, Y), {}, ValueError, "l1_ratio must be 0 here, got 0.5 of ElasticNetCV"),
        (Ridge(positive=True).fit(X, Y), {}, ValueError, "bounds must be None and positive False here"),
        (Ridge(bounds=(-1, 1)).fit(X, Y), {}, ValueError, "bounds must be None and positive False here"),
        (Ridge().fit(X, Y), {"alphas": 5}, ValueError, "alphas must be a sequence of penalties, got 5"),
        (Ridge().fit(X, Y), {"alphas": [-1.0]}, ValueError, "alphas must be >= 0"),
        (Ridge().fit(X, Y), {"X": X.iloc[:, :9]}, ValueError, "feature names should match|features"),
        (make_pipeline(Ridge()).fit(X, Y), {}, TypeError, "of a pipeline pass the last step"),
        (
            RidgeCV(alpha_per_target=True).fit(X, np.column_stack([Y, Y])),
            {},
            ValueError,
            r"target must be an integer in \[0, 1\]",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(model, options, error, message):
    with pytest.raises(error, match=message):
        ShrinkageDisplay.from_estimator(**({"estimator": model, "X": X, "ax": axes()} | options))


@pytest.mark.parametrize(
    "draw", [lambda: ShrinkageDisplay.from_penalties(), lambda: ShrinkageDisplay.from_estimator(Ridge(), X)]
)
def test_without_matplotlib_the_message_names_the_extra(monkeypatch, draw):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"needs matplotlib: pip install 'scikit-sparsereg\[plot\]'"):
        draw()
