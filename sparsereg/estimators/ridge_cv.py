"""`RidgeCV`: ridge regression whose penalty is chosen by exact leave-one-out, by folds, or by a criterion."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
from joblib import effective_n_jobs
from sklearn import get_config
from sklearn.metrics import get_scorer
from sklearn.utils.metadata_routing import MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted

from .._validation.data import check_data
from .._validation.penalty import ridge_penalty
from .._validation.weights import check_absolute_weights
from ..designs.threads import n_processors, one_blas_thread
from ..model_selection.folds import check_splitter, list_folds
from ..model_selection.ridge_fits import RidgeSetting
from ..model_selection.ridge_parameters import check_rows, check_search
from ..model_selection.ridge_results import PathsOfTargets, RidgeRequest, search
from ..model_selection.rules import choose
from ..model_selection.scoring import check_scorer
from ..solvers.convergence import warn_once
from ..solvers.original import on_original_scale
from ..solvers.ridge import RidgeOptions, solve_ridge
from ._cv import NO_ROUTING, CrossValidated, given_groups
from ._linear import LinearRegressor

# As the default of Ridge: fits that end farther from the minimum would warn, and those here are exact.
TOLERANCE = 1e-4
# Elements of a matrix with a vector, and multiply-adds of one with another, from which OpenBLAS uses threads.
UNDIVIDED, UNDIVIDED_PRODUCT = 9000, 2.5e5


class RidgeCV(CrossValidated, LinearRegressor):
    """Ridge regression whose penalty is chosen by exact leave-one-out, by folds, or by a criterion.

    Minimises what `Ridge` does, with f = penalty_factor and s = sample_weight (their scale matters)::

        sum_i s_i (y_i - b - x_i w)^2 + alpha sum_j f_j w_j^2

    Parameters
    ----------
    alphas : float or array-like (n_alphas,), default (0.1, 1.0, 10.0)
        The penalties to choose from, in any order; > 0, or >= 0 with folds. Of equally good ones the first is taken.
    fit_intercept : bool, default True
    scoring : str or callable, optional
        A scorer of scikit-learn. None: R^2 on each fold; for leave-one-out minus the squared error, times the weight
        of the row. With leave-one-out the scorer sees all left-out predictions at once, and no `coef_`; on folds one
        that does not take sample_weight scores without it.
    cv : int, splitter or iterable of (train, test), optional
        None: leave-one-out, from one decomposition of X for all alphas.
    gcv_mode : "auto", "svd", "eigen" or None
        Accepted; the answer is the same. Singular values of X take the place of eigenvalues of X'X where those would
        lose digits.
    store_cv_results : bool, default False
        Keep `cv_results_`; leave-one-out only.
    alpha_per_target : bool, default False
        Choose a penalty for each target; not with folds.
    positive : bool, default False
        Coefficients >= 0. Leave-one-out then is one fit for each row, as with bounds: choose folds for many rows.
    rule : "min", "1se" or callable(CVResult) -> index, default "min"
        "1se": the largest alpha whose loss is at most one standard error above the smallest. A callable returns a
        place in `alphas`.
    criterion : str, optional
        "cv" (folds), "loo" (exact leave-one-out), "gcv" (generalised cross-validation), "aic", "aicc", "bic" or "ebic",
        with sum s/(s + alpha) degrees of freedom over the eigenvalues s, and one for the intercept. None: "loo", or
        "cv" where cv is given.
    standardize : bool, default False
        Let the penalty act on w_j times the standard deviation of feature j: that in training of each fold. For
        leave-one-out it is that of all rows, which is where the closed form holds; cv=LeaveOneOut() takes each its own.
    penalty_factor : array (n_features,), optional
        f_j >= 0 multiplies the penalty of feature j: 0 leaves it unpenalised, inf excludes it. Not rescaled.
    bounds : (lower, upper), optional
        Each a number or an array (n_features,), on the scale of `coef_`; must contain 0.
    n_jobs : int, optional
        Threads over folds, never more than the processors allowed; the result does not depend on it.
    verbose : bool or int, default False
        Progress over folds, to stderr.

    Attributes
    ----------
    alpha_ : float, or ndarray (n_targets,) with alpha_per_target
    best_score_ : float, or ndarray (n_targets,)
        At `alpha_`: the mean score of the folds, the leave-one-out score, or minus the criterion.
    alpha_min_ : float or ndarray (n_targets,)
        Of the smallest loss, whatever the rule.
    alpha_1se_, mse_mean_ (n_alphas,), mse_se_ (n_alphas,), mse_path_, score_path_ (n_alphas, n_folds)
        Where there are folds.
    cv_results_ : ndarray (n_samples, n_alphas) or (n_samples, n_targets, n_alphas), with store_cv_results
        Squared errors times sample_weight; with scoring the left-out predictions.
    cv_result_ : CVResult, or a tuple with one for each target
    path_ : PathResult, or a tuple with one for each target
    coef_, intercept_, dual_gap_, n_iter_, solver_, n_features_in_, feature_names_in_
        As in `Ridge`, of the solution at `alpha_`.

    Notes
    -----
    Leave-one-out of n rows takes one decomposition of the smaller side of X and two products with it. Features without
    a penalty are projected out. A left-out error is right to about eps times the condition of X (with the penalty) over
    1 - h, what a row has left of its own leverage; below 1e-6 of that the row is left out by a fit of its own.

    Source: Golub, Heath & Wahba (1979), "Generalized cross-validation as a method for choosing a good ridge parameter".

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import RidgeCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = RidgeCV(alphas=np.logspace(-3, 1, 50)).fit(X, y)
    >>> round(model.score(X, y), 2)
    0.52
    """

    _counterpart = "Ridge"

    def __init__(
        self,
        alphas=(0.1, 1.0, 10.0),
        *,
        fit_intercept=True,
        scoring=None,
        cv=None,
        gcv_mode=None,
        store_cv_results=False,
        alpha_per_target=False,
        positive=False,
        rule="min",
        criterion=None,
        standardize=False,
        penalty_factor=None,
        bounds=None,
        n_jobs=None,
        verbose=False,
    ):
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.scoring = scoring
        self.cv = cv
        self.gcv_mode = gcv_mode
        self.store_cv_results = store_cv_results
        self.alpha_per_target = alpha_per_target
        self.positive = positive
        self.rule = rule
        self.criterion = criterion
        self.standardize = standardize
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X, y, sample_weight=None, groups=None, **params):
        """Choose the penalty, and keep the solution of all rows there.

        Parameters
        ----------
        X : array or sparse matrix (n_samples, n_features)
        y : array (n_samples,) or (n_samples, n_targets)
        sample_weight : float or array (n_samples,), optional
            Weights in every fit and in the scores of the folds; their scale matters. A weight of 0 removes the row.
        groups : array (n_samples,), optional
            Handed on to the splitter `cv`, with or without metadata routing.
        **params
            Metadata for the splitter and the scorer, with ``enable_metadata_routing=True``.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            For an argument outside its rules, before any work.
        MemoryError
            If the matrices on the smaller side of X would not fit a quarter of the available memory.
        """
        criterion, alphas = check_search(self)
        scorer = check_scorer(self.scoring)
        splitter = check_splitter(self.cv) if criterion == "cv" else None
        split_params, score_params = self._routed(criterion, groups, sample_weight, params)
        data = check_data(X, y, estimator=self)
        n_samples, n_features = data.store.n_samples, data.store.n_features
        weights = check_absolute_weights(sample_weight, n_samples)
        order = np.argsort(-alphas, kind="stable")
        setting = RidgeSetting(
            data=data,
            weights=weights,
            penalty=ridge_penalty(
                n_features,
                total_weight=1.0,
                penalty_factor=self.penalty_factor,
                bounds=self.bounds,
                positive=self.positive,
            ),
            center=bool(self.fit_intercept),
            scale=bool(self.standardize),
            alphas=alphas[order],
            options=RidgeOptions("auto", TOLERANCE, None, None, np.dtype(np.float64)),
        )
        folds = list_folds(splitter, X, y, weights, split_params) if criterion == "cv" else []
        check_rows(criterion, self.rule, folds, scorer, weights, n_samples)
        request = RidgeRequest(
            criterion=criterion,
            order=order,
            folds=folds,
            scorer=scorer,
            score_params=score_params,
            per_target=self.alpha_per_target and data.y_ndim == 2,
            keeps_values=self.store_cv_results,
            n_threads=min(effective_n_jobs(self.n_jobs), n_processors(), len(folds)) if folds else 1,
            verbose=self.verbose,
        )
        # products of fewer elements, or multiply-adds with the matrices here, are not divided among threads
        width = max(n_features, data.Y.shape[1] * len(alphas))
        is_small = not folds and max(n_samples, n_features) * n_features < UNDIVIDED
        is_small &= n_samples * n_features * width < UNDIVIDED_PRODUCT
        with nullcontext() if is_small else one_blas_thread(max(n_samples, n_features) * n_features):
            found = search(setting, request)
            places = [choose(self.rule, result)[1] for result in found.results]
            self._keep_choice(setting, request, found, places)
        return self

    def _routed(self, criterion, groups, sample_weight, params):
        """What the splitter gets besides X and y, and what the scorer does."""
        given = given_groups(criterion, groups)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        if not get_config()["enable_metadata_routing"]:
            if params:
                raise ValueError(NO_ROUTING.format(", ".join(sorted(params))))
            return given, weights
        routed = process_routing(self, "fit", **weights, **given, **params)
        return {**given, **routed.splitter.split}, routed.scorer.score

    def get_metadata_routing(self):
        """How metadata reach the splitter and the scorer.

        Returns
        -------
        routing : MetadataRouter
        """
        scorer = check_scorer(self.scoring)
        if scorer is None:
            scorer = get_scorer("r2")
            if get_config()["enable_metadata_routing"]:
                scorer = scorer.set_score_request(sample_weight=True)
        mapping = MethodMapping().add(caller="fit", callee="score")
        return super().get_metadata_routing().add(scorer=scorer, method_mapping=mapping)

    def _keep_choice(self, setting, request, found, places):
        """Set the attributes of the chosen solutions (one place for all targets, or for each) and of the search."""
        data, penalty, n_targets, full = setting.data, setting.penalty, setting.n_targets, found.full
        unit = 2 * setting.weight_of(slice(0, data.store.n_samples))
        where = np.broadcast_to([int(np.flatnonzero(request.order == place)[0]) for place in places], (n_targets,))
        chosen = [one.part(slice(place, place + 1)) for one, place in zip(full.solutions, where, strict=True)]
        if data.dtype != np.float64:
            options = replace(setting.options, dtype=data.dtype)
            own = setting.alphas[where][:, None]
            arguments = full.targets, setting.per_row(slice(0, data.store.n_samples)), own, options
            chosen = solve_ridge(full.design, data.store, *arguments)
        warn_once([*found.solutions, *full.solutions, *chosen], TOLERANCE, unit=unit, stacklevel=4)
        coefs = np.concatenate([solution.coefs for solution in chosen])
        coefs, intercepts = on_original_scale(full.design, penalty, coefs, full.means, data.dtype)
        gaps = unit * np.array([solution.gaps[0] for solution in chosen])
        coefs = np.ascontiguousarray(coefs.T)
        self._keep(data, coefs, intercepts, gaps)
        self._keep_facts(full.design, coefs, chosen, unit=unit)
        self.n_iter_ = max(int(solution.n_iter[0]) for solution in chosen)
        self.solver_ = chosen[0].solver
        self._paths = PathsOfTargets(full, penalty, unit)

        results = found.results
        scores = [-result.loss[place] for result, place in zip(results, places, strict=True)]
        alphas = [result.alphas[place] for result, place in zip(results, places, strict=True)]
        smallest = alphas
        if self.rule != "min":
            smallest = [result.alphas[choose("min", result)[1]] for result in results]
        several = len(results) > 1
        self.cv_result_ = tuple(results) if several else results[0]
        self.alpha_ = np.array(alphas) if several else alphas[0] if request.criterion == "cv" else float(alphas[0])
        self.alpha_min_ = np.array(smallest) if several else smallest[0]
        self.best_score_ = np.array(scores) if request.per_target else scores[0]
        vars(self).pop("cv_results_", None)
        if self.store_cv_results:
            values = found.values if data.y_ndim == 2 else found.values[:, 0]
            self.cv_results_ = values.astype(data.dtype, copy=False)

    @property
    def path_(self):
        """`PathResult` of all rows over all alphas, descending; for several targets a tuple of them."""
        check_is_fitted(self)
        paths = self._paths.results(getattr(self, "feature_names_in_", None))
        return paths if len(paths) > 1 else paths[0]
