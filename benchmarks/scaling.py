"""Time against the size of the problem, one size at a time: tasks for log-log curves with fitted slopes.

python -m benchmarks scaling [task ...] [--help]
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from .contenders import OURS
from .problems import scattered, synthetic
from .running import Task
from .tables import main as table

COMPARED = (OURS, "scikit-learn", "celer", "adelie", "glmnet")


@dataclass(frozen=True)
class Family:
    """Tasks that differ in one size.

    name, size : str                  what varies, as the page says it
    sizes : tuple of float
    make : function (size) -> dict of what a Task takes
    """

    name: str
    size: str
    sizes: tuple
    make: Callable

    def tasks(self):
        """(size, Task) of each."""
        return [(size, Task(self.task_name(size), **self.make(size))) for size in self.sizes]

    def task_name(self, size):
        """The name under which results are kept."""
        return f"scaling: {self.name}, {size:g}"


def wide(n_samples=500, n_features=10_000, **options):
    """A path on dense data with p > n, to alpha_max/20 where nothing else is said."""
    build = partial(synthetic, n_samples, n_features, 50, 0.5)
    return {"build": build, "end": 0.05, "only": COMPARED} | options


def tall(n_samples, n_features):
    """A path on dense data with n > p, to alpha_max/1000."""
    return {"build": partial(synthetic, n_samples, n_features, 20, 0.5), "end": 1e-3, "only": COMPARED}


def text(n_samples=20_000, n_features=200_000, per_row=50):
    """A path of 50 alphas on sparse data with an intercept, to alpha_max/50."""
    return {"build": partial(scattered, n_samples, n_features, per_row), "end": 0.02, "n_alphas": 50, "only": (OURS,)}


FAMILIES = [
    Family("wide, samples", "n (p = 4000)", (125, 250, 500, 1000, 2000), lambda n: wide(n, 4000)),
    Family("wide, features", "p (n = 500)", (2500, 5000, 10_000, 20_000, 40_000, 80_000), lambda p: wide(500, p)),
    Family(
        "wide, support",
        "alpha_max / last alpha",
        (3, 10, 30, 100, 300, 1000),
        lambda end: wide(1000, 4000, end=1 / end),
    ),
    Family("wide, alphas", "alphas", (10, 30, 100, 300, 1000), lambda count: wide(end=0.01, n_alphas=int(count))),
    Family("tall, samples", "n (p = 100)", (1000, 10_000, 100_000, 400_000), lambda n: tall(n, 100)),
    Family("tall, features", "p (n = 5000)", (125, 250, 500, 1000, 2000), lambda p: tall(5000, p)),
    Family("sparse, samples", "n (p = 200000)", (5000, 20_000, 80_000), lambda n: text(n_samples=n)),
    Family("sparse, features", "p (n = 20000)", (20_000, 100_000, 500_000, 2_500_000), lambda p: text(n_features=p)),
    Family("sparse, entries", "entries a row", (10, 30, 100, 300), lambda count: text(per_row=count)),
]
TASKS = [task for family in FAMILIES for _, task in family.tasks()]
FITTED = 3  # points from the largest size down, beyond what a call costs at the least


def slope(sizes, seconds):
    """Exponent of the seconds as a power of the size, by least squares on the last logarithms."""
    return np.polyfit(np.log(sizes[-FITTED:]), np.log(seconds[-FITTED:]), 1)[0]


def main(arguments=None):
    """Run the tasks that are named, all if none is."""
    table(TASKS, __doc__, arguments)


if __name__ == "__main__":
    main()
