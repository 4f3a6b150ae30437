"""Parts of the results page: its tables, the titles of its groups, and what the scaling study says of larger sizes."""

import numpy as np

from . import suite
from .contenders import OURS
from .scaling import FAMILIES, FITTED, slope

GROUPS = {
    "Wide and dense": suite.GROUPS["wide"],
    "Tall": suite.GROUPS["tall"],
    "Sparse": suite.GROUPS["sparse"],
    "Very large supports": suite.GROUPS["large"],
    "Single fits and cross-validation": suite.GROUPS["fits"],
}
OUTLOOK = """
What follows from the shares and the exponents:

* **Wide, dense.** The time grows more slowly than p, because screening leaves most features unread, and like n. From
  10,000 to 100,000 features reads of X for certificates go from a quarter to half of the time, Gram matrices and
  solving shrink to a tenth each. Ten times larger is bound by memory bandwidth: more threads (reads gain most from
  them) or X in float32, which halves the bytes. A hundred times larger does not fit the memory of most machines: X
  belongs in a memory map or in sparse form.
* **Large supports.** The support ends at n. At 2000 x 20000 to alpha_max/1000 half of the time goes to solving on the
  Gram matrix and a quarter to forming it; both grow faster than the support. Ten thousand features in the support need
  a factor of 0.8 GB: stop the path early (``max_features``, ``min_improvement``), or take
  ``solver="coordinate_descent"``, which needs no factor.
* **Tall.** The Gram matrix is three quarters of 10,000 x 1000 and nine tenths of 100,000 x 1000, at the peak of BLAS:
  linear in n, of the second order in p. Ten times the rows cost ten times as much and no solver that forms X'X escapes
  it; threads divide it evenly. Ten times the features cost a hundred times as much and memory for p x p: there the
  working set, which forms the Gram matrix of few features alone, is the way (``solver="working_set"``).
* **Sparse.** Linear in the number of features, and far less than linear in samples and entries while the support stays
  small: a third of the time goes to reads of X, and two fifths to screening, working set and certificates, which hold
  some arrays of p numbers; ten times the rows and features leave these shares as they are. On real text, with more
  features in the support, a quarter each goes to reads and to Gram matrices. A hundred times larger wants screening by
  blocks of columns, in float32 first.
"""


def number(value):
    """Three digits, without an exponent where it can be; nothing for nan."""
    if value != value:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def listed(head, rows, widths=()):
    """A list-table of reStructuredText."""
    if not rows:
        return "Not measured.\n"
    lines = [".. list-table::", "   :header-rows: 1"]
    if widths:
        lines.append(f"   :widths: {' '.join(map(str, widths))}")
    lines.append("")
    for row in (head, *rows):
        lines += [f"   {'* -' if place == 0 else '  -'} {cell}".rstrip() for place, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def outlook(measured):
    """A table of the seconds that the fitted exponents give at ten and a hundred times the largest size."""
    rows = []
    for family in FAMILIES:
        found = [(size, each) for size, task in family.tasks() for each in measured.of(task.name, OURS) if each.ended]
        if len(found) >= FITTED:
            sizes, seconds = (np.array(each) for each in zip(*((size, each.cpu_seconds) for size, each in found)))
            exponent = slope(sizes, seconds)
            grown = [number(seconds[-1] * factor**exponent) for factor in (10, 100)]
            rows.append((family.name, family.size, f"{sizes[-1]:g}", number(seconds[-1]), f"{exponent:.2f}", *grown))
    return listed(("varied", "size", "largest", "CPU s", "exponent", "10 x, s", "100 x, s"), rows)
