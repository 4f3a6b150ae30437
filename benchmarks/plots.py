"""The figures of the results page, SVG."""

import numpy as np

from .contenders import OURS
from .scaling import slope

COLOURS = {
    "sparsereg": "#c1272d",
    "scikit-learn": "#f7931e",
    "celer": "#0071bc",
    "skglm": "#22a27a",
    "adelie": "#7b4fb5",
    "glmnet": "#6b6b6b",
    "abess": "#a0742a",
    "BLAS": "#000000",
}
NO_GAP = 1e-16  # where a gap of nothing is drawn


def canvas(width=6.0, height=3.8):
    """A figure that needs no display, and its axes."""
    from matplotlib.figure import Figure  # only where figures are drawn

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def save(figure, path):
    """Write it, the same bytes for the same figure."""
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "sparsereg", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def time_to_gap(results, path, title):
    """Curves of the recomputed gap against seconds, one point for each tolerance."""
    figure, axes = canvas()
    for name in dict.fromkeys(each.contender for each in results):
        runs = sorted(
            (each for each in results if each.contender == name and each.gap == each.gap), key=lambda r: r.cost
        )
        if runs:
            gaps = [max(each.gap, NO_GAP) for each in runs]
            style = {"marker": "*", "markersize": 13} if name == OURS else {"marker": "o", "markersize": 4}
            axes.loglog([each.cost for each in runs], gaps, label=name, color=COLOURS[name], **style)
    axes.set(xlabel="CPU seconds, one thread", ylabel="largest duality gap of the path / (y'y/2n)", title=title)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=8, loc="best")
    save(figure, path)


def curves(family, lines, path):
    """Seconds against one size for each contender, with the exponent over the last sizes.

    lines : dict of contender -> (sizes, seconds)
    """
    figure, axes = canvas(4.6, 3.4)
    for name, (sizes, seconds) in lines.items():
        label = name if len(sizes) < 3 else f"{name}: size^{slope(np.array(sizes), np.array(seconds)):.2f}"
        axes.loglog(sizes, seconds, label=label, color=COLOURS[name], marker="o", markersize=4)
    axes.set(xlabel=family.size, ylabel="CPU seconds", title=family.name)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=8, loc="best")
    save(figure, path)


def shares(parts, path):
    """Bars of what share of its time each task spends where.

    parts : dict of task -> dict of part -> share
    """
    figure, axes = canvas(6.6, 0.45 * len(parts) + 1.4)
    names = list(dict.fromkeys(part for each in parts.values() for part in each))
    left = np.zeros(len(parts))
    palette = ["#0071bc", "#c1272d", "#22a27a", "#f7931e", "#7b4fb5", "#6b6b6b", "#a0742a", "#333333"]
    for name, colour in zip(names, palette):
        widths = np.array([each.get(name, 0.0) for each in parts.values()])
        axes.barh(list(parts), widths, left=left, color=colour, label=name)
        left += widths
    axes.set(xlabel="share of the time", xlim=(0, 1))
    axes.invert_yaxis()
    axes.legend(frameon=False, fontsize=7, ncols=4, loc="upper center", bbox_to_anchor=(0.45, -0.3 - 0.2 / len(parts)))
    save(figure, path)
