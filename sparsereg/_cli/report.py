"""What the command prints: a table of the path, the features chosen, the time; at most 80 columns wide."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from .errors import counted

PATH_ROWS = 15
FEATURE_ROWS = 30
NAME_WIDTH = 40
# What each rule takes.
TAKEN_BY = {
    "min": "the one with the least held-out error.",
    "1se": "the largest whose held-out R2 is at most one\n  standard error below the best.",
}


def heading(problem, source):
    """What is solved: the data and the model."""
    n_samples, n_features = problem.X.shape
    return (
        f"{_shown(source)}: {counted(n_samples, 'row')}, {counted(n_features, 'feature')}\n"
        f"target: {_shown(problem.target)}\n"
        "Lasso with an intercept, features standardised, fitted to all rows"
    )


def path_table(problem, fit):
    """About fifteen of the alphas, evenly spread over the path, and those that a rule takes; how to read them."""
    path, last = fit.path, len(fit.path.alphas) - 1
    shown = np.union1d(np.linspace(0, last, PATH_ROWS).round().astype(int), list(fit.by_rule.values()))
    lines = [f"  {'alpha':>12}  {'features kept':>13}  {'gap':>8}  {'R2':>7}  {'held-out R2':>11}  {'std. error':>10}"]
    lines += [
        f"{'*' if k == fit.chosen else ' '} {path.alphas[k]:>12.6g}  {path.df[k]:>13d}  {path.gaps[k]:>8.1e}"
        f"  {path.r2[k]:>7.4f}  {fit.held_out_r2[k]:>11.4f}  {fit.standard_error[k]:>10.4f}"
        for k in shown
    ]
    lines += [
        "",
        f"{len(shown)} of {last + 1} alphas are shown. The objective is at most gap above its minimum;",
        f"with no features it is {problem.y.var() / 2:.6g}. Held-out R2 is by cross-validation: each of",
        f"{fit.n_folds} random folds is predicted by a fit to the other rows.",
        "",
        *_choice(fit),
    ]
    return "\n".join(lines)


def _choice(fit):
    """Which rule chose the alpha, and what the others take."""
    alphas = fit.path.alphas
    lines = [f"* the alpha chosen by the rule {fit.rule}: {TAKEN_BY[fit.rule]}"]
    if fit.chosen == len(alphas) - 1:
        lines.append("  It is the smallest that was tried: with less penalty it may be better still.")
    lines += [
        f"  --rule {rule} takes {alphas[k]:.6g}, with {counted(fit.path.df[k], 'feature')}."
        for rule, k in fit.by_rule.items()
        if rule != fit.rule
    ]
    return lines


def chosen_features(problem, fit):
    """The coefficients at the chosen alpha, the most influential feature first, and how well they do."""
    path, k = fit.path, fit.chosen
    coef, intercept = path.at(path.alphas[k])
    influence = coef * StandardScaler(with_mean=False).fit(problem.X).scale_
    kept = np.flatnonzero(coef)
    order = kept[np.argsort(-np.abs(influence[kept]), kind="stable")]
    names = ["intercept", *(_shown(problem.features[j]) for j in order[:FEATURE_ROWS])]
    width = max(map(len, names))
    lines = [f"{counted(len(kept), 'feature')} chosen at alpha {path.alphas[k]:.6g}", ""]
    lines.append(f"  {'':<{width}}  {'coefficient':>12}  {'per std. dev.':>13}")
    for name, j in zip(names[1:], order):
        lines.append(f"  {name:<{width}}  {coef[j]:>12.6g}  {influence[j]:>13.6g}")
    lines.append(f"  {'intercept':<{width}}  {intercept:>12.6g}")
    if len(order) > FEATURE_ROWS:
        lines.append(f"  ({len(order) - FEATURE_ROWS} more features have less influence than these {FEATURE_ROWS})")
    lines += [
        "",
        f"R2 is {path.r2[k]:.4f} on all rows. That on held-out rows, {fit.held_out_r2[k]:.4f}, is a little too",
        "good to be true: those rows chose the alpha.",
    ]
    return "\n".join(lines)


def timing(fit):
    """How long it took."""
    return (
        f"Time: {fit.seconds:.3f} s for the path and its folds, which in a new process includes\n"
        "compiling or loading the solver."
    )


def _shown(name):
    """A name on one line, no longer than a column of the table."""
    name = " ".join(name.split())
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 3] + "..."
