"""The results page: doc/performance.rst and its figures, from the CSV of what was measured.

python -m benchmarks report [--out FOLDER of the CSV] [--doc FOLDER of the documentation]
"""

import argparse
import csv
from collections import Counter
from dataclasses import asdict, fields
from pathlib import Path

from . import plots, profiles, results
from .aims import Measured, judged
from .contenders import HOW, OURS, PACKAGES
from .packages import cache_folder
from .scaling import FAMILIES
from .sections import GROUPS, OUTLOOK, listed, number, outlook

HERE = Path(__file__).parent
CURVES = ("rho-.5", "rho-.95", "debian_size", "sentiment", "support-2000x20000", "elastic-net-.1")


def environment(measured):
    """Machine, day and versions."""
    found = measured.results
    software = Counter(each.software for each in found if each.contender == OURS).most_common(1)
    versions = {each.contender: each.version for each in found}
    named = ", ".join(f"{name} {versions[name]}" for name in PACKAGES if name in versions)
    days = sorted({each.day for each in found if each.day})
    when = f"{days[0]} to {days[-1]}" if days[0] != days[-1] else days[0]
    return (
        f"Measured on {when}: {found[0].machine}, one thread where nothing else is said; "
        f"{software[0][0] if software else ''}. Contenders: {named}."
    )


def aims(measured):
    """The table of aims."""
    rows = []
    for aim, figure in judged(measured):
        wanted = f"{'>=' if aim.least else '<='} {aim.number:g}"
        if figure is None:
            rows.append((aim.text, wanted, "not measured", ""))
        else:
            shown = f"{'> ' if figure.bound else ''}{number(figure.number)}"
            peer = f" ({figure.peer})" if figure.peer and "scikit-learn" not in aim.text else ""
            missed = "open" if figure.bound and aim.least else "**no**"  # the bound is too low to tell
            rows.append((aim.text, wanted, shown + peer, "yes" if aim.met(figure) else missed))
    return listed(("aim", "wanted", "measured", "met"), rows, (52, 12, 24, 8))


def curves(measured, folder):
    """Figures of the gap against seconds."""
    shown = []
    for task in CURVES:
        found = [each for each in measured.of(task) if each.ended and each.threads == 1]
        whole = max((each.n_alphas for each in found), default=0)
        if any(each.contender == OURS for each in found):
            name = f"gap-{task.replace('.', '')}.svg"
            plots.time_to_gap([each for each in found if each.n_alphas == whole], folder / name, task)
            shown.append(f".. image:: performance/{name}\n   :alt: gap against CPU seconds, {task}\n")
    return "\n".join(shown)


def groups(measured):
    """A table of every task, group by group."""
    parts = []
    for title, tasks in GROUPS.items():
        parts.append(f"{title}\n{'-' * len(title)}\n")
        for task in tasks:
            found = [each for each in measured.of(task.name) if each.ended or each.note.startswith("ended after")]
            if found:
                parts.append(table(task, found))
    return "\n".join(parts)


def table(task, found):
    """The results of one task, this package first, the others by their name and from rough to exact."""
    ours = next((each.cost for each in found if each.contender == OURS and each.ended), None)
    order = list(PACKAGES)
    rows = []
    for each in sorted(found, key=lambda r: (order.index(r.contender), r.threads, -r.tol)):
        less = each.n_alphas < task.n_alphas
        ratio = "" if ours is None or each.contender == OURS else f"{number(each.cost / ours)}"
        note = f"first {each.n_alphas} alphas" if less else each.note
        rows.append(
            (
                each.contender + (f", {each.threads} threads" if each.threads > 1 else ""),
                f"{each.tol:.0e}" if each.tol else "",
                number(each.seconds if each.threads > 1 or each.note else each.cpu_seconds),
                number(each.passes),
                f"{max(each.gap, 0):.1e}" if each.gap == each.gap else "",
                each.support if each.support >= 0 else "",
                number(each.memory),
                ("> " if (less or each.note) and ratio else "") + ratio,
                note,
            )
        )
    head = ("contender", "tol", "CPU s", "passes", "gap", "support", "MB", f"/ {OURS}", "")
    return f"**{task.name}**\n\n" + listed(head, rows)


