"""The loss of ridge regression at every alpha: by folds, leave-one-out, or a criterion."""

import threading
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from .._validation.weights import rescale
from ..designs.standardized import Standardized
from ..designs.threads import map_on_threads
from ..solvers.least_squares import build_problems
from ..solvers.memory import is_within_budget
from ..solvers.ridge import DIRECT_LIMIT, solve_ridge
from ..solvers.ridge_direct import n_bytes, wide
from ..solvers.ridge_krylov import few_steps
from ..solvers.ridge_spectral import FeatureSpectrum, solve_spectral
from .criteria import criterion_values, information_criterion, n_observations, noise_variance
from .progress import progress
from .ridge_fits import FoldsFromX
from .ridge_folds import GramFolds
from .ridge_krylov_folds import KrylovFolds
from .ridge_left_out import by_closed_form, by_refits
from .ridge_scores import errors_and_r2, part_of, scores_of
from .ridge_small import solve_small
from .ridge_wide_folds import WideFolds

# With bounds, or features without a penalty, more features than samples are worth a Gram matrix up to here.
MOST_ON_GRAM = 2000


@dataclass(frozen=True)
class FullPath:
    """The solutions on all rows with a weight.

    rows : int array or None          those rows; None: all
    design : Standardized             of them
    targets : float64 array (n, T)    centred as the design is
    means : (T,)
    solutions : list of Solution      one per target, at the alphas of the setting
    lam : (K,) or None
    spectrum : FeatureSpectrum, SampleSpectrum or None      None: not asked for, or there is none
    errors : (n, T, K) or None        of leave-one-out, where they are known already
    """

    rows: np.ndarray | None
    design: object
    targets: np.ndarray
    means: np.ndarray
    solutions: list
    lam: np.ndarray | None
    spectrum: object
    errors: np.ndarray | None = None


def all_rows(setting, with_weight):
    """The `FullPath` of a setting without its solutions; with_weight: only of the rows with a weight above 0."""
    data, weights, rows = setting.data, setting.weights, None
    Y = data.Y
    if weights is not None:
        if with_weight and not weights.all():
            rows = np.flatnonzero(weights)
            weights, Y = weights[rows], Y[rows]
        weights = rescale(weights, len(weights))
    design = Standardized(data.store, weights, rows, setting.center, setting.scale)
    targets, means = design.center_target(Y)
    return FullPath(rows, design, targets, means, [], None, None)


def solved(setting, full, spectral, gram=None):
    """The `FullPath` with its solutions; spectral: and the decomposition of X, where there are no bounds.

    gram : float64 array (p, p) or None      of the design, if known
    """
    store, penalty = setting.data.store, setting.per_row(slice(0, setting.data.store.n_samples))
    problem = full.design, store, full.targets, penalty
    small = solve_small(setting, full.design, full.targets, penalty) if spectral else None
    if small is not None:
        solutions, lam, spectrum, errors = small
        return replace(full, solutions=solutions, lam=lam, spectrum=spectrum, errors=errors)
    if spectral and not setting.is_bounded:
        solutions, lam, spectrum = solve_spectral(*problem, setting.alphas, setting.options)
        return replace(full, solutions=solutions, lam=lam, spectrum=spectrum)
    each = np.broadcast_to(setting.alphas, (setting.n_targets, len(setting.alphas)))
    return replace(full, solutions=solve_ridge(*problem, each, setting.options, gram))


@dataclass(frozen=True)
class FoldScores:
    """What the folds tell.

    errors : (K, n_folds)          mean squared errors
    scores : (K, n_folds)
    solutions : list of Solution   of all fits, for what they say of their convergence
    gram : (p, p) or None          of the design of all rows, where it is known
    """

    errors: np.ndarray
    scores: np.ndarray
    solutions: list
    gram: np.ndarray | None


