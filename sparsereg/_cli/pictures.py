"""The pictures of a report, each as an address that holds it; matplotlib is imported on use."""

import warnings
from base64 import b64encode
from dataclasses import replace
from io import BytesIO

import scipy.sparse as sp

from ..displays import CVDisplay, PathDisplay
from .errors import CommandError
from .report import model_title, shown

# Inches, so that letters are large enough on a telephone too.
SIZE = 6.0, 4.2
# Beyond this many bytes a picture is stored as points instead of lines.
LARGEST_SVG, POINTS_PER_INCH = 800_000, 160
# Points of the predicted and actual values; more would be one area.
MOST_ROWS = 1000
NAME_WIDTH = 24


def check_matplotlib():
    """CommandError where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise CommandError(
            "--out needs matplotlib, for the pictures of its report: pip install 'scikit-sparsereg[plot]'"
        ) from error


def search_picture(analysis):
    """What the choice of the penalty was made from."""
    choice = analysis.choice
    display = CVDisplay(
        choice.path.alphas,
        choice.loss,
        standard_errors=choice.loss_se,
        fold_values=choice.fold_errors,
        counts=choice.path.df,
        marks=choice.marks,
        quantity="BIC" if choice.rule == "bic" else "mean squared error (y squared)",
        name=model_title(analysis),
    )
    return _picture(display.plot)


def path_picture(analysis):
    """The coefficients along the path, each for one standard deviation of its feature, so that they can be compared."""
    choice = analysis.choice
    coefs = sp.csc_array(sp.diags_array(analysis.deviations) @ choice.path.coefs)
    display = PathDisplay(
        replace(choice.path, coefs=coefs),
        marks=choice.marks,
        feature_names=[shown(name, NAME_WIDTH) for name in analysis.problem.features],
        name=model_title(analysis),
    )

    def draw(ax):
        display.plot(ax=ax)
        ax.set_ylabel("coefficient (y per standard deviation)")

    return _picture(draw)


def prediction_picture(analysis):
    """Rows held out: what was predicted, and what was there."""
    from matplotlib.ticker import AutoLocator
    from sklearn.metrics import PredictionErrorDisplay

    def draw(ax):
        PredictionErrorDisplay.from_predictions(
            analysis.held_out.y,
            analysis.held_out.predicted,
            kind="actual_vs_predicted",
            subsample=MOST_ROWS,
            random_state=0,
            scatter_kwargs={"alpha": 0.5, "s": 16, "linewidths": 0},
            ax=ax,
        )
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(AutoLocator())

    return _picture(draw)


def _picture(draw):
    """What `draw` puts into axes, as a data address."""
    import matplotlib
    from matplotlib.figure import Figure

    # letters stay letters, in a font of the reader's, which may have more of them than matplotlib's
    with matplotlib.rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        warnings.filterwarnings("ignore", "Creating legend .* can be slow")  # that is said after a second; let it
        figure = Figure(figsize=SIZE, layout="constrained")
        draw(figure.subplots())
        kind, content = "svg+xml", BytesIO()
        figure.savefig(content, format="svg", metadata={"Date": None})
        if content.tell() > LARGEST_SVG:
            kind, content = "png", BytesIO()
            figure.savefig(content, format="png", dpi=POINTS_PER_INCH)
    return f"data:image/{kind};base64,{b64encode(content.getvalue()).decode()}"
