"""The fit of `ElasticNetCV` and `LassoCV`: from the user's data to the chosen solution and its path."""

import warnings
from dataclasses import replace

import numpy as np
from sklearn.utils import check_random_state

from .._validation.data import check_data
from .._validation.parameters import check_choice, check_parameters, check_precompute
from .._validation.penalty import build_penalty
from .._validation.search import check_grid, check_held_out, check_l1_ratios, check_one_target
from .._validation.weights import check_weights, rescale
from ..designs.standardized import Standardized
from ..designs.threads import one_blas_thread
from ..model_selection.fold_fits import Setting
from ..model_selection.folds import check_splitter, list_folds
from ..model_selection.plan import planned
from ..model_selection.request import HeldOutSet, Request
from ..model_selection.rules import check_rule, choose
from ..model_selection.scoring import check_scorer, try_scorer
from ..model_selection.search import EVALUATIONS, Search
from ..paths import NO_GRID
from ..results import path_result
from ..solvers.convergence import warn_once
from ..solvers.grid import alpha_grid, alpha_max, extended
from ..solvers.least_squares import SOLVERS, build_problems, round_to
from ..solvers.options import Options
from ..solvers.original import on_original_scale
from ._cv import CrossValidated
from ._fold_coefs import FoldCoefs
from ._linear import LinearRegressor

_CHECKED = (
    "fit_intercept",
    "copy_X",
    "max_iter",
    "tol",
    "verbose",
    "n_jobs",
    "positive",
    "random_state",
    "selection",
    "standardize",
    "extend_grid",
    "max_features",
    "min_improvement",
    "patience",
    "store_fold_coefs",
)
_OPTIONAL = ("n_jobs", "random_state", "max_features", "min_improvement")
# What has a loss with a standard error: a mean over folds, or over samples.
WITH_STANDARD_ERROR = ("cv", "loo")
STILL_SMALLEST = (
    "The chosen alpha={:.6g} is the smallest of the grid, which extend_grid=True has extended once: smaller alphas may "
    "be better. Pass a smaller eps, or alphas"
)


