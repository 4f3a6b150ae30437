"""What all displays do with matplotlib, and the labels that they share."""

import subprocess
import sys
from itertools import pairwise

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes

from sparsereg import ElasticNetCV, Lasso, LassoCV, Ridge, RidgeCV
from sparsereg.displays import CVDisplay, GeometryDisplay, PathDisplay, ShrinkageDisplay
from sparsereg.displays.axes import COLOURS, STYLES, n_letters, style
from sparsereg.displays.labels import shorten, shorten_all, spread

X, Y = load_diabetes(return_X_y=True, as_frame=True)
X, Y = X[:120], Y[:120]
SEARCHED = LassoCV(cv=3, alphas=12).fit(X, Y)
DRAWINGS = {
    "path": lambda **options: PathDisplay.from_estimator(SEARCHED, **options),
    "path of one": lambda **options: PathDisplay.from_path(SEARCHED.path_, **options),
    "cv": lambda **options: CVDisplay.from_estimator(SEARCHED, **options),
    "comparison": lambda **options: CVDisplay.from_estimator(
        ElasticNetCV(l1_ratio=[0.5, 1], cv=3, alphas=9).fit(X, Y), compare=True, **options
    ),
    "leave-one-out": lambda **options: CVDisplay.from_estimator(RidgeCV().fit(X, Y), **options),
    "geometry": lambda **options: GeometryDisplay.from_estimator(Lasso().fit(X, Y), X, Y, features=(2, 3), **options),
    "penalties": lambda **options: ShrinkageDisplay.from_penalties(**options),
    "eigenvalues": lambda **options: ShrinkageDisplay.from_estimator(Ridge().fit(X, Y), X, **options),
}


@pytest.fixture
def pyplot():
    """Figures of pyplot in memory, none left over."""
    before = matplotlib.get_backend()
    plt.switch_backend("agg")
    yield plt
    plt.close("all")
    plt.switch_backend(before)


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_axes_that_are_given_are_used_and_pyplot_does_not_notice(pyplot, draw):
    settings = dict(matplotlib.rcParams)
    own, (first, second) = plt.subplots(1, 2)
    plt.sca(second)
    display = draw(ax=first)
    assert display.ax_ is first and display.figure_ is own
    assert plt.get_fignums() == [own.number] and plt.gca() is second and own.axes == [first, second]
    assert dict(matplotlib.rcParams) == settings
    assert display.plot(ax=second) is display and display.ax_ is second


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
@pytest.mark.parametrize("ax", [3, "ax", [], plt, Figure()], ids=["int", "str", "list", "pyplot", "figure"])
def test_what_is_no_axes_is_refused(draw, ax):
    rule = "ax must be a matplotlib Axes or None, got .*: pass one of those that plt.subplots.. returns"
    with pytest.raises(TypeError, match=rule):
        draw(ax=ax)


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_a_display_refuses_an_array_of_axes(draw):
    display = draw(ax=Figure().subplots())
    with pytest.raises(TypeError, match="ax must be a matplotlib Axes or None, got array"):
        display.plot(ax=Figure().subplots(1, 2))


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_without_axes_there_is_one_new_figure(pyplot, draw):
    display = draw()
    assert plt.get_fignums() == [plt.gcf().number]
    assert plt.gcf() is display.figure_ and plt.gca() is display.ax_


@pytest.mark.parametrize("size", [(6.4, 4.8), (3.3, 2.6)])
@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning", "default::DeprecationWarning")
def test_axes_are_labelled_and_every_text_is_in_the_figure(draw, size):
    figure = Figure(figsize=size, layout="constrained")
    display = draw(ax=figure.subplots())
    figure.draw_without_rendering()
    ax = display.ax_
    assert ax.get_xlabel() and ax.get_ylabel() and (ax.get_title() or display.name is None)
    texts = [ax.title, ax.xaxis.label, ax.yaxis.label, *getattr(display, "labels_", [])]
    for text in texts:
        box = text.get_window_extent()
        assert figure.bbox.x0 - 1 <= box.x0 and box.x1 <= figure.bbox.x1 + 1, text
        assert figure.bbox.y0 - 1 <= box.y0 and box.y1 <= figure.bbox.y1 + 1, text


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_a_part_of_a_figure_will_do(draw):
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, _ = figure.subfigures(1, 2)
    display = draw(ax=left.subplots())
    figure.draw_without_rendering()
    assert display.figure_ is left


def test_importing_the_displays_does_not_import_matplotlib():
    program = "import sys, sparsereg.displays; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_displays_build_pictures_where_matplotlib_has_no_screen():
    program = """
from sparsereg.displays import ShrinkageDisplay
import matplotlib
matplotlib.use("agg")
ShrinkageDisplay.from_penalties().figure_.savefig(__import__("io").BytesIO())
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def luminance(colour):
    """Relative luminance of a colour, 0 black, 1 white (WCAG 2)."""
    parts = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_lines_differ_in_colour_or_style_and_stand_out_from_paper():
    looks = [tuple(style(index).values()) for index in range(len(COLOURS) * len(STYLES))]
    assert len(set(map(str, looks))) == len(looks)
    # twice as dark as paper at least
    assert all(1.05 / (luminance(colour) + 0.05) > 2 for colour in COLOURS)
    assert all(first["linestyle"] != second["linestyle"] for first, second in pairwise(map(style, range(20))))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0, 0.05))
def test_heights_are_apart_in_order_and_the_nearest_that_are(wanted, apart):
    wanted = np.array(wanted)
    found = spread(wanted, apart, 0.0, 1.0)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(found[order]) >= apart - 1e-12).all()
    assert found.min() >= -1e-12 and found.max() <= 1 + 1e-12
    # no common move of neighbours that touch brings them nearer: the groups are where their mean wants to be
    groups = np.split(order, np.flatnonzero(np.diff(found[order]) > apart + 1e-9) + 1)
    for group in groups:
        if found[group].min() > 1e-9 and found[group].max() < 1 - 1e-9:
            assert np.mean(found[group] - wanted[group]) == pytest.approx(0.0, abs=1e-9)


def test_no_heights_are_none():
    assert spread(np.empty(0), 0.1, 0.0, 1.0).shape == (0,)


@given(st.text(max_size=60), st.integers(7, 30))
def test_short_names_are_short_and_begin_and_end_as_the_long_ones(name, length):
    found, whole = shorten(name, length), " ".join(name.split())
    assert len(found) <= length and "\n" not in found
    if len(whole) <= length:
        assert found == whole
    else:
        begin, end = found.split("...", 1)[0], found.rsplit("...", 1)[1]
        assert whole.startswith(begin) and whole.endswith(end)


@pytest.mark.parametrize(
    "names, expected",
    [
        (["age", "sex"], ["age", "sex"]),
        (["a long name of feature 12 in cm", "a long name of feature 34 in cm"], ["...12...", "...34..."]),
        (["the same long name", "the same long name"], ["the...ame", "the...ame"]),
        (["alpha beta gamma", "delta epsilon"], ["alp...mma", "del...lon"]),
        (["measured in cm", "measured, twice, in cm"], ["mea... cm", "..., t..."]),
        (["the last letter differs 1", "the last letter differs 2"], ["the...s 1", "the...s 2"]),
    ],
)
def test_names_that_differ_in_their_middle_are_told_apart(names, expected):
    assert shorten_all(names, 9) == expected


def test_mathematics_counts_as_it_is_set():
    assert n_letters(r"$\lambda_i$ of X") == len("li of X")
    assert n_letters("plain text") == 10
