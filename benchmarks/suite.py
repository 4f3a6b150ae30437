"""Every task of the suite, in the order of the results page."""

from . import fits, large, sparse, tall, wide

GROUPS = {
    "wide": wide.TASKS,
    "tall": tall.TASKS,
    "sparse": sparse.TASKS,
    "large": large.TASKS,
    "fits": fits.TASKS,
}
TASKS = [task for tasks in GROUPS.values() for task in tasks]
