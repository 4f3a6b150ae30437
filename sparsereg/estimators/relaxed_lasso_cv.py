"""`RelaxedLassoCV`: the Lasso's choice of features with less of its shrinkage, both by cross-validation."""

from dataclasses import replace
from functools import partial

import numpy as np

from .._validation.search import check_fractions
from ..designs.standardized import Standardized
from ..model_selection.plan import planned
from ..model_selection.relaxed import between, blend, relax
from ..model_selection.rules import choose
from ..model_selection.search import Search
from ..paths import lasso_path
from ..results import path_result
from ..solvers.certificate import residuals_of
from ..solvers.convergence import warn_once
from ..solvers.least_squares import build_problems, round_to
from ..solvers.original import on_original_scale
from ..solvers.problem import weighted_squares
from ._path_cv import PathCV


class RelaxedLassoCV(PathCV):
    """The relaxed Lasso, alpha and gamma chosen by cross-validation: which features, and how much they are shrunk.

    At each alpha the Lasso keeps some features. Between its coefficients and those of least squares on the same
    features, which do not shrink, gamma chooses::

        w = gamma w_lasso + (1 - gamma) w_least_squares

    so gamma=1 is the Lasso, as in glmnet. Each fold has a Lasso and a least-squares fit of its own.

    Least squares is exact, weighted as the Lasso is, and within the bounds where there are some. Where the features
    kept are dependent it is the fit nearest to the Lasso (coefficients times the root of the mean square of the
    feature); where with the intercept they are as many as the rows with a weight, or more, it would interpolate, and
    the Lasso itself takes its place.

    Parameters
    ----------
    gamma : float in [0, 1] or array-like, default (0, 0.25, 0.5, 0.75, 1)
        One of several is chosen, together with alpha.
    eps, alphas, n_alphas, fit_intercept, precompute, max_iter, tol, copy_X, cv, verbose, n_jobs, positive, \
random_state, selection, scoring, standardize, penalty_factor, bounds, solver, max_features, min_improvement, \
store_fold_coefs
        As in `LassoCV`, with errors on held-out folds as the one criterion.
    rule : "min", "1se" or callable, default "min"
        As in `ElasticNetCV`, with gamma in the place of l1_ratio: "1se" is the largest alpha within one standard error
        at the gamma of the smallest loss, a callable returns (gamma_index, alpha_index).

    Attributes
    ----------
    alpha_, gamma_ : float
    alpha_min_, alpha_1se_ : float
        As in `ElasticNetCV`.
    alphas_ : ndarray (n_alphas,)
    mse_path_ : ndarray (n_alphas, n_folds), or (n_gammas, n_alphas, n_folds) for several gammas
    mse_mean_, mse_se_, score_path_, fold_coefs_ : ndarray
        As in `ElasticNetCV`, with gammas in the place of l1_ratios.
    sparse_fold_coefs_ : list of csr_array (n_alphas, n_features), one per fold
        For several gammas a list of lists: of each fold one array per gamma, in the order of `gamma`.
    coef_ : ndarray (n_features,)
    intercept_ : float
    path_ : PathResult
        The Lasso on all rows at every alpha.
    relaxed_path_ : PathResult
        Least squares on the features that it keeps. Its gaps are how far the squared error is above the minimum over
        these features, certified from X (before rounding to float32, where X is).
    dual_gap_ : float
        Of the Lasso at `alpha_`.
    cv_result_ : CVResult
        With `gammas`.
    n_iter_, solver_, sparse_coef_, n_features_in_, feature_names_in_
        As in `LassoCV`.

    Warns
    -----
    ConvergenceWarning
        As `LassoCV`.

    Notes
    -----
    Source: Meinshausen (2007), "Relaxed Lasso"; in this form Hastie, Tibshirani & Tibshirani (2020), "Best subset,
    forward stepwise or Lasso? Analysis and recommendations based on extensive comparisons".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import RelaxedLassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = RelaxedLassoCV(cv=10, rule="1se").fit(X, y)
    >>> int((model.coef_ != 0).sum())
    3
    """

    path = staticmethod(lasso_path)
    _counterpart = "Lasso"

    def __init__(
        self,
        *,
        gamma=(0.0, 0.25, 0.5, 0.75, 1.0),
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
        scoring=None,
        standardize=False,
        penalty_factor=None,
        bounds=None,
        solver="auto",
        max_features=None,
        min_improvement=None,
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
            scoring=scoring,
            standardize=standardize,
            penalty_factor=penalty_factor,
            bounds=bounds,
            solver=solver,
            max_features=max_features,
            min_improvement=min_improvement,
            store_fold_coefs=store_fold_coefs,
        )
        self.gamma = gamma

    def fit(self, X, y, sample_weight=None, groups=None, **params):
        """Choose alpha and gamma, and keep the solution of all rows there.

        Parameters
        ----------
        X, y, sample_weight, groups, **params
            As in `LassoCV.fit`; there is no criterion for held-out data.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            For an argument outside its rules, before any work.
        MemoryError
            If what the fits work on would not fit a quarter of the available memory.
        """
        return self._fit(X, y, sample_weight, groups, params)

    def _checked_parameters(self):
        check_fractions("gamma", self.gamma)
        return super()._checked_parameters()

    def _search(self, setting, request, count, l1_ratios, gram):
        """Choose from the grid, and set the attributes."""
        gammas = check_fractions("gamma", self.gamma)
        setting = replace(setting, variants=partial(between, gammas))
        data, options, (penalty,) = setting.data, setting.options, setting.penalties
        design = Standardized(data.store, weights=setting.weights, center=setting.center, scale=setting.scale)
        target, means = design.center_target(data.Y)
        (problem,), recomputed = build_problems(design, target, penalty, gram)
        (grid,) = self._grids([problem], options, count)
        request = planned(request, self.solver, self.n_jobs, [problem], grid)
        search = Search(setting, [problem], request)
        found = search.evaluate([grid])
        result = replace(found.result(l1_ratios, self.criterion), gammas=gammas)
        gamma_index, alpha_index = choose(self.rule, result)
        gamma = gammas[gamma_index]
        problem, solution = search.chosen(0, grid, alpha_index)
        relaxed = relax(problem, solution)
        if data.dtype != np.float64:
            solution = round_to(problem, penalty, solution, data.dtype, options.tol)
        warn_once([*found.solutions, solution], options.tol, recomputed, stacklevel=self._depth)

        n_features, names, here = data.store.n_features, data.feature_names, slice(alpha_index, alpha_index + 1)
        mixed = blend(gamma, solution, relaxed)
        held = [
            on_original_scale(design, penalty, each.coefs, means, data.dtype, each.features)
            for each in (solution, relaxed, mixed)
        ]
        self.path_ = path_result(solution, *held[0], n_features, names)
        self.relaxed_path_ = path_result(relaxed, *held[1], n_features, names)
        coefs, intercepts = held[2]
        coefs = mixed.spread(coefs[:, here], n_features).T
        self._keep(data, coefs, intercepts[here], solution.gaps[here])
        chosen = mixed.part(here)
        if gamma < 1:
            residuals = residuals_of(problem, chosen.coefs, chosen.features)
            chosen = replace(chosen, residual_squares=weighted_squares(design, residuals))
        self._keep_facts(design, coefs, [chosen], problem=problem)
        self.n_iter_, self.solver_ = max(int(chosen.n_iter[0]), 1), solution.solver
        self.alpha_, self.gamma_ = solution.alphas[alpha_index], gamma
        self.cv_result_, self._fold_coefs = result, found.fold_coefs
        self._keep_search(result, isinstance(count, int), gamma_index)

    def _keep_search(self, result, is_automatic, l1_index):
        super()._keep_search(result, is_automatic, l1_index)
        self.alphas_ = np.atleast_2d(result.alphas)[0]
