"""report.html: one page that needs nothing else, whose numbers and pictures are those of the analysis."""

import re
import sys
from base64 import b64decode
from html.parser import HTMLParser
from importlib.metadata import version
from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.metrics import r2_score, root_mean_squared_error

from sparsereg import LassoCV, RelaxedLassoCV, __version__
from sparsereg._cli import analysis as analysis_module
from sparsereg._cli import pictures
from sparsereg._cli.arguments import MODELS, parse
from sparsereg._cli.problem import build_problem
from sparsereg._cli.reading import read_table

ROWS = load_diabetes(as_frame=True, scaled=False).frame.head(120)
X, Y = ROWS.drop(columns="target").to_numpy(), ROWS["target"].to_numpy()


class Page(HTMLParser):
    """What a page says, and what it is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.images, self.words, self.open = [], [], [], []
        self.feed(text)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "img":
            self.images.append(dict(attributes))
        elif tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def cells(self):
        """Name -> value of every row of two cells."""
        return dict(zip(self.words, self.words[1:]))


@pytest.fixture
def report(run, write, tmp_path):
    """The page of an analysis."""

    def report(frame, *arguments, target="target"):
        status, _, errors = run(write(frame), "--target", target, "--out", tmp_path / "out", "--overwrite", *arguments)
        assert (status, errors) == (0, "")
        return Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))

    return report


@pytest.mark.parametrize(("model", "rule"), list(zip(MODELS, ["bic", "min", "1se", "bic", "1se"], strict=True)))
def test_every_model_gets_a_page_that_needs_nothing_else(report, model, rule):
    page = report(ROWS, "--model", model, "--rule", rule, "--test-size", 0.25)
    assert page.open == []
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    addresses = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "href")]
    assert len(addresses) == len(page.images) == 3
    for image in page.images:
        kind, _, content = image["src"].partition(";base64,")
        assert kind == "data:image/svg+xml"
        assert ElementTree.fromstring(b64decode(content, validate=True)).tag.endswith("svg")
        assert image["alt"]
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.tags
    assert f"(rule {rule})" in page.text


def test_the_numbers_of_a_page_are_those_of_the_rows(report):
    page = report(ROWS, "--test-size", 0.25, "--rule", "1se")
    test = analysis_module.Splits().hold_out(120, 0.25)[1]
    train = np.setdiff1d(np.arange(120), test)
    folds = analysis_module.Splits().folds(train, 5)
    model = LassoCV(cv=folds, rule="1se", standardize=True).fit(X[train], Y[train])
    predicted, cells = model.predict(X[test]), page.cells()
    assert f"{r2_score(Y[test], predicted):.3f} " in page.words
    assert f"R2 is {r2_score(Y[test], predicted):.4f}, with a standard error of" in page.text
    assert f"mean squared error is {root_mean_squared_error(Y[test], predicted):.6g}." in page.text
    assert cells["alpha"] == f"{model.alpha_:.6g} (rule 1se)"
    assert cells["R2 in training"] == f"{model.score(X[train], Y[train]):.4f}"
    kept = np.flatnonzero(model.coef_)
    assert page.words.count(f"target, explained by {len(kept)} of 10 features") == 1
    for j in kept:
        assert cells[ROWS.columns[j]] == f"{model.coef_[j]:.6g}"
        assert f"{model.coef_[j] * X[train, j].std():.6g}" in page.words
    assert cells["error in cross-validation (mean square)"].startswith(
        f"{model.mse_mean_[model.alphas_ == model.alpha_][0]:.6g} "
    )


def test_a_page_says_how_it_was_made(report):
    frame = ROWS.assign(id=range(120), when=range(120), sex=ROWS["sex"].map({1.0: "f", 2.0: "m"}))
    page = report(frame, "--drop", "id", "--time", "when", "--one-hot", "--test-size", 0.1)
    cells = page.cells()
    assert re.fullmatch(
        r"sparsereg \S+data.csv --target target --out \S+ --overwrite --drop id .*--one-hot .*", cells["command"]
    )
    assert cells["rows"] == "120, of which 108 were fitted"
    assert cells["columns left out"] == "id, when"
    assert cells["text made 0 and 1"] == "sex"
    assert cells["features"] == "11, from 10 columns"
    for name in ("numpy", "scipy", "scikit-learn"):
        assert f"{name} {version(name)}" in cells["versions"]
    assert f"sparsereg {__version__}" in cells["versions"]
    assert "5 folds in order of time" in page.text
    assert "in order of time they may not be" in page.text


NAMES = [
    "<script>alert(1)</script>",
    "a & b",
    "price $ or $",
    "$\\alpha_1$",
    '"quoted"',
    "\u4f53\u91cd",
    "two\nlines",
    "x" * 200,
]


def test_names_are_shown_as_they_are(report):
    frame = ROWS.rename(columns=dict(zip(ROWS.columns, NAMES))).rename(columns={"target": "<b>y & z</b>"})
    page = report(frame, "--no-standardize", "--model", "ridge", target="<b>y & z</b>")
    assert not {"script", "b"} & {tag for tag, _ in page.tags}
    assert "<b>y & z</b>, explained by" in page.text
    assert all(name in page.words for name in NAMES)


def test_too_few_rows_are_told_instead_of_a_score(report):
    page = report(ROWS.head(11))
    assert "There is no score on rows without a say" in page.text
    assert len(page.images) == 2


@pytest.fixture
def drawn(monkeypatch):
    """The axes of every picture."""
    from matplotlib.figure import Figure

    axes = []

    def picture(draw):
        axes.append(Figure().subplots())
        draw(axes[-1])

    monkeypatch.setattr(pictures, "_picture", picture)
    return axes


def test_the_pictures_show_the_analysis(write, drawn):
    path = write(ROWS)
    options = parse([path, "--target", "target", "--test-size", "0.25", "--rule", "1se"])
    found = analysis_module.analyse(build_problem(read_table(path), "target"), options)
    pictures.path_picture(found)
    pictures.search_picture(found)
    pictures.prediction_picture(found)
    path_axes, search_axes, prediction_axes = drawn
    deviations = X[np.setdiff1d(np.arange(120), found.held_out.rows)].std(axis=0)
    expected = found.choice.path.coefs.toarray() * deviations[:, None]
    lines = [np.asarray(line.get_ydata()) for line in path_axes.lines]
    for row in expected[np.any(expected != 0, axis=1)]:
        assert any(len(line) == len(row) and np.allclose(line, row) for line in lines)
    assert "standard deviation" in path_axes.get_ylabel()
    assert any(
        len(line.get_ydata()) == 100 and np.allclose(line.get_ydata(), found.choice.loss) for line in search_axes.lines
    )
    points = prediction_axes.collections[0].get_offsets()
    np.testing.assert_allclose(points, np.column_stack([found.held_out.predicted, found.held_out.y]))


def test_the_choice_of_a_relaxed_lasso_is_shown_at_the_gamma_chosen(write, drawn):
    path = write(ROWS)
    options = parse([path, "--target", "target", "--model", "relaxed"])
    found = analysis_module.analyse(build_problem(read_table(path), "target"), options)
    pictures.search_picture(found)
    row = RelaxedLassoCV().gamma.index(found.model.gamma_)
    lines = [np.asarray(line.get_ydata()) for line in drawn[0].lines]
    for expected in (found.model.mse_mean_[row], *found.model.mse_path_[row].T):
        assert any(len(line) == 100 and np.allclose(line, expected) for line in lines)


def test_a_picture_of_very_many_points_is_stored_as_points(monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_SVG", 1000)
    address = pictures._picture(lambda ax: ax.plot(range(9)))
    assert b64decode(address.partition("data:image/png;base64,")[2])[:4] == b"\x89PNG"


def test_matplotlib_that_is_not_installed_is_named_before_any_work(run, write, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(analysis_module, "analyse", None)
    status, output, errors = run(write(ROWS), "--target", "target", "--out", tmp_path / "out")
    assert (status, output) == (2, "")
    assert re.fullmatch(r"sparsereg: --out needs matplotlib, .*: pip install 'scikit-sparsereg\[plot\]'\n", errors)
    assert not (tmp_path / "out").exists()
