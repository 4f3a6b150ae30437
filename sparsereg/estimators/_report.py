"""`summary()` and `to_sklearn()`: a fitted model told in a table, and as an estimator of scikit-learn."""

import math
import numbers
from copy import deepcopy

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._validation.arrays import show
from ..summary import Summary

NO_FACTS = (
    "summary() needs what fit keeps for it, and this {} was fitted, or pickled, by a release of sparsereg that kept "
    "nothing: fit it again"
)
LOSSES = {
    "cv": "error in cross-validation (mean square)",
    "loo": "error by leave-one-out (mean square)",
    "validation": "error on held-out data (mean square)",
    "gcv": "generalised cross-validation",
}
SCORES = {"cv": "score in cross-validation ({})", "loo": "score by leave-one-out ({})"}
# Parameters that only the way to a solution depends on, with values of our own; those that a summary tells, as they
# were in fit; and what every linear model learns.
OUR_OWN = ("copy_X", "solver", "precompute")
TOLD = ("l1_ratio", "gamma", "rule", "scoring")
LEARNT = ("coef_", "intercept_", "n_features_in_", "feature_names_in_", "n_iter_")


class Reported:
    """Mixin: what a fitted linear model can tell of itself."""

    # The name in sklearn.linear_model of what predicts the same.
    _counterpart = None

    def summary(self, limit=20, target=0):
        """The model in one table.

        Parameters
        ----------
        limit : int >= 0 or None, default 20
            Features that text and HTML show, the largest standardised coefficient first; None: all that are kept.
        target : int, default 0
            Which of several targets: each column of y has a fit of its own.

        Returns
        -------
        Summary

        Raises
        ------
        NotFittedError
            Before fit.
        ValueError, TypeError
            For a limit or a target outside its rules; for a model of an older release, which kept too little.
        """
        check_is_fitted(self)
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, numbers.Integral)):
            raise TypeError(f"limit must be None or an integer, got {show(limit)}")
        if limit is not None and limit < 0:
            raise ValueError(f"limit must be >= 0, got {limit}")
        facts = vars(self).get("_facts")
        if facts is None:
            raise ValueError(NO_FACTS.format(type(self).__name__))
        coefs = np.atleast_2d(self.coef_)
        if isinstance(target, bool) or not isinstance(target, numbers.Integral):
            raise TypeError(f"target must be an integer, got {show(target)}")
        if not 0 <= target < len(coefs):
            raise ValueError(f"target must be in [0, {len(coefs) - 1}], got {target}: y has {len(coefs)} in all")
        return self._summary(facts, coefs, limit, int(target))

    def to_sklearn(self):
        """The same fitted model as an estimator of scikit-learn, which this package is not needed to load or use.

        It has `coef_`, `intercept_`, `n_features_in_`, `feature_names_in_` and, as far as scikit-learn's class has
        them, `dual_gap_`, `n_iter_` and `solver_`; its predictions are the same. Where this model has chosen its
        penalty, that is plain ``Lasso``, ``ElasticNet`` or ``Ridge`` with the penalty chosen, which holds what
        predictions need and what converters (skl2onnx) read; the losses of the search stay with this model.

        scikit-learn has no penalty_factor, bounds, standardize, adaptive or relaxed fits: the coefficients carry
        over, which such parameters have shaped, but fitting the result again does without them.

        Returns
        -------
        sklearn.linear_model.Lasso, ElasticNet or Ridge

        Raises
        ------
        NotFittedError
            Before fit.

        Examples
        --------
        >>> from sklearn.datasets import load_diabetes
        >>> from sparsereg import LassoCV
        >>> X, y = load_diabetes(return_X_y=True)
        >>> model = LassoCV().fit(X, y)
        >>> theirs = model.to_sklearn()
        >>> type(theirs).__module__.startswith("sklearn."), type(theirs).__name__
        (True, 'Lasso')
        >>> bool((theirs.predict(X) == model.predict(X)).all())
        True
        """
        check_is_fitted(self)
        from sklearn import linear_model

        result = getattr(linear_model, self._counterpart)()
        own = self.get_params(deep=False)
        given = {name: own[name] for name in result.get_params() if name in own and name not in OUR_OWN}
        result.set_params(**deepcopy({**given, **self._chosen_parameters()}))
        learnt = (*LEARNT, "solver_" if self._counterpart == "Ridge" else "dual_gap_")
        vars(result).update(deepcopy({name: vars(self)[name] for name in learnt if name in vars(self)}))
        return result

    def _chosen_parameters(self):
        """Parameters of the counterpart that a search has chosen."""
        chosen = {"alpha": "alpha_", "l1_ratio": "l1_ratio_"}
        found = {name: getattr(self, kept) for name, kept in chosen.items() if hasattr(self, kept)}
        return {name: value if np.ndim(value) else float(value) for name, value in found.items()}

    def _keep_facts(self, design, coefs, solutions, place=0, unit=1.0, problem=None):
        """Keep what `summary` needs and coefficients do not say.

        Parameters
        ----------
        design : Standardized
        coefs : (n_targets, p)
        solutions : list of Solution      of each target, where `coefs` are what they are at their `place`
        unit : float                      of the objective, in terms of 1/(2n) ||y - Xw||^2
        problem : Problem or None         of that design, which knows more of its columns where they are not centred
        """
        mean_squares = design.mean_squares() if problem is None or design.centered else problem.diagonal
        kept = (coefs[0] if len(coefs) == 1 else coefs.any(axis=0)).nonzero()[0]
        weights = design.weights
        self._facts = {
            "n_samples": design.n_samples if weights is None else int(np.count_nonzero(weights)),
            "alphas": [float(solution.alphas[place]) for solution in solutions],
            "squares": [(float(solution.residual_squares[place]), solution.target_square) for solution in solutions],
            "unit": unit,
            "kept": kept,
            "mean_squares": mean_squares[kept],
            "scale": design.scale[kept],
            "given": {name: _told(getattr(self, name)) for name in TOLD if hasattr(self, name)},
        }

    def _summary(self, facts, coefs, limit, target):
        """The `Summary` of one target."""
        kept, n_targets = facts["kept"], len(coefs)
        coef = coefs[target, kept].astype(np.float64)
        standardized = coef * facts["scale"] * np.sqrt(facts["mean_squares"])
        order = np.flatnonzero(coef)
        order = order[np.argsort(-np.abs(standardized[order]), kind="stable")]
        names = getattr(self, "feature_names_in_", None)
        squares, target_square = facts["squares"][target]
        gap, largest = float(np.ravel(self.dual_gap_)[target]), 0.5 * facts["unit"] * target_square
        alpha = facts["alphas"][target]
        given = facts["given"]
        error, error_se, error_name = self._error(alpha, target, given.get("scoring"))
        return Summary(
            model=type(self).__name__,
            target=None if n_targets == 1 else (target, n_targets),
            n_samples=facts["n_samples"],
            n_features=coefs.shape[1],
            penalty={"alpha": alpha, **self._penalty_besides(given)},
            rule=given.get("rule"),
            n_kept=len(order),
            intercept=float(np.ravel(self.intercept_)[target if np.size(self.intercept_) > 1 else 0]),
            gap=gap,
            relative_gap=gap / largest if largest > 0 else math.copysign(math.inf, gap) if gap else 0.0,
            r2=1.0 - squares / target_square if target_square > 0 else 0.0,
            error=error,
            error_se=error_se,
            error_name=error_name,
            features=tuple(f"x{j}" if names is None else str(names[j]) for j in kept[order]),
            coef=coef[order],
            standardized_coef=standardized[order],
            entry=self._entry(kept[order]),
            limit=None if limit is None else int(limit),
        )

    def _penalty_besides(self, given):
        """Parameters of the penalty besides alpha, by name: what was chosen, else what was given."""
        params, names = self.get_params(deep=False), {"l1_ratio": "l1_ratio_", "gamma": "gamma_"}
        return {name: float(getattr(self, names[name], given[name])) for name in names if name in params}

    def _error(self, alpha, target, scoring):
        """The loss or score that chose alpha, its standard error, and its name; None three times without a search."""
        result = vars(self).get("cv_result_")
        if result is None:
            return None, None, None
        result = result[target] if isinstance(result, tuple) else result
        alphas, loss = np.atleast_2d(result.alphas), np.atleast_2d(result.loss)
        row = self._row_of(result)
        place = int(np.flatnonzero(alphas[row] == alpha)[0])
        error = float(loss[row, place])
        spread = None if result.loss_se is None else float(np.atleast_2d(result.loss_se)[row, place])
        if result.criterion in SCORES and (scoring is not None or result.fold_scores is not None):
            return 0.0 - error, spread, SCORES[result.criterion].format("R2" if scoring is None else scoring)
        return error, spread, LOSSES.get(result.criterion, result.criterion)

    def _row_of(self, result):
        """The row of a `CVResult` that the choice was taken from."""
        if result.gammas is not None:
            return int(np.flatnonzero(result.gammas == self.gamma_)[0])
        if not hasattr(self, "l1_ratio_") or len(result.l1_ratios) == 1:
            return 0
        return int(np.flatnonzero(result.l1_ratios == self.l1_ratio_)[0])

    def _entry(self, features):
        """The largest alpha of the path at which each of some features has a coefficient; None without such a path."""
        path = vars(self).get("path_")
        if path is None or getattr(self, "l1_ratio_", 1.0) == 0:
            return None
        n_features, n_alphas = path.coefs.shape
        columns = np.repeat(np.arange(n_alphas), np.diff(path.coefs.indptr))
        first = np.full(n_features, n_alphas - 1)
        # the last assignment to a place holds, which is that of the largest alpha
        first[path.coefs.indices[::-1]] = columns[::-1]
        return path.alphas[first[features]]


def _told(value):
    """A parameter as a summary tells it: what can be called by its name."""
    return getattr(value, "__name__", type(value).__name__) if callable(value) else value
