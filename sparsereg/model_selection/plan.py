"""How the folds of a cross-validation are fitted: on which matrices, and by how many threads."""

from dataclasses import replace

from joblib import effective_n_jobs

from ..designs.threads import n_processors, n_threads
from ..solvers.choice import ON_GRAM, seconds_per_path
from ..solvers.memory import is_within_budget

# Seconds that the paths of all folds take on one core, as they are expected to, from which threads save more than they
# cost.
WORTHWHILE = 1e-2
# Vectors of the size of the samples and of the features that a path without the Gram of all features holds.
VECTORS = 64


def planned(request, solver, n_jobs, problems, alphas):
    """The request with `on_gram` and `n_threads` as they suit best.

    Threads are as many as n_jobs says, on the processors allowed, and never more than folds. None, outside a
    configuration of joblib, stands for as many as BLAS may use, where that pays and fits the memory.

    Parameters
    ----------
    request : Request
    solver : str                    a key of SOLVERS
    n_jobs : int or None
    problems : list of Problem      on all rows, one for each l1_ratio
    alphas : (k,)                   of one of them
    """
    problem, n_folds = problems[0], len(request.folds)
    on_gram = ON_GRAM[solver](problem, alphas, (n_folds + 1) * len(problems))
    asked, most = effective_n_jobs(n_jobs), max(n_folds, 1)
    if n_jobs is not None or asked > 1:
        return replace(request, on_gram=on_gram, n_threads=min(asked, n_processors(), most))
    count = 1
    if n_folds * len(problems) * seconds_per_path(problem, alphas, on_gram) >= WORTHWHILE:
        count, n_bytes = min(n_threads(), most), _bytes_per_path(problem, alphas, on_gram)
        while count > 1 and not is_within_budget(count * n_bytes):
            count -= 1
    return replace(request, on_gram=on_gram, n_threads=count)


def _bytes_per_path(problem, alphas, on_gram):
    """About what a path needs besides what all share."""
    n_samples, n_features = problem.design.n_samples, len(problem.linear)
    if on_gram:
        return 2 * 8 * n_features * (n_features + len(alphas))
    return 8 * VECTORS * (n_samples + n_features)
