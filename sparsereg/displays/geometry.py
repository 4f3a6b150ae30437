"""`GeometryDisplay`: why an L1 penalty gives zeros, on two features of a fit."""

import numpy as np

from .axes import ALPHA, COLOURS, DARK, axes_and_figure, check_axes, fitting, is_narrow, size_in_points
from .labels import shorten
from .two_features import two_features

# Contours from the minimum to the corners of the picture, about, and points each way that they are computed at.
CONTOURS, GRID = 7, 241
# Coefficients whose extents differ by less share one unit, so that a disc is a disc.
COMPARABLE = 4.0
# Lengths as parts of half the picture: the margin, the arrow, the cone.
MARGIN, ARROW, CONE = 0.15, 0.45, 0.3
LONGEST_NAME = 24


class GeometryDisplay:
    """Contours of the loss in two coefficients, and the penalty's ball that touches one of them at the solution.

    The other coefficients are held at the solution; what is left is the squared error in two, an ellipse around its
    minimum, and the set of those that have at most the penalty of the solution: a diamond for the Lasso, a disc for
    Ridge, between the two for the Elastic Net; cut by bounds, stretched by penalty factors and `standardize`, a strip
    where one of the two has no penalty. The solution is where the growing ellipse first touches the set. There, minus
    the gradient of the loss (the arrow) is normal to the set. At a corner of the diamond, where a coefficient is zero,
    a whole sector is (shaded): that is why L1 gives zeros, and L2, whose disc has no corners, does not.

    It is best made by `from_estimator`.

    Parameters
    ----------
    problem : TwoFeatures
        With solution, gradient and hessian of the loss, minimum, and the penalty: l1, l2, lower, upper.
    feature_names : sequence of str (2,)
    name : str, optional
        What the title says has this solution.

    Attributes
    ----------
    ax_ : Axes
    figure_ : Figure
    contours_ : ContourSet or None
        Its levels are losses above the minimum; that of the solution is the bold one. None where no coefficient of the
        two matters.
    ball_ : Polygon or None
        None where nothing is penalised or bounded.
    cone_ : Polygon or None
        The directions normal to the ball, where there are several.
    arrow_ : Annotation or None
        Minus the gradient; None where it is zero.
    solution_, minimum_ : Line2D
        Of the whole problem, and of the loss alone.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import Lasso
    >>> from sparsereg.displays import GeometryDisplay
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = Lasso(alpha=1.2).fit(X, y)
    >>> display = GeometryDisplay.from_estimator(model, X, y, features=("bmi", "bp"), ax=Figure().subplots())
    >>> display.solution_.get_ydata().round(1)
    array([0.])
    """

    def __init__(self, problem, *, feature_names=("$w_1$", "$w_2$"), name=None):
        self.problem = problem
        self.feature_names = feature_names
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        features=(0, 1),
        sample_weight=None,
        target=None,
        feature_names=None,
        ax=None,
        **ball_kw,
    ):
        """Draw two coefficients of a fitted estimator.

        Parameters
        ----------
        estimator : Lasso, ElasticNet, Ridge, or one of these with its penalty chosen by cross-validation, fitted
        X, y : arrays
            Those of the fit; X may be sparse.
        features : pair of int or str, default (0, 1)
            Places of two features, or their names in the fit.
        sample_weight : array (n_samples,), optional
            That of the fit.
        target : int, optional
            Which target, where there are several.
        feature_names : sequence of str (n_features,), optional
            None: those of the fit, or x0, x1, ...
        ax : Axes, optional
            None: those of a new figure.
        **ball_kw
            For `Axes.fill`, of the ball.

        Returns
        -------
        display : GeometryDisplay

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError, TypeError
            For an argument outside its rules; where `coef_` is not the solution for X and y.
        ImportError
            Without matplotlib.
        """
        check_axes(ax, f"{cls.__name__}.from_estimator")
        problem, names, alpha = two_features(estimator, X, y, features, sample_weight, target, feature_names)
        display = cls(problem, feature_names=names, name=f"{type(estimator).__name__}, {ALPHA} = {alpha:.3g}")
        return display.plot(ax=ax, **ball_kw)

    def plot(self, ax=None, **ball_kw):
        """Draw the picture; its axes are made square.

        Parameters
        ----------
        ax, **ball_kw
            As in `from_estimator`.

        Returns
        -------
        self
        """
        problem = self.problem
        ax, self.figure_ = axes_and_figure(ax, f"{type(self).__name__}.plot")
        self.ax_ = ax
        centre, half = self._view()
        ax.set_box_aspect(1)
        ax.set_xlim(centre[0] - half[0], centre[0] + half[0])
        ax.set_ylim(centre[1] - half[1], centre[1] + half[1])
        ax.apply_aspect()
        for line in (ax.axhline, ax.axvline):
            line(0.0, color=DARK, linewidth=0.6, zorder=0.8)

        self.ball_ = self._draw_ball(ax, half, ball_kw)
        self.contours_ = self._draw_contours(ax, centre, half)
        look = {"linestyle": "none", "color": COLOURS[0], "markersize": 8, "zorder": 4}
        (self.minimum_,) = ax.plot(
            *problem.minimum[:, None], marker="+", markeredgewidth=2, label="least squares", **look
        )
        self.cone_, self.arrow_ = self._draw_normals(ax, half)
        look |= {"color": "black", "markersize": 7, "zorder": 5}
        (self.solution_,) = ax.plot(*problem.solution[:, None], marker="o", label="solution", **look)

        width = size_in_points(ax)[0]
        first, second = (shorten(name, LONGEST_NAME) for name in self.feature_names)
        ax.set_xlabel(fitting((f"coefficient of {first}", first), width), parse_math=False)
        ax.set_ylabel(fitting((f"coefficient of {second}", second), width), parse_math=False)
        if self.name is not None:
            ax.set_title(self.name)
        shown = [self.ball_, self.solution_, self.minimum_] if is_narrow(ax) else None
        size = "x-small" if is_narrow(ax) else "small"
        handles = shown and [artist for artist in shown if artist is not None]
        ax.legend(handles=handles, fontsize=size, framealpha=0.85, loc=self._corner(centre, half))
        return self

    def _corner(self, centre, half):
        """The corner of the picture that is farthest from what it is about."""
        points = [self.problem.solution, self.problem.minimum, self._tip(half)]
        corners = {"upper right": (1, 1), "upper left": (-1, 1), "lower left": (-1, -1), "lower right": (1, -1)}
        places = np.array([(point - centre) / half for point in points])
        return max(corners, key=lambda name: np.linalg.norm(places - corners[name], axis=1).min())

    def _view(self):
        """Centre and half the sides of the picture, (2,) each: 0, the solution, the minimum and the ball are in it."""
        problem = self.problem
        points = np.array([np.zeros(2), problem.solution, problem.minimum])
        reach = problem.radii(np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]]))
        near = 2.5 * np.abs(points).max(axis=0)
        right, top, left, bottom = np.where(np.isfinite(reach), reach, 0.0)
        points = np.concatenate([points, np.clip([[right, top], [-left, -bottom]], -near, near)])
        half = _frame(points)[1]
        return _frame(np.concatenate([points, [self._tip(half)]]))

    def _tip(self, half):
        """Where the arrow ends: at a right angle to the contour, on the screen."""
        # a normal is a row vector: in units of the picture it is multiplied where a point is divided
        down = -self.problem.gradient * half
        size = np.sqrt(self.problem.hessian.diagonal() @ np.square(half)) * np.linalg.norm(self.problem.solution / half)
        length = np.linalg.norm(down)
        return self.problem.solution + (ARROW * half * down / length if length > 1e-9 * size else 0.0)

    def _draw_ball(self, ax, half, ball_kw):
        """The set of at most the penalty of the solution, within the bounds."""
        edge = self.problem.edge(half)
        if edge is None:
            return None
        colour = COLOURS[1]
        look = {"facecolor": colour + "40", "edgecolor": colour, "linewidth": 1.8, "zorder": 1}
        (ball,) = ax.fill(*edge.T, label="penalty ball", **{**look, **ball_kw})
        return ball

    def _draw_contours(self, ax, centre, half):
        """Contours of the loss, evenly spaced ellipses of which one goes through the solution."""
        sides = [np.linspace(c - h, c + h, GRID) for c, h in zip(centre, half, strict=True)]
        first, second = np.meshgrid(*sides)
        excess = self.problem.excess(first, second)
        own = float(self.problem.excess(*self.problem.solution))
        step = np.sqrt(excess.max()) / CONTOURS
        if not step > 0:
            return None
        through = round(np.sqrt(own) / step)
        if through:
            step = np.sqrt(own) / through
        levels = np.square(step * np.arange(1, 2 * CONTOURS))
        levels = levels[levels < excess.max()]
        # to the last bit, that there is one of it
        levels = np.append(levels[np.arange(1, len(levels) + 1) != through], own)
        levels = np.sort(levels[levels > 1e-12 * excess.max()])
        ax.plot([], [], color=COLOURS[0], linewidth=1.0, label="squared error")
        widths = np.where(levels == own, 2.0, 0.8)
        return ax.contour(first, second, excess, levels=levels, colors=COLOURS[0], linewidths=widths, zorder=2)

    def _draw_normals(self, ax, half):
        """The cone of normals at a corner, and minus the gradient, which is in it; at right angles on the screen."""
        problem, tip = self.problem, self._tip(half)
        if (tip == problem.solution).all():
            return None, None
        cone, normals = None, problem.normals() * half
        if len(normals) > 1 and self.ball_ is not None and problem.solution.any():
            towards = (tip - problem.solution) / half
            middle = np.arctan2(towards[1], towards[0])
            turns = (np.arctan2(normals[:, 1], normals[:, 0]) - middle + np.pi) % (2 * np.pi) - np.pi
            angles = middle + np.linspace(turns.min(), turns.max(), 60)
            rim = problem.solution + CONE * half * np.column_stack([np.cos(angles), np.sin(angles)])
            look = {"color": "#777777", "alpha": 0.35, "linewidth": 0, "zorder": 1.5, "label": "normal cone"}
            (cone,) = ax.fill(*np.vstack([problem.solution, rim]).T, **look)
        look = {"arrowstyle": "-|>", "color": "black", "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
        arrow = ax.annotate("", tip, problem.solution, zorder=4.5, arrowprops=look)
        ax.plot([], [], color="black", linewidth=1.5, marker=">", markevery=[-1], label="minus gradient")
        return cone, arrow


def _frame(points):
    """Centre and half the sides of a picture with these points (k, 2) and a margin."""
    low, high = points.min(axis=0), points.max(axis=0)
    centre, half = (low + high) / 2, (high - low) / 2 * (1 + 2 * MARGIN)
    largest = half.max()
    half = np.where(half > 1e-6 * largest, half, largest if largest > 0 else 1.0)
    if half.max() < COMPARABLE * half.min():
        half = np.full(2, half.max())
    return centre, half
