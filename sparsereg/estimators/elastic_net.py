"""`ElasticNet` and `Lasso`: exact, certified fits with scikit-learn's interface."""

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.metadata_routing import UNUSED

from .._validation.data import check_data
from .._validation.parameters import check_choice, check_parameters, check_precompute
from .._validation.penalty import build_penalty
from .._validation.weights import check_weights, rescale
from ..designs.standardized import Standardized
from ..designs.threads import one_blas_thread
from ..paths import enet_path, lasso_path
from ..solvers.convergence import warn_once
from ..solvers.least_squares import SOLVERS, build_problems, round_to, solve
from ..solvers.options import Options
from ..solvers.original import in_units_of, on_original_scale
from ._linear import LinearRegressor

_CHECKED = (
    "alpha",
    "l1_ratio",
    "fit_intercept",
    "copy_X",
    "max_iter",
    "tol",
    "warm_start",
    "positive",
    "selection",
    "random_state",
    "standardize",
)


class ElasticNet(LinearRegressor):
    """Linear regression with L1 and L2 penalties, solved exactly and certified by its duality gap.

    Minimises, with f = penalty_factor and s = sample_weight rescaled to sum n_samples::

        1/(2n) sum_i s_i (y_i - b - x_i w)^2 + alpha sum_j f_j (l1_ratio |w_j| + (1 - l1_ratio)/2 w_j^2)

    Several targets (2-D y) are independent fits.

    Parameters
    ----------
    alpha : float >= 0, default 1.0
        Strength of the penalty; 0 is ordinary least squares.
    l1_ratio : float in [0, 1], default 0.5
        1 is the Lasso.
    fit_intercept : bool, default True
        The intercept is never penalised.
    precompute : bool or array (n_features, n_features), default False
        A Gram matrix X'X, checked against X. True and False give the same answer.
    max_iter : int, default 1000
        Epochs of coordinate descent, steps of proximal gradient. Never stops an exact solve.
    copy_X : bool, default True
        Accepted; X is never written to and never copied.
    tol : float, default 1e-4
        A solution counts as converged when gap <= tol y'y/n. Coordinate descent and proximal gradient stop there; the
        exact solvers end at the exact solution whatever tol.
    warm_start : bool, default False
        Take the support of the last fit as a first guess. `coef_` is always a new array.
    positive : bool, default False
        Coefficients >= 0.
    random_state : int, RandomState or None
        With selection="random".
    selection : {"cyclic", "random"}, default "cyclic"
        Order of the features in coordinate descent.
    penalty_factor : array (n_features,), optional
        f_j >= 0 multiplies the penalty of feature j: 0 leaves it unpenalised, inf excludes it. Not rescaled.
    bounds : (lower, upper), optional
        Each a number or an array (n_features,), on the scale of `coef_`; must contain 0.
    standardize : bool, default False
        Let the penalty act on w_j times the standard deviation of feature j (about its mean, weighted).
    solver : {"auto", "active_set", "working_set", "coordinate_descent", "proximal_gradient"}, default "auto"
        The first three are exact: "active_set" on the Gram matrix of all features, "working_set" on that of the few
        that matter, verified on all of X; "auto" takes the one that is expected to be faster. "active_set" runs as
        "working_set" where its Gram matrix would not fit a quarter of the available memory. The last two stop at `tol`.

    Attributes
    ----------
    coef_ : ndarray (n_features,) or (n_targets, n_features)
        float32 where X is float32.
    intercept_ : float, or ndarray (n_targets,) if y had two dimensions
    dual_gap_ : float or ndarray (n_targets,)
        The objective at `coef_` is at most this far above its minimum; computed from X in float64.
    n_iter_ : int, or list of int for several targets
        Epochs, steps, or rounds of the exact solver.
    solver_ : str
        What ran; solver="auto" takes what it expects to be faster.
    sparse_coef_ : csr_matrix (1, n_features) or (n_targets, n_features)
    n_features_in_ : int
    feature_names_in_ : ndarray of str, if X had column names

    Warns
    -----
    ConvergenceWarning
        If ``dual_gap_`` exceeds tol y'y/n.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import ElasticNet
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ElasticNet(alpha=0.01, l1_ratio=0.7).fit(X, y)
    >>> round(model.score(X, y), 2)
    0.43
    """

    __metadata_request__fit = {"check_input": UNUSED}

    path = staticmethod(enet_path)
    _counterpart = "ElasticNet"

    def __init__(
        self,
        alpha=1.0,
        *,
        l1_ratio=0.5,
        fit_intercept=True,
        precompute=False,
        max_iter=1000,
        copy_X=True,
        tol=1e-4,
        warm_start=False,
        positive=False,
        random_state=None,
        selection="cyclic",
        penalty_factor=None,
        bounds=None,
        standardize=False,
        solver="auto",
    ):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.copy_X = copy_X
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.standardize = standardize
        self.solver = solver

    def fit(self, X, y, sample_weight=None, check_input=True):
        """Fit the model.

        Parameters
        ----------
        X : array or sparse matrix (n_samples, n_features)
        y : array (n_samples,) or (n_samples, n_targets)
        sample_weight : array (n_samples,), optional
            Only ratios matter; a weight of 0 removes the row.
        check_input : bool, default True
            False skips the scan for NaN and inf.

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
        check_parameters(self, _CHECKED, optional=("random_state",))
        check_choice("solver", self.solver, tuple(SOLVERS))
        random_state = check_random_state(self.random_state)
        data = check_data(X, y, estimator=self, check_input=check_input)
        n_samples, n_features = data.store.n_samples, data.store.n_features
        weights = check_weights(sample_weight, n_samples)
        penalty = build_penalty(
            n_features,
            l1_ratio=float(self.l1_ratio),
            penalty_factor=self.penalty_factor,
            bounds=self.bounds,
            positive=self.positive,
        )
        gram = check_precompute(self.precompute, n_features)
        gram = gram if isinstance(gram, np.ndarray) else None

        weights = None if weights is None else rescale(weights, n_samples)
        options = Options(float(self.tol), int(self.max_iter), self.selection, random_state)
        alphas = np.array([float(self.alpha)])
        with one_blas_thread(max(n_samples, n_features) * n_features):
            design = Standardized(
                data.store, weights=weights, center=bool(self.fit_intercept), scale=bool(self.standardize)
            )
            targets, means = design.center_target(data.Y)
            problems, recomputed = build_problems(design, targets, penalty, gram)
            starts = self._starts(len(problems), design)
            solutions = [
                solve(problem, alphas, self.solver, options, start)
                for problem, start in zip(problems, starts, strict=True)
            ]
            if data.dtype != np.float64:
                solutions = [
                    round_to(problem, penalty, solution, data.dtype, options.tol)
                    for problem, solution in zip(problems, solutions, strict=True)
                ]
        warn_once(solutions, options.tol, recomputed)

        coefs, intercepts = np.empty((len(solutions), n_features), dtype=data.dtype), np.empty(len(solutions))
        for t, solution in enumerate(solutions):
            held, intercepts[[t]] = on_original_scale(
                design, penalty, solution.coefs, means[[t]], data.dtype, solution.features
            )
            coefs[t] = solution.spread(held, n_features)[:, 0]
        self._keep(data, coefs, intercepts, np.array([solution.gaps[0] for solution in solutions]))
        self._keep_facts(design, coefs, solutions, problem=problems[0])
        n_iter = [max(int(solution.n_iter[0]), 1) for solution in solutions]
        self.n_iter_ = n_iter[0] if len(n_iter) == 1 else n_iter
        self.solver_ = solutions[0].solver
        return self

    def _starts(self, n_targets, design):
        """The coefficients of the last fit in units of the design, one row a target, where they fit; else None."""
        last = getattr(self, "coef_", None) if self.warm_start else None
        fits = last is not None and np.atleast_2d(last).shape == (n_targets, design.n_features)
        if not fits or not np.isfinite(last).all():
            return [None] * n_targets
        return list(in_units_of(design, np.atleast_2d(last)))


class Lasso(ElasticNet):
    """Linear regression with an L1 penalty, solved exactly and certified by its duality gap.

    `ElasticNet` with l1_ratio=1: minimises, with f = penalty_factor and s = sample_weight rescaled to sum n_samples::

        1/(2n) sum_i s_i (y_i - b - x_i w)^2 + alpha sum_j f_j |w_j|

    Parameters, attributes, errors and warnings are those of `ElasticNet`, without l1_ratio.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import Lasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = Lasso(alpha=0.5).fit(X, y)
    >>> int((model.coef_ != 0).sum())
    4
    """

    path = staticmethod(lasso_path)
    _counterpart = "Lasso"

    def __init__(
        self,
        alpha=1.0,
        *,
        fit_intercept=True,
        precompute=False,
        copy_X=True,
        max_iter=1000,
        tol=1e-4,
        warm_start=False,
        positive=False,
        random_state=None,
        selection="cyclic",
        penalty_factor=None,
        bounds=None,
        standardize=False,
        solver="auto",
    ):
        super().__init__(
            alpha=alpha,
            l1_ratio=1.0,
            fit_intercept=fit_intercept,
            precompute=precompute,
            copy_X=copy_X,
            max_iter=max_iter,
            tol=tol,
            warm_start=warm_start,
            positive=positive,
            random_state=random_state,
            selection=selection,
            penalty_factor=penalty_factor,
            bounds=bounds,
            standardize=standardize,
            solver=solver,
        )
