"""Blocks on several threads: in order, the same results, bounded memory, and an end that comes soon."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest
import scipy.sparse as sp
from threadpoolctl import threadpool_info, threadpool_limits

from sparsereg import Lasso, enet_path
from sparsereg.designs import chunks, dense, make_store, threads
from sparsereg.estimators import elastic_net

LARGE = threads.WORTHWHILE


@pytest.fixture
def three(monkeypatch):
    """Three threads, whatever the machine has."""
    monkeypatch.setattr(threads, "n_threads", lambda: 3)


def test_results_come_in_order_from_several_threads(three):
    started = threading.Barrier(3, timeout=60)

    def work(block):
        if block < 3:
            started.wait()  # passes only where three blocks are at work at once
        time.sleep(0.001 * (block % 3))  # so that later blocks end before earlier ones
        return block, threading.current_thread()

    results = list(threads.map_blocks(work, range(20), LARGE))
    assert [block for block, _ in results] == list(range(20))
    here, others = threading.current_thread(), {thread for _, thread in results}
    assert 1 < len(others) <= 3
    assert not any(thread.is_alive() for thread in others - {here})


def test_little_work_is_done_here_and_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(threads, "n_threads", None)
    results = threads.map_blocks(lambda block: threading.current_thread(), range(3), LARGE - 1)
    assert set(results) == {threading.current_thread()}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_blocks_than_threads(three, count):
    assert list(threads.map_blocks(abs, range(count), LARGE)) == list(range(count))


def test_few_blocks_are_ahead_of_the_one_that_is_taken(three):
    begun = []
    results = threads.map_blocks(begun.append, range(100), LARGE)
    for taken in range(1, 20):
        next(results)
        assert len(begun) <= taken + threads.AHEAD * 3
    results.close()
    assert len(begun) < 30


def test_an_exception_ends_the_work(three):
    begun = []

    def fail(block):
        begun.append(block)
        raise ValueError(f"block {block}")

    with pytest.raises(ValueError, match="block 0"):
        list(threads.map_blocks(fail, range(100), LARGE))
    assert len(begun) <= threads.AHEAD * 3


def test_as_many_threads_as_blas_may_use():
    here = threads.n_threads()
    if hasattr(os, "sched_getaffinity"):
        assert here <= len(os.sched_getaffinity(0))
    for limit in (1, 2):
        with threadpool_limits(limit):
            assert threads.n_threads() <= limit
    assert threads.n_threads() == here


def test_one_thread_where_others_are_at_work_already(monkeypatch):
    monkeypatch.setattr(threads, "_controller", None)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(threads.n_threads).result() == 1
    assert joblib.Parallel(2)(joblib.delayed(threads.n_threads)() for _ in range(2)) == [1, 1]


@pytest.mark.parametrize("layout", [np.asfortranarray, np.ascontiguousarray])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_correlations_do_not_depend_on_the_number_of_threads(monkeypatch, layout, dtype):
    rng = np.random.default_rng(0)
    store = make_store(layout(rng.normal(size=(700, 5000)), dtype=dtype))
    R = rng.normal(size=(700, 8))
    # A column in seven is far from zero.
    shift = 30.0 * (np.arange(5000) % 7 == 0)
    assert 4 * dense.BLOCK < 5000
    monkeypatch.setattr(threads, "WORTHWHILE", 5e7)
    assert 2 * 700 * 2500 * 8 < threads.WORTHWHILE < 2 * 700 * 5000 * 8
    for moved in (None, shift):
        results = []
        for count in (1, 2, 3):
            monkeypatch.setattr(threads, "n_threads", lambda count=count: count)
            results.append([block for _, block in store.correlations(R, shift=moved)])
        for blocks in results[1:]:
            assert all(np.array_equal(block, one) for block, one in zip(blocks, results[0], strict=True))


# Work that takes its time without the lock, like a kernel; nothing is measured by it.
WORK = """
import os, signal, sys, threading, time
from sparsereg.designs import threads
threads.n_threads = lambda: 2
run = lambda: list(threads.map_blocks(lambda block: time.sleep(0.1), range(int(sys.argv[1])), threads.WORTHWHILE))
"""
INTERRUPTED = """
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    run()
except KeyboardInterrupt:
    print("interrupted")
"""
FORKED = """
run()
child = os.fork()
run()
if child:
    print(os.waitpid(child, 0)[1])
