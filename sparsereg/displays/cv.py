"""`CVDisplay`: what the choice of the penalty was made from."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .axes import (
    ALPHA,
    COLOURS,
    DARK,
    GREY,
    Scale,
    axes_and_figure,
    check_axes,
    count_axis,
    describe,
    fitting,
    is_narrow,
    look_of,
    mark_alphas,
    size_in_points,
    style,
)
from .sources import counts_of, folds_of, marks_of, quantity_of, row_of, search_of, second_axis, told_apart


class CVDisplay:
    """The loss or score that alpha was chosen by, against alpha: folds, their mean, one standard error, the choices.

    The penalty falls from left to right. Above the axes: how many coefficients are not zero, or the degrees of freedom
    where the criterion counts them; nothing for RidgeCV otherwise, which keeps all features.

    It is best made by `from_estimator`.

    Parameters
    ----------
    alphas : ndarray (K,)
        Descending.
    values : ndarray (K,)
        The mean over the folds, or the criterion; finite.
    standard_errors : ndarray (K,), optional
    fold_values : ndarray (K, n_folds), optional
    counts : ndarray (K,), optional
        What the axis above says at each alpha.
    marks : dict of str to float, optional
        Alphas to mark, each one of `alphas`, by name: "min" and "1se" have line styles of their own.
    others : dict of str to (alphas, values), optional
        Further curves by name.
    quantity : str, default "mean squared error (y squared)"
        What the values are.
    counted : str, default "number of features"
        What the counts are.
    name : str, optional
        What the title says has chosen.

    Attributes
    ----------
    ax_ : Axes
    figure_ : Figure
    line_ : Line2D
        The mean, or the criterion.
    band_ : PolyCollection or None
        One standard error to each side.
    fold_lines_ : list of Line2D
    limit_ : Line2D or None
        From the mark "1se" to the mark "min", one standard error from the value there.
    other_lines_ : list of Line2D
    marks_ : dict of str to Line2D
    count_axis_ : Axes or None

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import LassoCV
    >>> from sparsereg.displays import CVDisplay
    >>> X, y = load_diabetes(return_X_y=True)
    >>> display = CVDisplay.from_estimator(LassoCV(cv=10).fit(X, y), ax=Figure().subplots())
    >>> len(display.fold_lines_), sorted(display.marks_)
    (10, ['1se', 'min'])
    """

    def __init__(
        self,
        alphas,
        values,
        *,
        standard_errors=None,
        fold_values=None,
        counts=None,
        marks=None,
        others=None,
        quantity="mean squared error (y squared)",
        counted="number of features",
        name=None,
    ):
        self.alphas = alphas
        self.values = values
        self.standard_errors = standard_errors
        self.fold_values = fold_values
        self.counts = counts
        self.marks = marks
        self.others = others
        self.quantity = quantity
        self.counted = counted
        self.name = name

    @classmethod
    def from_estimator(cls, estimator, *, l1_ratio=None, compare=False, target=None, ax=None, **line_kw):
        """Draw the search of a fitted cross-validated estimator.

        Parameters
        ----------
        estimator : LassoCV, ElasticNetCV or RidgeCV, fitted
            With any criterion. Where `scoring` asks for scores, and for RidgeCV with folds, the picture is of scores:
            larger is better.
        l1_ratio : float, optional
            One of those of ElasticNetCV; None: the chosen one.
        compare : bool, default False
            Draw the means at the other l1_ratios (of RelaxedLassoCV: gammas) too, and no folds.
        target : int, optional
            Which target, where each has a choice of its own.
        ax : Axes, optional
            None: those of a new figure.
        **line_kw
            For `Axes.plot`, of the mean.

        Returns
        -------
        display : CVDisplay

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError, TypeError
            For an argument outside its rules; for an estimator that chooses no alpha.
        ImportError
            Without matplotlib.
        """
        check_axes(ax, f"{cls.__name__}.from_estimator")
        check_flag("compare", compare)
        check_is_fitted(estimator)
        result = search_of(estimator, target)
        index = row_of(estimator, result, l1_ratio)
        quantity, is_score = quantity_of(estimator, result)
        sign = -1.0 if is_score else 1.0
        alphas, losses = np.atleast_2d(result.alphas), np.atleast_2d(result.loss)
        orders = [_order(*row) for row in zip(alphas, losses, strict=True)]
        order = orders[index]
        counts, counted = counts_of(estimator, result, index, target)
        folds = None if compare else folds_of(result, index, is_score)
        name = type(estimator).__name__
        axis, rows = second_axis(result)
        texts = [f"{axis} = {text}" for text in told_apart(rows)]
        display = cls(
            alphas[index][order],
            sign * losses[index][order],
            standard_errors=None if result.loss_se is None else np.atleast_2d(result.loss_se)[index][order],
            fold_values=None if folds is None else folds[order],
            counts=None if counts is None else counts[order],
            marks=marks_of(estimator, target, index),
            others={
                texts[k]: (alphas[k][orders[k]], sign * losses[k][orders[k]])
                for k in range(len(losses))
                if compare and k != index
            },
            quantity=quantity,
            counted=counted,
            name=f"{name}, {texts[index]}" if len(losses) > 1 else name,
        )
        return display.plot(ax=ax, **line_kw)

    def plot(self, ax=None, **line_kw):
        """Draw the search.

        Parameters
        ----------
        ax, **line_kw
            As in `from_estimator`.

        Returns
        -------
        self
        """
        ax, self.figure_ = axes_and_figure(ax, f"{type(self).__name__}.plot")
        self.ax_ = ax
        alphas, values = self.alphas, self.values
        others, marks = self.others or {}, self.marks or {}
        scale = Scale(np.concatenate([alphas, *(row for row, _ in others.values())]), is_log=True)
        x = scale.shown(alphas)
        marker = "o" if len(alphas) == 1 else None
        folds = np.empty((len(x), 0)) if self.fold_values is None else self.fold_values
        n_folds = folds.shape[1]
        self.fold_lines_ = []
        for k, fold in enumerate(folds.T):
            label = f"{n_folds} fold{'s' if n_folds > 1 else ''}" if k == 0 else "_fold"
            look = {"color": GREY, "linewidth": 0.8, "zorder": 1, "marker": marker}
            self.fold_lines_ += ax.plot(x, fold, label=label, **look)
        self.band_ = self._draw_band(ax, x)
        self.other_lines_ = []
        for index, (name, (row, means)) in enumerate(others.items()):
            look = {**style(index + 1), "linewidth": 1.3, "zorder": 2, "marker": "o" if len(row) == 1 else None}
            self.other_lines_ += ax.plot(scale.shown(row), means, label=name, **look)
        look = {"color": COLOURS[0], "linewidth": 2.0, "zorder": 3, "marker": marker, "label": self._label(n_folds)}
        (self.line_,) = ax.plot(x, values, **look_of(look, line_kw))

        width, height = size_in_points(ax)
        scale.set_axis(ax, fitting((f"penalty {ALPHA} (falling, log scale)", f"penalty {ALPHA}"), width))
        self.count_axis_ = None
        if self.counts is not None:
            self.count_axis_ = count_axis(ax, scale, alphas, self.counts, self.counted)
        counts = self.counts if self.counted == "number of features" else None
        at = {name: int(np.flatnonzero(alphas == alpha)[0]) for name, alpha in marks.items()}
        kept = {name: None if counts is None else int(counts[k]) for name, k in at.items()}
        drawn = [(name, alpha, describe(name, alpha, kept[name], is_narrow(ax))) for name, alpha in marks.items()]
        self.marks_ = mark_alphas(ax, scale, drawn)
        self.limit_ = self._draw_limit(ax, x, at)
        ax.set_ylabel(fitting((self.quantity, self.quantity.split(" (")[0], self.quantity.split()[-1]), height))
        if self.name is not None:
            ax.set_title(fitting((f"Choice of {ALPHA} by {self.name}", self.name), width, "large"))
        shown = [*self.other_lines_, *self.marks_.values()] if is_narrow(ax) else None
        ax.legend(handles=shown, fontsize="small", framealpha=0.85)
        return self

    def _label(self, n_folds):
        """What the line is, for the legend."""
        if self.others:
            return self.name.split(", ")[-1] if self.name else "mean"
        return f"mean of {n_folds} folds" if n_folds > 1 else self.quantity.split(" (")[0]

    def _draw_band(self, ax, x):
        """One standard error to each side of the values, where it is known."""
        if self.standard_errors is None:
            return None
        errors = np.where(np.isfinite(self.standard_errors), self.standard_errors, 0.0)
        low, high = self.values - errors, self.values + errors
        if len(x) == 1:
            return ax.vlines(x, low, high, color=COLOURS[0], linewidth=4, alpha=0.3, label=r"$\pm$ 1 standard error")
        look = {"color": COLOURS[0], "alpha": 0.22, "linewidth": 0, "zorder": 1.2}
        return ax.fill_between(x, low, high, label=r"$\pm$ 1 standard error", **look)

    def _draw_limit(self, ax, x, at):
        """What a value may lack of the best one to count as equally good, if there are both marks."""
        if "1se" not in at or "min" not in at:
            return None
        best, first = at["min"], at["1se"]
        error = self.standard_errors[best]
        is_least = self.values[best] <= self.values[first]
        height = self.values[best] + (error if is_least else -error)
        (line,) = ax.plot(x[[first, best]], [height, height], color=DARK, linewidth=0.8, linestyle=":", label="_limit")
        return line


def check_flag(name, value):
    """TypeError unless the value is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def _order(alphas, losses):
    """The places of finite losses, the largest alpha first."""
    places = np.flatnonzero(np.isfinite(losses) & np.isfinite(alphas))
    return places[np.argsort(-alphas[places], kind="stable")]
