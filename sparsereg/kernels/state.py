"""The arrays that the kernels share, as named tuples: plain arrays to Numba, and found again in its disk cache."""

from typing import NamedTuple

import numpy as np

# Where a feature stands: outside A, in A, or outside for this alpha only (its violation is rounding).
OUT, IN, IGNORED = 0, 1, 2
# How an alpha ended.
SOLVED, STALLED = 0, 1
# Why the path kernel returned.
FINISHED, SPENT, STALE_FACTOR, NOISY, NULL_STEP = 0, 1, 2, 3, 4


class PenaltyArrays(NamedTuple):
    """l1 and l2 per unit of alpha, and the bounds: float64 arrays (p,)."""

    l1: np.ndarray
    l2: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


class ActiveSet(NamedTuple):
    """The active features A with the Cholesky factor of their Hessian.

    order (capacity,) int64: A as the factor has it; sign (capacity,): the piece of each; where (p,) int8;
    size (1,) int64: |A|; factor (capacity, capacity): that of G_AA + diag(held), held (capacity,); spent (1,):
    multiply-adds spent because held is not l2; noise (p,): what rounding may leave of a slope. The others are work:
    rest, ratio (capacity,); panel (8, capacity + 8), entering, score (8,).
    """

    order: np.ndarray
    sign: np.ndarray
    where: np.ndarray
    size: np.ndarray
    factor: np.ndarray
    held: np.ndarray
    spent: np.ndarray
    noise: np.ndarray
    rest: np.ndarray
    ratio: np.ndarray
    panel: np.ndarray
    entering: np.ndarray
    score: np.ndarray


def empty_active_set(n_features, capacity):
    """An active set without features that can hold `capacity`."""
    return ActiveSet(
        order=np.zeros(capacity, np.int64),
        sign=np.zeros(capacity),
        where=np.zeros(n_features, np.int8),
        size=np.zeros(1, np.int64),
        factor=np.empty((capacity, capacity)),
        held=np.zeros(capacity),
        spent=np.zeros(1),
        noise=np.zeros(n_features),
        rest=np.empty(capacity + 1),
        ratio=np.empty(capacity),
        panel=np.zeros((8, capacity + 8)),
        entering=np.zeros(8, np.int64),
        score=np.zeros(8),
    )


class PathArrays(NamedTuple):
    """What is kept of each alpha: coefs, slopes (K, p); rounds, states (K,) int64.

    objective (1,): the lowest so far, its rounding added.
    """

    coefs: np.ndarray
    slopes: np.ndarray
    rounds: np.ndarray
    states: np.ndarray
    objective: np.ndarray
