"""The command of tables of tasks: which contenders run at which tolerances, and what is printed."""

import argparse
import time
from operator import attrgetter
from pathlib import Path

from scipy import sparse

from . import contenders
from .contenders import OURS
from .packages import cache_folder
from .results import Result, digest, key, machine, read, write
from .running import BUDGET, measure

LADDER = tuple(10.0**-k for k in range(4, 15))  # tried in turn where gaps are to be equal
HEAD = f"  {'contender':<26} {'tol':>7} {'seconds':>9} {'CPU':>9} {'passes':>8} {'gap':>9} {'support':>8} / {OURS}"
QUICK_LIMIT, QUICK_BUDGET = 8.0, 1.0  # CPU seconds for a contender, and after which no run of it begins
QUICK_SECONDS = 150.0  # after which no task begins


def main(tasks, description, arguments=None):
    """Run the tasks that the command line names."""
    by_name = {task.name: task for task in tasks}
    options = parse(by_name, description, arguments)
    for name in options.contenders:
        if not contenders.installed(name):
            how = f": {contenders.HOW[name]}" if name in contenders.HOW else ""
            print(f"{name} is not installed and left out{how}")
    names = options.tasks or [name for name, task in by_name.items() if task.quick or not options.quick]
    begin = time.perf_counter()
    for number, name in enumerate(names, 1):
        if options.quick and time.perf_counter() - begin > QUICK_SECONDS:
            print(f"\nnot in the time of a quick run: {', '.join(names[number - 1 :])}")
            break
        print(f"\n[{number}/{len(names)}, {time.perf_counter() - begin:.0f} s]", end=" ", flush=True)
        run(by_name[name], options)


def parse(by_name, description, arguments):
    """The options, with the names of tasks checked."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="task", help=f"of {', '.join(by_name)} (default: all)")
    parser.add_argument("--contenders", nargs="+", choices=contenders.PACKAGES, default=list(contenders.PACKAGES))
    parser.add_argument("--limit", type=float, help="CPU seconds for a contender at one tolerance (120; quick: 8)")
    parser.add_argument("--threads", type=int, help="threads of BLAS, OpenMP and Numba (default: what a task says)")
    parser.add_argument("--out", type=Path, default=cache_folder(), help="folder of the CSV (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="run again what is in the CSV")
    parser.add_argument("--quick", action="store_true", help="small tasks at default tolerances, in three minutes")
    options = parser.parse_args(arguments)
    for name in options.tasks:
        if name not in by_name:
            parser.error(f"task must be one of {', '.join(by_name)}, got {name}")
    if options.limit is None:
        options.limit = QUICK_LIMIT if options.quick else 120.0
    return options


def run(task, options):
    """Print the lines of one task."""
    problem = task.build()
    data, known = digest(problem), read(options.out)
    for threads in (options.threads,) if options.threads else task.threads:
        base = None if OURS in options.contenders else most_exact(known.values(), task.name, data, threads)
        print(f"{title(task, problem)}, {threads} thread(s)\n{HEAD}", flush=True)
        for name in filter(contenders.installed, options.contenders):
            if not task.takes_part(name) or (threads > 1 and name != OURS):
                continue
            for result in results(task, name, threads, data, known, options):
                if name == OURS and result.ended and (base is None or result.gap < base.gap):
                    base = result
                print(line(result, base), flush=True)


def results(task, name, threads, data, known, options):
    """Results of one contender at its tolerances, from loose to tight: those of the CSV, or new ones."""
    contender = contenders.load(name)
    of = (task.name, name, contender.VERSION)
    for tol in tolerances(task, name, contender.DEFAULT_TOL, options.quick):
        blank = Result(*of, tol, task.count(name), threads, data, machine())
        result = known.get(key(blank))
        if options.fresh or result is None or (result.note and result.seconds < options.limit):
            result = measure(task, blank, options.limit, QUICK_BUDGET if options.quick else BUDGET)
            write(options.out, result)
        yield result
        if result.note or result.gap <= task.equal_gap:
            break


def tolerances(task, name, default, quick=False):
    """The contender's default and those the task names, from loose to tight; a whole ladder for an equal gap."""
    if quick or default == 0:
        return [default]
    ladder = [tol for tol in LADDER if tol < default] if task.equal_gap else ()
    return sorted({default, *task.tolerances.get(name, ()), *ladder}, reverse=True)


def title(task, problem):
    """What is asked, in one line."""
    form, asked = "sparse" if sparse.issparse(problem.X) else "dense", task.kind
    if task.kind == "path":
        asked = f"{task.n_alphas} alphas to {task.end:.3g} alpha_max"
    shape = " x ".join(map(str, problem.X.shape))
    return f"{task.name}: {shape} {form}, l1_ratio {problem.l1_ratio:g}, {asked}"


def most_exact(found, task, data, threads=1):
    """The most exact of this package's newest results, None if there is none."""
    wanted = (task, OURS, data, threads)
    ours = [each for each in found if (each.task, each.contender, each.digest, each.threads) == wanted]
    newest = [each for each in ours if each.version == ours[-1].version and each.ended]
    return min(newest, key=attrgetter("gap"), default=None)


def line(result, base):
    """One result; its ratio is to `base`, a lower bound where the contender did less than that."""
    contender = f"{result.contender} {result.version}"
    times = f"{result.seconds:9.3g} {result.cpu_seconds:9.3g} {result.passes:8.0f}"
    ratio, note = "", result.note
    if base is not None:
        less = result.n_alphas < base.n_alphas
        note += f" first {result.n_alphas} alphas only" if less else ""
        ratio = f"{'>' if note else ''}{result.cost / base.cost:.2f}"
    reached = f"{result.gap:9.1e} {result.support:8d}"
    return f"  {contender:<26} {result.tol:7.0e} {times} {reached} {ratio:>11}  {note}".rstrip()
