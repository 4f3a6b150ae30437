"""The check of the built pages finds what leads nowhere, and only that."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "doc" / "check_links.py"
GOOD = """<html><head><link rel="stylesheet" href="look.css?v=1"></head><body id="top">
<a href="b%20c/other.html#place">there</a> <a href="#top">up</a> <a href="https://example.org/x#y">away</a>
<a href="mailto:a@example.org">write</a> <img src="data:image/png;base64,AA==" srcset="look.css 1x, look.css 2x">
</body></html>"""


def check(folder, body):
    """Exit status and output of the check on a page with this body, beside good ones."""
    (folder / "b c").mkdir()
    (folder / "index.html").write_text(GOOD)
    (folder / "look.css").write_text("")
    (folder / "b c" / "other.html").write_text(f"<p id='place'><a href='../index.html'>back</a></p>{body}")
    done = subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_pages_without_a_wrong_link_pass(tmp_path):
    assert check(tmp_path, "") == (0, "2 pages, 0 wrong links\n")


@pytest.mark.parametrize(
    "body, wrong",
    [
        ("<a href='gone.html'>x</a>", "gone.html leads to no file"),
        ("<a href='../index.html#gone'>x</a>", "../index.html#gone leads to no such place on its page"),
        ("<a href='#gone'>x</a>", "#gone leads to no such place on its page"),
        ("<a href='../../x.html'>x</a>", "../../x.html leaves the pages"),
        ("<img src='gone.png'>", "gone.png leads to no file"),
        ("<img srcset='../look.css 1x, gone.png 2x'>", "gone.png leads to no file"),
        ("<script src='https://example.org/x.js'></script>", "https://example.org/x.js is loaded from the network"),
        ("<link rel='stylesheet' href='//example.org/x.css'>", "//example.org/x.css is loaded from the network"),
        ("<a href='javascript:x()'>x</a>", "javascript:x() has the scheme javascript"),
    ],
)
def test_what_leads_nowhere_is_named(tmp_path, body, wrong):
    status, said = check(tmp_path, body)
    assert status == 1
    assert f"other.html: {wrong}" in said


def test_a_folder_without_pages_is_refused(tmp_path):
    done = subprocess.run([sys.executable, SCRIPT, tmp_path], capture_output=True, text=True)
    assert done.returncode == 1
    assert "there are no pages" in done.stderr
