"""Settings of hypothesis for every test; what the tests of the command share."""

import os
import signal
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

import sparsereg.__main__ as command

# The benchmarks are part of the checkout, not of the package; behind everything installed, whose tests these are.
sys.path.append(str(Path(__file__).parents[1]))

# A shell ignores Ctrl-C for what it starts in the background, and so would the tests of it and their child processes.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A deadline, and a limit on how long examples take to draw, would make the outcome depend on the machine.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture
def write(tmp_path):
    """Write a frame, text or bytes to a file, return its path."""

    def write(content, name="data.csv", **options):
        path = tmp_path / name
        if isinstance(content, pd.DataFrame):
            content.to_csv(path, index=False, **options)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


@pytest.fixture
def run(capsys):
    """Run the command in this process: exit status, output, errors."""

    def run(*arguments):
        status = command.main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run
