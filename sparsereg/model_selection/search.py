"""What is known of every alpha and l1_ratio of a grid: the loss that a rule chooses from, and the paths behind it."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..results import joined
from ..solvers.active_set import TRUST
from ..solvers.blocks import solve_in_blocks, stops_for
from ..solvers.certificate import certify
from ..solvers.gram import Gram
from ..solvers.least_squares import solve
from ..solvers.options import go_on
from .approximate_loo import approximate_loo
from .criteria import INFORMATION_CRITERIA, information_criterion
from .fold_fits import FoldFits
from .progress import progress
from .result import CVResult
from .validation import Validation


@dataclass(frozen=True)
class Evaluation:
    """Losses, one row per l1_ratio; beyond the end of a path that ended early they are NaN.

    alphas : (L, K)
    loss : (L, K)
    loss_se : (L, K) or None
    errors, scores : (L, K, n_folds) or None
    df : (L, K) or None
    fold_coefs : list of list of csr_array (k, p), or None   for each fold, for each row
    solutions : list of Solution              of all fits, for what they say of their convergence
    """

    alphas: np.ndarray
    loss: np.ndarray
    loss_se: np.ndarray | None = None
    errors: np.ndarray | None = None
    scores: np.ndarray | None = None
    df: np.ndarray | None = None
    fold_coefs: list | None = None
    solutions: tuple = ()

    def result(self, l1_ratios, criterion):
        """The `CVResult` of these losses."""
        squeeze = partial(np.squeeze, axis=0) if len(self.loss) == 1 else np.asarray
        held = {
            name: None if value is None else squeeze(value)
            for name, value in (("loss_se", self.loss_se), ("fold_errors", self.errors), ("fold_scores", self.scores))
        }
        df = None if self.df is None else squeeze(self.df)
        return CVResult(squeeze(self.alphas), l1_ratios, squeeze(self.loss), df=df, criterion=criterion, **held)


class Search:
    """The paths on all rows, one for each l1_ratio, and the losses along them.

    Parameters
    ----------
    setting : Setting
    problems : list of Problem      on all rows, one for each l1_ratio
    request : Request
    """

    def __init__(self, setting, problems, request):
        self._setting, self._problems, self._request = setting, problems, request
        self._paths, self._fits = {}, None

    def evaluate(self, grids):
        """The `Evaluation` of grids: for each l1_ratio descending alphas (K,)."""
        return EVALUATIONS[self._request.criterion](self, grids)

    def path(self, index, alphas, heed=go_on):
        """The Solution on all rows at the alphas of one l1_ratio, as far as it goes; heed: as in `Options`."""
        known = self._paths.get(index)
        if known is None or known[0] is not alphas:
            self._paths[index] = known = (alphas, self._solve(index, alphas, heed=heed))
        return known[1]

    def chosen(self, index, alphas, place):
        """The problem and the Solution of one l1_ratio, that at `place` of its alphas certified from X.

        It is refined from X where the Gram matrix had promised more than that.
        """
        problem = self._last_problem(index)
        solution = self.path(index, alphas)
        here, half = slice(place, place + 1), 0.5 * problem.target_square
        alpha, coefs = solution.alphas[here], solution.coefs[here]
        seen = certify(problem, alpha, coefs, solution.features)
        anew = replace(solution.part(here), gaps=seen.gaps, residual_squares=seen.residual_squares)
        if seen.gaps[0] > max(2 * solution.gaps[place], TRUST * half):
            start = solution.spread(coefs.T, len(problem.linear))[:, 0]
            again = solve(problem, alpha, self._setting.solver, self._setting.options, start)
            anew = again if again.gaps[0] < seen.gaps[0] else anew
        parts = [solution.part(slice(0, place)), anew, solution.part(slice(place + 1, None))]
        return problem, joined([part for part in parts if len(part.alphas)])

    def _solve(self, index, alphas, *more_stops, heed=go_on):
        """The Solution at the alphas of one l1_ratio, to where a limit of the request or one of more_stops ends it."""
        request, setting = self._request, self._setting
        stops = [*stops_for(request.max_features, request.min_improvement), *more_stops]
        if request.criterion == "cv":
            options = replace(setting.options, heed=heed)
            return solve_in_blocks(self.problem(index), alphas, setting.solver, options, stops=stops)
        with progress(f"path {index + 1}/{len(self._problems)}", len(alphas), request.verbose) as advance:
            # in blocks also where nothing is to be seen: solvers may round by them
            stops.append(lambda block: advance and advance(len(block.alphas)))
            return solve_in_blocks(self.problem(index), alphas, setting.solver, setting.options, stops=stops)

    def problem(self, index):
        """The problem of one l1_ratio, on the Gram matrix of the folds where there is one."""
        if self._fits is not None and not self._problems[index].source.is_formed:
            self._use(self._fits.total_gram())
        return self._problems[index]

    def _last_problem(self, index):
        """As `problem`, once nothing more is asked of the folds."""
        if self._fits is not None:
            fits, self._fits = self._fits, None
            if not self._problems[index].source.is_formed:
                self._use(fits.take_total_gram())
        return self._problems[index]

    def _use(self, total):
        """Let the problems share a Gram matrix as the store has it; None: each has its own way."""
        if total is not None:
            design = self._problems[0].design
            source = Gram(design, design.standardize_gram(total), len(self._problems))
            self._problems = [replace(one, source=source) for one in self._problems]

    def _by_folds(self, grids):
        """The mean over the folds of their squared errors, or minus the mean of their scores."""
        request, setting = self._request, self._setting
        if self._fits is None:
            arguments = (request.folds, request.on_gram, request.scorer, request.keeps_fold_coefs)
            self._fits = FoldFits(setting, self._problems[0].design, *arguments)
        if request.max_features is not None or request.min_improvement is not None:
            grids = [self.path(index, alphas).alphas for index, alphas in enumerate(grids)]
        n_steps = len(request.folds) * sum(map(len, grids))
        # the path that will be chosen from is known before the choice where there is one, and a thread may be free
        beside = partial(self.path, 0, grids[0]) if len(grids) == 1 and not request.may_extend else None
        with progress("cross-validation", n_steps, request.verbose) as advance:
            outcomes = self._fits.outcomes(grids, request.n_threads, advance, beside)
        errors = _stacked([outcome.errors for outcome in outcomes])
        scores = None if request.scorer is None else _stacked([outcome.scores for outcome in outcomes])
        coefs = [outcome.coefs for outcome in outcomes] if request.keeps_fold_coefs else None
        losses = errors if scores is None else -scores
        n_folds = len(outcomes)
        return Evaluation(
            alphas=np.repeat(_padded(grids), len(losses) // len(grids), axis=0),
            loss=losses.mean(axis=2),
            loss_se=losses.std(axis=2, ddof=1) / np.sqrt(n_folds) if n_folds > 1 else None,
            errors=errors,
            scores=scores,
            fold_coefs=coefs,
            solutions=tuple(solution for outcome in outcomes for solution in outcome.solutions),
        )

    def _by_information(self, grids):
        """An information criterion, or generalised cross-validation, of the paths on all rows."""
        paths = [self.path(index, alphas) for index, alphas in enumerate(grids)]
        values, df = information_criterion(self._request.criterion, self._problems, paths)
        return Evaluation(_alphas_of(paths), _padded(values), df=_padded(df))

    def _by_approximate_loo(self, grids):
        """The approximate leave-one-out error of the paths on all rows."""
        paths = [self.path(index, alphas) for index, alphas in enumerate(grids)]
        found = [approximate_loo(self.problem(index), path) for index, path in enumerate(paths)]
        errors, standard_errors, _ = zip(*found, strict=True)
        return Evaluation(_alphas_of(paths), _padded(errors), loss_se=_padded(standard_errors))

    def _by_validation(self, grids):
        """The squared error on held-out data, as far as it improves."""
        paths, losses = [], []
        for index, alphas in enumerate(grids):
            validation = Validation(self._request, self.problem(index).design, self._setting.data)
            solution = self._solve(index, alphas, validation)
            self._paths[index] = (alphas, solution)
            paths.append(solution)
            losses.append(np.array(validation.errors[: len(solution.alphas)]))
        loss = _padded(losses)
        return Evaluation(_alphas_of(paths), loss, errors=loss[:, :, None])


def _alphas_of(paths):
    return _padded([path.alphas for path in paths])


def _padded(rows):
    """Rows (k,) of different lengths as an array (L, K), NaN beyond their ends."""
    padded = np.full((len(rows), max(map(len, rows))), np.nan)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded


def _stacked(of_folds):
    """For each fold, for each l1_ratio an array (k, ...): as one array (L, K, n_folds, ...), NaN beyond their ends."""
    n_folds, n_alphas = len(of_folds), max(map(len, of_folds[0]))
    stacked = np.full((len(of_folds[0]), n_alphas, n_folds, *of_folds[0][0].shape[1:]), np.nan)
    for fold, rows in enumerate(of_folds):
        for index, values in enumerate(rows):
            stacked[index, : len(values), fold] = values
    return stacked


EVALUATIONS = {
    "cv": Search._by_folds,
    **dict.fromkeys(INFORMATION_CRITERIA, Search._by_information),
    "loo": Search._by_approximate_loo,
    "validation": Search._by_validation,
}
