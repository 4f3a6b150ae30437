"""A program that is interrupted by Ctrl-C in the middle of its work, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import sparsereg

# Seconds after which the child process counts as hung: before the fit, where it may have to compile, and after Ctrl-C,
# which it answers within one.
HUNG = 600
UNANSWERED = 30


def interrupt(program, arguments, after, folder):
    """What a program reports after Ctrl-C.

    Parameters
    ----------
    program : str            prints "fitting" as the work begins, "interrupted" after KeyboardInterrupt, a line of JSON
    arguments : list of str
    after : float            seconds from "fitting" to Ctrl-C, to be in the middle of the work
    folder : path            to run in
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(sparsereg.__file__).parents[1])}
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    guards = [threading.Timer(seconds, child.kill) for seconds in (HUNG, UNANSWERED)]
    try:
        guards[0].start()
        assert child.stdout.readline() == "fitting\n", child.stderr.read()
        time.sleep(after)  # nothing is measured by it: the work takes far longer, as the next line makes sure
        assert child.poll() is None
        child.send_signal(signal.SIGINT)
        guards[1].start()
        answer = child.stdout.readline()
        guards[1].cancel()
        report, errors = child.stdout.readline(), child.stderr.read()
    finally:
        for guard in guards:
            guard.cancel()
        child.kill()
        child.wait()
        child.stdout.close()
        child.stderr.close()
    assert answer == "interrupted\n", f"the interrupt was not answered: {errors}"
    return json.loads(report)
