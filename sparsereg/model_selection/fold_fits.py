"""The fits of every fold at every alpha, and what they get wrong on the rows held out."""

import threading
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scipy.sparse as sp

from ..designs.threads import map_on_threads
from ..results import Solution, joined
from ..solvers.accurate_gram import OnAccurateGram
from ..solvers.gram import Gram
from ..solvers.least_squares import SOLVERS
from ..solvers.problem import Problem
from .errors import ELEMENTS, errors_from_sums, errors_from_x, predictions
from .fold_check import Last, disproved
from .held_out import FoldSums
from .scoring import LinearPredictor, score
from .training import training_from_sums, training_from_x

# The solvers that need no X where the Gram matrix of the fold is as accurate as one from X.
ON_ACCURATE_GRAM = ("auto", "active_set")
# Alphas solved before a thread looks whether it should stop, whether there are others or not: solvers may round by it.
PIECE = 10
# Folds solved before X is asked about them: until then several vectors (n,) of each are kept.
TOGETHER = 64


@dataclass(frozen=True)
class Setting:
    """What all fits of a search share.

    data : Data
    weights : float64 array (n,) or None      summing to n
    as_given : float64 array (n,) or None     the same as the user gave them, for scorers
    penalties : list of Penalty               one per l1_ratio, on the scale of X, per unit of alpha
    center, scale : bool
    solver : str                              a key of SOLVERS
    options : Options
    fold_penalties : list of list of Penalty, or None     those of each fold; None: the same in all
    variants : callable or None               what is made of the Solution of a fold: (Problem, Solution, bool whether
                                              its Gram matrix is as accurate as one from X) -> list of Solution
    """

    data: object
    weights: np.ndarray | None
    as_given: np.ndarray | None
    penalties: list
    center: bool
    scale: bool
    solver: str
    options: object
    fold_penalties: list | None = None
    variants: object = None


@dataclass(frozen=True)
class Outcome:
    """What one fold tells; each list has one entry per l1_ratio.

    errors : list of (k,)              weighted mean squared errors on the rows held out
    scores : list of (k,), or None     of the scorer, larger is better
    coefs : list of csr_array (k, p), or None    on the scale of X
    solutions : list of Solution       without their coefficients: how the fits ended
    lasts : list of Last               what X has not been asked about yet
    """

    errors: list
    scores: list | None
    coefs: list | None
    solutions: list[Solution]
    lasts: list[Last]


