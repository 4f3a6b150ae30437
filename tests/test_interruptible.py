"""Long calls run beside the main thread, which stays free to answer Ctrl-C."""

import threading
from _thread import interrupt_main

import numpy as np
import pytest

from sparsereg.solvers.interruptible import LONG, call_interruptibly


@pytest.mark.parametrize("cost, beside", [(LONG, True), (0.5 * LONG, False)])
def test_only_a_long_call_gets_a_thread(cost, beside):
    ran_in = call_interruptibly(threading.get_ident, cost=cost)
    assert (ran_in != threading.get_ident()) == beside


@pytest.mark.parametrize("cost", [0.0, np.inf])
def test_results_and_errors_come_back(cost):
    assert call_interruptibly(pow, 2, 5, cost=cost) == 32
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        call_interruptibly(np.linalg.cholesky, -np.eye(2), cost=cost)


def test_an_interrupt_does_not_wait_for_the_call():
    begun, release, ended = threading.Event(), threading.Event(), threading.Event()

    def call():
        begun.set()
        release.wait()
        ended.set()

    def interrupt():
        begun.wait()
        interrupt_main()

    interrupter = threading.Thread(target=interrupt)
    interrupter.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            call_interruptibly(call, cost=np.inf)
        assert not ended.is_set()
    finally:
        release.set()
        interrupter.join()
    assert ended.wait(10)
