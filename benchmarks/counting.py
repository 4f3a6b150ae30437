"""Instructions of a task: those of a process that runs it some times, less those of one that runs it less often."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MORE = 4  # runs by which the two processes differ
PERF = ["perf", "stat", "-x", ",", "-e", "instructions:u", "-o", "{log}"]
VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--smc-check=all-non-file"]
VALGRIND += ["--cachegrind-out-file=/dev/null", "--log-file={log}"]


def instructions(tree, task, environment):
    """Instructions of one run of the task with the package in `tree`."""
    total(None, tree, task, 1, environment)  # compiles into the disk cache
    tool = counter(tree, environment)
    few, many = (total(tool, tree, task, runs, environment) for runs in (1, 1 + MORE))
    return (many - few) / MORE


def counter(tree, environment):
    """The tool that can count here."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        if shutil.which("perf"):
            subprocess.run([*filled(PERF, log), "true"], capture_output=True, env=environment)
            if log.exists() and counted(log.read_text()):
                return PERF
    if shutil.which("valgrind"):
        return VALGRIND
    raise SystemExit("instructions need perf with the processor's counters, or valgrind: apt-get install valgrind")


def total(tool, tree, task, runs, environment):
    """Instructions of a whole process; None without a tool."""
    command = [sys.executable, "-m", "benchmarks.working", task, str(runs)]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        subprocess.run([*filled(tool or [], log), *command], cwd=tree, env=environment, check=True, capture_output=True)
        return counted(log.read_text()) if tool else None


def filled(tool, log):
    """The tool's command with the path of its log."""
    return [each.format(log=log) for each in tool]


def counted(log):
    """The number in what perf or valgrind wrote; None if they counted nothing."""
    found = re.search(r"^(\d+),", log, re.M) or re.search(r"I +refs: +([\d,]+)", log)
    return int(found[1].replace(",", "")) if found else None
