"""Which features count at each alpha: those that the solution keeps and no bound holds."""

from dataclasses import dataclass

import numpy as np

from ..solvers.problem import AT_BOUND, EPS

# A ridge penalty, or a pivot, below this many roundings of the Gram per feature is none, as is a coefficient below so
# many roundings of y.
ROUNDINGS = 8
# The way out where a matrix of the active features would not fit the memory.
SMALLER = "choose alpha by criterion='cv', or end the path early by max_features"


@dataclass(frozen=True)
class Active:
    """The features that move with y at K alphas.

    features : int (m,)        ascending; those active at any alpha are among them
    mask : bool (K, m)         which are active
    ridge : (m,)               l2 of each per unit of alpha
    alphas : (K,)
    """

    features: np.ndarray
    mask: np.ndarray
    ridge: np.ndarray
    alphas: np.ndarray

    def at(self, k):
        """Positions (a,) among the features of those active at the k-th alpha, and l2 of each, (a,)."""
        positions = np.flatnonzero(self.mask[k])
        return positions, self.alphas[k] * self.ridge[positions]

    def ever(self):
        """Positions of the features active at any alpha."""
        return np.flatnonzero(self.mask.any(axis=0))


def active_features(problem, solution):
    """The active features of a path: w_j beyond rounding or l1_j = 0, and w_j strictly inside its bounds."""
    penalty, alphas, coefs = problem.penalty, solution.alphas, solution.coefs
    features = solution.features
    if features is None:
        features = np.arange(coefs.shape[1])
    else:
        # a coefficient without a kink at zero is zero by chance only, and then moves all the same
        smooth = (penalty.lower < penalty.upper) & ((penalty.l1 == 0) | bool((alphas == 0).any()))
        whole = np.union1d(features, np.flatnonzero(smooth))
        if len(whole) > len(features):
            spread = np.zeros((len(alphas), len(whole)))
            spread[:, np.searchsorted(whole, features)] = coefs
            features, coefs = whole, spread
    penalty = penalty.select(features)
    held = 1.0 - AT_BOUND
    # the first alpha of a grid lies on a knot, where a solver may leave rounding instead of 0
    least = ROUNDINGS * EPS * np.sqrt(problem.target_square)
    mask = (np.abs(coefs) * np.sqrt(problem.diagonal[features]) > least) | (alphas == 0)[:, None] | (penalty.l1 == 0)
    mask &= (coefs > held * penalty.lower) & (coefs < held * penalty.upper)
    mask &= problem.diagonal[features] > 0
    return Active(features, mask, penalty.l2, alphas)


def rounding_of(problem, features):
    """What is rounding in the Gram of some features scaled to a diagonal of ones: pivots and penalties below it."""
    if not len(features):
        return 0.0
    design, own = problem.design, problem.diagonal[features]
    # a column far from zero is centred by a rank-one term, whose rounding is that of the column as it is read
    read = design.read_squares()[features] if design.centered else own
    return ROUNDINGS * len(features) * EPS * max(1.0, float((read / own).max()))
