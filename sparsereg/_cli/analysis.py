"""The analysis of one table: from the options to the model, its score on rows held out, and what is told of them."""

import time
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from sklearn.preprocessing import StandardScaler

from ..model_selection.progress import progress
from .choices import Choice, choice_of
from .errors import CommandError
from .held_out import HeldOut, held_out
from .models import build, check_rule
from .output import Output
from .problem import FEWEST_ROWS, Problem, build_problem, diabetes
from .reading import read_table
from .report import text_report
from .splits import Splits
from .streams import is_watched

# Models that predict the rows that they have not seen, for the score of a report.
N_OUTER = 5


@dataclass(frozen=True)
class Analysis:
    """A model of a problem, and what is known of it.

    options : Namespace             of the command
    problem : Problem               all rows
    training : Problem              the rows that the model is fitted to
    model : estimator
    choice : Choice
    deviations : float64 array (p,) standard deviations of the features in training; 1 for a constant
    held_out : HeldOut or None
    seconds : float                 for the model, which includes compiling or loading the solver
    """

    options: object
    problem: Problem
    training: Problem
    model: object
    choice: Choice
    deviations: np.ndarray
    held_out: HeldOut | None
    seconds: float


def run(options):
    """Do what the options ask for.

    Returns
    -------
    str             what the command prints

    Raises
    ------
    CommandError
    """
    check_rule(options.model, options.rule)
    with nullcontext() if options.out is None else Output(options) as output:
        analysis = analyse(_problem(options), options)
        text = text_report(analysis)
        if output is not None:
            text += "\n" + output.write(analysis) + "\n"
    return text


def analyse(problem, options):
    """The model of a problem, fitted and scored as the options say."""
    splits = Splits(problem.groups, problem.is_ordered)
    rows, test = np.arange(len(problem.y)), None
    if options.test_size is not None:
        rows, test = splits.hold_out(len(rows), options.test_size)
    training = problem if test is None else problem.take(rows)
    if training.y.min() == training.y.max():
        raise CommandError(
            f"the target is {training.y[0]:g} in every row that is not held out; give another --test-size"
        )
    start = time.perf_counter()
    model = _fit(training, options, options.cv, verbose=is_watched())
    seconds = time.perf_counter() - start
    score = None
    if test is not None:
        score = _score(problem, test, model.predict(problem.X[test]))
    elif options.out is not None:
        score = _score_by_folds(problem, splits, options)
    # known to the summary and the pictures from here on; what is predicted is an array
    model.feature_names_in_ = np.array(problem.features, dtype=object)
    return Analysis(
        options=options,
        problem=problem,
        training=training,
        model=model,
        choice=choice_of(model, options.rule),
        deviations=StandardScaler(with_mean=False).fit(training.X).scale_,
        held_out=score,
        seconds=seconds,
    )


def _problem(options):
    if options.data is None:
        return diabetes()
    table = read_table(options.data, options.separator, options.decimal)
    return build_problem(
        table, options.target, drop=options.drop, encode=options.one_hot, group=options.group, time=options.time
    )


def _fit(problem, options, n_folds, *, verbose=False):
    folds = Splits(problem.groups, problem.is_ordered).folds(np.arange(len(problem.y)), n_folds)
    how = {"is_standardized": options.standardize, "verbose": verbose}
    return build(options.model, options.rule, problem.X, folds, **how).fit(problem.X, problem.y)


def _score(problem, rows, predicted, n_models=1):
    groups = None if problem.groups is None else problem.groups[rows]
    return held_out(rows, problem.y[rows], predicted, groups, n_models)


def _score_by_folds(problem, splits, options):
    """The score where each fold is predicted by an analysis of the others; None where rows are too few for that."""
    rows = np.arange(len(problem.y))
    n_outer = min(N_OUTER, splits.n_units(rows))
    folds = splits.folds(rows, n_outer) if n_outer > 1 else []
    training = [problem.take(train) for train, _ in folds]
    n_folds = [min(options.cv, splits.n_units(train)) for train, _ in folds]
    fit = [len(part.y) >= FEWEST_ROWS and np.ptp(part.y) > 0 and k > 1 for part, k in zip(training, n_folds)]
    if not folds or not all(fit):
        return None
    predicted = []
    with progress("held-out predictions", n_outer, is_watched()) as advance:
        for part, k, (_, test) in zip(training, n_folds, folds):
            predicted.append(_fit(part, options, k).predict(problem.X[test]))
            if advance is not None:
                advance(1)
    tested = np.concatenate([test for _, test in folds])
    return _score(problem, tested, np.concatenate(predicted), n_outer)
