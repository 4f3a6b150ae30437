"""What solver="auto" runs: the whole Gram matrix or a working set, whichever is expected to cost less."""

import math

import numpy as np

from ..designs.columns import lie_ready
from ..designs.single import fits_single
from ..kernels.active_set_path import BUDGET
from .active_set import active_set
from .active_set_single import active_set_single
from .descent import descent
from .gram_epochs import STRONG
from .grid import ratios
from .inner import MANY
from .memory import is_within_budget
from .working_set import descent_on_working_set, working_set

# Seconds, measured on one core of 2023: products of a column of the Gram that come from its rows, and a number of the
# solver's own; an element of fresh memory for a path on the Gram of all, which for one alpha its own time holds; what
# a path on a working set takes before and for each alpha, whatever the size.
SOLVING, FRESH = 1.5e-9, 3e-9
START, EACH = 9e-4, 1e-4
# Epochs on the residual for each alpha, where they take the place of a Gram matrix of the support.
EPOCHS = 20
# Reads of X for a path on a working set: before the first alpha, and for each.
READS, READS_EACH = 4.0, 0.4
# The part of min(n, p) that the support is expected to reach at alpha_max / DEEP, and before by the logarithm of alpha;
# with a ridge term so many times of it, beyond n too.
REACH, DEEP = 2 / 3, 1e3
BEYOND = 3
# For one alpha: the part of the features above it at w = 0 that is expected in the support. It is most of them where
# they are independent, few where they are correlated.
LASTING = 0.43
# The Gram of a working set, which is larger than the support and comes in pieces, against that of the support.
PIECEMEAL = 4.0
# A working set must promise to be so much faster: its cost depends on the support, which is not known.
MARGIN = 1.5
# With fewer features a Gram matrix in float32 is never worth it: what it saves is HALF of its time.
FEWEST_FEATURES, HALF = 256, 0.5
# It costs so many products with X or X' more, two for each step, of which epochs need one less; for so many alphas one
# takes as long as to read X. And the calls; and for each alpha but one a factor in each step, of multiply-adds of so
# many seconds.
PRODUCTS, PRODUCTS_OF_EPOCHS, ALPHAS_AS_READ = 6.0, 4.0, 4
CALLS, FACTORING = 3e-4, 1e-10


def auto(problem, alphas, options, start=None):
    """The exact solver that is expected to be the fastest; what it was is in the solutions."""
    if _is_working_set_cheaper(problem, alphas):
        return working_set(problem, alphas, options, start)
    chosen = active_set_single if is_single_enough(problem, alphas) else active_set
    return chosen(problem, alphas, options, start)


def whole_gram(problem, alphas, options, start=None):
    """The active set on the Gram of all features, or where that does not fit the memory, on a working set."""
    chosen = active_set if _fits(problem) else working_set
    return chosen(problem, alphas, options, start)


def coordinate_descent(problem, alphas, options, start=None):
    """Coordinate descent: on the Gram where it is there, or costs less than to read X; else on the residual."""
    n_samples, n_features = problem.design.n_samples, len(problem.linear)
    chosen = descent if _is_formed_or_small(problem, n_samples >= n_features) else descent_on_working_set
    return chosen(problem, alphas, options, start)


# Whether (problem, alphas, n_paths) is best solved on the Gram of all features where several paths share it: the folds
# of a cross-validation.
ON_GRAM = {
    "auto": lambda problem, alphas, n_paths: not _is_working_set_cheaper(problem, alphas, n_paths),
    "active_set": lambda problem, _alphas, _n_paths: _fits(problem),
    "coordinate_descent": lambda problem, _alphas, _n_paths: _is_formed_or_small(
        problem, problem.design.n_samples >= len(problem.linear)
    ),
    "working_set": lambda _problem, _alphas, _n_paths: False,
    "proximal_gradient": lambda _problem, _alphas, _n_paths: False,
}


def _fits(problem):
    return problem.source.is_formed or is_within_budget(2 * 8 * len(problem.linear) ** 2)


