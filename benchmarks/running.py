"""One contender on one task: measured in a process of its own, which is ended at a time limit."""

import multiprocessing
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from . import contenders
from .measures import objectives_and_gaps, pass_seconds, runs
from .problems import Problem

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
PREPARATION = 600  # seconds to load the data and to compile, which the limit does not count
MOST_RUNS, BUDGET = 7, 5.0  # best of seven runs, fewer of those that take seconds


@dataclass(frozen=True)
class Task:
    """A path from alpha_max to `end` times alpha_max, or one fit at `end` times alpha_max.

    name : str
    build : function () -> Problem, which another process can import
    end : float
    n_alphas : int                1 for a single fit
    tolerances : dict             contender -> tolerances beside its default
    equal_gap : float             where > 0: ever smaller tolerances follow until a run has this relative gap
    first : dict                  contender -> number of alphas, for one too slow for the whole path
    """

    name: str
    build: Callable[[], Problem]
    end: float
    n_alphas: int = 100
    tolerances: dict = field(default_factory=dict)
    equal_gap: float = 0.0
    first: dict = field(default_factory=dict)

    def alphas(self, problem, contender):
        """Descending alphas that the contender is asked for."""
        if self.n_alphas == 1:
            return problem.grid(self.end, 2)[1:]
        return problem.grid(self.end, self.n_alphas)[: self.first.get(contender)]


def measure(task, result, limit):
    """The result with its figures, from a process that gets `limit` seconds for all its runs once it is prepared."""
    os.environ.update(dict.fromkeys(THREADS, str(result.threads)))  # read when the new process loads NumPy
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, task, result.contender, result.tol), daemon=True)
    process.start()
    sender.close()
    result, deadline, left = replace(result, seconds=limit, note=f"ended after {limit:g} s"), None, PREPARATION
    try:
        while left > 0 and receiver.poll(left):
            found = receiver.recv()
            if found is None:
                break
            deadline = deadline or time.perf_counter() + limit
            result, left = replace(result, **found), deadline - time.perf_counter()
    except EOFError:
        result = replace(result, seconds=np.nan, note="its process died")
    finally:
        process.kill()
        process.join()
    return result


def _work(sender, task, name, tol):
    """Send what changes in the Result: nothing once all is prepared, figures after each run, None at the end."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # the gap tells
    problem = task.build()
    contender, alphas = contenders.load(name), task.alphas(problem, name)
    if task.n_alphas == 1:
        solve, argument, simple = contender.fit, alphas[0], 2 * alphas[0]
    else:
        solve, argument, simple = contender.path, alphas, alphas[:2]
    try:
        solve(problem, simple, tol)  # compiles, and touches the memory
        sender.send({})
        unit, found, times = np.inf, {}, []
        for *spent, coefs in runs(lambda: solve(problem, argument, tol), MOST_RUNS, BUDGET):
            if not found:
                coefs = coefs.reshape(-1, len(alphas))
                gap = objectives_and_gaps(problem, alphas, coefs)[1].max()
                found = {"gap": gap, "support": int((coefs[:, [-1]] != 0).sum()), "note": ""}
            times.append(spent)
            unit = min(unit, pass_seconds(problem.X, problem.y, clock=time.process_time))
            seconds, cpu_seconds = map(float, np.min(times, axis=0))
            sender.send({"seconds": seconds, "cpu_seconds": cpu_seconds, "passes": cpu_seconds / unit, **found})
    except MemoryError as error:
        sender.send({"seconds": np.nan, "note": f"MemoryError: {error}"})
    sender.send(None)
