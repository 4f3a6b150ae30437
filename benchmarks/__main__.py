"""The benchmark suite of sparsereg: every task, every contender that is installed.

    python -m benchmarks [task ...]          all tasks, or some; goes on where an earlier run stopped
    python -m benchmarks --quick             small tasks at default tolerances, within three minutes
    python -m benchmarks wide|tall|sparse|large|fits [task ...]
    python -m benchmarks footprint           import, first fit with and without a disk cache, peak memory
    python -m benchmarks scaling             time against the size of the problem
    python -m benchmarks profiles            where the time goes, at today's sizes and at ten times them
    python -m benchmarks selection [row ...] cross-validation beside scikit-learn's, with the errors compared
    python -m benchmarks report              doc/performance.rst and its figures from what was measured
    python -m benchmarks compare BASE HEAD   two git revisions, interleaved
    python -m benchmarks data [name ...]     load data sets, all if none is named

Results are kept in a CSV (--out) and not measured twice: a contender that needs other versions of its dependencies may
run from an environment of its own with the same --out. Each measurement is a process of its own. Its coefficients are
graded by the objective and the duality gap recomputed from X; nothing that a contender says of itself counts.
"""

import sys
from importlib import import_module

from .suite import GROUPS, TASKS
from .tables import main as table

NAMED = ("footprint", "scaling", "profiles", "selection", "report", "compare")
COMMANDS = dict(zip(NAMED, NAMED)) | {"data": "datasets"}


def main(arguments):
    """Run the command that the first argument names, or the suite."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name in COMMANDS:
        import_module("." + COMMANDS[name], __package__).main(arguments=rest)
    elif name in GROUPS:
        table(GROUPS[name], __doc__, rest)
    else:
        table(TASKS, __doc__, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
