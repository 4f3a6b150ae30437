"""The `CVResult` of a search for the penalty of ridge regression, with the alphas in the order of the user."""

from dataclasses import dataclass, replace

import numpy as np

from ..results import path_result
from .result import CVResult
from .ridge_scores import scores_of
from .ridge_search import all_rows, criterion_of, leave_one_out, score_folds, solved


@dataclass(frozen=True)
class Searched:
    """What a search leaves.

    results : list of CVResult          one, or one for each target
    solutions : list of Solution        of other fits than that to all rows, for how they ended
    full : FullPath
    values : (n, T, K) or None          what `store_cv_results` asks for
    """

    results: list
    solutions: list
    full: object
    values: np.ndarray | None = None


@dataclass(frozen=True)
class RidgeRequest:
    """What is asked of a search.

    criterion : str
    order : int array (K,)            positions of the descending alphas among those of the user
    folds : list of Fold              for "cv"
    scorer : scorer of scikit-learn, or None
    score_params : dict               what it gets besides
    per_target : bool                 a choice for each target
    keeps_values : bool               for "loo"
    n_threads : int
    verbose : bool or int
    """

    criterion: str
    order: np.ndarray
    folds: list
    scorer: object
    score_params: dict
    per_target: bool
    keeps_values: bool
    n_threads: int
    verbose: object

    def in_order(self, values):
        """An array (..., K) over the descending alphas in the order of the user."""
        ordered = np.empty_like(values)
        ordered[..., self.order] = values
        return ordered


def search(setting, request):
    """The `Searched` of a setting."""
    by_folds = request.criterion == "cv"
    full = all_rows(setting, with_weight=not by_folds)
    if by_folds:
        return _by_folds(setting, full, request)
    full = solved(setting, full, spectral=True)
    if request.criterion == "loo":
        return _by_leave_one_out(setting, full, request)
    values, df = criterion_of(request.criterion, setting, full)
    if not request.per_target:
        values, df = values.mean(axis=0, keepdims=True), df[:1]
    pairs = zip(request.in_order(values), request.in_order(df), strict=True)
    return Searched([_result(setting, request, loss, df=count) for loss, count in pairs], [], full)


def _by_folds(setting, full, request):
    scoring = request.scorer, request.score_params
    found = score_folds(setting, full.design, request.folds, scoring, request.n_threads, request.verbose)
    errors, scores = (request.in_order(values.T).T for values in (found.errors, found.scores))
    n_folds = len(request.folds)
    spread = scores.std(axis=1, ddof=1) / np.sqrt(n_folds) if n_folds > 1 else None
    held = {"loss_se": spread, "fold_errors": errors, "fold_scores": scores}
    results = [_result(setting, request, -scores.mean(axis=1), **held)]
    return Searched(results, found.solutions, solved(setting, full, spectral=False, gram=found.gram))


def _by_leave_one_out(setting, full, request):
    data = setting.data
    keeps = request.keeps_values or request.scorer is not None
    left = leave_one_out(setting, full, keeps, request.verbose)
    values = None if left.errors is None else request.in_order(left.errors)
    if request.scorer is None:
        if values is not None:
            values = np.square(values, out=values)
            if setting.weights is not None:
                values *= setting.weights[:, None, None]
        losses, spreads = left.squares, left.standard_errors[:-1]
        if not request.per_target:
            losses, spreads = losses.mean(axis=0, keepdims=True), left.standard_errors[-1:]
        pairs = zip(request.in_order(losses), request.in_order(spreads), strict=True)
        return Searched([_result(setting, request, loss, loss_se=spread) for loss, spread in pairs], [], full, values)
    values = data.Y[:, :, None] - values
    if request.per_target:
        parts = [(data.Y[:, t], values[:, t : t + 1]) for t in range(setting.n_targets)]
    else:
        parts = [(data.Y if data.y_ndim == 2 else data.Y[:, 0], values)]
    results = []
    for y, predictions in parts:
        scores = scores_of(request.scorer, data.X, y, predictions, request.score_params)
        results.append(_result(setting, request, -scores))
    return Searched(results, [], full, values)


def _result(setting, request, loss, **others):
    alphas = request.in_order(setting.alphas)
    return CVResult(alphas, np.empty(0), loss, criterion=request.criterion, **others)


class PathsOfTargets:
    """The solutions on all rows as `PathResult`s, which are made when they are asked for; nothing of X is kept.

    Parameters
    ----------
    full : FullPath
    penalty : Penalty      on the scale of X
    unit : float           of the estimator's objective, in terms of the solutions'
    """

    def __init__(self, full, penalty, unit):
        design = full.design
        self._solutions = [replace(solution, gaps=unit * solution.gaps) for solution in full.solutions]
        self._mean, self._scale, self._means = design.mean, design.scale, full.means
        self._lower, self._upper = penalty.lower, penalty.upper

    def results(self, feature_names):
        """A tuple with one for each target."""
        names = None if feature_names is None else tuple(feature_names)
        paths = []
        for solution, mean in zip(self._solutions, self._means, strict=True):
            coefs = solution.coefs.T / self._scale[:, None]
            # dividing by a deviation may step over a bound
            coefs = np.clip(coefs, self._lower[:, None], self._upper[:, None])
            paths.append(path_result(solution, coefs, mean - self._mean @ coefs, len(coefs), names))
        return tuple(paths)