def footprint(measured):
    """A table of import, first fit and memory, a column for each contender."""
    found = [each for each in measured.results if each.task.startswith("footprint: ")]
    names = [name for name in PACKAGES if any(each.contender == name for each in found)]
    rows = []
    for what in dict.fromkeys(each.task for each in found):
        cells = {each.contender: each for each in found if each.task == what}
        unit = "x X" if "memory" in what else "s"
        row = [f"{what.removeprefix('footprint: ')}, {unit}"]
        for name in names:
            each = cells.get(name)
            value = "" if each is None else number(each.memory if "memory" in what else each.seconds)
            row.append("failed" if each is not None and each.note else value)
        rows.append(row)
    about = (
        "CPU seconds to import each on top of scikit-learn's linear models, and of the first fit of a process, on "
        "200 x 20, before and after the compiled code is on disk; the peak memory of Lasso (fit) and LassoCV (cv) on "
        "20000 x 2000, relative to X."
    )
    return f"{about}\n\n{listed(('', *names), rows)}"


def failures(measured):
    """A list of contenders without results, and of errors."""
    there = {each.contender for each in measured.results}
    lines = [f"* {name} was not installed: ``{HOW.get(name, name)}``" for name in PACKAGES if name not in there]
    lines += [
        f"* {each.contender} {each.version}, {each.task}, tol {each.tol:.0e}: ``{each.note}``"
        for each in measured.results
        if each.note and not each.note.startswith("ended after")
    ]
    return "\n".join(lines) or "None."


def scaling(measured, folder):
    """Figures of seconds against each size."""
    shown = []
    for family in FAMILIES:
        lines = {}
        for size, task in family.tasks():
            for each in measured.of(task.name):
                if each.ended:
                    sizes, seconds = lines.setdefault(each.contender, ([], []))
                    sizes.append(size)
                    seconds.append(each.cpu_seconds)
        if OURS in lines:
            name = f"scaling-{family.name.replace(', ', '-')}.svg"
            plots.curves(family, lines, folder / name)
            shown.append(f".. image:: performance/{name}\n   :alt: CPU seconds against {family.size}, {family.name}\n")
    return "\n".join(shown)


def where(folder, source):
    """The figure of what share of a path is spent where."""
    parts, seconds = profiles.read(source)
    if not parts:
        return "Not measured."
    name = "profiles.svg"
    plots.shares({f"{task} ({number(seconds[task])} s)": each for task, each in parts.items()}, folder / name)
    return f".. image:: performance/{name}\n   :alt: share of the time by part of the package\n"


def main(arguments=None):
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=cache_folder(), help="folder of the CSV (default: %(default)s)")
    parser.add_argument("--doc", type=Path, default=HERE.parent / "doc", help="folder of the page")
    parser.add_argument("--machine", help="of which the results are (default: the one with most of them)")
    options = parser.parse_args(arguments)
    known = list(results.read(options.out).values())
    if not known:
        parser.error(f"{options.out} has no {results.FILE}: run `python -m benchmarks` first")
    machine = options.machine or Counter(each.machine for each in known).most_common(1)[0][0]
    measured = Measured([each for each in known if each.machine == machine])
    folder = options.doc / "performance"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / results.FILE).open("w", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(results.Result)])
        writer.writeheader()
        writer.writerows(
            {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in asdict(each).items()} for each in measured.results
        )
    page = (HERE / "page.rst").read_text()
    for name, text in {
        "environment": environment(measured),
        "aims": aims(measured),
        "curves": curves(measured, folder),
        "groups": groups(measured),
        "footprint": footprint(measured),
        "failures": failures(measured),
        "scaling": scaling(measured, folder),
        "profiles": where(folder, options.out),
        "outlook": outlook(measured) + "\n" + OUTLOOK,
    }.items():
        page = page.replace(f"@{name}@", text)
    (options.doc / "performance.rst").write_text(page)
    print(f"wrote {options.doc / 'performance.rst'} from {len(measured.results)} results of {machine}")


if __name__ == "__main__":
    main()
