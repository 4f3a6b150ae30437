"""What `GeometryDisplay` draws: the penalty's ball touches a contour of the loss at the solution."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp
from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sparsereg import AdaptiveLassoCV, ElasticNet, ElasticNetCV, Lasso, LassoCV, RelaxedLassoCV, Ridge, RidgeCV
from sparsereg.displays import GeometryDisplay

X, Y = load_diabetes(return_X_y=True, as_frame=True)
PAIR = (2, 3)  # bmi and bp, of which neither alone explains y
DEVIATIONS = X.iloc[:, list(PAIR)].to_numpy().std(axis=0)
SOME = np.where(np.arange(10) == 3, 0.0, 1.0)
WEIGHTS = np.random.default_rng(0).uniform(0, 3, len(Y))
# estimator, penalty of w (2,) per unit of alpha up to a factor
FITS = {
    "lasso at a corner": (Lasso(alpha=1.2), lambda w: np.abs(w).sum()),
    "lasso on a side": (Lasso(alpha=0.3), lambda w: np.abs(w).sum()),
    "ridge": (Ridge(alpha=1.0), lambda w: w @ w),
    "ridge without intercept": (Ridge(alpha=1.0, fit_intercept=False), lambda w: w @ w),
    "elastic net": (ElasticNet(alpha=0.01, l1_ratio=0.8), lambda w: 0.8 * np.abs(w).sum() + 0.1 * w @ w),
    "factors": (
        Lasso(alpha=0.5, penalty_factor=np.where(np.arange(10) == 2, 0.3, 1.0)),
        lambda w: np.abs(w) @ [0.3, 1.0],
    ),
    "a feature without a penalty": (Lasso(alpha=0.5, penalty_factor=SOME), lambda w: np.abs(w) @ [1.0, 0.0]),
    "an excluded feature": (
        Lasso(alpha=0.5, penalty_factor=np.where(np.arange(10) == 3, np.inf, 1.0)),
        lambda w: np.abs(w[0]),
    ),
    "standardized": (
        ElasticNet(alpha=2.0, standardize=True),
        lambda w: 0.5 * np.abs(w * DEVIATIONS).sum() + 0.25 * np.square(w * DEVIATIONS).sum(),
    ),
    "bounds": (Ridge(alpha=0.3, bounds=(-100, 250)), lambda w: w @ w),
    "one bound": (
        Lasso(alpha=0.3, bounds=(-100, np.where(np.arange(10) == 2, 200, np.inf))),
        lambda w: np.abs(w).sum(),
    ),
    "positive": (Lasso(alpha=0.3, positive=True), lambda w: np.abs(w).sum()),
    "cross-validated": (LassoCV(cv=3, rule="1se"), lambda w: np.abs(w).sum()),
    "with l1_ratio": (
        ElasticNetCV(cv=3, l1_ratio=[0.5, 0.9]),
        None,
    ),
    "ridge, cross-validated": (RidgeCV(), lambda w: w @ w),
}


def axes(width=5, height=5):
    return Figure(figsize=(width, height)).subplots()


def moments(model, data, places=PAIR):
    """Gradient of 1/(2n) ||y - Xw||^2 at the solution, and its second derivatives, in two coefficients."""
    data = np.asarray(data, dtype=float)
    residual = np.asarray(Y) - model.predict(X if hasattr(model, "feature_names_in_") else data)
    centred = data - data.mean(axis=0) * bool(model.fit_intercept)
    two = centred[:, list(places)]
    return -two.T @ residual / len(two), two.T @ two / len(two)


@pytest.fixture(params=list(FITS), scope="module")
def drawn(request):
    model, penalty = FITS[request.param]
    model.fit(X, Y)
    if penalty is None:
        ratio = model.l1_ratio_
        return (
            model,
            (lambda w: ratio * np.abs(w).sum() + (1 - ratio) / 2 * w @ w),
            GeometryDisplay.from_estimator(model, X, Y, features=PAIR, ax=axes()),
        )
    return model, penalty, GeometryDisplay.from_estimator(model, X, Y, features=PAIR, ax=axes())


def test_solution_and_minimum_are_where_they_are(drawn):
    model, _, display = drawn
    solution = np.array([display.solution_.get_xdata()[0], display.solution_.get_ydata()[0]])
    minimum = np.array([display.minimum_.get_xdata()[0], display.minimum_.get_ydata()[0]])
    np.testing.assert_array_equal(solution, model.coef_[list(PAIR)])
    gradient, hessian = moments(model, X)
    np.testing.assert_allclose(minimum, solution - np.linalg.solve(hessian, gradient), rtol=1e-8)


def test_a_contour_goes_through_the_solution(drawn):
    model, _, display = drawn
    gradient, hessian = moments(model, X)
    excess = gradient @ np.linalg.solve(hessian, gradient) / 2
    assert np.isclose(display.contours_.levels, excess, rtol=1e-6).sum() == 1
    widths = np.broadcast_to(display.contours_.get_linewidths(), len(display.contours_.levels))
    assert widths[np.isclose(display.contours_.levels, excess, rtol=1e-6)] == widths.max() > widths.min()


def test_the_ball_has_the_penalty_of_the_solution_and_keeps_the_bounds(drawn):
    model, penalty, display = drawn
    level = penalty(model.coef_[list(PAIR)])
    edge = display.ball_.get_xy()
    low, high = -np.inf, np.inf
    if model.bounds is not None:
        low, high = (np.broadcast_to(side, 10)[list(PAIR)] for side in model.bounds)
    low = np.maximum(low, 0.0 if model.positive else -np.inf)
    assert (edge >= np.asarray(low) - 1e-9).all() and (edge <= np.asarray(high) + 1e-9).all()
    penalties = np.array([penalty(w) for w in edge])
    assert (penalties <= level * (1 + 1e-9)).all()
    at_bound = (np.isclose(edge, low) | np.isclose(edge, high)).any(axis=1)
    sizes = np.abs(edge) / np.abs([display.ax_.get_xlim(), display.ax_.get_ylim()]).max(axis=1)
    beyond = sizes.max(axis=1) > 1.5
    excluded = np.isclose(edge[:, 1], 0) & (model.coef_[3] == 0)
    assert (np.isclose(penalties, level) | at_bound | beyond | excluded).all()


def test_the_solution_is_the_point_of_the_ball_with_the_least_loss_and_on_its_edge(drawn):
    model, _, display = drawn
    gradient, hessian = moments(model, X)
    edge, solution = display.ball_.get_xy(), model.coef_[list(PAIR)]
    size = np.abs(edge).max()
    assert np.linalg.norm(edge - solution, axis=1).min() <= 1e-9 * size
    steps = edge - solution
    losses = steps @ gradient + np.einsum("ij,jk,ik->i", steps, hessian, steps) / 2
    assert losses.min() >= -1e-9 * (np.abs(gradient).max() * size)
    # minus the gradient is normal to the convex set: no step within it goes along
    assert (steps @ -gradient).max() <= 1e-7 * np.abs(gradient).max() * size


def test_the_arrow_is_minus_the_gradient_and_normal_to_the_contour_on_the_screen(drawn):
    model, _, display = drawn
    gradient, _ = moments(model, X)
    start, tip = np.array(display.arrow_.xyann), np.array(display.arrow_.xy)
    np.testing.assert_array_equal(start, model.coef_[list(PAIR)])
    assert (tip - start) @ gradient < 0
    along = start + 1e-3 * np.linalg.norm(tip - start) * np.array([-gradient[1], gradient[0]]) / np.linalg.norm(
        gradient
    )
    display.figure_.draw_without_rendering()
    begin, end, beside = display.ax_.transData.transform([start, tip, along])
    cosine = (end - begin) @ (beside - begin) / np.linalg.norm(end - begin) / np.linalg.norm(beside - begin)
    assert abs(cosine) < 1e-6
    for point in (tip, start, [0, 0], [display.minimum_.get_xdata()[0], display.minimum_.get_ydata()[0]]):
        for value, (low, high) in zip(point, (display.ax_.get_xlim(), display.ax_.get_ylim()), strict=True):
            assert low < value < high


def test_a_cone_of_normals_is_at_corners_only_and_holds_the_arrow(drawn):
    model, _, display = drawn
    solution = model.coef_[list(PAIR)]
    pointed = getattr(model, "l1_ratio_", getattr(model, "l1_ratio", 0)) > 0
    factor = np.ones(10) if model.penalty_factor is None else model.penalty_factor
    at_zero = (solution == 0) & pointed & np.isfinite(factor[list(PAIR)]) & (factor[list(PAIR)] > 0)
    at_bound = np.zeros(2, dtype=bool)
    if model.bounds is not None:
        low, high = (np.broadcast_to(side, 10)[list(PAIR)] for side in model.bounds)
        at_bound = (solution == low) | (solution == high)
    at_bound |= (solution == 0) & ~np.isfinite(factor[list(PAIR)])
    assert (display.cone_ is not None) == (at_zero | at_bound).any()
    if display.cone_ is not None:
        halfway = solution + 0.5 * (np.array(display.arrow_.xy) - solution) * 0.3 / 0.45
        assert display.cone_.get_path().contains_point(halfway, radius=1e-9) or display.cone_.get_path().contains_point(
            halfway, radius=-1e-9
        )


def test_coefficients_of_one_size_share_a_unit_on_square_axes():
    display = GeometryDisplay.from_estimator(Ridge().fit(X, Y), X, Y, features=PAIR, ax=axes(8, 3))
    display.figure_.draw_without_rendering()
    frame = display.ax_.get_window_extent()
    assert frame.width == pytest.approx(frame.height)
    assert np.ptp(display.ax_.get_xlim()) == pytest.approx(np.ptp(display.ax_.get_ylim()))


def test_stores_names_and_weights_give_the_same_picture():
    data = X.to_numpy()
    model = Lasso(alpha=0.5).fit(data, Y, sample_weight=WEIGHTS)
    first = GeometryDisplay.from_estimator(model, data, Y, features=PAIR, sample_weight=WEIGHTS, ax=axes())
    assert first.ax_.get_xlabel() == "coefficient of x2"
    second = GeometryDisplay.from_estimator(
        model,
        sp.csr_array(data),
        Y,
        features=[2, -7],
        sample_weight=5 * WEIGHTS,
        feature_names=list("abcdefghij"),
        ax=axes(),
    )
    assert second.ax_.get_ylabel() == "coefficient of d"
    named = Lasso(alpha=0.5).fit(X, Y, sample_weight=WEIGHTS)
    third = GeometryDisplay.from_estimator(
        named, X, Y, features=("bmi", "bp"), sample_weight=WEIGHTS, feature_names=None, ax=axes()
    )
    assert third.ax_.get_ylabel() == "coefficient of bp"
    for other in (second, third):
        np.testing.assert_allclose(other.ball_.get_xy(), first.ball_.get_xy(), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(other.contours_.levels, first.contours_.levels, rtol=1e-5)


@pytest.mark.parametrize("scaled", [1.0, 2.0])
def test_the_weights_of_ridge_keep_their_scale(scaled):
    model = Ridge(alpha=1.0).fit(X, Y, sample_weight=scaled * WEIGHTS)
    display = GeometryDisplay.from_estimator(model, X, Y, features=PAIR, sample_weight=scaled * WEIGHTS, ax=axes())
    problem = display.problem
    np.testing.assert_allclose(problem.l2 * problem.solution, -problem.gradient, rtol=1e-8)
    np.testing.assert_allclose(problem.l2, 1.0 / (scaled * WEIGHTS.sum()))


def test_the_weights_of_the_adaptive_lasso_shape_its_ball():
    model = AdaptiveLassoCV(cv=3, pilot_alpha=0.001).fit(X, Y)
    display = GeometryDisplay.from_estimator(model, X, Y, features=PAIR, ax=axes())
    edge, factor = display.ball_.get_xy(), model.penalty_factor_[list(PAIR)]
    level = np.abs(model.coef_[list(PAIR)]) @ factor
    np.testing.assert_allclose(np.abs(edge) @ factor, level, rtol=1e-9)


def test_one_of_several_targets():
    both = np.column_stack([Y, -Y + 3 * X["bp"] * 100])
    for model in (Lasso(alpha=0.5), Ridge(alpha=[0.5, 2.0])):
        model.fit(X, both)
        display = GeometryDisplay.from_estimator(model, X, both, features=PAIR, target=1, ax=axes())
        np.testing.assert_array_equal(display.problem.solution, model.coef_[1, list(PAIR)])
        solution, edge = display.problem.solution, display.ball_.get_xy()
        assert ((edge - solution) @ display.problem.gradient).min() >= -1e-6


@pytest.mark.parametrize(
    "model, data",
    [
        (Lasso(alpha=100.0), X),
        (Lasso(alpha=0.0), X),
        (Ridge(alpha=0.0, bounds=(-50, 50)), X),
        (Lasso(alpha=0.1), X.assign(bp=X["bmi"])),
        (Ridge(alpha=0.1), X.assign(bp=X["bmi"])),
        (Lasso(alpha=0.1), X.assign(bp=1.0)),
        (Lasso(alpha=0.1), X.assign(bp=1.0, bmi=2.0)),
        (Ridge(alpha=0.1), X.assign(bp=X["bp"] * 1e6)),
        (Lasso(alpha=0.5, penalty_factor=np.zeros(10)), X),
        (Lasso(alpha=0.5, penalty_factor=np.full(10, np.inf)), X),
        (Lasso(alpha=0.5, bounds=(0, 0)), X),
    ],
)
@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning", "default::DeprecationWarning")
def test_degenerate_problems_are_drawn(model, data):
    display = GeometryDisplay.from_estimator(model.fit(data, Y), data, Y, features=PAIR, ax=axes())
    display.figure_.draw_without_rendering()
    for low, high in (display.ax_.get_xlim(), display.ax_.get_ylim()):
        assert np.isfinite([low, high]).all() and low < high
    if display.contours_ is not None:
        assert np.isfinite(display.contours_.levels).all() and len(display.contours_.levels) > 0
    if display.ball_ is not None:
        assert np.isfinite(display.ball_.get_xy()).all()
    nothing_holds = model.alpha == 0 and model.bounds is None
    free = model.penalty_factor is not None and (np.asarray(model.penalty_factor) == 0).all()
    assert (display.ball_ is None) == (nothing_holds or free)


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"features": (0, 10)}, ValueError, r"features must be in \[0, 9\], got 10"),
        ({"features": (-11, 0)}, ValueError, r"features must be in \[0, 9\], got -11"),
        ({"features": (0, 0)}, ValueError, "features must be two different ones"),
        ({"features": (0, -10)}, ValueError, "features must be two different ones"),
        ({"features": (0, 1, 2)}, ValueError, "features must be a pair of places or names, got 3"),
        ({"features": 1}, TypeError, "features must be a pair"),
        ({"features": "bmi"}, TypeError, "features must be a pair"),
        ({"features": (0.0, 1)}, TypeError, "features must be a pair of places or names, got 0.0"),
        ({"features": ("bmi", "bpm")}, ValueError, "features must be names of columns in the fit, got 'bpm'"),
        ({"target": 1}, ValueError, r"target must be an integer in \[0, 0\]"),
        ({"feature_names": ["a", "b"]}, ValueError, "feature_names must have 10 entries"),
        ({"sample_weight": np.arange(len(Y))}, ValueError, "must be those of the fit, and sample_weight too"),
        ({"X": X / 100}, ValueError, "X and y must be those of the fit"),
        ({"X": X.iloc[:, :9]}, ValueError, "X must be that of the fit, with 10 features, got 9"),
        ({"y": Y[::-1]}, ValueError, "X and y must be those of the fit"),
        ({"estimator": Lasso()}, NotFittedError, "Lasso"),
        ({"estimator": RelaxedLassoCV(cv=3, gamma=0.5).fit(X, Y)}, ValueError, "gamma_ must be 1 here, got 0.5"),
        ({"estimator": make_pipeline(Lasso()).fit(X, Y)}, TypeError, "of a pipeline pass the last step"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, error, message):
    arguments = {"estimator": Lasso(alpha=0.5).fit(X, Y), "X": X, "y": Y, "ax": axes()} | options
    with pytest.raises(error, match=message):
        GeometryDisplay.from_estimator(**arguments)


def test_without_matplotlib_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"needs matplotlib: pip install 'scikit-sparsereg\[plot\]'"):
        GeometryDisplay.from_estimator(Lasso().fit(X, Y), X, Y)
