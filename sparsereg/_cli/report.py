"""What the command prints: a table of the path, the features chosen, the time; at most 80 columns wide."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from .errors import counted

PATH_ROWS = 15
FEATURE_ROWS = 30
NAME_WIDTH = 40


def heading(problem, source):
    """What is solved: the data and the model."""
    n_samples, n_features = problem.X.shape
    return (
        f"{_shown(source)}: {counted(n_samples, 'row')}, {counted(n_features, 'feature')}\n"
        f"target: {_shown(problem.target)}\n"
        "Lasso with an intercept, features standardised, fitted to all rows"
    )


def path_table(problem, fit):
    """About fifteen of the alphas, evenly spread over the path, and the chosen one; how to read them."""
    path, last = fit.path, len(fit.path.alphas) - 1
    shown = np.union1d(np.linspace(0, last, PATH_ROWS).round().astype(int), fit.chosen)
    lines = [f"  {'alpha':>12}  {'features kept':>13}  {'gap':>8}  {'R2':>7}  {'held-out R2':>11}"]
    lines += [
        f"{'*' if k == fit.chosen else ' '} {path.alphas[k]:>12.6g}  {path.df[k]:>13d}  {path.gaps[k]:>8.1e}"
        f"  {path.r2[k]:>7.4f}  {fit.held_out_r2[k]:>11.4f}"
        for k in shown
    ]
    lines += [
        "",
        f"{len(shown)} of {last + 1} alphas are shown. The objective is at most gap above its minimum;",
        f"with no features it is {problem.y.var() / 2:.6g}.",
        f"* the alpha with the least error on {counted(fit.n_held_out, 'row')} held out from a second fit,",
        f"  on the other {len(problem.y) - fit.n_held_out}, which only serves this choice.",
    ]
    return "\n".join(lines)


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
        f"R2 is {path.r2[k]:.4f} on all rows. That of the second fit on the held-out rows,",
        f"{fit.held_out_r2[k]:.4f}, is a little too good to be true: those rows chose the alpha.",
    ]
    return "\n".join(lines)


def timing(fit):
    """How long both paths took."""
    first, second = fit.seconds
    return (
        f"Time: {first:.3f} s for the path, which in a new process compiles or loads the\n"
        f"solver; {second:.3f} s for the second one."
    )


def _shown(name):
    """A name on one line, no longer than a column of the table."""
    name = " ".join(name.split())
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 3] + "..."
