"""Sparse text with an intercept: paths of 50 alphas to alpha_max/50, against the peers that are installed.

python -m benchmarks.sparse [task ...] [--help]
"""

from functools import partial

from .problems import raw, scattered
from .running import Task
from .tables import main

EQUAL_GAP = 1e-9
FIRST = {"debian_size": {"scikit-learn": 10}, "sentiment": {"scikit-learn": 30}}  # its whole path takes tens of minutes
CURVE = {"celer": (1e-6,), "skglm": (1e-2, 1e-5, 1e-6, 1e-8), "adelie": (1e-9,), "glmnet": (1e-9, 1e-11, 1e-13)}


def path(data, l1_ratio=1.0, **options):
    """The Lasso under the name of the data, the Elastic Net with its l1_ratio behind it."""
    name = data if l1_ratio == 1 else f"{data}-{l1_ratio:g}".replace("0.", ".")
    return Task(name, partial(raw, data, l1_ratio), end=1 / 50, n_alphas=50, first=FIRST[data], **options)


SMALL = partial(scattered, n_samples=5000, n_features=50_000, per_row=30)
TASKS = [
    *(path(data, tolerances=CURVE) for data in FIRST),
    *(path(data, l1_ratio, equal_gap=EQUAL_GAP) for data in FIRST for l1_ratio in (0.5, 0.1)),
    Task("scattered-5000x50000", SMALL, end=1 / 50, n_alphas=50, quick=True),
]

if __name__ == "__main__":
    main(TASKS, __doc__)
