"""Is HEAD slower than BASE? Two git revisions in the same environment, runs interleaved in pairs.

    python -m benchmarks.compare BASE HEAD [task ...] [--pairs 7] [--count calls|instructions]

HEAD may be `.`, the files as they are. Both trees are unpacked beside each other; this checkout's benchmarks run them.
A pair is two new processes that take turns; its ratio is that of their least CPU seconds. The verdict is about the mean
ratio of the pairs and its 95 % interval (Student's t on the logarithms): slower or faster when the interval lies beyond
the margin, the same when it lies within, open otherwise. The command ends with 1 if a task is slower.

Where seconds are too noisy there are counts, which repeat: `--count calls` of Python functions, all and those that read
X (sparsereg.designs); `--count instructions` by perf, or by valgrind, minutes a task, where the processor's counters
cannot be read.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from .counting import instructions
from .running import THREADS

ROOT = Path(__file__).parents[1]
DEFAULT_TASKS = ("fit-50x5", "fit-2000x300", "cv-50x5", "scattered-5000x50000", "rho-.5", "tall-10000x1000")
SECONDS = 1.0  # of runs for each side of a pair
MOST_ROUNDS = 200


@dataclass(frozen=True)
class Verdict:
    """Ratio HEAD / BASE, its 95 % interval, and what that means."""

    ratio: float
    low: float
    high: float
    word: str

    def __str__(self):
        return f"{self.ratio:.3f} [{self.low:.3f}, {self.high:.3f}]  {self.word}"


def verdict(ratios, margin):
    """The Verdict on the ratios of the pairs, at least two."""
    logs = np.log(ratios)
    centre = logs.mean()
    half = student.ppf(0.975, len(logs) - 1) * logs.std(ddof=1) / math.sqrt(len(logs))
    low, high = math.exp(centre - half), math.exp(centre + half)
    if low > 1 + margin:
        word = "slower"
    elif high < 1 / (1 + margin):
        word = "faster"
    elif low > 1 / (1 + margin) and high < 1 + margin:
        word = "the same"
    else:
        word = "open: more pairs would tell"
    return Verdict(math.exp(centre), low, high, word)


def unpack(revision, folder):
    """The package of a revision, or of the files as they are (`.`), in the folder."""
    if revision == ".":
        shutil.copytree(ROOT / "sparsereg", folder / "sparsereg", ignore=shutil.ignore_patterns("__pycache__"))
        return
    command = ["git", "-C", str(ROOT), "archive", revision, "sparsereg"]
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        raise SystemExit(f"{revision} must be a git revision with the package: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def environment(**more):
    """One thread, and this checkout's benchmarks; the package comes from the folder that a worker runs in."""
    return {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": str(ROOT), **more}


class Worker:
    """A process that runs one task with the package of one tree, whenever it is asked."""

    def __init__(self, tree, task):
        command = [sys.executable, "-m", "benchmarks.working", task]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, cwd=tree, env=environment(), **pipes)
        found = Path(self.answer())
        if tree.resolve() not in found.resolve().parents:
            raise RuntimeError(f"the package came from {found}, not from {tree}")

    def answer(self):
        """The next line of the process, from JSON."""
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker ended with code {self.process.wait()}")
        return json.loads(line)

    def ask(self, what):
        """The answer to "run" (CPU seconds) or "count" (dict of numbers of calls)."""
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def pair(trees, task, number):
    """Least CPU seconds of BASE and HEAD in two processes that take turns; who begins alternates."""
    with Worker(trees[0], task) as base, Worker(trees[1], task) as head:
        workers = (base, head)
        spent = [[worker.ask("run")] for worker in workers]
        rounds = min(MOST_ROUNDS, max(2, round(SECONDS / max(spent[0][0], 1e-6))))
        for turn in range(rounds):
            for side in (0, 1) if (turn + number) % 2 == 0 else (1, 0):
                spent[side].append(workers[side].ask("run"))
    return [min(each) for each in spent]


def seconds(trees, task, pairs, margin):
    """Print and return the Verdict on the seconds of one task."""
    times = np.array([pair(trees, task, number) for number in range(pairs)])
    found = verdict(times[:, 1] / times[:, 0], margin)
    least = times.min(axis=0)
    print(f"{task:<24} {least[0]:10.4g} s {least[1]:10.4g} s   {found}", flush=True)
    return found


def calls(trees, task):
    """Print how often Python functions are called."""
    found = []
    for tree in trees:
        with Worker(tree, task) as worker:
            found.append(worker.ask("count"))
    for what in found[0]:
        base, head = (each[what] for each in found)
        print(f"{task:<24} {base:12d} {head:12d}   {head / base - 1:+.2%} {what}", flush=True)


def main(arguments=None):
    """Compare two revisions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("head")
    parser.add_argument("tasks", nargs="*", metavar="task", default=list(DEFAULT_TASKS))
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--margin", type=float, default=0.03, help="what is no difference (default: %(default)s)")
    parser.add_argument("--count", choices=["calls", "instructions"], help="counts in place of seconds")
    options = parser.parse_args(arguments)
    if options.pairs < 2:
        parser.error(f"--pairs must be >= 2, got {options.pairs}")
    slower = False
    with tempfile.TemporaryDirectory() as name:
        trees = [Path(name) / side for side in ("base", "head")]
        for tree, revision in zip(trees, (options.base, options.head)):
            tree.mkdir()
            unpack(revision, tree)
        print(f"{'':<24} {options.base:>12} {options.head:>12}   HEAD / BASE [95 % interval]")
        for task in options.tasks:
            if options.count == "calls":
                calls(trees, task)
            elif options.count == "instructions":
                base, head = (instructions(tree, task, environment(NUMBA_CPU_NAME="generic")) for tree in trees)
                print(f"{task:<24} {base:12.4g} {head:12.4g}   {head / base - 1:+.2%} instructions", flush=True)
            else:
                slower |= seconds(trees, task, options.pairs, options.margin).word == "slower"
    raise SystemExit(int(slower))


if __name__ == "__main__":
    main()
