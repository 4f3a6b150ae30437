"""Threads: blocks of work on a few of our own, while BLAS keeps to one, so that no result depends on their number."""

import multiprocessing
import os
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import islice

from threadpoolctl import ThreadpoolController

from .crew import Crew

# Operations of BLAS below which threads cost more than they save: about 1 ms where they have to be started and
# 0.2 ms where they are there, waiting. What takes longer than BLAS counts as more operations.
WORTHWHILE, WAITING = 5e7, 1e7
# Elements of the largest matrix up to which BLAS divides no product: OpenBLAS begins at 9216 with a vector, and with
# another matrix at 2.6e5 multiply-adds, which 45 x 45 x 45 do not reach.
UNDIVIDED = 2**11
# Blocks given out for each thread before the first of them is taken: what bounds the memory.
AHEAD = 2


class _Blas:
    """The limit on the threads of BLAS: taken by the first fit, lifted by the last that overlaps with it.

    `crew` is what the fit of the main thread has started: it ends with that fit, so nothing is left for a fork.
    """

    def __init__(self):
        self.lock, self.count, self.stack, self.allowed = threading.Lock(), 0, ExitStack(), None
        self.crew, self.depth = None, 0

    def take(self):
        """Limit BLAS to one thread."""
        with self.lock:
            if self.count == 0:
                limit = self.stack.enter_context(_controller().limit(limits=1, user_api="blas"))
                self.allowed = limit.get_original_num_threads()["blas"]
            self.count += 1

        if _is_main():
            self.depth += 1

    def give_back(self):
        """Restore what was before."""
        if _is_main():
            self.depth -= 1
            if self.depth == 0 and self.crew is not None:
                crew, self.crew = self.crew, None
                crew.close()
        with self.lock:
            self.count -= 1
            if self.count == 0:
                self.stack.close()
                self.allowed = None


def _is_main():
    return threading.current_thread() is threading.main_thread()


_blas = _Blas()


def _after_fork():
    """Locks and threads of others do not exist in the child; the limit stays with what it forked."""
    global _blas
    _blas = _Blas()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def one_blas_thread(n_elements):
    """While this lasts BLAS and LAPACK work on one thread, as many of ours as it may use on blocks of fixed size.

    Their own threads divide a product by their number, and so round it by their number.

    Parameters
    ----------
    n_elements : int        of the largest matrix at work: X, its Gram or the path; small ones they do not divide
    """
    if n_elements < UNDIVIDED:
        yield
        return
    held = _blas
    held.take()
    try:
        yield
    finally:
        held.give_back()


@cache
def _controller():
    """What knows the thread pools of BLAS and OpenMP; finding them takes milliseconds, asking them microseconds."""
    return ThreadpoolController()


def n_processors():
    """Return how many processors this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def n_threads():
    """Return how many threads may work: as many as BLAS and OpenMP may use, on the processors of this process.

    So OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and the limits of threadpoolctl are respected. One outside the main
    thread and in the worker processes of joblib and multiprocessing: there others are at work already.
    """
    if not _is_main() or multiprocessing.parent_process() is not None:
        return 1
    own = _blas.allowed
    pools = [pool["num_threads"] for pool in _controller().info() if own is None or pool["user_api"] != "blas"]
    return max(1, min([n_processors(), *pools, *([] if own is None else [own])]))


def even_pieces(size, most, flops):
    """Slices of about equal length, at most `most`: an even number where they may be shared by two threads."""
    count = -(-size // most)
    if flops >= WAITING:
        count += count % 2
    step = -(-size // max(count, 1))
    return [slice(start, min(start + step, size)) for start in range(0, size, max(step, 1))]


def map_blocks(function, blocks, flops):
    """Yield function(block) for each block, in order.

    The threads are kept for the fit that `one_blas_thread` is around, or else end with the generator. An exception,
    also an interrupt, is raised once the blocks at work are done.

    Parameters
    ----------
    function : callable     spends its time without the GIL, at most about 0.2 s for a block
    blocks : iterable       of work that does not depend on the number of threads
    flops : float           operations for all the blocks, as many as BLAS does in their time
    """
    held = _blas
    kept = held.crew if flops >= WAITING and _is_main() else None
    if kept is None:
        threads = n_threads() if flops >= WORTHWHILE else 1
        if threads == 1:
            yield from map(function, blocks)
            return
        kept = Crew(threads)
        if held.depth == 0:
            with kept:
                yield from kept.map(function, blocks)
            return
        held.crew = kept
    yield from kept.map(function, blocks)


def map_on_threads(threads, function, blocks, ahead=AHEAD, stop=None):
    """As `map_blocks`, on a given number of threads of its own, this one only waiting.

    At most `ahead` results are held for each thread. stop() is called before those at work are waited for.
    """
    if threads == 1:
        yield from map(function, blocks)
        return
    blocks = iter(blocks)
    with ThreadPoolExecutor(threads) as pool:
        pending = deque(pool.submit(function, block) for block in islice(blocks, ahead * threads))
        try:
            while pending:
                result = pending.popleft().result()
                pending.extend(pool.submit(function, block) for block in islice(blocks, 1))
                yield result
        finally:
            if stop is not None:
                stop()
            for future in pending:
                future.cancel()
