"""`ShrinkageDisplay`: what a penalty does to a coefficient, and what Ridge does to a direction of X."""

import numbers

import numpy as np

from .._validation.arrays import show
from .._validation.parameters import check_choice, check_parameters
from .axes import (
    ALPHA,
    DARK,
    GREY,
    axes_and_figure,
    check_axes,
    fitting,
    is_narrow,
    look_of,
    size_in_points,
    style,
)
from .eigenvalues import eigenvalues_of
from .thresholds import PENALTIES

# Points of a curve, besides those where it bends.
N_POINTS = 401
# How far the curves go: in terms of where the last of them bends, and in decades around the eigenvalues.
BEYOND, AROUND = 1.4, 0.3

_FORMULAS = {
    "lasso": r"Lasso: $\mathrm{{sign}}(z)\,(|z| - \alpha)_+$",
    "ridge": r"Ridge: $z / (1 + \alpha)$",
    "elastic_net": "Elastic Net, l1_ratio = {l1_ratio:g}",
    "mcp": r"MCP, $\gamma$ = {gamma:g}",
}


class ShrinkageDisplay:
    """Curves of shrinkage: of one coefficient by several penalties, or of the directions of X by Ridge.

    It is made by `from_penalties` or `from_estimator`.

    Parameters
    ----------
    curves : sequence of (name, x, y)
        The name is for the legend, x and y are arrays of one length.
    points : sequence of (x, y), optional
        Markers on each of the curves.
    reference : (name, x, y), optional
        A thin line to compare with.
    marks : sequence of float, optional
        Where vertical lines are.
    is_log : bool, default False
        Whether the horizontal axis is logarithmic.
    labels : pair of sequences of str, optional
        Labels of the two axes, each from the longest to the shortest, of which one that fits is taken.
    title : str, optional

    Attributes
    ----------
    ax_ : Axes
    figure_ : Figure
    lines_ : list of Line2D
        The curves.
    points_ : list of Line2D
        The markers.
    reference_ : Line2D or None

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from sparsereg.displays import ShrinkageDisplay
    >>> display = ShrinkageDisplay.from_penalties(alpha=1.0, penalties=("lasso", "mcp"), ax=Figure().subplots())
    >>> [round(float(line.get_ydata()[-1]), 1) for line in display.lines_]
    [3.2, 4.2]
    """

    def __init__(
        self, curves, *, points=None, reference=None, marks=(), is_log=False, labels=(("",), ("",)), title=None
    ):
        self.curves = curves
        self.points = points
        self.reference = reference
        self.marks = marks
        self.is_log = is_log
        self.labels = labels
        self.title = title

    @classmethod
    def from_penalties(
        cls,
        alpha=1.0,
        *,
        l1_ratio=0.5,
        gamma=3.0,
        penalties=("lasso", "ridge", "elastic_net", "mcp"),
        ax=None,
        **line_kw,
    ):
        """Draw coefficients against those of least squares, for features that are orthogonal: X'X = n I.

        There every coefficient is a function of z_j = x_j'y / n alone, its least squares: the minimum over w of
        (z - w)^2 / 2 + penalty(w), with alpha as in `ElasticNet`. `Ridge`, which sums the squares, has alpha n times as
        large for the same curve.

        Parameters
        ----------
        alpha : float >= 0, default 1.0
        l1_ratio : float in [0, 1], default 0.5
            Of the Elastic Net.
        gamma : float > 1, default 3.0
            Of the minimax concave penalty (MCP), which stops shrinking at gamma alpha.
        penalties : sequence of {"lasso", "ridge", "elastic_net", "mcp"}
        ax : Axes, optional
            None: those of a new figure.
        **line_kw
            For `Axes.plot`, of the curves.

        Returns
        -------
        display : ShrinkageDisplay

        Raises
        ------
        ValueError, TypeError
            For an argument outside its rules.
        ImportError
            Without matplotlib.

        Notes
        -----
        Source: Zou & Hastie (2005), figure 2; Zhang (2010), "Nearly unbiased variable selection under minimax concave
        penalty", equation 2.1.
        """
        check_axes(ax, f"{cls.__name__}.from_penalties")
        check_parameters({"alpha": alpha, "l1_ratio": l1_ratio}, ("alpha", "l1_ratio"))
        if isinstance(gamma, bool) or not isinstance(gamma, numbers.Real):
            raise TypeError(f"gamma must be a real number, got {show(gamma)}")
        if not 1 < gamma < np.inf:
            raise ValueError(f"gamma must be > 1 and finite, got {show(gamma)}: up to 1 the MCP has no single minimum")
        if isinstance(penalties, str) or not len(penalties):
            raise ValueError(f"penalties must be a sequence of some of {', '.join(PENALTIES)}, got {show(penalties)}")
        for penalty in penalties:
            check_choice("penalties", penalty, tuple(PENALTIES))
        bends = alpha * np.array([1.0, l1_ratio, gamma])
        limit = BEYOND * (bends.max() if "mcp" in penalties else 2 * alpha) or 1.0
        z = np.unique(np.concatenate([np.linspace(-limit, limit, N_POINTS), bends, -bends]))
        z = z[np.abs(z) <= limit]
        known = {"l1_ratio": l1_ratio, "gamma": gamma}
        display = cls(
            [(_FORMULAS[name].format(**known), z, PENALTIES[name](z, alpha, **known)) for name in penalties],
            reference=("least squares", z[[0, -1]], z[[0, -1]]),
            labels=(
                (r"least squares coefficient $z = x_j^\top y / n$", "least squares $z$", "$z$"),
                ("penalised coefficient", "coefficient"),
            ),
            title=f"Shrinkage of one coefficient, {ALPHA} = {alpha:.3g}",
        )
        return display.plot(ax=ax, **line_kw)

    @classmethod
    def from_estimator(cls, estimator, X, *, alphas=None, sample_weight=None, target=None, ax=None, **line_kw):
        """Draw by how much Ridge shrinks the directions of X: lambda_i / (lambda_i + alpha).

        Fitted values of least squares are shrunk by this factor along the principal directions of X, lambda_i the
        eigenvalues of X'SX, X centred where an intercept is fitted and scaled with standardize=True. The sum of the
        factors is the effective degrees of freedom. Features of penalty factor f count as divided by sqrt(f); those of
        factor 0 are projected out, as nothing shrinks them.

        Parameters
        ----------
        estimator : Ridge, RidgeCV, or ElasticNet with l1_ratio=0, fitted
            lambda_i and alpha are in the units of its objective: X'SX for Ridge, X'SX/n for ElasticNet.
        X : array or sparse matrix
            That of the fit.
        alphas : sequence of float, optional
            Penalties to compare, in the units of the estimator; None: its own.
        sample_weight : array (n_samples,), optional
            That of the fit.
        target : int, optional
            Which target, where each has an alpha of its own.
        ax : Axes, optional
            None: those of a new figure.
        **line_kw
            For `Axes.plot`, of the curves.

        Returns
        -------
        display : ShrinkageDisplay

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError, TypeError
            For an argument outside its rules; for bounds, with which nothing is linear.
        MemoryError
            If a matrix on the smaller side of X would not fit a quarter of the available memory.
        ImportError
            Without matplotlib.

        Notes
        -----
        Source: Hastie, Tibshirani & Friedman (2009), equations 3.47 and 3.50.
        """
        check_axes(ax, f"{cls.__name__}.from_estimator")
        found = eigenvalues_of(estimator, X, alphas, sample_weight, target)
        eigenvalues = found.values
        sizes = eigenvalues if len(eigenvalues) else found.alphas[found.alphas > 0]
        ends = np.log10(sizes) if len(sizes) else np.zeros(1)
        low, high = 10.0 ** (ends.min() - AROUND), 10.0 ** (ends.max() + AROUND)
        grid = np.geomspace(low, high, N_POINTS)
        curves, points = [], []
        for alpha in found.alphas:
            factors = eigenvalues / (eigenvalues + alpha)
            name = f"{ALPHA} = {alpha:.3g}, df = {factors.sum() + found.n_free:.3g}"
            curves.append((name, grid, grid / (grid + alpha)))
            points.append((eigenvalues, factors))
        zeros = f" ({found.n_zero} more are 0)" if found.n_zero else ""
        display = cls(
            curves,
            points=points,
            marks=[alpha for alpha in found.alphas if low <= alpha <= high],
            is_log=True,
            labels=(
                (
                    rf"eigenvalue $\lambda_i$ of {found.matrix}{zeros}",
                    rf"$\lambda_i$ of {found.matrix}",
                    r"$\lambda_i$",
                ),
                (
                    r"shrinkage factor $\lambda_i / (\lambda_i + \alpha)$",
                    r"$\lambda_i / (\lambda_i + \alpha)$",
                    "factor",
                ),
            ),
            title=f"Shrinkage of the directions of X: {type(estimator).__name__}",
        )
        return display.plot(ax=ax, **line_kw)

    def plot(self, ax=None, **line_kw):
        """Draw the curves.

        Parameters
        ----------
        ax, **line_kw
            As in `from_penalties`.

        Returns
        -------
        self
        """
        ax, self.figure_ = axes_and_figure(ax, f"{type(self).__name__}.plot")
        self.ax_ = ax
        if self.is_log:
            ax.set_xscale("log")
        else:
            for line in (ax.axhline, ax.axvline):
                line(0.0, color=GREY, linewidth=0.8, zorder=0.5)
        self.reference_ = None
        if self.reference is not None:
            name, x, y = self.reference
            (self.reference_,) = ax.plot(x, y, color=DARK, linewidth=1.0, linestyle=":", label=name, zorder=1)
        self.lines_, self.points_ = [], []
        for index, (name, x, y) in enumerate(self.curves):
            look = {**style(index), "linewidth": 1.8, "zorder": 3, "label": name}
            self.lines_ += ax.plot(x, y, **look_of(look, line_kw))
        for line, (x, y) in zip(self.lines_, self.points or (), strict=False):
            look = {"color": line.get_color(), "markersize": 5, "zorder": 4, "label": "_points"}
            self.points_ += ax.plot(x, y, marker="o", linestyle="none", **look)
        for mark in self.marks:
            ax.axvline(mark, color=GREY, linewidth=0.8, linestyle=":", zorder=0.6)
        width, height = size_in_points(ax)
        ax.set_xlabel(fitting(self.labels[0], width))
        ax.set_ylabel(fitting(self.labels[1], height))
        if self.title is not None:
            ax.set_title(fitting((self.title, self.title.split(", ")[0].split(": ")[0]), width, "large"))
        ax.margins(x=0)
        ax.legend(fontsize="x-small" if is_narrow(ax) else "small", framealpha=0.85)
        return self