class FoldFits:
    """Fits on the training rows of every fold.

    Parameters
    ----------
    setting : Setting
    design : Standardized       of all rows
    folds : list of Fold
    on_gram : bool              the Gram matrices of all features by differences; else each fold from X
    scorer : scorer of scikit-learn, or None
    keeps_coefs : bool
    """

    def __init__(self, setting, design, folds, on_gram, scorer=None, keeps_coefs=False):
        self._setting, self._folds = setting, folds
        self._scorer, self._keeps_coefs = scorer, keeps_coefs
        Y = setting.data.Y
        self._about = design.center_target(Y)[1]
        self._sums = FoldSums(design, Y, self._about, folds) if on_gram else None
        self._stopped = threading.Event()
        # each fold draws orders of its own, whichever thread comes first
        options, n_folds = setting.options, len(folds)
        self._seeds = options.rng.randint(2**31, size=n_folds) if options.selection == "random" else None
        # for each thread room for a Gram matrix, and a solver with its own
        self._spare = []

    def total_gram(self):
        """The sum over all rows (p, p) of (x_i - shift)(x_i - shift)', or None where each fold is fitted from X.

        It takes the place of what a fold needed, where one has ended.
        """
        if self._sums is None:
            return None
        return self._sums.total_gram(self._room()[0])

    def take_total_gram(self):
        """As `total_gram`, after all outcomes: nothing else is kept."""
        gram = self.total_gram()
        self._sums, self._spare = None, []
        return gram

    def outcomes(self, grids, n_threads, progress, beside=None):
        """The `Outcome` of every fold, in their order.

        Parameters
        ----------
        grids : list of (k,)       the alphas of each l1_ratio, descending
        n_threads : int            that work on folds
        progress : callable        is called with the number of alphas that are done, or None
        beside : callable or None  other work, done on one of two threads or more after the last fold has begun; it is
                                   called with what it should heed, as in `Options`
        """
        options = replace(self._setting.options, piece=PIECE, heed=self._heed)

        def fit(index):
            return self._outcome(index, grids, options, progress, self._sums)

        found, n_folds = [], len(self._folds)
        for first in range(0, n_folds, TOGETHER):
            tasks = [partial(fit, index) for index in range(first, min(first + TOGETHER, n_folds))]
            n_fits = len(tasks)
            if beside is not None and n_threads > 1 and first + n_fits == n_folds:
                tasks.append(partial(beside, self._heed))
            ended = map_on_threads(n_threads, lambda task: task(), tasks, ahead=TOGETHER, stop=self._stopped.set)
            outcomes = list(ended)[:n_fits]
            self._stopped.clear()
            for place in self._disproved(outcomes):
                outcomes[place] = self._outcome(first + place, grids, options, None, None)
            found.extend(replace(outcome, lasts=[]) for outcome in outcomes)
        return found

    def _disproved(self, outcomes):
        """The places of those whose solutions do not hold on X."""
        lasts = [(place, last) for place, outcome in enumerate(outcomes) for last in outcome.lasts]
        if not lasts:
            return set()
        shift, y = self._sums.shift, self._setting.data.Y[:, 0]
        return {lasts[k][0] for k in disproved([last for _, last in lasts], shift, y)}

    def _outcome(self, index, grids, options, progress, sums):
        """The `Outcome` of a fold, on the Gram matrix of `sums` over all folds; None: from X."""
        room, solver = None, None
        if sums is not None:
            room, solver = self._room()
        design, mean, solutions, lasts = self._solve(index, grids, options, progress, sums, room, solver)
        errors = self._errors(index, design, mean, solutions, sums, room)
        if room is not None:
            self._spare.append((room, solver))
        scores = None if self._scorer is None else self._scores(index, design, mean, solutions)
        coefs = None
        if self._keeps_coefs:
            coefs = [_sparse(design, solution, mean) for solution in solutions]
        ended = [replace(solution, coefs=np.empty((len(solution.alphas), 0))) for solution in solutions]
        return Outcome(errors, scores, coefs, ended, lasts)

    def _room(self):
        """Room for a Gram matrix and a solver: those of a fold that has ended, where there is one."""
        # in one step: other threads take from it too
        try:
            return self._spare.pop()
        except IndexError:
            n_features = self._setting.data.store.n_features
            return np.empty((n_features, n_features)), OnAccurateGram()

    def _solve(self, index, grids, options, progress, sums, room, on_accurate_gram):
        """Design and mean of y of the training rows, the Solution of each l1_ratio, and the `Last` of each."""
        setting, fold = self._setting, self._folds[index]
        data = setting.data
        given = (data.store, fold, setting.weights, data.Y, setting.center, setting.scale)
        training = training_from_x(*given) if sums is None else training_from_sums(sums, index, *given, out=room)
        mean = float(training.means[0])
        design, solver = training.design, SOLVERS[setting.solver]
        accurate = training.gram is not None and training.is_accurate
        if accurate and setting.solver in ON_ACCURATE_GRAM:
            solver = on_accurate_gram
        source = Gram(design, training.gram, len(grids))
        linear, target = np.ascontiguousarray(training.linear[:, 0]), training.targets[:, 0]
        if self._seeds is not None:
            options = replace(options, rng=np.random.RandomState(self._seeds[index]))
        solutions, lasts = [], []
        penalties = setting.penalties if setting.fold_penalties is None else setting.fold_penalties[index]
        for penalty, alphas in zip(penalties, grids, strict=True):
            problem = Problem(design, source, linear, target, float(training.squares[0]), penalty.scaled(design.scale))
            found = []
            for part in solver(problem, alphas, options, None):
                self._heed()
                found.append(part)
                if progress:
                    progress(len(part.alphas))
            solution = joined(found)
            solutions.extend([solution] if setting.variants is None else setting.variants(problem, solution, accurate))
            if solver is on_accurate_gram:
                without_gram = replace(problem, source=Gram(design))
                lasts.append(Last(without_gram, mean, alphas[-1], solution.coefs[-1].copy()))
        return design, mean, solutions, lasts

    def _heed(self):
        """Raise where another fold has ended in an exception."""
        if self._stopped.is_set():
            raise InterruptedError("another fold was interrupted")

    def _errors(self, index, design, mean, solutions, sums, room):
        """Mean squared errors on the rows held out, (k,) for each l1_ratio."""
        data, weights = self._setting.data, self._setting.weights
        y, rows = data.Y[:, 0], self._folds[index].test
        gram = None if sums is None else sums.held_gram(index, room)
        held = None if gram is None else sums.side(index).of_target(0)
        errors = []
        for solution in solutions:
            coefs, features = solution.coefs, solution.features
            found = np.full(len(coefs), np.inf)
            if gram is not None:
                found = errors_from_sums(design, mean, coefs, features, held, gram, sums.shift, self._about[0])
            unknown = np.flatnonzero(np.isinf(found))
            if len(unknown):
                found[unknown] = errors_from_x(design, mean, coefs[unknown], features, y, weights, rows)
            errors.append(found)
        return errors

    def _scores(self, index, design, mean, solutions):
        """Scores on the rows held out, (k,) for each l1_ratio."""
        data, weights, rows = self._setting.data, self._setting.as_given, self._folds[index].test
        X, y = data.X[rows], data.Y[rows, 0]
        some = None if weights is None else weights[rows]
        scores = []
        for solution in solutions:
            found = np.empty(len(solution.alphas))
            coefs, intercepts = _original(design, solution, mean)
            together = max(1, ELEMENTS // len(y))
            for first in range(0, len(found), together):
                block = solution.coefs[first : first + together]
                predicted = predictions(design, mean, block, solution.features, rows)
                for k in range(first, first + len(block)):
                    model = partial(_model, solution, coefs, intercepts, k, design.n_features)
                    predictor = LinearPredictor(model, X, predicted[:, k - first])
                    found[k] = score(self._scorer, predictor, X, y, some)
            scores.append(found)
        return scores


def _original(design, solution, mean):
    """Coefficients (m, k) of the solution's features and intercepts (k,) on the scale of X."""
    return design.original(solution.coefs.T, np.full(len(solution.coefs), mean), solution.features)


def _sparse(design, solution, mean):
    """Coefficients (k, p) on the scale of X, a csr_array."""
    held = sp.csr_array(_original(design, solution, mean)[0].T)
    places = held.indices if solution.features is None else solution.features[held.indices]
    return sp.csr_array((held.data, places, held.indptr), shape=(held.shape[0], design.n_features))


def _model(solution, coefs, intercepts, k, n_features):
    """The coefficients (p,) and the intercept at the k-th alpha, of those of `_original`."""
    return solution.spread(coefs[:, [k]], n_features)[:, 0], intercepts[k]
