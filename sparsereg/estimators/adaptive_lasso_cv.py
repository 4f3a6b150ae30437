"""`AdaptiveLassoCV`: the Lasso whose penalty is weighed by a ridge fit, cross-validated with that fit."""

from dataclasses import replace

import numpy as np

from .._validation.parameters import check_parameters
from .._validation.penalty import build_penalty
from ..model_selection.pilot import check_rows, pilot_on, pilots_of_folds
from ..paths import lasso_path
from ._path_cv import PathCV


class AdaptiveLassoCV(PathCV):
    """The adaptive Lasso, alpha chosen by cross-validation: strong features are penalised less than weak ones.

    A ridge fit b, the pilot, comes first. Then, with f = penalty_factor and s = sample_weight rescaled to sum
    n_samples, it minimises::

        1/(2n) sum_i s_i (y_i - b_0 - x_i w)^2 + alpha sum_j f_j (max_k |b_k| / |b_j|)^gamma |w_j|

    which is the adaptive Lasso of Zou with alpha in the units of `LassoCV`: the feature with the largest `|b_j|` has
    the penalty that it has there. With standardize=True both fits, and `|b_j|`, are those of standardised features.

    Every fold finds a pilot of its own, from its training rows alone, so the rows held out have no part in the weights
    and the error is honest. Weights found once, from all rows, make that error too small.

    Parameters
    ----------
    gamma : float >= 0, default 1.0
        Power of the weights; 0 is `LassoCV`. Larger values keep fewer features.
    pilot_alpha : float >= 0, optional
        Penalty of the pilot, as in ``ElasticNet(l1_ratio=0)``: that of `Ridge` over the sum of the weights. 0 is least
        squares, for independent features: of several solutions it may take any where some features are unpenalised.
        None: the one of 30 with the smallest exact leave-one-out error, chosen on each set of rows anew.
    eps, alphas, n_alphas, fit_intercept, precompute, max_iter, tol, copy_X, cv, verbose, n_jobs, positive, \
random_state, selection, rule, scoring, standardize, penalty_factor, bounds, solver, extend_grid, max_features, \
min_improvement, patience, store_fold_coefs
        As in `LassoCV`. The pilot has the same penalty_factor, and no bounds: positive and bounds hold for the Lasso.
    criterion : str, default "cv"
        As in `LassoCV`, without "loo", which would leave no row out of the pilot. The information criteria take the
        weights as given.

    Attributes
    ----------
    pilot_coef_ : ndarray (n_features,)
        b on all rows, on the scale of X; 0 where excluded.
    pilot_alpha_ : float
        Its penalty, in the units of pilot_alpha.
    penalty_factor_ : ndarray (n_features,)
        f_j times the weight of feature j on all rows; inf where b_j is 0, which excludes it.
        ``Lasso(alpha=alpha_, penalty_factor=penalty_factor_)`` is this model.
    alpha_, alpha_min_, alpha_1se_, alphas_, mse_path_, mse_mean_, mse_se_, score_path_, coef_, intercept_, dual_gap_, \
n_iter_, path_, fold_coefs_, cv_result_, solver_, sparse_coef_, n_features_in_, feature_names_in_
        As in `LassoCV`.

    Warns
    -----
    ConvergenceWarning, UserWarning
        As `LassoCV`.

    Notes
    -----
    The pilots take a decomposition of the smaller side of X for each fold, in time the cube of its length.

    Leaving out one row is not what leaves out all of its copies, so rows given twice are not rows of weight 2 to the
    choice of the pilot; with pilot_alpha they are.

    Source: Zou (2006), "The adaptive Lasso and its oracle properties".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import AdaptiveLassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = AdaptiveLassoCV(cv=10, rule="1se").fit(X, y)
    >>> int((model.coef_ != 0).sum())
    3
    """

    path = staticmethod(lasso_path)
    _counterpart = "Lasso"
    _depth = 6

    def __init__(
        self,
        *,
        gamma=1.0,
        pilot_alpha=None,
        eps=1e-3,
        alphas=100,
        n_alphas=None,
        fit_intercept=True,
        precompute="auto",
        max_iter=1000,
        tol=1e-4,
        copy_X=True,
        cv=None,
        verbose=False,
        n_jobs=None,
        positive=False,
        random_state=None,
        selection="cyclic",
        rule="min",
        criterion="cv",
        scoring=None,
        standardize=False,
        penalty_factor=None,
        bounds=None,
        solver="auto",
        extend_grid=False,
        max_features=None,
        min_improvement=None,
        patience=10,
        store_fold_coefs=False,
    ):
        super().__init__(
            l1_ratio=1.0,
            eps=eps,
            alphas=alphas,
            n_alphas=n_alphas,
            fit_intercept=fit_intercept,
            precompute=precompute,
            max_iter=max_iter,
            tol=tol,
            copy_X=copy_X,
            cv=cv,
            verbose=verbose,
            n_jobs=n_jobs,
            positive=positive,
            random_state=random_state,
            selection=selection,
            rule=rule,
            criterion=criterion,
            scoring=scoring,
            standardize=standardize,
            penalty_factor=penalty_factor,
            bounds=bounds,
            solver=solver,
            extend_grid=extend_grid,
            max_features=max_features,
            min_improvement=min_improvement,
            patience=patience,
            store_fold_coefs=store_fold_coefs,
        )
        self.gamma = gamma
        self.pilot_alpha = pilot_alpha

    def _checked_parameters(self):
        found = super()._checked_parameters()
        check_parameters(self, ("gamma", "pilot_alpha"), optional=("pilot_alpha",))
        if self.criterion == "loo":
            raise ValueError(
                "criterion='loo' is not supported by AdaptiveLassoCV: it would leave no row out of the pilot; use "
                "criterion='cv' with cv=LeaveOneOut()"
            )
        return found

    def _search(self, setting, request, count, l1_ratios, gram):
        """Find the pilot of all rows and of those that each fold trains on, and search with the weights of each."""
        data = setting.data
        given = np.ones(data.store.n_features)
        if self.penalty_factor is not None:
            given = np.array(self.penalty_factor, dtype=np.float64)
        alpha = None if self.pilot_alpha is None else float(self.pilot_alpha)
        shared = given, setting.center, setting.scale, alpha

        def penalty(pilot):
            factor = pilot.factor(given, float(self.gamma))
            return build_penalty(
                len(given), l1_ratio=1.0, penalty_factor=factor, bounds=self.bounds, positive=self.positive
            )

        if alpha is None:
            check_rows(request.folds, setting.weights, data.store.n_samples)
        pilot = pilot_on(data, setting.weights, *shared)
        of_folds = pilots_of_folds(request.folds, self.n_jobs, data, setting.weights, *shared)
        setting = replace(setting, penalties=[penalty(pilot)], fold_penalties=[[penalty(one)] for one in of_folds])
        super()._search(setting, request, count, l1_ratios, gram)
        self.pilot_coef_ = pilot.coefs / pilot.scale
        self.pilot_alpha_ = pilot.alpha
        self.penalty_factor_ = pilot.factor(given, float(self.gamma))
