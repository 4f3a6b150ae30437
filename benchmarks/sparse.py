"""Sparse text with an intercept: paths of 50 alphas to alpha_max/50, against the peers that are installed.

python -m benchmarks.sparse [task ...] [--help]
"""

from functools import partial

from .problems import raw
from .running import Task
from .tables import main

EQUAL_GAP = 1e-9
FIRST = {"debian_size": {"scikit-learn": 10}, "sentiment": {}}  # its whole path takes tens of minutes


def path(data, l1_ratio=1.0, **options):
    """The Lasso under the name of the data, the Elastic Net with its l1_ratio behind it."""
    name = data if l1_ratio == 1 else f"{data}-{l1_ratio:g}".replace("0.", ".")
    return Task(name, partial(raw, data, l1_ratio), end=1 / 50, n_alphas=50, first=FIRST[data], **options)


TASKS = [
    path(data, l1_ratio, equal_gap=0.0 if l1_ratio == 1 else EQUAL_GAP)
    for data in ("debian_size", "sentiment")
    for l1_ratio in (1.0, 0.5, 0.1)
]

if __name__ == "__main__":
    main(TASKS, __doc__)
