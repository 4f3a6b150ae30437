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
OUTLOOK = ""


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
