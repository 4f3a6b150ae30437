"""Where the time goes, at today's sizes and at ten times them: CPU time of one path by part of the package.

    python -m benchmarks profiles [task ...] [--out FOLDER]

Each task is a process of its own with one thread. A timer looks at the stack every millisecond and gives the CPU time
since its last look to what is running. Compiled kernels and BLAS hold the interpreter until they return: theirs belongs
to the call that they return to.
"""

import argparse
import csv
import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path

from . import contenders
from .kinds import KINDS
from .packages import cache_folder
from .problems import raw, scattered, synthetic
from .running import THREADS, Task

FILE = "profiles.csv"
SMALLEST = 0.02  # share below which a part counts as "other"
LONG_ENOUGH = 1.0  # CPU seconds of runs, together
LOOK = 0.001  # seconds between looks at the stack
# What a call of a design, the layer that alone reads X, is for.
CALLS = {
    "gram": "Gram matrices",
    "correlations": "reads of X: X'R",
    "correlate": "reads of X: X'R",
    "predict": "predictions: Xw",
    "moments": "moments, X'y",
    "center_target": "moments, X'y",
}
SOLVING = (
    *("workspace", "active_set", "active_set_single", "gram", "gram_epochs", "inner", "descent", "dual_newton"),
    *("residual_descent", "residual_gap", "iterates", "anderson"),
)
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


def part(frame):
    """What the time of a stack is spent on: the call of a design that it is in, or the innermost solver."""
    found = "other"
    while frame is not None:
        _, inside, path = frame.f_code.co_filename.rpartition("/sparsereg/")
        layer, _, module = path.removesuffix(".py").partition("/")
        if inside and layer == "designs":
            found = CALLS.get(frame.f_code.co_name, "X, other" if found == "other" else found)
        elif inside:
            if found == "other" and layer == "solvers":
                found = "solving on the Gram" if module in SOLVING else "working set, screening, certificates"
            break
        frame = frame.f_back
    return found


def sampled(run):
    """(CPU seconds of a run, {part: share}) over as many runs as are long enough together."""
    spent, last = Counter(), time.process_time()

    def look(_, frame):
        nonlocal last
        now = time.process_time()
        spent[part(frame)] += now - last
        last = now

    before = signal.signal(signal.SIGALRM, look)
    begin, times = last, []
    signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)
    try:
        while last - begin < LONG_ENOUGH:
            started = time.process_time()
            run()
            times.append(time.process_time() - started)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    whole = sum(spent.values())
    shares = Counter()
    for name, seconds in spent.items():
        shares[name if seconds >= SMALLEST * whole else "other"] += seconds / whole
    return min(times), dict(shares.most_common())


def profile(task):
    """`sampled` on a task, after one run that compiles."""
    contender = contenders.load(contenders.OURS)
    job = KINDS[task.kind](task.build(), task.n_alphas, task.end, contender.path)
    job.run(contender.DEFAULT_TOL)
    return sampled(partial(job.run, contender.DEFAULT_TOL))


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
    options.out.mkdir(parents=True, exist_ok=True)
    for task in TASKS:
        if options.tasks and not task.name.startswith(tuple(options.tasks)):
            continue
        seconds, shares = apart(task)
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
