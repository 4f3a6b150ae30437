"""Scores of linear predictions by any scorer of scikit-learn."""

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import check_scoring


class LinearPredictor(RegressorMixin, BaseEstimator):
    """A fitted linear model for a scorer; predictions that are known already are not computed again.

    Parameters
    ----------
    coef : ndarray (p,) or (t, p)
    intercept : float or ndarray (t,)
    X : matrix (m, p) or None
    predictions : ndarray (m,) or (m, t), or None      for exactly that X
    """

    def __init__(self, coef, intercept, X=None, predictions=None):
        self.coef, self.intercept, self.X, self.predictions = coef, intercept, X, predictions

    def fit(self, _X, _y=None):
        """Return self: it is fitted."""
        return self

    def predict(self, X):
        """Predictions X w + b."""
        if X is self.X:
            return self.predictions
        return X @ np.transpose(self.coef) + self.intercept

    def __sklearn_is_fitted__(self):
        return True


def check_scorer(scoring):
    """A scorer, called as scorer(estimator, X, y), for a name or a callable; None for None.

    Raises
    ------
    ValueError, TypeError
        For what is no scorer of scikit-learn.
    """
    return None if scoring is None else check_scoring(LinearPredictor(np.zeros(1), 0.0), scoring)


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
                f"scoring must accept sample_weight where fit is given sample_weight, but {scorer!r} failed with it: "
                f"{error}; use a scorer whose metric has a sample_weight, or scoring=None"
            ) from error
    if np.ndim(value) != 0 or not np.isreal(value):
        raise ValueError(f"scoring must return a number, got {value!r} from {scorer!r}")
    return float(value)
