"""Single fits, tiny ones among them, and cross-validation, through the estimators.

python -m benchmarks.fits [task ...] [--help]
"""

from functools import partial

from .contenders import OURS
from .problems import scattered, synthetic
from .running import Task
from .tables import main


def shape(n_samples, n_features, n_informative):
    """A problem with an intercept whose neighbouring features have correlation 1/2."""
    return partial(synthetic, n_samples, n_features, n_informative, rho=0.5, fit_intercept=True)


TINY, LARGE = shape(50, 5, 3), shape(10_000, 1000, 50)
HUGE = partial(scattered, n_samples=100_000, n_features=1_000_000, per_row=100)
TASKS = [
    Task("fit-50x5", TINY, end=0.1, kind="fit", n_alphas=1, quick=True),
    Task("fit-2000x300", shape(2000, 300, 30), end=0.05, kind="fit", n_alphas=1, quick=True),
    Task("ridge-10000x500", shape(10_000, 500, 50), end=1.0, kind="ridge", n_alphas=1, quick=True),
    Task("cv-50x5", TINY, kind="cv", quick=True),
    Task("cv-10000x1000", LARGE, kind="cv", only=(OURS, "scikit-learn", "celer")),
    Task("cv-10000x1000-two-threads", LARGE, kind="cv", threads=(1, 2), only=(OURS,)),
    Task("cv-100000x1000000", HUGE, kind="cv", only=(OURS,)),
]

if __name__ == "__main__":
    main(TASKS, __doc__)
