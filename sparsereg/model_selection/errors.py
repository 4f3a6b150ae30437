"""What a fold's solutions get wrong on the rows held out: from the Gram matrix of those rows, or from X."""

import numpy as np

from ..solvers.problem import EPS
from .folds import chunks_of

# The error from a Gram matrix is taken where its rounding is at most this part of it; else it comes from X.
ROUNDING = 1e-9
# Roundings of a product of sums.
ROUNDINGS = 8.0
# Elements of the predictions (n, k) formed together: 16 MB.
ELEMENTS = 2**21


def errors_from_sums(design, mean, coefs, features, held, gram, shift, about):
    """Mean squared errors (k,) of one target on the rows held out, inf where rounding would decide.

    With the point a of X and b of y, and w on the scale of X: r_i = (y_i - b) - c - (x_i - a)'w, where
    c = mean - b - (design.mean - a)'w, so that sum s r^2 = yy - 2cy - 2w'xy + c^2 s + 2cw'x + w'Hw.

    Parameters
    ----------
    design : Standardized         of the rows in training
    mean : float                  of y over them
    coefs : (k, m)                in units of the design
    features : (m,) or None       to which they belong; None: all
    held : Sums                   of the rows held out, of that target alone: y, yy scalars, xy (p,)
    gram : (p, p)                 H, of the rows held out about a
    shift : (p,) or None          a; None: zero
    about : float                 b
    """
    x, xy, moved, scale = held.x, held.xy, design.mean, design.scale
    if shift is not None:
        moved = moved - shift
    if features is not None:
        x, xy, moved, scale = x[features], xy[features], moved[features], scale[features]
        gram = gram[np.ix_(features, features)]
    coefs = coefs / scale
    c = mean - about - coefs @ moved
    squares = held.yy - 2 * c * held.y - 2 * (coefs @ xy) + c * c * held.weight + 2 * c * (coefs @ x)
    squares += np.einsum("kj,kj->k", coefs @ gram, coefs)
    size, spread = np.abs(coefs), np.sqrt(np.maximum(gram.diagonal(), 0.0))
    offset = np.abs(mean - about) + size @ np.abs(moved)
    reach = np.sqrt(held.yy) + size @ spread + offset * np.sqrt(held.weight)
    known = ROUNDINGS * EPS * reach * reach <= ROUNDING * squares
    return np.where(known, squares / held.weight, np.inf)


def errors_from_x(design, mean, coefs, features, y, weights, rows):
    """Mean squared errors (k,) of one target on some rows of X.

    Parameters
    ----------
    design, mean, coefs, features : as `errors_from_sums`
    y : (n,)
    weights : (n,) or None
    rows : slice or int array       a row named twice counts twice
    """
    total, squares = 0.0, np.zeros(len(coefs))
    for piece in chunks_of(rows, max(1, ELEMENTS // len(coefs))):
        residuals = y[piece, None] - predictions(design, mean, coefs, features, piece)
        some = np.ones(len(residuals)) if weights is None else weights[piece]
        total += some.sum()
        squares += some @ np.square(residuals)
    return squares / total


def predictions(design, mean, coefs, features, rows):
    """Predictions (m, k) of one target for some rows of X."""
    return mean + design.predict(np.ascontiguousarray(coefs.T), features, rows)
