"""Names at the ends of lines: short enough, and none over another."""

import numpy as np
from sklearn.isotonic import isotonic_regression

from .axes import LETTER, size_in_points

# Height of a line of text, in terms of the font size.
LINE_HEIGHT = 1.25
# The part of the axes' width that names may take, and the letters that a name may have at most and at least.
WIDEST, MOST, LEAST = 0.38, 28, 7
# Of the colour of a line, in its name.
DARKER = 0.7
# Between the end of a line and its name, as a part of the axes' width.
LEADER = 0.035


def shorten(name, length):
    """The name on one line of at most `length` characters; its middle is left out, as beginnings and ends differ."""
    name = " ".join(str(name).split())
    if len(name) <= length:
        return name
    kept = length - 3
    return name[: kept - kept // 2] + "..." + name[len(name) - kept // 2 :]


def shorten_all(names, length):
    """The names shortened, and told apart where they are different: by leaving out what all begin and end with."""
    names = [" ".join(str(name).split()) for name in names]
    short = [shorten(name, length) for name in names]
    if len(set(short)) == len(set(names)):
        return short
    begin = n_common(names)
    end = n_common([name[begin:][::-1] for name in names])
    return [middle_of(name, begin, len(name) - end, length) for name in names]


def middle_of(name, begin, end, length):
    """The part of a name from begin to end, with dots for what is left out; the shortened name if that is nothing."""
    middle = name[begin:end]
    if not middle:
        return shorten(name, length)
    lead = "..." if begin else ""
    room = length - len(lead)
    if len(middle) + 3 * (end < len(name)) > room:
        return f"{lead}{middle[: room - 3]}..."
    return f"{lead}{middle}{'...' if end < len(name) else ''}"


def n_common(names):
    """How many characters all names begin with."""
    different = (k for k, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1)
    return next(different, min(map(len, names)))


def darker(colour):
    """A colour for letters, which are thin."""
    from matplotlib.colors import to_rgb

    return tuple(DARKER * part for part in to_rgb(colour))


def spread(wanted, apart, low, high):
    """Heights nearest to those wanted, in the sense of least squares, at least `apart` from each other.

    Parameters
    ----------
    wanted : ndarray (m,)       (m - 1) apart <= high - low
    apart, low, high : float    all heights end in [low, high]

    Returns
    -------
    ndarray (m,), in the order of those wanted
    """
    order = np.argsort(wanted, kind="stable")
    steps = apart * np.arange(len(wanted))
    # with the distances taken off, the order is all that is left to keep
    top = max(low, high - steps[-1]) if len(steps) else high
    heights = np.empty(len(wanted))
    if len(wanted):
        heights[order] = isotonic_regression(np.asarray(wanted)[order] - steps, y_min=low, y_max=top) + steps
    return heights


def letters_that_fit(width, fontsize):
    """How many characters a name may have beside axes of this width, in points."""
    return int(np.clip(WIDEST * width / (LETTER * fontsize), LEAST, MOST))


def names_that_fit(ax, fontsize):
    """How many names fit above each other in the axes."""
    return max(1, int(size_in_points(ax)[1] / (LINE_HEIGHT * fontsize)))


class EndLabels:
    """Names to the right of the ends of lines, each joined to its end: first made and measured, then put in place.

    Parameters
    ----------
    ax : Axes
    names : sequence of str     as many as fit
    colours : list              as names
    fontsize : float            in points
    """

    def __init__(self, ax, names, colours, fontsize):
        self.ax, self.fontsize, self._colours = ax, fontsize, colours
        width, self._height = size_in_points(ax)
        length = letters_that_fit(width, fontsize)
        self.texts = [
            ax.text(0, 0.5, name, color=darker(colour), fontsize=fontsize, va="center", parse_math=False)
            for name, colour in zip(shorten_all(names, length), colours, strict=True)
        ]
        for text in self.texts:
            text.set_transform(ax.transAxes)
        widest = max((text.get_window_extent().width for text in self.texts), default=0.0)
        # the part of the axes' width that they take, with the leaders and a little air
        self.room = min(0.8, widest / ax.get_window_extent().width + LEADER + 0.015) if self.texts else 0.0

    def place(self, scale, ends):
        """Put them beside the ends (m,) of lines at `scale.last`; the limits of the axes are final. The leaders."""
        ax, leaders = self.ax, []
        low, high = ax.get_ylim()
        apart = LINE_HEIGHT * self.fontsize / self._height * (high - low)
        heights = spread(np.asarray(ends), apart, low + apart / 2, high - apart / 2)
        left, right = (float(scale.places(limit)) for limit in ax.get_xlim())
        begin = right - (self.room - LEADER) * (right - left)
        for end, height, text, colour in zip(ends, heights, self.texts, self._colours, strict=True):
            places = scale.values([scale.last, begin - 0.3 * LEADER * (right - left)])
            leaders += ax.plot(places, [end, height], color=colour, linewidth=0.7, alpha=0.6, label="_leader")
            text.set_transform(ax.transData)
            text.set_position((float(scale.values(begin)), height))
        return leaders
