"""Very large supports: thousands of features at the end of the path, dense and sparse, at equal gaps.

python -m benchmarks.large [task ...] [--help]
"""

from functools import partial

from .problems import raw, synthetic
from .running import Task
from .tables import main

EQUAL_GAP = 1e-9
WIDE = {"n_samples": 2000, "n_features": 20_000, "n_informative": 500, "rho": 0.5}
SMALLER = {"n_samples": 1000, "n_features": 5000, "n_informative": 200, "rho": 0.5}
TASKS = [
    Task("support-2000x20000", partial(synthetic, **WIDE), end=1e-3, n_alphas=50, equal_gap=EQUAL_GAP),
    Task("support-1000x5000-.1", partial(synthetic, **SMALLER, l1_ratio=0.1), end=1e-3, equal_gap=EQUAL_GAP),
    Task("support-sentiment", partial(raw, "sentiment"), end=1 / 500, n_alphas=50, equal_gap=EQUAL_GAP),
]

if __name__ == "__main__":
    main(TASKS, __doc__)
