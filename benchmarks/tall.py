"""Tall problems, n > p: Lasso paths of 100 alphas to alpha_max/1000, beside the bare Gram matrix of BLAS.

python -m benchmarks.tall [task ...] [--help]
"""

from functools import partial

from .problems import synthetic
from .running import Task
from .tables import main

LARGE = partial(synthetic, n_samples=10_000, n_features=1000, n_informative=50, rho=0.5)
LONG = partial(synthetic, n_samples=100_000, n_features=100, n_informative=20, rho=0.5)
TASKS = [
    Task("tall-10000x1000", LARGE, end=1e-3, quick=True),
    Task("gram-10000x1000", LARGE, kind="gram", quick=True),
    Task("tall-100000x100", LONG, end=1e-3),
    Task("gram-100000x100", LONG, kind="gram"),
]

if __name__ == "__main__":
    main(TASKS, __doc__)
