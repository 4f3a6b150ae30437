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

# Floating-point operations below which threads cost more than they save; not even their number is asked for. Measured
# on two: paths on 500 x 10000, whose products take up to 1.6e8, were 10 % slower with them.
WORTHWHILE = 2e8
# Elements of the largest matrix up to which BLAS divides no product: OpenBLAS begins at 9216 with a vector, and with
# another matrix at 2.6e5 multiply-adds, which 45 x 45 x 45 do not reach.
UNDIVIDED = 2**11
# Blocks given out for each thread before the first of them is taken: what bounds the memory.
AHEAD = 2


class _Blas:
    """The limit on the threads of BLAS: taken by the first fit, lifted by the last that overlaps with it."""

    def __init__(self):
        self.lock, self.count, self.stack, self.allowed = threading.Lock(), 0, ExitStack(), None

    def take(self):
        """Limit BLAS to one thread."""
        with self.lock:
            if self.count == 0:
                limit = self.stack.enter_context(_controller().limit(limits=1, user_api="blas"))
                self.allowed = limit.get_original_num_threads()["blas"]
            self.count += 1

    def give_back(self):
        """Restore what was before."""
        with self.lock:
            self.count -= 1
            if self.count == 0:
                self.stack.close()
                self.allowed = None


_blas = _Blas()


def _after_fork():
    """A lock that another thread held is held by nobody in the child; the limit stays with what it forked."""
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
    if threading.current_thread() is not threading.main_thread() or multiprocessing.parent_process() is not None:
        return 1
    own = _blas.allowed
    pools = [pool["num_threads"] for pool in _controller().info() if own is None or pool["user_api"] != "blas"]
    return max(1, min([n_processors(), *pools, *([] if own is None else [own])]))


def map_blocks(function, blocks, flops, ahead=AHEAD):
    """Yield function(block) for each block, in order.

    The threads end with the generator, so nothing is left for a fork to inherit. An exception, also an interrupt,
    is raised once the blocks at work are done.

    Parameters
    ----------
    function : callable     spends its time without the GIL, at most about 0.2 s for a block
    blocks : iterable       of work that does not depend on the number of threads
    flops : float           floating-point operations for all the blocks
    ahead : int             results held for each thread: less where they are large
    """
    yield from map_on_threads(n_threads() if flops >= WORTHWHILE else 1, function, blocks, ahead)


def map_on_threads(threads, function, blocks, ahead=AHEAD, stop=None):
    """As `map_blocks`, on a given number of threads; stop() is called before those at work are waited for."""
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
