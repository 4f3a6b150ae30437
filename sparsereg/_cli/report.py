"""What the command prints: a table of the path, the features chosen, the time; at most 80 columns wide."""

from dataclasses import replace
from textwrap import fill

import numpy as np

from .errors import counted
from .models import MODELS

PATH_ROWS = 15
FEATURE_ROWS = 30
NAME_WIDTH = 36
WIDTH = 78
# What each rule takes.
TAKEN_BY = {
    "min": "the one with the least held-out error.",
    "1se": "the largest whose held-out R2 is at most one standard error below the best.",
    "bic": "the one with the least BIC.",
}


def text_report(analysis):
    """All that is told of an analysis."""
    head = "\n".join(fill(line, WIDTH) for line in heading(analysis))
    parts = head, path_table(analysis), chosen_features(analysis), scores(analysis), timing(analysis)
    return "\n\n".join(filter(None, parts)) + "\n"


def heading(analysis):
    """What is solved: the data and the model, line by line."""
    problem, training = analysis.problem, analysis.training
    n_samples, n_features = problem.X.shape
    scaled = "standardised" if analysis.options.standardize else "as they are"
    rows = "all rows"
    if training is not problem:
        rows = f"{counted(len(training.y), 'row')}; {n_samples - len(training.y)} are held out"
    return [
        f"{shown(problem.source)}: {counted(n_samples, 'row')}, {counted(n_features, 'feature')}",
        f"target: {shown(problem.target)}",
        f"{model_title(analysis)} with an intercept, features {scaled}, fitted to {rows}",
    ]


def model_title(analysis):
    """The name of the model, with what was chosen of it besides alpha."""
    besides = ", ".join(f"{name} {value:g}" for name, value in analysis.choice.besides.items())
    return MODELS[analysis.options.model].title + (f" ({besides})" if besides else "")


def summary_of(analysis, limit):
    """The summary of the model, in the words of the command."""
    choice = analysis.choice
    return replace(
        analysis.model.summary(limit=limit),
        rule=choice.rule,
        error=float(choice.loss[choice.chosen]),
        error_se=None if choice.loss_se is None else float(choice.loss_se[choice.chosen]),
        error_name="BIC" if choice.rule == "bic" else "error in cross-validation (mean square)",
    )


def path_table(analysis):
    """About fifteen of the alphas, evenly spread over the path, and those that a rule takes; how to read them."""
    choice = analysis.choice
    path, last = choice.path, len(choice.path.alphas) - 1
    shown_rows = np.union1d(np.linspace(0, last, PATH_ROWS).round().astype(int), list(choice.by_rule.values()))
    head, columns = _judged(analysis)
    lines = [f"  {'alpha':>12}  {'features kept':>13}  {'gap':>8}  {'R2':>7}  {head}"]
    lines += [
        f"{'*' if k == choice.chosen else ' '} {path.alphas[k]:>12.6g}  {path.df[k]:>13d}  {path.gaps[k]:>8.1e}"
        f"  {path.r2[k]:>7.4f}  {columns(k)}"
        for k in shown_rows
    ]
    without = MODELS[analysis.options.model].scale(len(analysis.training.y)) * analysis.training.y.var()
    relaxed = " Gap and R2 are of the Lasso before it is relaxed." if "gamma" in choice.besides else ""
    lines += [
        "",
        fill(
            f"{len(shown_rows)} of {last + 1} alphas are shown. The objective is at most gap above its minimum; with "
            f"no features it is {without:.6g}. {explained(analysis)}{relaxed}",
            WIDTH,
        ),
        "",
        *_choice(choice),
    ]
    return "\n".join(lines)


def _judged(analysis):
    """The last columns of the table: their names, and a function from the index of an alpha to their values."""
    choice = analysis.choice
    if choice.rule == "bic":
        return f"{'BIC':>12}", lambda k: f"{choice.loss[k]:>12.6g}"
    variance = analysis.training.y.var()
    return (
        f"{'held-out R2':>11}  {'std. error':>10}",
        lambda k: f"{1 - choice.loss[k] / variance:>11.4f}  {choice.loss_se[k] / variance:>10.4f}",
    )


def explained(analysis):
    """What the losses are."""
    problem, n_folds = analysis.problem, analysis.choice.n_folds
    if analysis.choice.rule == "bic":
        return "BIC is an information criterion: the fit, and a price of log(n) for each degree of freedom."
    if problem.groups is not None:
        folds, others = f"{n_folds} folds of whole groups ({shown(problem.group, 24)})", "other groups"
    elif problem.is_ordered:
        folds, others = f"{n_folds} folds in order of time", "rows before it"
    else:
        folds, others = f"{n_folds} random folds", "other rows"
    return f"Held-out R2 is by cross-validation: each of {folds} is predicted by a fit to the {others}."


def _choice(choice):
    """Which rule chose the alpha, and what the others take."""
    lines = fill(
        f"* the alpha chosen by the rule {choice.rule}: {TAKEN_BY[choice.rule]}", WIDTH, subsequent_indent="  "
    )
    return [lines, *(f"  {sentence}" for sentence in other_rules(choice))]


def other_rules(choice):
    """Sentences: whether the grid ended too early, and what the rules that did not choose would take."""
    alphas, sentences = choice.path.alphas, []
    if choice.chosen == len(alphas) - 1:
        sentences.append("It is the smallest that was tried: with less penalty it may be better still.")
    return sentences + [
        f"--rule {rule} takes {alphas[k]:.6g}, with {counted(choice.path.df[k], 'feature')}."
        for rule, k in choice.by_rule.items()
        if rule != choice.rule
    ]


def chosen_features(analysis):
    """What was found at the chosen alpha, and the coefficients, the most influential feature first."""
    summary = summary_of(analysis, FEATURE_ROWS)
    summary = replace(summary, features=tuple(shown(name) for name in summary.features))
    return str(summary).partition("\n\n")[2]


def scores(analysis):
    """How well the model does on the rows that it has seen, and on others."""
    paragraphs = []
    if analysis.choice.rule != "bic":
        paragraphs.append("The error in cross-validation is a little too good to be true: its rows chose the penalty.")
    if analysis.held_out is not None:
        paragraphs.append(honest_score(analysis))
    return "\n\n".join(fill(paragraph, WIDTH) for paragraph in paragraphs)


def honest_score(analysis):
    """The score on rows that had no say, in sentences."""
    score = analysis.held_out
    units = counted(len(score.y), "row")
    if analysis.problem.groups is not None:
        units += f" of {counted(score.n_units, 'group')}"
    if score.n_models > 1:
        how = f"By {score.n_models} such models, each asked about rows that it has not seen ({units} in all)"
    else:
        how = f"On {units} that had no say in the model"
    told = (
        f"{how}, R2 is {score.r2:.4f}, with a standard error of {score.error:.4f}; the root of the mean squared error "
        f"is {score.rmse:.6g}."
    )
    if analysis.problem.is_ordered:
        told += " The standard error takes rows as independent, which in order of time they may not be."
    return told


def timing(analysis):
    """How long it took."""
    return (
        f"Time: {analysis.seconds:.3f} s for the path and its folds, which in a new process includes\n"
        "compiling or loading the solver."
    )


def shown(name, width=NAME_WIDTH):
    """A name on one line, no longer than a column of the table."""
    name = " ".join(name.split())
    return name if len(name) <= width else name[: width - 3] + "..."
