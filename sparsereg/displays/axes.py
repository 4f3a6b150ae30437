"""What the displays share: matplotlib on use, colours, an axis of alphas, the axis of features above it."""

import re

import numpy as np

from .._validation.arrays import show

# Okabe & Ito (2008), told apart with every kind of colour vision; without yellow, which white paper hides.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# Their number has no divisor in common with that of the colours; in greyscale the style tells lines apart.
STYLES = ("-", (0, (5, 1.5)), (0, (5, 1.5, 1, 1.5)))
GREY, DARK = "#BBBBBB", "#333333"
# Of the chosen alphas.
MARKS = {"min": (0, (5, 2)), "1se": (0, (1, 1.5))}
ALPHA = r"$\alpha$"
# Where an axis of alphas has this ratio, its ticks are powers of ten.
DECADES = 30.0
# Mean width of a letter, in terms of the font size.
LETTER = 0.55
# Points of width below which axes are narrow.
NARROW = 230.0
# Ticks above the axes, per inch of their width.
PER_INCH = 1.3


def check_matplotlib(caller):
    """ImportError that names the extra, where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ImportError(f"{caller} needs matplotlib: pip install 'scikit-sparsereg[plot]'") from error


def check_axes(ax, caller):
    """TypeError unless ax is None or axes of matplotlib; ImportError without matplotlib."""
    check_matplotlib(caller)
    from matplotlib.axes import Axes

    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(
            f"ax must be a matplotlib Axes or None, got {show(ax)}: pass one of those that plt.subplots() returns"
        )


def axes_and_figure(ax, caller):
    """The axes given, or those of a new figure; and their figure."""
    check_axes(ax, caller)
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(layout="constrained")
    return ax, ax.figure


def size_in_points(ax):
    """Width and height of the axes in points, of which 72 are an inch."""
    box = ax.get_window_extent()
    return 72.0 * box.width / ax.figure.dpi, 72.0 * box.height / ax.figure.dpi


def fitting(texts, length, size="medium"):
    """The first of some texts that is expected to fit a length in points; else the last, the shortest."""
    points = font_size(size)
    return next((text for text in texts if LETTER * points * n_letters(text) <= length), texts[-1])


def n_letters(text):
    """How many letters a text has once mathematics is set: a command is one, what only groups is none."""
    return len(re.sub(r"[${}_^]", "", re.sub(r"\\[a-zA-Z]+", "x", text)))


def font_size(name):
    """Points of a size of fonts that matplotlib knows by name."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=name).get_size_in_points()


def style(index):
    """Colour and style of a line by its index."""
    return {"color": COLOURS[index % len(COLOURS)], "linestyle": STYLES[index % len(STYLES)]}


