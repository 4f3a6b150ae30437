"""What predictions at every alpha are worth: mean squared errors, R^2, or the score of any scorer."""

from functools import partial

import numpy as np

from .folds import chunks_of
from .scoring import LinearPredictor, as_score

# Elements of the predictions formed together: 16 MB.
ELEMENTS = 2**21


def errors_and_r2(Y, weights, rows, predict, width):
    """Mean squared errors and R^2 on some rows, as scikit-learn has them: plain means (K,) over the targets.

    A target that is constant on these rows has R^2 1 where it is met exactly, else 0.

    Parameters
    ----------
    Y : float64 array (n, T)
    weights : float64 array (n,) or None
    rows : slice or int array
    predict : callable         predictions (m, T, K) for rows
    width : int                T K
    """
    squares = 0.0
    for piece in chunks_of(rows, max(1, ELEMENTS // width)):
        left = np.square(Y[piece][:, :, None] - predict(piece))
        share = np.ones(len(left)) if weights is None else weights[piece]
        squares = squares + np.einsum("i,itk->tk", share, left)
    Y = Y[rows]
    share = np.ones(len(Y)) if weights is None else weights[rows]
    total = (share @ np.square(Y - share @ Y / share.sum()))[:, None]
    scores = 1 - np.divide(squares, total, out=np.where(squares > 0, 1.0, 0.0), where=total > 0)
    return squares.mean(axis=0) / share.sum(), scores.mean(axis=0)


def scores_of(scorer, X, y, predictions, params, optional=(), model=None):
    """The score (K,) of the predictions at every alpha.

    Parameters
    ----------
    scorer : scorer of scikit-learn
    X : matrix (m, p)
    y : array (m,) or (m, T)
    predictions : float64 array (m, T, K)
    params : dict                    what the scorer gets besides
    optional : container of str      names among them that are left out where the scorer does not take them
    model : callable or None         coefficients (T, p) and intercepts (T,) at the k-th alpha; None: there are none

    Raises
    ------
    ValueError
        If the scorer does not take its params, or returns no number.
    """
    scores = np.empty(predictions.shape[2])
    for k in range(len(scores)):
        given = predictions[:, :, k] if y.ndim == 2 else predictions[:, 0, k]
        predictor = LinearPredictor(None if model is None else partial(_at, model, k, y.ndim), X, given)
        try:
            value = scorer(predictor, X, y, **params)
        except TypeError as error:
            needed = {name: param for name, param in params.items() if name not in optional}
            if not params or (optional and len(needed) == len(params)):
                raise
            if not optional:
                raise ValueError(
                    f"scoring must accept {', '.join(params)}, but {scorer!r} failed with it: {error}; use a scorer "
                    "whose metric accepts it, or scoring=None"
                ) from error
            params = needed
            value = scorer(predictor, X, y, **params)
        scores[k] = as_score(value, scorer)
    return scores


def _at(model, k, y_ndim):
    coefs, intercepts = model(k)
    return (coefs, intercepts) if y_ndim == 2 else (coefs[0], intercepts[0])


def part_of(params, rows, n_samples):
    """Metadata of some rows: whatever has one entry per row of X is cut, the rest is left as it is."""
    return {name: _part(value, rows, n_samples) for name, value in params.items()}


def _part(value, rows, n_samples):
    length = np.shape(value)[:1]
    return np.asarray(value)[rows] if length == (n_samples,) else value
