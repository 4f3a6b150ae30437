"""Progress of a search, to stderr: a bar where tqdm is installed, else plain lines."""

import sys
import threading
from contextlib import contextmanager
from importlib.util import find_spec

# Plain lines: one whenever so many parts of the work are done.
LINES = 10


@contextmanager
def progress(label, n_steps, verbose):
    """A function to be called, from any thread, with the number of steps that are done; None unless verbose.

    Parameters
    ----------
    label : str             what is counted, in front
    n_steps : int
    verbose : bool or int
    """
    if not verbose:
        yield None
        return
    bar = _bar(label, n_steps)
    lock = threading.Lock()

    def advance(n_done):
        with lock:
            bar.update(n_done)

    try:
        yield advance
    finally:
        bar.close()


def _bar(label, total):
    """What shows the progress: tqdm, of the extra "progress", where it is installed."""
    if find_spec("tqdm") is None:
        return _Lines(label, total)
    from tqdm import tqdm

    return tqdm(total=total, desc=label, file=sys.stderr)


class _Lines:
    """What tqdm does, by a line for each tenth of the work."""

    def __init__(self, label, total):
        self._label, self._total, self._n, self._said = label, total, 0, 0

    def update(self, n):
        self._n += n
        part = self._n * LINES // max(self._total, 1)
        if part > self._said:
            self._said = part
            print(f"{self._label}: {self._n}/{self._total}", file=sys.stderr)  # noqa: T201

    def close(self):
        pass