def look_of(own, given):
    """Properties of a line: our own, and in place of them those given, by any of their names."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    return {**own, **normalize_kwargs(given, Line2D)}


class Scale:
    """Places on a horizontal axis, growing to the right: `places` of values, and the `values` that an axes wants.

    A logarithmic scale is one of alphas: the largest is at the left, and 0 a little to the right of the smallest other.

    Parameters
    ----------
    values : ndarray (K,)         finite; >= 0 where logarithmic
    is_log : bool
    """

    def __init__(self, values, is_log=False):
        self.is_log = is_log
        if is_log:
            positive = values[values > 0]
            smallest, largest = (positive.min(), positive.max()) if len(positive) else (1.0, 1.0)
            ratio = (largest / smallest) ** 0.1 if largest > smallest else 2.0
            self.has_zero = bool((values == 0).any())
            # without others, a tick below any
            self.smallest = smallest if len(positive) else np.inf
            self.zero = smallest / ratio if len(positive) else 1.0
        places = self.places(values)
        self.first, self.last = float(places.min()), float(places.max())
        self.span = self.last - self.first
        if not self.span > 0:
            self.span = 1.0 if is_log or self.first == 0 else abs(self.first)

    def shown(self, values):
        """What an axes is given for these values: an alpha of 0 has a place of its own."""
        values = np.asarray(values, dtype=float)
        return np.where(values == 0, self.zero, values) if self.is_log else values

    def places(self, values):
        """Where they are, growing to the right."""
        return -np.log10(self.shown(values)) if self.is_log else np.asarray(values, dtype=float)

    def values(self, places):
        """What an axes is given for a place."""
        return 10.0 ** -np.asarray(places) if self.is_log else np.asarray(places)

    def set_axis(self, ax, label, room=0.0):
        """Limits, ticks and label of the axis, which ends with the data; `room` to the right is a part of the whole."""
        from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter

        if self.is_log:
            ax.set_xscale("log")
        margin = 0.02 if self.last > self.first else 0.5
        left, right = self.first - margin * self.span, self.last + margin * self.span
        ax.set_xlim(*self.values([left, left + (right - left) / (1 - room)]))
        ends = self.values([left, right])
        ax.spines["bottom"].set_bounds(*ends)
        ax.spines["right"].set_visible(False)
        low, high = min(ends), max(ends)
        major, texts, minor = self._ticks(low, high, size_in_points(ax)[0] * (1 - room))
        ax.xaxis.set_major_locator(FixedLocator(major))
        ax.xaxis.set_major_formatter(FixedFormatter(texts))
        ax.xaxis.set_minor_locator(FixedLocator(minor))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel(label, x=(1 - room) / 2)

    def _ticks(self, low, high, width):
        """Major ticks, their texts, minor ticks, all from low to high, for so many points of width."""
        from matplotlib.ticker import MaxNLocator

        few, minor = max(2, int(width / 45)), np.empty(0)
        if self.is_log and high / low >= DECADES:
            powers = np.arange(np.ceil(np.log10(low)), np.floor(np.log10(high)) + 1).astype(int)
            if len(powers) <= 8:
                minor = np.multiply.outer(10.0 ** np.append(powers - 1.0, powers[-1]), np.arange(2, 10)).ravel()
            powers = powers[:: int(np.ceil(len(powers) / few))]
            plain = powers.min() >= -3 and powers.max() <= 4
            ticks = 10.0**powers
            texts = [f"{10.0**power:g}" if plain else rf"$10^{{{power}}}$" for power in powers]
        else:
            ticks = MaxNLocator(few, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
            if self.is_log:
                powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
                round_ones = np.multiply.outer(powers, [1, 2, 5]).ravel()
                if np.count_nonzero((round_ones >= low) & (round_ones <= high)) >= 2:
                    ticks = round_ones
            ticks = ticks[(ticks >= low) & (ticks <= high)]
            texts = [f"{tick:.6g}" for tick in ticks]
        if self.is_log and self.has_zero:
            away = max(self.zero * 10 ** (0.05 * self.span), self.smallest * (1 - 1e-9))
            kept = ticks >= away
            texts = [*(text for text, keep in zip(texts, kept, strict=True) if keep), "0"]
            ticks, minor = np.append(ticks[kept], self.zero), minor[minor >= away]
        minor = minor[(minor >= low) & (minor <= high)]
        return ticks, texts, minor


def count_axis(ax, scale, values, counts, label):
    """An axis above the axes that says `counts` (K,) at some of the `values` (K,) of the scale; returned."""
    top = ax.secondary_xaxis("top")
    width = size_in_points(ax)[0] / 72
    places = scale.places(values)
    wanted = np.linspace(scale.first, scale.last, max(2, int(PER_INCH * width)))
    apart = 0.6 * (wanted[1] - wanted[0])
    chosen = []
    for place in wanted:
        nearest = int(np.argmin(np.abs(places - place)))
        if not chosen or places[nearest] - places[chosen[-1]] > apart:
            chosen.append(nearest)
    texts = [f"{counts[k]:.3g}" if counts[k] < 1000 else f"{counts[k]:.0f}" for k in chosen]
    top.set_xticks(scale.shown(np.asarray(values)[chosen]), texts)
    top.minorticks_off()
    top.set_xlabel(label, x=ax.xaxis.label.get_position()[0])
    ax.spines["top"].set_visible(False)
    top.spines["top"].set_bounds(*ax.spines["bottom"].get_bounds())
    return top


def is_narrow(ax):
    """Whether long texts would cover too much of the axes."""
    return size_in_points(ax)[0] < NARROW


def mark_alphas(ax, scale, marks):
    """A vertical line for each mark, (name, value on the scale, label); a dict of the lines by name."""
    lines = {}
    for name, value, label in marks:
        where = float(scale.shown(value))
        dashes = MARKS.get(name, "-")
        lines[name] = ax.axvline(where, color=DARK, linewidth=1.2, linestyle=dashes, label=label, zorder=1.5)
    return lines


def describe(name, alpha, n_kept=None, briefly=False):
    """An alpha by name and, where known and there is room, how many features it keeps: for a legend."""
    text = f"{name}: {ALPHA} = {alpha:.3g}"
    return text if n_kept is None or briefly else f"{text} ({n_kept} feature{'' if n_kept == 1 else 's'})"
