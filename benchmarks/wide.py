"""Dense problems with p >> n: whole paths and one fit, against the peers that are installed.

python -m benchmarks.wide [task ...] [--help]
"""

from functools import partial

from .contenders import OURS
from .problems import standardised, synthetic
from .running import Task
from .tables import main

EQUAL_GAP = 1e-9
# From rough to exact, for curves of the gap against seconds.
CURVE = {
    "scikit-learn": (1e-2, 1e-3, 1e-5, 1e-6),
    "celer": (1e-2, 1e-3, 1e-5, 1e-6, 1e-8, 1e-10),
    "skglm": (1e-2, 1e-3, 1e-5, 1e-6, 1e-8),
    "adelie": (1e-5, 1e-9, 1e-11, 1e-13),
    "glmnet": (1e-5, 1e-9, 1e-11, 1e-13),
}


def path(name, rho, l1_ratio=1.0, **options):
    """100 alphas to alpha_max/100 on 500 x 10000 features."""
    build = partial(synthetic, n_samples=500, n_features=10_000, n_informative=50, rho=rho, l1_ratio=l1_ratio)
    return Task(name, build, end=1e-2, **options)


FIT = partial(synthetic, n_samples=300, n_features=8000, n_informative=30, rho=0.5, fit_intercept=True)
SUBSET = partial(synthetic, n_samples=500, n_features=2000, n_informative=20, rho=0.5)
TASKS = [
    path("rho-.5", 0.5, tolerances=CURVE, quick=True),
    path("rho-.95", 0.95, tolerances=CURVE),
    path("rho-.5-two-threads", 0.5, threads=(1, 2), only=(OURS,)),
    path("rho-.5-1000-alphas", 0.5, n_alphas=1000, only=(OURS, "celer", "adelie", "glmnet")),
    Task("leukemia_all", partial(standardised, "leukemia_all"), end=1e-3),
    Task("fit-300x8000", FIT, end=0.05, kind="fit", n_alphas=1, quick=True),
    path("elastic-net-.5", 0.5, l1_ratio=0.5, equal_gap=EQUAL_GAP),
    path("elastic-net-.1", 0.5, l1_ratio=0.1, equal_gap=EQUAL_GAP),
    Task("subset-500x2000", SUBSET, kind="subset", n_alphas=20),
]

if __name__ == "__main__":
    main(TASKS, __doc__)
