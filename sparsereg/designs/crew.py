"""Threads that wait for blocks of work as long as a fit lasts, and the thread of the fit, which works with them."""

import threading
from collections import deque
from itertools import islice
from queue import Empty, SimpleQueue

# Blocks given out that no thread has begun: what bounds the memory.
AHEAD = 1


class _Task:
    """One block: `done` once there is a result or an error."""

    def __init__(self, function, block):
        self._function, self._block = function, block
        self.result = self.error = None
        self.cancelled = self.done = False

    def run(self):
        """Do it, unless it is cancelled."""
        try:
            if not self.cancelled:
                self.result = self._function(self._block)
        except BaseException as error:  # raised where the result is wanted
            self.error = error
        self.done = True


class Crew:
    """`size` threads, the one that makes it among them; no other may use it.

    Parameters
    ----------
    size : int
    """

    def __init__(self, size):
        self._size, self._waiting, self._ended = size, SimpleQueue(), SimpleQueue()
        self._at_work = [threading.Lock() for _ in range(size - 1)]
        # daemons: after a second interrupt nothing waits for them
        self._threads = [threading.Thread(target=self._serve, args=(lock,), daemon=True) for lock in self._at_work]
        for thread in self._threads:
            thread.start()

    def _serve(self, at_work):
        for task in iter(self._waiting.get, None):
            with at_work:
                task.run()
            self._ended.put(None)
            del task  # its block must not be held while there is nothing to do

    def map(self, function, blocks):
        """Yield function(block) for each block, in order; few results are held that have not been taken."""
        blocks, pending = iter(blocks), deque()
        try:
            while True:
                for block in islice(blocks, self._size + AHEAD - len(pending)):
                    pending.append(_Task(function, block))
                    self._waiting.put(pending[-1])
                if not pending:
                    return
                self._wait_for(pending[0])
                task = pending.popleft()
                if task.error is not None:
                    raise task.error
                yield task.result
        finally:
            for task in pending:
                task.cancelled = True
            if pending:
                for lock in self._at_work:
                    with lock:
                        pass

    def _wait_for(self, task):
        """Work until the task is done, or wait where all that is left is at work."""
        while not task.done:
            try:
                other = self._waiting.get_nowait()
            except Empty:
                self._ended.get()
            else:
                other.run()
                if other.error is not None and not isinstance(other.error, Exception):
                    raise other.error  # an interrupt does not wait for its turn

    def close(self):
        """End the threads; they are at no work."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
