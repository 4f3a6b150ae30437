"""What every linear estimator here has once it is fitted."""

import numpy as np
import scipy.sparse as sp
from sklearn import get_config
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from .._validation.data import check_features, learn_features
from ._report import Reported


class LinearRegressor(Reported, RegressorMixin, MultiOutputMixin, BaseEstimator):
    """Predictions and tags of an estimator with `coef_` and `intercept_`."""

    def predict(self, X):
        """Predictions X w + b.

        Parameters
        ----------
        X : array or sparse matrix (n_samples, n_features)

        Returns
        -------
        ndarray (n_samples,), or (n_samples, n_targets) if y had several columns
        """
        check_is_fitted(self)
        X = check_features(X, self)
        return X @ self.coef_.T + self.intercept_

    def _keep(self, data, coefs, intercepts, gaps):
        """Set the attributes that every fit leaves.

        Parameters
        ----------
        data : Data
        coefs : ndarray (n_targets, n_features)
        intercepts, gaps : float64 arrays (n_targets,)
            Intercepts beyond the range of float32 stay float64.
        """
        single = len(coefs) == 1
        self.coef_ = coefs[0] if single else coefs
        self.dual_gap_ = gaps[0] if single else gaps
        self.intercept_ = 0.0
        if self.fit_intercept:
            if np.abs(intercepts).max() <= np.finfo(data.dtype).max:
                intercepts = intercepts.astype(data.dtype)
            self.intercept_ = intercepts[0] if data.y_ndim == 1 else intercepts
        learn_features(self, data)

    @property
    def sparse_coef_(self):
        """`coef_` as a CSR matrix (1, n_features) or (n_targets, n_features)."""
        kind = sp.csr_array if get_config().get("sparse_interface") == "sparray" else sp.csr_matrix
        return kind(np.atleast_2d(self.coef_))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
