"""Dense problems with p >> n: whole paths and one fit, against the peers that are installed.

python -m benchmarks.wide [task ...] [--help]
"""

from functools import partial

from .problems import standardised, synthetic
from .running import Task
from .tables import main

EQUAL_GAP = 1e-9
NAMED = {"scikit-learn": (1e-6,), "celer": (1e-6,), "skglm": (1e-6,)}


def path(name, rho, l1_ratio=1.0, **options):
    """100 alphas to alpha_max/100 on 500 x 10000 features."""
    build = partial(synthetic, n_samples=500, n_features=10_000, n_informative=50, rho=rho, l1_ratio=l1_ratio)
    return Task(name, build, end=1e-2, **options)


FIT = partial(synthetic, n_samples=300, n_features=8000, n_informative=30, rho=0.5, fit_intercept=True)
TASKS = [
    path("rho-.5", 0.5, tolerances=NAMED),
    path("rho-.95", 0.95, tolerances=NAMED),
    Task("leukemia_all", partial(standardised, "leukemia_all"), end=1e-3),
    Task("fit-300x8000", FIT, end=0.05, n_alphas=1),
    path("elastic-net-.5", 0.5, l1_ratio=0.5, equal_gap=EQUAL_GAP),
    path("elastic-net-.1", 0.5, l1_ratio=0.1, equal_gap=EQUAL_GAP),
]

if __name__ == "__main__":
    main(TASKS, __doc__)
