"""Which features of a path are drawn, and where their lines leave room."""

import numpy as np

from .axes import GREY

# The largest ones: more lines would be one area.
DRAWN = 1000


def largest(path, coef=None):
    """The features that are not zero everywhere, by |coef|, then by their last coefficient, then by their largest.

    Returns
    -------
    features : int ndarray (m,)       at most DRAWN
    coefs : ndarray (m, K)
    """
    held = path.coefs
    peak = np.zeros(held.shape[0])
    np.maximum.at(peak, held.indices, np.abs(held.data))
    last = np.abs(held[:, [-1]].toarray().ravel())
    keys = (-peak, -last) if coef is None else (-peak, -last, -np.abs(coef))
    order = np.lexsort(keys)
    features = order[peak[order] > 0][:DRAWN]
    return features, held.tocsr()[features].toarray().astype(float)


def grey_lines(ax, x, coefs):
    """Thin lines of (m, K) coefficients, or None if there are none."""
    from matplotlib.collections import LineCollection

    if not len(coefs):
        return None
    lines = np.stack([np.broadcast_to(x, coefs.shape), coefs], axis=-1)
    return ax.add_collection(LineCollection(lines, colors=GREY, linewidths=0.6, zorder=1), autolim=False)


def limits(coefs):
    """Limits of the vertical axis."""
    low, high = coefs.min(initial=0.0), coefs.max(initial=0.0)
    if low == high:
        return -1.0, 1.0
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def emptier_corner(coefs):
    """Where the left part of the lines, as far as a legend reaches, leaves more room."""
    early = coefs[:, : max(1, 3 * coefs.shape[1] // 5)]
    low, high = limits(coefs)
    return "upper left" if high - early.max(initial=0.0) >= early.min(initial=0.0) - low else "lower left"
