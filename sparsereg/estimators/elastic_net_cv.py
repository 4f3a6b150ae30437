"""`ElasticNetCV` and `LassoCV`: the penalty chosen by cross-validation, at little more than the price of one path."""

from ..paths import enet_path, lasso_path
from ._path_cv import PathCV


class ElasticNetCV(PathCV):
    """Linear regression with L1 and L2 penalties, alpha and l1_ratio chosen by cross-validation.

    Every fit is exact, and `coef_` certified by its duality gap. The folds share one read of X where the Gram matrix of
    all features fits the memory, and the solution on all rows is the path's own: nothing is fitted again.

    Minimises what `ElasticNet` does; standardisation and weights are those of each fold's training rows.

    Parameters
    ----------
    l1_ratio : float in [0, 1] or array-like, default 0.5
        1 is the Lasso; one of several is chosen. 0 needs explicit `alphas`.
    eps : float in (0, 1), default 1e-3
        Smallest alpha of the automatic grid as a part of the largest.
    alphas : int, array-like or None, default 100
        Length of the automatic grid (at most 1000000), which comes from all rows, or the alphas themselves. None: 100.
    n_alphas : int, optional
        The older name of an integer `alphas`.
    fit_intercept, max_iter, tol, copy_X, positive, random_state, selection, penalty_factor, bounds, standardize, solver
        As in `ElasticNet`.
    precompute : "auto", bool or array (n_features, n_features)
        A Gram matrix X'X of all rows; it is checked against X. The other values never change the answer.
    cv : None, int, splitter or iterable of (train, test), default None
        An int: so many folds of consecutive rows; None: five. Rows are numbers or masks; they may be named twice, or
        in no fold.
    verbose : bool or int, default 0
        Report progress to stderr: a bar where tqdm is installed, else lines.
    n_jobs : int, optional
        Threads that work on folds, as joblib counts them, but never more than the processors allowed. None, outside a
        configuration of joblib: as many as BLAS may use, where that pays and fits the memory; with 1 they work on
        large products only. BLAS itself keeps to one meanwhile. The result does not depend on it.
    rule : "min", "1se" or callable, default "min"
        What chooses from the losses. "min": the smallest. "1se": the largest alpha, at the l1_ratio of the smallest
        loss, whose loss is within one standard error of it: std(ddof=1)/sqrt(n_folds) over the folds, with "loo" the
        same over the rows; the other criteria have none. A callable gets the `CVResult` and returns
        (l1_index, alpha_index), or alpha_index where there is one l1_ratio.
    criterion : str, default "cv"
        What the losses are. "cv": errors on held-out folds. "aic", "aicc", "bic", "ebic": information criteria of the
        fits to all rows, and "gcv" generalised cross-validation: see `sparsereg.model_selection.criteria`. "loo": the
        approximate leave-one-out error (Rad & Maleki 2018), inf where it cannot be trusted; not for
        n_features far above n_samples. "validation": the error on data held out by you, passed to `fit`.
    scoring : str, callable or None, default None
        With "cv": a scorer of scikit-learn, or a callable(estimator, X, y) -> float, where larger is better; the loss
        is minus its mean over the folds. Of the estimator it sees predict, `coef_` and `intercept_`. With sample_weight
        it must take sample_weight. None: the squared error.
    extend_grid : bool, default False
        Where the chosen alpha is the smallest of the automatic grid, go on once to eps^2 alpha_max, and warn if even
        the smallest of these is chosen.
    max_features : int, optional
        End the grid before the first alpha at which the fit to all rows has more non-zero coefficients.
    min_improvement : float, optional
        End the grid at the first alpha (from the fifth) that raises the R2 of all rows by less.
    patience : int, default 10
        With "validation": end the path once the error has not improved for so many alphas.
    store_fold_coefs : bool, default False
        Keep the coefficients of every fold.

    Attributes
    ----------
    alpha_ : float
    l1_ratio_ : float
    alpha_min_ : float
        Of the smallest loss, whatever the rule.
    alpha_1se_ : float
        What rule="1se" takes; only with folds.
    alphas_ : ndarray (n_alphas,), or (n_l1_ratios, n_alphas) for several l1_ratios with automatic grids
        Descending. Where paths of several l1_ratios end early at different places, (n_l1_ratios, n_alphas) for explicit
        alphas too, and NaN beyond their ends, here and in the losses and errors.
    mse_path_ : ndarray (n_alphas, n_folds), or (n_l1_ratios, n_alphas, n_folds)
        Weighted mean squared error of each fold; with "validation" the held-out data are the one fold.
    mse_mean_, mse_se_ : ndarray, as `mse_path_` without the last axis
        Mean and standard error over the folds.
    score_path_ : ndarray, as `mse_path_`
        With `scoring`.
    coef_ : ndarray (n_features,)
        float32 where X is float32.
    intercept_ : float
    dual_gap_ : float
        The objective at `coef_` is at most this far above its minimum; computed from X in float64.
    n_iter_ : int
    path_ : PathResult
        The fits to all rows at every alpha of the chosen l1_ratio.
    fold_coefs_ : ndarray, as `mse_path_` with one more axis (n_features,)
        With store_fold_coefs=True; made anew from `sparse_fold_coefs_` whenever it is asked for.
    sparse_fold_coefs_ : list of csr_array (n_alphas, n_features), one per fold
        The same without the zeros, for many features; a list of lists with one per l1_ratio if there are several.
    cv_result_ : CVResult
    solver_ : str
    sparse_coef_, n_features_in_, feature_names_in_
        As in `ElasticNet`.

    Warns
    -----
    ConvergenceWarning
        If a duality gap, of a fold or of the path, exceeds tol y'y/n.
    UserWarning
        If extend_grid=True and the smallest alpha is chosen all the same.

    Notes
    -----
    Source: Hastie, Tibshirani & Friedman (2009), section 7.10; the folds' Gram matrices by differences: Engstrom &
    Jensen (2024), arXiv 2401.13185.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import ElasticNetCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ElasticNetCV(l1_ratio=[0.5, 0.9, 1.0], rule="1se", cv=10).fit(X, y)
    >>> int((model.coef_ != 0).sum())
    4
    """

    path = staticmethod(enet_path)
    _counterpart = "ElasticNet"

    def _keep_search(self, result, is_automatic, l1_index):
        super()._keep_search(result, is_automatic, l1_index)
        self.l1_ratio_ = result.l1_ratios[l1_index]


class LassoCV(PathCV):
    """Linear regression with an L1 penalty, alpha chosen by cross-validation.

    `ElasticNetCV` with l1_ratio=1: parameters, attributes, errors and warnings are the same, without `l1_ratio`
    and `l1_ratio_`.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import LassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = LassoCV(cv=10, rule="1se").fit(X, y)
    >>> int((model.coef_ != 0).sum())
    4
    """

    path = staticmethod(lasso_path)
    _counterpart = "Lasso"

    def __init__(
        self,
        *,
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
