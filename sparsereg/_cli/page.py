"""report.html: one page that holds all it shows, for any browser and any width."""

import platform
import shlex
from datetime import datetime
from html import escape
from importlib.metadata import version

from .. import __version__
from .errors import counted, listed
from .pictures import path_picture, prediction_picture, search_picture
from .report import TAKEN_BY, explained, heading, honest_score, other_rules, summary_of

PACKAGES = ("numpy", "scipy", "scikit-learn", "numba")
FEATURES = 50
NO_SCORE = (
    "There is no score on rows without a say: the rows are too few for that, or the target has one value in some of "
    "them. Give more rows."
)
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 46rem; margin: 0 auto;
  padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; margin: .5rem 0; }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; font-weight: normal;
  border-bottom: 1px solid #ddd; }
thead th { font-weight: 600; } caption { text-align: left; font-weight: 600; }
td { font-variant-numeric: tabular-nums; } .made th { white-space: nowrap; }
.wide thead th, .wide td { overflow-wrap: normal; } .wide tbody th { min-width: 6rem; }
img { width: 100%; max-width: 40rem; height: auto; } code { font-size: .85rem; }
.score { font-size: 2rem; font-weight: 600; margin: .5rem 0 0; } .score small { font-size: 1rem; font-weight: normal; }
"""


def write_page(path, analysis):
    """Write the report of an analysis."""
    path.write_text(page(analysis), encoding="utf-8")


def page(analysis):
    """The report of an analysis, as HTML."""
    problem, summary = analysis.problem, summary_of(analysis, FEATURES)
    kept = f"{summary.n_kept} of {counted(summary.n_features, 'feature')}"
    parts = [
        f"<h1>{escape(problem.target)}, explained by {kept}</h1>",
        *_score(analysis),
        _section(
            "The model",
            "<p>" + "<br>".join(map(escape, heading(analysis))) + "</p>",
            f'<div class="wide">{summary._repr_html_()}</div>',
        ),
        _section(
            "How the penalty was chosen",
            _figure(search_picture(analysis), "Error against the penalty"),
            _choice(analysis),
        ),
        _section(
            "The coefficients along the path", _figure(path_picture(analysis), "Coefficients against the penalty")
        ),
        _section("How it was made", _made(analysis)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(problem.target)} - sparsereg</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _score(analysis):
    score = analysis.held_out
    if score is None:
        return [f"<p>{NO_SCORE}</p>"]
    return [
        f'<p class="score">{score.r2:.3f} <small>&plusmn; {score.error:.3f} held-out R2</small></p>',
        f"<p>{escape(honest_score(analysis))}</p>",
        _section(
            "Predicted and actual, on rows held out",
            _figure(prediction_picture(analysis), "Actual against predicted values of rows held out"),
        ),
    ]


def _choice(analysis):
    choice = analysis.choice
    sentences = [
        explained(analysis),
        f"The rule {choice.rule} took alpha {analysis.model.alpha_:.6g}: {TAKEN_BY[choice.rule]}",
    ]
    return f"<p>{escape(' '.join([*sentences, *other_rules(choice)]))}</p>"


def _made(analysis):
    problem, options = analysis.problem, analysis.options
    n_fitted = len(analysis.training.y)
    facts = {
        "command": f"<code>{escape(shlex.join(['sparsereg', *options.arguments]))}</code>",
        "when": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z"),
        "rows": f"{len(problem.y)}, {'all' if n_fitted == len(problem.y) else f'of which {n_fitted} were'} fitted",
        "features": f"{len(problem.features)}, from {counted(len(problem.columns.names), 'column')}",
        "columns left out": escape(listed(problem.left_out, most=100)) or "none",
        "text made 0 and 1": escape(listed(problem.columns.categories, most=100)) or "none",
        "seconds": f"{analysis.seconds:.3g} for the path and its folds",
        "versions": escape(
            ", ".join(
                [f"sparsereg {__version__}", f"Python {platform.python_version()}"]
                + [f"{name} {version(name)}" for name in PACKAGES]
            )
        ),
    }
    rows = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in facts.items())
    return f'<table class="made">{rows}</table>'


def _section(title, *parts):
    return "\n".join([f"<h2>{title}</h2>", *parts])


def _figure(address, words):
    return f'<img src="{address}" alt="{words}">'
