"""How the pictures of the documentation look."""

import matplotlib.pyplot as plt

STYLE = {
    "figure.figsize": (8, 4),
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "legend.frameon": False,
    "lines.linewidth": 1.5,
}


def apply(gallery_conf, filename):
    """Set the style before an example runs; sphinx-gallery's form of such a function."""
    plt.rcParams.update(STYLE)