class PathCV(FoldCoefs, CrossValidated, LinearRegressor):
    """Base of the estimators that choose alpha, and perhaps l1_ratio, along paths."""

    _depth = 5  # levels of the stack from what warns in `_search` to the user's line

    def __init__(
        self,
        *,
        l1_ratio=0.5,
        eps=1e-3,
        alphas=100,
        n_alphas=None,
        fit_intercept=True,
        precompute="auto",
        max_iter=1000,
        tol=1e-4,
        cv=None,
        copy_X=True,
        verbose=0,
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
        self.l1_ratio = l1_ratio
        self.eps = eps
        self.alphas = alphas
        self.n_alphas = n_alphas
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.tol = tol
        self.cv = cv
        self.copy_X = copy_X
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
        self.rule = rule
        self.criterion = criterion
        self.scoring = scoring
        self.standardize = standardize
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.solver = solver
        self.extend_grid = extend_grid
        self.max_features = max_features
        self.min_improvement = min_improvement
        self.patience = patience
        self.store_fold_coefs = store_fold_coefs

    def fit(self, X, y, sample_weight=None, groups=None, *, X_val=None, y_val=None, sample_weight_val=None, **params):
        """Choose the penalty, and keep the solution of all rows there.

        Parameters
        ----------
        X : array or sparse matrix (n_samples, n_features)
        y : array (n_samples,)
        sample_weight : array (n_samples,), optional
            Weights in every fit, in the automatic grid, and in the error on each fold; only ratios matter, and a weight
            of 0 removes the row. The mean over the folds is plain, as scikit-learn's.
        groups : array (n_samples,), optional
            Handed on to the splitter `cv`, with or without metadata routing.
        X_val, y_val, sample_weight_val : array (m, n_features), (m,), (m,) or None
            Held-out data, for criterion="validation" only.
        **params
            Metadata for the splitter, with ``enable_metadata_routing=True``.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            For an argument outside its rules, before any work.
        MemoryError
            If the columns of X that the solver works on would not fit a quarter of the available memory.
        """
        return self._fit(X, y, sample_weight, groups, params, X_val, y_val, sample_weight_val)

    def _fit(self, X, y, sample_weight, groups, params, *held_out):
        """As `fit`, from which it is called; held_out: X_val, y_val, sample_weight_val, or nothing."""
        count, l1_ratios = self._checked_parameters()
        splitter, scorer = check_splitter(self.cv), check_scorer(self.scoring)
        params = self._splitter_params(self.criterion, groups, sample_weight, params)
        data = check_one_target(check_data(X, y, estimator=self), type(self).__name__, stacklevel=4)
        n_samples, n_features = data.store.n_samples, data.store.n_features
        raw = check_weights(sample_weight, n_samples)
        weights = None if raw is None else rescale(raw, n_samples)
        penalties = [
            build_penalty(
                n_features,
                l1_ratio=float(l1_ratio),
                penalty_factor=self.penalty_factor,
                bounds=self.bounds,
                positive=self.positive,
            )
            for l1_ratio in l1_ratios
        ]
        gram = check_precompute(self.precompute, n_features, choices=("auto",))
        gram = gram if isinstance(gram, np.ndarray) else None
        held_out = check_held_out(self.criterion, data, *held_out)
        folds = list_folds(splitter, X, y, raw, params) if self.criterion == "cv" else []
        self._check_samples(n_samples, n_samples if raw is None else np.count_nonzero(raw), folds)
        if scorer is not None:
            rows = folds[0].test
            try_scorer(scorer, data.X[rows], data.Y[rows, 0], None if raw is None else raw[rows])
        options = Options(float(self.tol), int(self.max_iter), self.selection, check_random_state(self.random_state))
        center, scale = bool(self.fit_intercept), bool(self.standardize)
        setting = Setting(data, weights, raw, penalties, center, scale, self.solver, options)

        request = Request(
            criterion=self.criterion,
            folds=folds,
            scorer=scorer,
            held_out=None if held_out is None else HeldOutSet(*held_out),
            patience=self.patience,
            max_features=self.max_features,
            min_improvement=self.min_improvement,
            keeps_fold_coefs=self.store_fold_coefs,
            verbose=self.verbose,
            may_extend=self.extend_grid and isinstance(count, int),
        )
        with one_blas_thread(max(n_samples, n_features) * n_features):
            self._search(setting, request, count, l1_ratios, gram)
        return self

    def _search(self, setting, request, count, l1_ratios, gram):
        """Choose from the grids, and set the attributes."""
        data, options, penalties = setting.data, setting.options, setting.penalties
        design = Standardized(data.store, weights=setting.weights, center=setting.center, scale=setting.scale)
        target, means = design.center_target(data.Y)
        (problem,), recomputed = build_problems(design, target, penalties[0], gram)
        problems = [replace(problem, penalty=penalty.scaled(design.scale)) for penalty in penalties]
        grids = self._grids(problems, options, count)
        request = planned(request, self.solver, self.n_jobs, problems, grids[0])
        search = Search(setting, problems, request)
        found = search.evaluate(grids)
        result = found.result(l1_ratios, self.criterion)
        l1_index, alpha_index = choose(self.rule, result)
        exhausted = False
        if request.may_extend and alpha_index == len(grids[l1_index]) - 1:
            n_first, grids = len(grids[l1_index]), [extended(grid, float(self.eps)) for grid in grids]
            found = search.evaluate(grids)
            result = found.result(l1_ratios, self.criterion)
            l1_index, alpha_index = choose(self.rule, result)
            exhausted = n_first < len(grids[l1_index]) == alpha_index + 1
        problem, solution = search.chosen(l1_index, grids[l1_index], alpha_index)
        penalty = penalties[l1_index]
        if data.dtype != np.float64:
            solution = round_to(problem, penalty, solution, data.dtype, options.tol)
        if not warn_once([*found.solutions, solution], options.tol, recomputed, stacklevel=self._depth) and exhausted:
            warnings.warn(STILL_SMALLEST.format(solution.alphas[alpha_index]), UserWarning, self._depth - 1)
        coefs, intercepts = on_original_scale(design, penalty, solution.coefs, means, data.dtype, solution.features)
        self._keep_solution(data, solution, coefs, intercepts, alpha_index)
        self._keep_facts(design, self.coef_[None], [solution], alpha_index, problem=problem)
        self.cv_result_, self._fold_coefs = result, found.fold_coefs
        self._keep_search(result, isinstance(count, int), l1_index)

    def _keep_solution(self, data, solution, coefs, intercepts, alpha_index):
        """Set the attributes of the path on all rows, and of the one chosen from it."""
        n_features = data.store.n_features
        self.path_ = path_result(solution, coefs, intercepts, n_features, data.feature_names)
        coef = solution.spread(coefs[:, [alpha_index]], n_features).T
        self._keep(data, coef, intercepts[[alpha_index]], solution.gaps[[alpha_index]])
        self.n_iter_ = max(int(solution.n_iter[alpha_index]), 1)
        self.solver_ = solution.solver
        self.alpha_ = solution.alphas[alpha_index]

    def _checked_parameters(self):
        """The number of alphas or the alphas, and the l1_ratios; errors for whatever is outside its rules."""
        check_parameters(self, _CHECKED, optional=_OPTIONAL)
        check_choice("solver", self.solver, tuple(SOLVERS))
        check_choice("criterion", self.criterion, tuple(EVALUATIONS))
        check_rule(self.rule)
        count, l1_ratios = check_grid(self.alphas, self.n_alphas), check_l1_ratios(self.l1_ratio)
        if isinstance(count, int):
            check_parameters(self, ("eps",))
            if (l1_ratios == 0).any():
                raise ValueError(NO_GRID)
        if self.rule == "1se" and self.criterion not in WITH_STANDARD_ERROR:
            raise ValueError(
                f"rule='1se' needs the standard error of the loss, which criterion={self.criterion!r} does not have: "
                "use rule='min', or criterion='cv'"
            )
        if self.scoring is not None and self.criterion != "cv":
            raise ValueError(
                f"scoring must be None with criterion={self.criterion!r}: only criterion='cv' scores folds"
            )
        if self.store_fold_coefs and self.criterion != "cv":
            raise ValueError(f"store_fold_coefs=True needs criterion='cv', got {self.criterion!r}: it has no folds")
        return count, l1_ratios

    def _check_samples(self, n_samples, n_counted, folds):
        """ValueError where there are too few samples with a weight, or folds, for the criterion and the rule."""
        if n_counted == 1 and self.criterion not in ("cv", "validation"):
            raise ValueError(
                f"criterion={self.criterion!r} needs at least 2 samples with a weight, got 1 of n_samples={n_samples}: "
                "use criterion='validation', or Lasso or ElasticNet"
            )
        if self.rule == "1se" and len(folds) == 1:
            raise ValueError("rule='1se' needs at least 2 folds, but cv gives 1: use rule='min', or more folds")

    def _grids(self, problems, options, count):
        """The alphas (K,) of each l1_ratio, descending."""
        if isinstance(count, int):
            return [alpha_grid(alpha_max(problem, options), float(self.eps), count) for problem in problems]
        return [np.sort(count)[::-1].copy() for _ in problems]

    def _keep_search(self, result, is_automatic, l1_index):
        """Set the attributes of the search; l1_index is the chosen one."""
        alphas = np.atleast_2d(result.alphas)
        self.alpha_min_ = alphas[choose("min", result)]
        self.alphas_ = result.alphas if is_automatic or np.isnan(alphas).any() else alphas[0]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        return tags