def _is_formed_or_small(problem, small):
    return problem.source.is_formed or (small and _fits(problem))


def seconds_per_path(problem, alphas, on_gram):
    """Return about how long one core takes for an exact path: on a Gram of all features that is there, or on few."""
    n_features, n_alphas = len(problem.linear), len(alphas)
    support = _support(problem, alphas)
    if on_gram:
        return SOLVING * n_alphas * n_features * support + (FRESH * n_features**2 if n_alphas > 1 else 0.0)
    read, gram = problem.design.seconds()
    few = START + EACH * n_alphas + read * (READS + READS_EACH * n_alphas)
    solving = PIECEMEAL * gram * (support / n_features) ** 2 + SOLVING * n_alphas * 1.5 * support**2
    if support > MANY and lie_ready(problem.design) and _is_ridge_strong(problem, alphas[-1]):
        solving = min(solving, EPOCHS * n_alphas * read * support / n_features)
    return few + solving


def _is_ridge_strong(problem, alpha):
    """Whether epochs on the residual will do at alpha."""
    penalty = problem.penalty
    free = penalty.lower < penalty.upper
    return alpha * penalty.l2[free].min(initial=np.inf) > STRONG * problem.diagonal[free].mean()


def _support(problem, alphas):
    """How many features the path is expected to reach.

    Hardly more than those above the last alpha at w = 0: where features are independent these are the support, where
    they are correlated a few of them take the place of the others.
    """
    most = min(problem.design.n_samples, len(problem.linear))
    penalty = problem.penalty
    if alphas[-1] == 0 or not penalty.l1.any():
        return most
    above = ratios(penalty, problem.linear)
    unpenalised = np.count_nonzero((penalty.l1 == 0) & (penalty.lower < penalty.upper))
    alone = np.count_nonzero(above > alphas[-1])
    if len(alphas) == 1:
        return min(most, unpenalised + LASTING * alone)
    depth = above.max() / alphas[-1]
    most *= REACH * (BEYOND if penalty.l2.any() else 1)
    return min(most * min(math.log(max(depth, 1.0), DEEP), 1.0), unpenalised + alone)


def _is_working_set_cheaper(problem, alphas, n_paths=1):
    """Compare a Gram of all features with reads of X and a Gram of those expected in the support.

    The Gram of all features is shared by all targets, and by n_paths paths of each.
    """
    if problem.source.is_formed:
        return False
    if not _fits(problem):
        return True
    _, gram = problem.design.seconds()
    if gram + SOLVING * len(alphas) * len(problem.linear) ** 2 < START:  # whatever the support
        return False
    whole = gram / (problem.source.n_targets * n_paths) + seconds_per_path(problem, alphas, on_gram=True)
    return whole > MARGIN * seconds_per_path(problem, alphas, on_gram=False)


def is_single_enough(problem, alphas):
    """Whether to form the Gram matrix in float32 and to correct by X, for all targets, is expected to cost less."""
    design, penalty, n_features, n_alphas = problem.design, problem.penalty, len(problem.linear), len(alphas)
    movable = penalty.lower < penalty.upper
    suits = design.single and not problem.source.is_formed and n_features >= FEWEST_FEATURES
    if not suits or not alphas[-1] > 0 or not penalty.l1[movable].all():
        return False
    read, gram = design.seconds()
    # not the support expected: where all features are independent it is all of these
    n_products, work = PRODUCTS, np.count_nonzero(ratios(penalty, problem.linear) > alphas[-1]) ** 3 / 6
    if work > BUDGET and alphas[-1] * penalty.l2[movable].min(initial=math.inf) > STRONG * problem.diagonal.mean():
        n_products, work = PRODUCTS_OF_EPOCHS, BUDGET
    again = CALLS + n_products * read * max(1.0, n_alphas / ALPHAS_AS_READ)
    again += SOLVING * n_alphas * n_features * _support(problem, alphas)
    again += FACTORING * (n_alphas - 1) * (n_products / 2 - 1) * work
    return HALF * gram > MARGIN * problem.source.n_targets * again and fits_single(design)
