"""Scores of linear predictions by any scorer of scikit-learn."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import check_scoring

from .._validation.arrays import show

KINDS = "a name of sklearn.metrics.get_scorer_names() or a callable(estimator, X, y) -> float"


class LinearPredictor(RegressorMixin, BaseEstimator):
    """A fitted linear model for a scorer; predictions that are known already are not computed again.

    Parameters
    ----------
    model : callable or None       returns coefficients (p,) or (t, p) and the intercept, float or (t,); called only by
                                   a scorer that asks for more than the predictions. None: there is no such model
    X : matrix (m, p) or None
    predictions : ndarray (m,) or (m, t), or None      for exactly that X
    """

    def __init__(self, model, X=None, predictions=None):
        self.model, self.X, self.predictions = model, X, predictions

    def _model(self):
        if self.model is None:
            raise AttributeError(
                "scoring must look at no more than the predictions with leave-one-out, where each row is predicted by "
                "a fit of its own: leave out coef_, intercept_ and predictions for other rows, or set cv"
            )
        return self.model()

    @property
    def coef_(self):
        """The coefficients, by the name that every linear model of scikit-learn has for them."""
        return self._model()[0]

    @property
    def intercept_(self):
        """The intercept, as `coef_`."""
        return self._model()[1]

    def fit(self, _X, _y=None):
        """Return self: it is fitted."""
        return self

    def predict(self, X):
        """Predictions X w + b."""
        if X is self.X:
            return self.predictions
        coef, intercept = self._model()
        return X @ np.transpose(coef) + intercept

    def __sklearn_is_fitted__(self):
        return True


def check_scorer(scoring):
    """A scorer, called as scorer(estimator, X, y), for a name or a callable; None for None.

    Raises
    ------
    ValueError, TypeError
        For what is no scorer of scikit-learn.
    """
    if scoring is None:
        return None
    if not (isinstance(scoring, str) or callable(scoring)):
        raise TypeError(f"scoring must be None, {KINDS}, got {show(scoring)}")
    try:
        return check_scoring(LinearPredictor(None), scoring)
    except ValueError as error:
        raise ValueError(f"scoring must be None, {KINDS}, got {show(scoring)}") from error


def try_scorer(scorer, X, y, weights=None):
    """Raise unless a scorer can score linear predictions on (X, y); tried on their mean, before any work.

    Raises
    ------
    ValueError
        If it fails, returns no number, or is NaN however good the predictions: as R2 on one row.
    """
    for predictions in (np.full(len(y), y.mean()), y):
        constant = np.zeros(X.shape[1]), predictions[0]
        predictor = LinearPredictor(lambda constant=constant: constant, X, predictions)
        try:
            value = score(scorer, predictor, X, y, weights)
        except Exception as error:
            raise ValueError(f"scoring fails on the first fold, with {show(scorer)}: {error}") from error
        if not np.isnan(value):
            return
    raise ValueError(
        f"scoring must be defined on every fold, but {show(scorer)} is NaN on the first, of {len(y)} "
        f"{'row' if len(y) == 1 else 'rows'}, whatever is predicted: use fewer folds, or scoring=None"
    )


def score(scorer, predictor, X, y, weights=None):
    """What the scorer says of predictions on (X, y), float; larger is better.

    Raises
    ------
    ValueError
        If there are weights and the scorer takes none, or if it returns no number.
    """
    if weights is None:
        value = scorer(predictor, X, y)
    else:
        try:
            value = scorer(predictor, X, y, sample_weight=weights)
        except TypeError as error:
            raise ValueError(
                f"scoring must accept sample_weight where fit is given sample_weight, but {show(scorer)} failed with "
                f"it: {error}; use a scorer whose metric has a sample_weight, or scoring=None"
            ) from error
    return as_score(value, scorer)


def as_score(value, scorer):
    """What a scorer has returned as a float; ValueError if it is no number."""
    if not isinstance(value, numbers.Real) and (np.ndim(value) or np.asarray(value).dtype.kind not in "biuf"):
        raise ValueError(f"scoring must return a number, got {show(value)} from {show(scorer)}")
    return float(value)