def score_folds(setting, design, folds, scoring, n_threads, verbose):
    """The `FoldScores` of a setting.

    Parameters
    ----------
    setting : RidgeSetting
    design : Standardized      of all rows
    folds : list of Fold
    scoring : (scorer or None, params)      None: R^2
    n_threads : int
    verbose : bool or int
    """
    stopped = threading.Event()

    def heed():
        if stopped.is_set():
            raise InterruptedError("another fold was interrupted")

    setting = replace(setting, options=replace(setting.options, heed=heed))
    method = _method(setting, design, folds)
    with progress("cross-validation", len(folds) * len(setting.alphas), verbose) as advance:

        def outcome(index):
            found = method.fit(index)
            told = _told(setting, folds[index].test, found, scoring)
            if advance:
                advance(len(setting.alphas))
            return *told, found.solutions

        outcomes = list(map_on_threads(n_threads, outcome, range(len(folds)), ahead=1, stop=stopped.set))
    errors, scores, solutions = zip(*outcomes, strict=True)
    solutions = [one for each in solutions for one in each]
    return FoldScores(np.stack(errors, axis=1), np.stack(scores, axis=1), solutions, method.total_gram())


def _method(setting, design, folds):
    """What fits a fold by `fit(index)`, and has perhaps a `total_gram`."""
    direct = _on_square_matrices(setting, design, folds)
    if setting.is_plain:
        if direct is None and min(design.n_samples, design.n_features) > DIRECT_LIMIT:
            return KrylovFolds(setting, folds)
        steps = few_steps(design, len(setting.alphas), setting.n_targets)
        if direct is not None and steps:
            return KrylovFolds(setting, folds, steps, direct)
    return FoldsFromX(setting, folds) if direct is None else direct()


def _on_square_matrices(setting, design, folds):
    """What makes a method of matrices on one side of X; None where there is none, or it does not fit."""
    n_samples, n_features = design.n_samples, design.n_features
    if wide(design) and setting.is_plain:
        if not setting.scale and n_samples <= DIRECT_LIMIT and is_within_budget(n_bytes(n_samples)):
            return partial(WideFolds, setting, folds)
    elif n_features <= (MOST_ON_GRAM if wide(design) else DIRECT_LIMIT) and is_within_budget(n_bytes(n_features)):
        return partial(GramFolds, setting, design, folds)
    return None


def _told(setting, rows, fit, scoring):
    """Mean squared errors and scores (K,) of a fit on the rows held out."""
    scorer, params = scoring
    data = setting.data
    width = setting.n_targets * len(setting.alphas)
    errors, scores = errors_and_r2(data.Y, setting.weights, rows, fit.predictions, width)
    if scorer is None:
        return errors, scores
    y = data.Y[rows] if data.y_ndim == 2 else data.Y[rows, 0]
    part = part_of(params, rows, data.store.n_samples)
    given = scorer, data.X[rows], y, fit.predictions(rows), part
    return errors, scores_of(*given, optional=("sample_weight",), model=fit.model)


def leave_one_out(setting, full, keeps, verbose):
    """The `LeftOutErrors` of a setting, from the decomposition of X where there is one."""
    if full.spectrum is not None:
        found = by_closed_form(setting, full, keeps)
        if found is not None:
            return found
    with progress("leave-one-out", setting.data.store.n_samples * len(setting.alphas), verbose) as advance:
        return by_refits(setting, full.design, keeps, advance)


def criterion_of(name, setting, full):
    """An information criterion, or generalised cross-validation: values and degrees of freedom, (T, K) both."""
    design = full.design
    problems, _ = build_problems(design, full.targets, setting.per_row(slice(0, setting.data.store.n_samples)))
    if full.spectrum is None:
        each = [
            information_criterion(name, *pair) for pair in zip(problems, [[s] for s in full.solutions], strict=True)
        ]
        return np.array([values[0] for values, _ in each]), np.array([df[0] for _, df in each])
    df = degrees_of_freedom(design, full.spectrum, full.lam)
    n_features = np.count_nonzero(setting.penalty.lower < setting.penalty.upper)
    losses = []
    for problem, solution in zip(problems, full.solutions, strict=True):
        variance = 1.0 if name == "gcv" else noise_variance(problem, solution, df)
        arguments = solution.residual_squares, df, variance, n_features, design.centered
        losses.append(criterion_values(name, n_observations(design), *arguments))
    return np.array(losses), np.broadcast_to(df, (len(losses), len(df)))


def degrees_of_freedom(design, spectrum, lam):
    """The trace (K,) of the matrix that turns y into its predictions, the intercept included."""
    values = np.where(np.isfinite(spectrum.values), spectrum.values, 0.0)
    if isinstance(spectrum, FeatureSpectrum):
        return values @ spectrum.inverse(lam) + design.centered
    fitted_exactly = len(spectrum.vectors) - len(values)
    return (values[:, None] / (values[:, None] + lam)).sum(axis=0) + fitted_exactly