"""


def run(script, n_blocks):
    command = [sys.executable, "-c", WORK + script, str(n_blocks)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout


def test_an_interrupt_is_seen_while_blocks_are_at_work():
    # All blocks would take 500 s, five times as long as the process is given.
    assert run(INTERRUPTED, 10_000).split() == ["interrupted"]


def test_a_fork_after_the_work_can_work_itself():
    assert run(FORKED, 4).split() == ["0"]


@pytest.mark.parametrize("shape", [(60, 3000), (3000, 60)])
@pytest.mark.parametrize("kind", [np.asfortranarray, np.ascontiguousarray, np.float32, sp.csc_array, sp.csr_array])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_a_path_does_not_depend_on_the_number_of_threads(monkeypatch, kind, shape, l1_ratio):
    rng = np.random.default_rng(1)
    X = rng.normal(size=shape) * (rng.random(shape) < 0.3)
    y = X[:, :5].sum(axis=1) + rng.normal(size=shape[0])
    X = kind(X)
    monkeypatch.setattr(threads, "WORTHWHILE", 0.0)
    monkeypatch.setattr(chunks, "SHARE", 100)
    monkeypatch.setattr(chunks, "NARROW", 20)
    monkeypatch.setattr(chunks, "NOT_WIDE", 50)
    found = []
    for count in (1, 3):
        monkeypatch.setattr(threads, "n_threads", lambda count=count: count)
        found.append(
            enet_path(X, y, l1_ratio=l1_ratio, alphas=20, eps=0.02, fit_intercept=True, sample_weight=np.arange(len(y)))
        )
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one, other)


def test_blas_keeps_to_one_thread_during_a_fit_and_gets_its_own_back(monkeypatch):
    def of_blas():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    seen = []
    solve = elastic_net.solve
    monkeypatch.setattr(elastic_net, "solve", lambda *arguments: seen.append(of_blas()) or solve(*arguments))
    with threadpool_limits(3, user_api="blas"):
        before = of_blas()
        Lasso(alpha=0.1).fit(np.eye(100), np.arange(100.0))
        Lasso(alpha=0.1).fit(np.eye(5), np.arange(5.0))  # so little that it is not worth a limit
        assert seen == [[1] * len(before), before]
        # few rows, but a Gram matrix that BLAS would divide
        Lasso(alpha=0.1).fit(np.eye(5, 60), np.arange(5.0))
        assert seen[-1] == [1] * len(before)
        assert of_blas() == before
        with pytest.raises(ZeroDivisionError), threads.one_blas_thread(10**6), threads.one_blas_thread(10**6):
            assert threads.n_threads() <= 3
            1 / 0  # noqa: B018
        assert of_blas() == before


def test_two_fits_that_overlap_leave_blas_as_it_was():
    first, second = threads.one_blas_thread(10**6), threads.one_blas_thread(10**6)
    before = threadpool_info()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert all(pool["num_threads"] == 1 for pool in threadpool_info() if pool["user_api"] == "blas")
    second.__exit__(None, None, None)
    assert threadpool_info() == before


def test_threads_are_kept_for_a_fit_and_end_with_it(three):
    def names():
        return {thread for _, thread in threads.map_blocks(lambda block: work(block), range(9), LARGE)}

    started = threading.Barrier(3, timeout=60)

    def work(block):
        if block < 3:
            started.wait()  # so that each of them gets one
        return block, threading.current_thread()

    with threads.one_blas_thread(10**6):
        first, second = names(), names()
        assert first | second <= set(threading.enumerate())
        assert len(first | second) == 3
    assert (first | second) & set(threading.enumerate()) == {threading.current_thread()}


def test_an_error_leaves_the_threads_at_work_for_the_next_blocks(three):
    started = threading.Barrier(3, timeout=60)

    def fail(block):
        if block < 3:
            started.wait()  # so that all of them are at work
        raise ValueError(f"block {block}")

    with threads.one_blas_thread(10**6):
        for _ in range(5):
            with pytest.raises(ValueError, match="block 0"):
                list(threads.map_blocks(fail, range(20), LARGE))
            assert list(threads.map_blocks(abs, range(-20, 0), LARGE)) == list(range(20, 0, -1))


def test_two_products_at_once_share_the_threads(three):
    with threads.one_blas_thread(10**6):
        first = threads.map_blocks(lambda block: (block, "first"), range(20), LARGE)
        second = threads.map_blocks(lambda block: (block, "second"), range(30), LARGE)
        assert list(zip(first, second, strict=False)) == [((k, "first"), (k, "second")) for k in range(20)]
        second.close()
        inner = threads.map_blocks(lambda block: list(threads.map_blocks(abs, range(block), LARGE)), range(9), LARGE)
        assert [len(block) for block in inner] == list(range(9))


FORKED_WITHIN = """
with threads.one_blas_thread(10**6):
    run()
    child = os.fork()
    run()
if child:
    print(os.waitpid(child, 0)[1])
"""


def test_a_fork_in_the_middle_of_a_fit_can_work_itself():
    assert run(FORKED_WITHIN, 4).split() == ["0"]


INTERRUPTED_WITHIN = """
timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
timer.start()
try:
    with threads.one_blas_thread(10**6):
        run()
except KeyboardInterrupt:
    timer.join()  # it sent the signal, and may not have ended yet
    print("interrupted", threading.active_count())
"""


def test_an_interrupt_in_the_middle_of_a_fit_ends_its_threads():
    assert run(INTERRUPTED_WITHIN, 10_000).split() == ["interrupted", "1"]
