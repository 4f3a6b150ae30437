"""`PathDisplay`: the coefficients of a path, from the strongest penalty to the weakest."""

import numbers

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._validation.parameters import check_choice
from ..results import PathResult
from .axes import (
    ALPHA,
    GREY,
    Scale,
    axes_and_figure,
    check_axes,
    count_axis,
    describe,
    fitting,
    font_size,
    is_narrow,
    look_of,
    mark_alphas,
    size_in_points,
    style,
)
from .labels import EndLabels, names_that_fit
from .lines import emptier_corner, grey_lines, largest, limits
from .sources import marks_of, names_of, path_of

X_AXES = ("log_alpha", "l1_norm", "deviance")
# Lines in colour, where fewer are named.
COLOURED = 10


class PathDisplay:
    """Coefficients of a regularisation path against alpha, their L1 norm, or the fraction of deviance explained.

    The penalty falls from left to right. The features with the largest absolute coefficients, at the first marked alpha
    and then at the end of the path, are drawn in colour and named at the ends of their lines; the others that are not
    zero everywhere are grey. Above the axes: how many coefficients are not zero.

    It is best made by `from_estimator` or `from_path`.

    Parameters
    ----------
    path : PathResult
    marks : dict of str to float, optional
        Alphas to mark, in the range of the path, by name: "min" and "1se" have line styles of their own.
    feature_names : sequence of str (n_features,), optional
        None: those of the path, or x0, x1, ...
    name : str, optional
        What the title says has this path.

    Attributes
    ----------
    ax_ : Axes
    figure_ : Figure
    features_ : int ndarray (m,)
        The features of `lines_`, the largest first.
    lines_ : list of Line2D (m,)
        The coloured ones.
    others_ : LineCollection or None
        The grey ones.
    labels_, leaders_ : list of Text, list of Line2D
        Names, the topmost features first, and what joins them to their lines.
    marks_ : dict of str to Line2D
    count_axis_ : Axes
        The axis of the number of features.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import LassoCV
    >>> from sparsereg.displays import PathDisplay
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = LassoCV(cv=10).fit(X, y)
    >>> display = PathDisplay.from_estimator(model, n_labels=3, ax=Figure().subplots())
    >>> [text.get_text() for text in display.labels_]
    ['s5', 'bmi', 'bp']
    """

    def __init__(self, path, *, marks=None, feature_names=None, name=None):
        self.path = path
        self.marks = marks
        self.feature_names = feature_names
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X=None,
        y=None,
        *,
        sample_weight=None,
        target=None,
        x="log_alpha",
        n_labels=10,
        feature_names=None,
        ax=None,
        **line_kw,
    ):
        """Draw the path of a fitted estimator.

        Parameters
        ----------
        estimator : LassoCV, ElasticNetCV, RidgeCV, Lasso, ElasticNet or Ridge, fitted
            Of the cross-validated ones `path_` is drawn, and the chosen alphas are marked; that of RelaxedLassoCV is
            the Lasso's, for what is relaxed see `from_path`. The others have no path: it is computed from X and y with
            their parameters, and their alpha is marked.
        X, y : arrays, optional
            Those of the fit, for estimators without a path.
        sample_weight : array (n_samples,), optional
            That of the fit, for estimators without a path.
        target : int, optional
            Which target, where there are several.
        x : {"log_alpha", "l1_norm", "deviance"}, default "log_alpha"
            The horizontal axis: alpha, the largest at the left (0 has a place of its own); `sum_j |w_j|`; or the
            fraction of the sum of squares of y that is explained (R2).
        n_labels : int, default 10
            How many features are named at most; fewer where the axes are low.
        feature_names : sequence of str (n_features,), optional
            None: those of the fit, or x0, x1, ...
        ax : Axes, optional
            None: those of a new figure.
        **line_kw
            For `Axes.plot`, of the coloured lines.

        Returns
        -------
        display : PathDisplay

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError, TypeError
            For an argument outside its rules; where X and y are needed and missing.
        ImportError
            Without matplotlib.
        """
        check_axes(ax, f"{cls.__name__}.from_estimator")
        check_drawing(x, n_labels)
        check_is_fitted(estimator)
        path = path_of(estimator, X, y, sample_weight, target)
        display = cls(
            path,
            marks=marks_of(estimator, target),
            feature_names=names_of(feature_names, path.feature_names, path.coefs.shape[0]),
            name=type(estimator).__name__,
        )
        return display.plot(ax=ax, x=x, n_labels=n_labels, **line_kw)

    @classmethod
    def from_path(cls, path, *, alpha=None, x="log_alpha", n_labels=10, feature_names=None, ax=None, **line_kw):
        """Draw a `PathResult`, as the path functions return it with return_result=True.

        Parameters
        ----------
        path : PathResult
        alpha : float, optional
            An alpha to mark, in the range of the path.
        x, n_labels, feature_names, ax, **line_kw
            As in `from_estimator`.

        Returns
        -------
        display : PathDisplay

        Raises
        ------
        ValueError, TypeError
            For an argument outside its rules.
        ImportError
            Without matplotlib.
        """
        check_axes(ax, f"{cls.__name__}.from_path")
        if not isinstance(path, PathResult):
            raise TypeError(f"path must be a PathResult, got {type(path).__name__}: use return_result=True")
        names = names_of(feature_names, path.feature_names, path.coefs.shape[0])
        display = cls(path, marks={} if alpha is None else {"chosen": alpha}, feature_names=names)
        return display.plot(ax=ax, x=x, n_labels=n_labels, **line_kw)

    def plot(self, ax=None, *, x="log_alpha", n_labels=10, **line_kw):
        """Draw the path.

        Parameters
        ----------
        ax, x, n_labels, **line_kw
            As in `from_estimator`.

        Returns
        -------
        self
        """
        check_drawing(x, n_labels)
        path, marks = self.path, self.marks or {}
        solutions = {name: path.at(alpha) for name, alpha in marks.items()}
        names = names_of(self.feature_names, path.feature_names, path.coefs.shape[0])
        ranked, coefs = largest(path, next(iter(solutions.values()), (None,))[0])
        ax, self.figure_ = axes_and_figure(ax, f"{type(self).__name__}.plot")
        self.ax_ = ax

        values = self._values(x)
        scale = Scale(values, is_log=x == "log_alpha")
        n_coloured = max(n_labels, COLOURED)
        self.features_ = ranked[:n_coloured]
        ends = scale.values([scale.first, scale.last])
        ax.plot(ends, [0.0, 0.0], color=GREY, linewidth=0.8, zorder=0.5, label="_zero")
        self.others_ = grey_lines(ax, scale.shown(values), coefs[n_coloured:])
        # above the grey ones, the largest on top
        self.lines_ = []
        for index, line in enumerate(coefs[:n_coloured]):
            look = {"linewidth": 1.6, "zorder": 3 - index / (n_coloured + 1), "label": f"_{names[ranked[index]]}"}
            look |= style(index) | {"marker": "o" if len(values) == 1 else None}
            self.lines_ += ax.plot(scale.shown(values), line, **look_of(look, line_kw))

        size = font_size("small")
        n_named = min(n_labels, len(self.lines_), names_that_fit(ax, size))
        named = [names[feature] for feature in ranked[:n_named]]
        written = EndLabels(ax, named, [line.get_color() for line in self.lines_[:n_named]], size)
        width, height = size_in_points(ax)
        scale.set_axis(ax, fitting(_LABELS[x], width * (1 - written.room)), written.room)
        ax.set_ylim(*limits(coefs))
        self.leaders_ = written.place(scale, coefs[:n_named, -1])
        self.labels_ = sorted(written.texts, key=lambda text: -text.get_position()[1])

        self.count_axis_ = count_axis(ax, scale, values, path.df, "number of features")
        self.marks_ = mark_alphas(
            ax,
            scale,
            [
                (name, self._value_at(x, alpha, coef), describe(name, alpha, np.count_nonzero(coef), is_narrow(ax)))
                for (name, alpha), (coef, _) in zip(marks.items(), solutions.values(), strict=True)
            ],
        )
        ax.set_ylabel(
            fitting(("coefficient (y per unit of the feature)", "coefficient (y per unit)", "coefficient"), height)
        )
        ax.set_title(self._title(len(coefs)))
        if self.marks_:
            ax.legend(loc=emptier_corner(coefs), fontsize="small", framealpha=0.85)
        return self

    def _values(self, x):
        """The place of every solution, (K,)."""
        path = self.path
        if x == "log_alpha":
            return np.asarray(path.alphas, dtype=float)
        if x == "deviance":
            return np.asarray(path.r2, dtype=float)
        return np.asarray(abs(path.coefs).sum(axis=0), dtype=float).ravel()

    def _value_at(self, x, alpha, coef):
        """The place of the solution at an alpha."""
        if x == "log_alpha":
            return alpha
        if x == "deviance":
            return float(np.interp(alpha, self.path.alphas[::-1], self.path.r2[::-1]))
        return float(np.abs(coef).sum())

    def _title(self, n_lines):
        """What is drawn."""
        title = "Coefficient path" if self.name is None else f"Coefficient path of {self.name}"
        n_active = len(np.unique(self.path.coefs.indices))
        return title if n_lines == n_active else f"{title}, the {n_lines} largest of {n_active}"


_HEIGHTS = ("coefficient (y per unit of the feature)", "coefficient (y per unit)", "coefficient")
_LABELS = {
    "log_alpha": (f"penalty {ALPHA} (falling, log scale)", f"penalty {ALPHA}"),
    "l1_norm": (r"L1 norm of the coefficients, $\Sigma_j |w_j|$", r"L1 norm $\Sigma_j |w_j|$"),
    "deviance": (r"fraction of deviance explained, $R^2$", "deviance explained, $R^2$", "$R^2$"),
}


def check_drawing(x, n_labels):
    """Raise unless x is an axis that there is and n_labels a number of labels."""
    check_choice("x", x, X_AXES)
    if isinstance(n_labels, bool) or not isinstance(n_labels, numbers.Integral):
        raise TypeError(f"n_labels must be an integer, got {n_labels!r}")
    if n_labels < 0:
        raise ValueError(f"n_labels must be >= 0, got {n_labels}")
