"""The command of a table of tasks: which contenders run at which tolerances, and what is printed."""

import argparse
from operator import attrgetter
from pathlib import Path

from scipy import sparse

from . import contenders
from .results import Result, digest, key, read, write
from .running import measure

OURS = "sparsereg"
LADDER = tuple(10.0**-k for k in range(4, 15))  # tried in turn where gaps are to be equal
HEAD = f"  {'contender':<20} {'tol':>7} {'seconds':>9} {'CPU':>9} {'passes':>8} {'gap':>9} {'support':>8} / {OURS}"


def main(tasks, description):
    """Run the tasks that the command line names."""
    by_name = {task.name: task for task in tasks}
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="task", help=f"of {', '.join(by_name)} (default: all)")
    parser.add_argument("--contenders", nargs="+", choices=contenders.PACKAGES, default=list(contenders.PACKAGES))
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for one contender at one tolerance")
    parser.add_argument("--threads", type=int, default=1, help="threads of BLAS, OpenMP and Numba")
    parser.add_argument("--out", type=Path, help="folder of a CSV; peers found there are not run again")
    parser.add_argument("--fresh", action="store_true", help="run peers again")
    options = parser.parse_args()
    for name in options.tasks:
        if name not in by_name:
            parser.error(f"task must be one of {', '.join(by_name)}, got {name}")
    for name in options.contenders:
        if not contenders.installed(name):
            print(f"{name} is not installed: left out")
    for name in options.tasks or by_name:
        run(by_name[name], options)


def run(task, options):
    """Print the lines of one task."""
    problem = task.build()
    known, data = read(options.out), digest(problem)
    base = None if OURS in options.contenders else most_exact(known.values(), task.name, data)
    print(f"\n{title(task, problem)}, {options.threads} thread(s)\n{HEAD}", flush=True)
    for name in filter(contenders.installed, options.contenders):
        contender = contenders.load(name)
        n_alphas = len(task.alphas(problem, name))
        for tol in tolerances(task, name, contender.DEFAULT_TOL):
            blank = Result(task.name, name, contender.VERSION, tol, n_alphas, options.threads, data)
            result = known.get(key(blank))
            if name == OURS or options.fresh or result is None or (result.note and result.seconds < options.limit):
                result = measure(task, blank, options.limit)
                write(options.out, result)
            if name == OURS and not result.note and (base is None or result.gap < base.gap):
                base = result
            print(line(result, base), flush=True)
            if result.note or result.gap <= task.equal_gap:
                break


def tolerances(task, name, default):
    """The contender's default and those the task names, from loose to tight; a whole ladder for an equal gap."""
    return sorted({default, *task.tolerances.get(name, ()), *(LADDER if task.equal_gap else ())}, reverse=True)


def title(task, problem):
    """What is asked, in one line."""
    form, asked = "sparse" if sparse.issparse(problem.X) else "dense", "one fit at"
    if task.n_alphas > 1:
        asked = f"{task.n_alphas} alphas to"
    shape = " x ".join(map(str, problem.X.shape))
    return f"{task.name}: {shape} {form}, l1_ratio {problem.l1_ratio:g}, {asked} {task.end:.3g} alpha_max"


def most_exact(results, task, data):
    """The most exact of this package's results, None if there is none."""
    ours = (result for result in results if (result.task, result.contender, result.digest) == (task, OURS, data))
    return min((result for result in ours if not result.note), key=attrgetter("gap"), default=None)


def line(result, base):
    """One result; its ratio is to `base`, a lower bound where the contender did less than that."""
    contender = f"{result.contender} {result.version}"
    times = f"{result.seconds:9.3f} {result.cpu_seconds:9.3f} {result.passes:8.0f}"
    ratio, note = "", result.note
    if base is not None:
        less = result.n_alphas < base.n_alphas
        note += f" first {result.n_alphas} alphas only" if less else ""
        ratio = f"{'>' if note else ''}{result.cost / base.cost:.2f}"
    reached = f"{result.gap:9.1e} {result.support:8d}"
    return f"  {contender:<20} {result.tol:7.0e} {times} {reached} {ratio:>11}  {note}".rstrip()
