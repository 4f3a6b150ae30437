"""The other end of `compare`: one task in this process, with the package that is found first.

    python -m benchmarks.working TASK [RUNS]

Says in JSON, one line each, where the package is, and the answer to each line of its input: "run", the CPU seconds of a
run; "count", how often Python functions are called in one. With RUNS it runs so often and ends.
"""

import cProfile
import json
import pstats
import sys
import time
import warnings

from sklearn.exceptions import ConvergenceWarning

import sparsereg

from . import contenders
from .kinds import KINDS
from .suite import TASKS


def job(name):
    """The task of this name, ready to run: function () -> answer, compiled."""
    task = next((task for task in TASKS if task.name == name), None)
    if task is None:
        raise SystemExit(f"task must be one of {', '.join(task.name for task in TASKS)}, got {name}")
    contender = contenders.load(contenders.OURS)
    found = KINDS[task.kind](task.build(), task.n_alphas, task.end, getattr(contender, task.kind))
    found.warm(contender.DEFAULT_TOL)
    return lambda: found.run(contender.DEFAULT_TOL)


def count(run):
    """Calls of Python functions in one run: all, and those in the package's designs, which read X."""
    profile = cProfile.Profile()
    profile.runcall(run)
    found = pstats.Stats(profile).stats
    designs = sum(calls for (file, *_), (_, calls, *_) in found.items() if "/sparsereg/designs/" in file)
    return {"calls": sum(calls for _, calls, *_ in found.values()), "calls in designs": designs}


def seconds(run):
    """CPU seconds of one run."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def main(arguments):
    """Answer the lines of standard input, or run a number of times."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    run = job(arguments[0])
    if len(arguments) > 1:
        for _ in range(int(arguments[1])):
            run()
        return
    print(json.dumps(sparsereg.__file__), flush=True)
    for line in sys.stdin:
        print(json.dumps({"run": seconds, "count": count}[line.strip()](run)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
