"""One contender on one task: measured in a process of its own, which is ended at a limit of CPU time."""

import math
import os
import pickle
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from . import contenders
from .kinds import KINDS
from .measures import pass_seconds, peak_memory, reset_peak_memory, runs
from .problems import Problem

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
PREPARATION = 600  # seconds to load the data and to compile, which the limit does not count
SPINNING = 0.3  # seconds for which threads of BLAS look for more work and take a processor from a run that follows
LOOK = 0.1  # seconds between looks at the CPU time of a process
PATIENCE = 20  # a process that does not use its CPU time is ended after this many times the limit
MOST_RUNS, BUDGET, LEAST = 7, 5.0, 0.3  # best of seven runs, fewer of those that take seconds, more of tiny ones


@dataclass(frozen=True)
class Task:
    """What contenders are asked for.

    name : str
    build : function () -> Problem, which another process can import
    end : float                   of the path over alpha_max; of a fit, its alpha over alpha_max; of "ridge", alpha
    kind : str                    of `kinds.KINDS`
    n_alphas : int                of the path, or of the grid of cross-validation; of "subset", its size
    tolerances : dict             contender -> tolerances beside its default
    equal_gap : float             where > 0: ever smaller tolerances follow until a run has this relative gap
    first : dict                  contender -> number of alphas, for one too slow for the whole path
    only : tuple                  contenders that take part, all that can do it if empty
    threads : tuple of int        threads of BLAS, OpenMP and Numba; more than one: of this package alone
    quick : bool                  part of the quick run
    """

    name: str
    build: Callable[[], Problem]
    end: float = 1e-2
    kind: str = "path"
    n_alphas: int = 100
    tolerances: dict = field(default_factory=dict)
    equal_gap: float = 0.0
    first: dict = field(default_factory=dict)
    only: tuple = ()
    threads: tuple = (1,)
    quick: bool = False

    def count(self, contender):
        """Number of alphas that the contender is asked for."""
        return self.first.get(contender, self.n_alphas)

    def end_for(self, contender):
        """End of the first alphas that the contender is asked for, on the grid of them all."""
        if contender not in self.first:
            return self.end
        return self.end ** ((self.first[contender] - 1) / (self.n_alphas - 1))

    def takes_part(self, contender):
        """True where the contender is asked, which must be installed, and its module has what the task wants."""
        return (not self.only or contender in self.only) and hasattr(contenders.load(contender), self.kind)


def measure(task, result, limit, budget=BUDGET):
    """The result with its figures, from a process that gets `limit` CPU seconds for each thread once it is prepared.

    No run begins after `budget` CPU seconds. The process is no child of multiprocessing, in which packages, this one
    among them, keep to one thread.
    """
    threads = dict.fromkeys(THREADS, str(result.threads))  # read when NumPy is loaded
    environment = {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    receiver, sender = Pipe(duplex=False)
    command = [sys.executable, "-m", "benchmarks.running", str(sender.fileno())]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, pass_fds=[sender.fileno()])
    with process.stdin as pipe:
        pickle.dump((task, result.contender, result.tol, limit, budget), pipe)
    sender.close()
    best = replace(result, note=f"not prepared in {PREPARATION} s")
    cpu_deadline, deadline = math.inf, time.perf_counter() + PREPARATION
    try:
        while time.perf_counter() < deadline and cpu_seconds(process.pid) < cpu_deadline:
            if not receiver.poll(LOOK):
                continue
            found = receiver.recv()
            if found is None:
                break
            if not found:
                cpu_deadline = cpu_seconds(process.pid) + limit * result.threads
                deadline = time.perf_counter() + PATIENCE * (limit + 1)
            best = replace(result, **(found or {"seconds": limit, "note": f"ended after {limit:g} s"}))
    except EOFError:
        if np.isnan(best.gap):
            best = replace(result, note=f"its process died with code {process.wait()}")
    finally:
        process.kill()
        process.wait()
        receiver.close()
    return best


def cpu_seconds(pid):
    """CPU seconds of a process that runs or waits to be joined, of Linux's /proc."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def work(sender, task, name, tol, limit, budget=BUDGET):
    """Send what changes in the Result: nothing once all is prepared, figures after a run, None at the end."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # the gap tells
    try:
        problem, contender = task.build(), contenders.load(name)
        job = KINDS[task.kind](problem, task.count(name), task.end_for(name), getattr(contender, task.kind))
        job.warm(tol)
        contender.LIMIT = limit  # for one that runs outside
        sender.send({})
        unit, graded, times, before = np.inf, {}, [], reset_peak_memory()
        outside = hasattr(contender, "PROGRAM")  # it repeats its runs itself
        repeats = (1, budget) if outside else (MOST_RUNS, budget, LEAST)
        for *spent, answer in runs(lambda: job.run(tol), *repeats):
            times.append(spent)
            if not graded:
                memory = np.nan if outside else (peak_memory() - before) / 1e6
                graded = dict(zip(("objective", "gap", "support"), job.grade(answer))) | {"memory": memory}
            if len(times) <= MOST_RUNS:
                unit = min(unit, pass_seconds(problem.X, problem.y, clock=time.process_time))
                time.sleep(SPINNING if max(task.threads) > 1 else 0)
                sender.send(figures(times, unit) | graded)
        sender.send(figures(times, unit) | graded)
    except TimeoutError:  # the contender's own process met the limit
        sender.send({"seconds": limit, "note": f"ended after {limit:g} s"})
    except Exception as error:  # whatever it is, it is this contender's result
        sender.send({"note": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"})
    sender.send(None)


def figures(times, unit):
    """The least of the (seconds, CPU seconds) so far."""
    seconds, cpu_seconds = map(float, np.min(times, axis=0))
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "passes": cpu_seconds / unit}


if __name__ == "__main__":
    work(Connection(int(sys.argv[1]), readable=False), *pickle.load(sys.stdin.buffer))
