"""Where the time goes, at today's sizes and at ten times them: cProfile's own time by module of the package.

    python -m benchmarks profiles [task ...] [--out FOLDER]

Compiled kernels and BLAS count for the module that calls them. Each task is a process of its own with one thread.
"""

import argparse
import cProfile
import csv
import json
import multiprocessing
import os
import pstats
from dataclasses import replace
from functools import partial
from pathlib import Path

from . import contenders
from .kinds import KINDS
from .packages import cache_folder
from .problems import raw, scattered, synthetic
from .running import THREADS, Task

FILE = "profiles.csv"
SMALLEST = 0.02  # share below which a module counts as "other"
# What a module's time is spent on, by the beginning of its path in the package.
PARTS = {
    "designs/dense": "products with X",
    "designs/sparse_gram": "Gram of sparse X",
    "designs/sparse": "products with X",
    "designs/chunks": "Gram of dense X",
    "designs/threads": "products with X",
    "designs": "products with X, preparation",
    "solvers/inner": "solving on the Gram",
    "solvers/active_set": "solving on the Gram",
    "solvers/gram": "solving on the Gram",
    "solvers/descent": "solving on the Gram",
    "solvers/dual_newton": "solving, n x n or residual form",
    "solvers/residual_descent": "solving, n x n or residual form",
    "solvers": "working set and certificates",
}
TASKS = [
    Task("wide 500 x 10000", partial(synthetic, 500, 10_000, 50, 0.5)),
    Task("wide 500 x 100000", partial(synthetic, 500, 100_000, 50, 0.5)),
    Task("wide 5000 x 10000", partial(synthetic, 5000, 10_000, 500, 0.5)),
    Task("tall 10000 x 1000", partial(synthetic, 10_000, 1000, 50, 0.5), end=1e-3),
    Task("tall 100000 x 1000", partial(synthetic, 100_000, 1000, 50, 0.5), end=1e-3),
    Task("tall 20000 x 4000", partial(synthetic, 20_000, 4000, 200, 0.5), end=1e-3),
    Task("sparse 20000 x 200000", partial(scattered, 20_000, 200_000, 50), end=0.02, n_alphas=50),
    Task("sparse 200000 x 2000000", partial(scattered, 200_000, 2_000_000, 50), end=0.02, n_alphas=50),
    Task("sentiment", partial(raw, "sentiment"), end=0.02, n_alphas=50),
    Task("sentiment to 1/500", partial(raw, "sentiment"), end=1 / 500, n_alphas=50),
    Task("support 2000 x 20000 to 1/1000", partial(synthetic, 2000, 20_000, 500, 0.5), end=1e-3, n_alphas=50),
]


def part(file):
    """What the time of a source file is spent on."""
    path = file.rsplit("/sparsereg/", 1)[-1] if "/sparsereg/" in file else ""
    return next((name for start, name in PARTS.items() if path.startswith(start)), "other")


def profile(task):
    """(seconds, {part: share}) of one run that follows a simpler one."""
    contender = contenders.load(contenders.OURS)
    job = KINDS[task.kind](task.build(), task.n_alphas, task.end, contender.path)
    job.warm(contender.DEFAULT_TOL)
    profiler = cProfile.Profile()
    profiler.runcall(job.run, contender.DEFAULT_TOL)
    stats = pstats.Stats(profiler)
    callers = own_time(stats.stats)
    shares = {}
    for name, spent in callers.items():
        shares[name] = shares.get(name, 0.0) + spent / stats.total_tt
    small = [name for name, share in shares.items() if share < SMALLEST]
    shares["other"] = shares.get("other", 0.0) + sum(shares.pop(name) for name in small if name != "other")
    return stats.total_tt, dict(sorted(shares.items(), key=lambda item: -item[1]))


def own_time(stats):
    """Seconds by part: own time; that of functions outside of the package belongs to the callers it was spent for."""
    found = {}
    for (file, _, _), (_, _, own, _, callers) in stats.items():
        if "/sparsereg/" in file or not callers:
            found[part(file)] = found.get(part(file), 0.0) + own
            continue
        for (caller, _, _), (_, _, spent, _) in callers.items():
            found[part(caller)] = found.get(part(caller), 0.0) + spent
    return found


def _send(sender, task):
    sender.send(profile(task))


def apart(task):
    """`profile` in a process with one thread."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, task), daemon=True)
    process.start()
    sender.close()
    found = receiver.recv()
    process.join()
    return found


def read(folder):
    """{task: {part: share}} of the last profile of each task, and {task: seconds}."""
    shares, seconds = {}, {}
    if (folder / FILE).exists():
        with (folder / FILE).open(newline="") as file:
            for row in csv.DictReader(file):
                shares[row["task"]], seconds[row["task"]] = json.loads(row["shares"]), float(row["seconds"])
    return shares, seconds


def main(arguments=None):
    """Profile the tasks that are named, all if none is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="task", help="beginnings of names (default: all)")
    parser.add_argument("--out", type=Path, default=cache_folder(), help="folder of the CSV (default: %(default)s)")
    options = parser.parse_args(arguments)
    for task in TASKS:
        if options.tasks and not task.name.startswith(tuple(options.tasks)):
            continue
        seconds, shares = apart(replace(task, only=(contenders.OURS,)))
        print(
            f"{task.name:<32} {seconds:8.3f} s  " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
        )
        new = not (options.out / FILE).exists()
        with (options.out / FILE).open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["task", "version", "seconds", "shares"])
            version = contenders.load(contenders.OURS).VERSION
            writer.writerow(
                [task.name, version, f"{seconds:.4g}", json.dumps({k: round(v, 4) for k, v in shares.items()})]
            )


if __name__ == "__main__":
    main()
