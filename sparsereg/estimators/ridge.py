"""`Ridge`: exact, certified ridge regression with scikit-learn's interface."""

import numpy as np

from .._validation.data import check_data
from .._validation.parameters import check_alpha_per_target, check_parameters
from .._validation.ridge import check_ridge_parameters, state_ridge
from ..solvers.convergence import warn_once
from ..solvers.original import on_original_scale
from ..solvers.ridge import solve_ridge
from ._linear import LinearRegressor


class Ridge(LinearRegressor):
    """Linear regression with a squared L2 penalty, solved exactly and certified by its duality gap.

    Minimises, with f = penalty_factor and s = sample_weight (their scale matters)::

        sum_i s_i (y_i - b - x_i w)^2 + alpha sum_j f_j w_j^2

    Several targets (2-D y) are independent fits.

    Parameters
    ----------
    alpha : float >= 0 or array (n_targets,), default 1.0
        Strength of the penalty, for all targets or for each. 0 is ordinary least squares; where its coefficients
        are not unique the closed forms give those of smallest sum_j f_j w_j^2 (the limit as alpha goes to 0), the
        other solvers any of them: so also where penalty factors of 0 stand beside larger ones, or with bounds. Those
        predict the same on X; for the limit pass a small alpha.
    fit_intercept : bool, default True
        The intercept is never penalised.
    copy_X : bool, default True
        Accepted; X is never written to and never copied.
    max_iter : int, optional
        Iterations of "lsqr", "sparse_cg", "coordinate_descent" and "proximal_gradient", for each target. None: 1000
        of the last two, 10 (min(n_samples, n_features) + 100) of the first two. Never stops the other solvers.
    tol : float, default 1e-4
        A solution counts as converged when its gap is <= tol y'y (y centred and weighted). "lsqr" and
        "sparse_cg" stop at tol^2 y'y, as tol bounds the gradient in scikit-learn; "coordinate_descent" and
        "proximal_gradient" stop at tol y'y. The other solvers end at the exact solution whatever tol.
    solver : str, default "auto"
        * "cholesky": normal equations on the smaller side of X (features or samples), refined from X itself
          until the gap is rounding; singular problems go to "svd". Many different alphas share one reduction to a
          few diagonals, or an eigendecomposition where one of them is tiny. For one alpha and 256 or more dense
          features float32 forms their matrix, which takes half the time, unless it is too nearly singular for that.
        * "svd": singular values of X, which is read in chunks; the condition of X is not squared.
        * "sparse_cg", "lsqr": conjugate gradients and LSQR, preconditioned, stopped by the certified gap. Many alphas
          of one target share the Krylov space of conjugate gradients, without a preconditioner.
        * "sag", "saga": accepted; the closed form of "cholesky" runs.
        * "active_set", "coordinate_descent", "proximal_gradient": the solvers of `ElasticNet`. "active_set" also
          runs wherever there are bounds, or penalty factors of 0 (or below 1e-10 of the largest) beside larger
          ones. Where its Gram matrix would not fit a quarter of the available memory it runs as "working_set",
          without one.
        * "lbfgs": only with positive=True, as in scikit-learn; "active_set" runs.
        * "auto": "active_set" with bounds; else "cholesky" up to 8000 features or samples, whichever are
          fewer, if four such square matrices fit a quarter of the available memory; else "sparse_cg", to a
          gap of at most 1e-12 y'y/2. Where X is sparse or large "sparse_cg" is tried before "cholesky", for half
          the time of a decomposition and to a gap of 1e-13 y'y/2, as that one.
    positive : bool, default False
        Coefficients >= 0.
    random_state : int, RandomState or None
        Accepted; no solver here is random.
    penalty_factor : array (n_features,), optional
        f_j >= 0 multiplies the penalty of feature j: 0 leaves it unpenalised, inf excludes it. Not rescaled.
    bounds : (lower, upper), optional
        Each a number or an array (n_features,), on the scale of `coef_`; must contain 0.
    standardize : bool, default False
        Let the penalty act on w_j times the standard deviation of feature j (about its mean, weighted).

    Attributes
    ----------
    coef_ : ndarray (n_features,) or (n_targets, n_features)
        float32 where X is float32.
    intercept_ : float, or ndarray (n_targets,) if y had two dimensions; 0.0 if fit_intercept=False
    dual_gap_ : float or ndarray (n_targets,)
        The objective at `coef_` is at most this far above its minimum; computed from X in float64.
    n_iter_ : int
        Iterations, the most of all targets; 1 for the closed forms.
    solver_ : str
        What ran: "cholesky", "eigen", "svd", "sparse_cg", "lsqr", "active_set", "working_set",
        "coordinate_descent" or "proximal_gradient".
    n_features_in_ : int
    feature_names_in_ : ndarray of str, if X had column names

    Warns
    -----
    ConvergenceWarning
        If ``dual_gap_`` exceeds tol y'y.

    Notes
    -----
    The closed forms reach a gap of 1e-10 y'y for alpha = 0 and for every alpha above about 1e-14 n_samples times
    the largest mean square of a feature (about its mean, if an intercept is fitted). Below that, rounding decides;
    ``dual_gap_`` says how far it got.

    Source: Hoerl & Kennard (1970); the refinement is that of Bjorck (1987), "Stability analysis of the method of
    seminormal equations", and from float32 that of Langou et al. (2006), "Exploiting the performance of 32 bit
    floating point arithmetic in obtaining 64 bit accuracy".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import Ridge
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = Ridge(alpha=0.1).fit(X, y)
    >>> round(model.score(X, y), 2)
    0.51
    """

    _counterpart = "Ridge"

    def __init__(
        self,
        alpha=1.0,
        *,
        fit_intercept=True,
        copy_X=True,
        max_iter=None,
        tol=1e-4,
        solver="auto",
        positive=False,
        random_state=None,
        penalty_factor=None,
        bounds=None,
        standardize=False,
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.solver = solver
        self.positive = positive
        self.random_state = random_state
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.standardize = standardize

    def fit(self, X, y, sample_weight=None):
        """Fit the model.

        Parameters
        ----------
        X : array or sparse matrix (n_samples, n_features)
        y : array (n_samples,) or (n_samples, n_targets)
        sample_weight : float or array (n_samples,), optional
            Weights of the rows; their scale matters. A weight of 0 removes the row.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            For an argument outside its rules, before any work.
        MemoryError
            If the matrices of "cholesky" or "svd", or the columns of X that coordinate descent works on, would not fit
            a quarter of the available memory.
        """
        check_parameters(self, ("copy_X",))
        parameters = self.get_params(deep=False)
        check_ridge_parameters(parameters)
        data = check_data(X, y, estimator=self)
        alphas = check_alpha_per_target(self.alpha, data.Y.shape[1])
        design, penalty, options, unit = state_ridge(data, sample_weight, parameters)
        targets, means = design.center_target(data.Y)
        solutions = solve_ridge(design, data.store, targets, penalty, alphas[:, None], options)
        warn_once(solutions, options.tol, unit=unit)

        found = np.concatenate([solution.coefs for solution in solutions])
        coefs, intercepts = on_original_scale(design, penalty, found, means, data.dtype)
        gaps = unit * np.array([solution.gaps[0] for solution in solutions])
        coefs = np.ascontiguousarray(coefs.T)
        self._keep(data, coefs, intercepts, gaps)
        self._keep_facts(design, coefs, solutions, unit=unit)
        self.n_iter_ = max(int(solution.n_iter[0]) for solution in solutions)
        self.solver_ = solutions[0].solver
        return self
