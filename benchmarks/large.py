"""Very large supports: thousands of features at the end of the path, dense and sparse, at equal gaps.

python -m benchmarks.large [task ...] [--help]
"""

from functools import partial

from .problems import raw, synthetic
from .running import Task
from .tables import main


def path(name, build, end, n_alphas):
    """Contenders go on to the same gap."""
    return Task(name, build, end=end, n_alphas=n_alphas, equal_gap=1e-9)


def dense(n_samples, n_features, n_informative, l1_ratio=1.0):
    """Neighbouring features have correlation 1/2."""
    return partial(synthetic, n_samples, n_features, n_informative, rho=0.5, l1_ratio=l1_ratio)


TASKS = [
    path("support-2000x20000", dense(2000, 20_000, 500), 1e-3, 50),
    path("support-1000x5000-.1", dense(1000, 5000, 200, 0.1), 1e-3, 100),
    path("support-5000x10000-.1", dense(5000, 10_000, 1500, 0.1), 1e-2, 20),
    path("support-20000x5000-.1", dense(20_000, 5000, 2000, 0.1), 1e-3, 20),
    path("support-2000x20000-.01", dense(2000, 20_000, 400, 0.01), 1e-2, 20),
    path("flights-.1", partial(raw, "flights", 0.1), 1e-2, 20),
    path("support-sentiment", partial(raw, "sentiment"), 1 / 500, 50),
]

if __name__ == "__main__":
    main(TASKS, __doc__)
