"""What the command prints: a table of the path, the features chosen, the time; at most 80 columns wide."""

from textwrap import fill

import numpy as np

from .errors import counted
from .models import MODELS

PATH_ROWS = 15
FEATURE_ROWS = 30
NAME_WIDTH = 40
WIDTH = 78
# What each rule takes.
TAKEN_BY = {
    "min": "the one with the least held-out error.",
    "1se": "the largest whose held-out R2 is at most one\n  standard error below the best.",
    "bic": "the one with the least BIC.",
}


def text_report(analysis):
    """All that is told of an analysis."""
    parts = heading(analysis), path_table(analysis), chosen_features(analysis), scores(analysis), timing(analysis)
    return "\n\n".join(parts) + "\n"


def heading(analysis):
    """What is solved: the data and the model."""
    problem, training = analysis.problem, analysis.training
    n_samples, n_features = problem.X.shape
    scaled = "standardised" if analysis.options.standardize else "as they are"
    if training is problem:
        rows = "all rows"
    else:
        rows = f"{counted(len(training.y), 'row')}; {n_samples - len(training.y)} are held out"
    return "\n".join(
        [
            f"{shown(problem.source)}: {counted(n_samples, 'row')}, {counted(n_features, 'feature')}",
            f"target: {shown(problem.target)}",
            fill(f"{model_title(analysis)} with an intercept, features {scaled}, fitted to {rows}", WIDTH),
        ]
    )


def model_title(analysis):
    """The name of the model, with what was chosen of it besides alpha."""
    l1_ratio = analysis.choice.l1_ratio
    return MODELS[analysis.options.model].title + ("" if l1_ratio is None else f" (l1_ratio {l1_ratio:g})")


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
    lines += [
        "",
        f"{len(shown_rows)} of {last + 1} alphas are shown. The objective is at most gap above its minimum;",
        f"with no features it is {without:.6g}. {_explained(analysis)}",
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


def _explained(analysis):
    problem, n_folds = analysis.problem, analysis.choice.n_folds
    if analysis.choice.rule == "bic":
        return "BIC is an information\ncriterion: the fit, and a price of log(n) for each degree of freedom."
    if problem.groups is not None:
        folds, others = f"{n_folds} folds of whole groups ({shown(problem.group, 24)})", "other groups"
    elif problem.is_ordered:
        folds, others = f"{n_folds} folds in order of time", "rows before it"
    else:
        folds, others = f"{n_folds} random folds", "other rows"
    return f"Held-out R2 is by cross-validation: each of\n{folds} is predicted by a fit to the {others}."


def _choice(choice):
    """Which rule chose the alpha, and what the others take."""
    alphas = choice.path.alphas
    lines = [f"* the alpha chosen by the rule {choice.rule}: {TAKEN_BY[choice.rule]}"]
    if choice.chosen == len(alphas) - 1:
        lines.append("  It is the smallest that was tried: with less penalty it may be better still.")
    lines += [
        f"  --rule {rule} takes {alphas[k]:.6g}, with {counted(choice.path.df[k], 'feature')}."
        for rule, k in choice.by_rule.items()
        if rule != choice.rule
    ]
    return lines


def chosen_features(analysis):
    """The coefficients at the chosen alpha, the most influential feature first."""
    coef, features = analysis.model.coef_, analysis.problem.features
    influence = coef * analysis.deviations
    kept = np.flatnonzero(coef)
    order = kept[np.argsort(-np.abs(influence[kept]), kind="stable")]
    names = ["intercept", *(shown(features[j]) for j in order[:FEATURE_ROWS])]
    width = max(map(len, names))
    lines = [f"{counted(len(kept), 'feature')} kept at alpha {analysis.model.alpha_:.6g}", ""]
    lines.append(f"  {'':<{width}}  {'coefficient':>12}  {'per std. dev.':>13}")
    for name, j in zip(names[1:], order):
        lines.append(f"  {name:<{width}}  {coef[j]:>12.6g}  {influence[j]:>13.6g}")
    lines.append(f"  {'intercept':<{width}}  {analysis.model.intercept_:>12.6g}")
    if len(order) > FEATURE_ROWS:
        lines.append(f"  ({len(order) - FEATURE_ROWS} more features have less influence than these {FEATURE_ROWS})")
    return "\n".join(lines)


def scores(analysis):
    """How well the model does on the rows that it has seen, and on others."""
    choice, training = analysis.choice, analysis.training
    where = "all rows" if training is analysis.problem else "the rows fitted"
    sentences = [f"R2 is {choice.path.r2[choice.chosen]:.4f} on {where}."]
    if choice.rule != "bic":
        by_folds = 1 - choice.loss[choice.chosen] / training.y.var()
        sentences.append(
            f"That on held-out rows, {by_folds:.4f}, is a little too good to be true: those rows chose the alpha."
        )
    paragraphs = [" ".join(sentences)]
    if analysis.held_out is not None:
        paragraphs.append(honest_score(analysis))
    return "\n\n".join(fill(paragraph, WIDTH) for paragraph in paragraphs)


def honest_score(analysis):
    """The score on rows that had no say, in sentences."""
    score = analysis.held_out
    units = counted(len(score.y), "row")
    if analysis.problem.groups is not None:
        units += f" of {counted(score.n_units, 'group')}"
    told = (
        f"On {units} that had no say in the model, R2 is {score.r2:.4f}, with a standard error of {score.error:.4f}; "
        f"the root of the mean squared error is {score.rmse:.6g}."
    )
    if score.n_models > 1:
        told += f" Each row was predicted by one of {score.n_models} such models, made from other rows."
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
