"""What the command writes: its result to the output, everything else in lines to stderr."""

import os
import sys
from contextlib import suppress

from .errors import CommandError


def write(text):
    """Write the result.

    Raises
    ------
    CommandError
        If it cannot be written.
    BrokenPipeError
        If whoever read the output has enough.
    """
    if sys.stdout is None:
        raise CommandError("there is no output to write to")
    try:
        _put(text, sys.stdout)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"the output cannot be written: {error.strerror}") from error


def say(message):
    """One line to stderr."""
    with suppress(OSError):  # nobody is left to be told; the exit status tells
        _put(f"sparsereg: {' '.join(str(message).split())}\n", sys.stderr)


def is_watched():
    """Whether a person reads stderr, and may want to see progress there."""
    return sys.stderr is not None and sys.stderr.isatty()


def _put(text, stream):
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # the interpreter would try to write it again at its end, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise
