"""The least-squares problem of the rows that a fold trains on: from sums that are there already, or from X."""

from dataclasses import dataclass

import numpy as np

from ..designs.moments import Moments
from ..designs.standardized import Standardized
from ..solvers.problem import weighted_squares
from .folds import row_counts
from .held_out import LOST

# Beyond this part of all columns the share of those that are summed anew of the Gram matrix costs as much as all of it.
MANY = 0.25
# Where the variance of a column is below this part of its mean square about the common point, the fold is read from X,
# with a point of its own.
FAR = 1e-4
# Where it is below this part of the square whose rounding it carries, solutions on the Gram matrix are certified and
# refined from X.
ACCURATE = 1e-4


@dataclass(frozen=True)
class Training:
    """What a fold trains on, each row scaled so that the weights sum to n.

    design : Standardized             of all n rows, those not trained on with weight 0
    gram : float64 array (p, p)       its Gram matrix; None: not formed
    targets : float64 array (n, t)    centred as the design is
    means : (t,)                      of the targets
    linear : float64 array (p, t)     X'Sy/n
    squares : (t,)                    y'Sy/n
    is_accurate : bool                the Gram matrix is as accurate as one from X
    """

    design: Standardized
    gram: np.ndarray | None
    targets: np.ndarray
    means: np.ndarray
    linear: np.ndarray
    squares: np.ndarray
    is_accurate: bool


def training_weights(fold, weights, n_samples):
    """The weights (n,) of the rows in training, which sum to n."""
    counts = row_counts(fold.train, n_samples)
    if weights is not None:
        counts *= weights
    counts *= n_samples / counts.sum()
    return counts


def training_from_x(store, fold, weights, Y, center, scale):
    """The `Training` of a fold with everything but the Gram matrix from X.

    Parameters
    ----------
    store : DenseStore or SparseStore
    fold : Fold
    weights : float64 array (n,) or None
    Y : float64 array (n, t)
    center, scale : bool
    """
    design = Standardized(store, weights=training_weights(fold, weights, store.n_samples), center=center, scale=scale)
    targets, means = design.center_target(Y)
    linear, squares = design.correlate(targets), weighted_squares(design, targets)
    return Training(design, None, targets, means, linear, squares, True)


def training_from_sums(sums, index, store, fold, weights, Y, center, scale, out=None):
    """The `Training` of a fold from the sums over all folds, or from X where they do not tell it accurately.

    Parameters
    ----------
    sums : FoldSums
    index : int             of the fold
    out : (p, p) or None    room for its Gram matrix
    others : as `training_from_x`
    """
    n_samples = store.n_samples
    gram, some, reference = _summed(sums, index, fold, out)
    unit = n_samples / some.weight
    shift = np.zeros(store.n_features) if sums.shift is None else sums.shift
    moments = Moments(shift, unit * some.x, unit * np.maximum(gram.diagonal(), 0.0))
    second = moments.sumsq / n_samples
    variance = second - np.square(moments.sum / n_samples) if center or scale else second
    if ((variance < FAR * second) & (second > 0)).any():
        return training_from_x(store, fold, weights, Y, center, scale)
    is_accurate = bool((some.weight * variance >= ACCURATE * reference).all())
    weights = training_weights(fold, weights, n_samples)
    design = Standardized(store, weights=weights, center=center, scale=scale, moments=moments)
    targets, means = design.center_target(Y)
    squares = weighted_squares(design, targets)
    gram *= unit
    gram = design.standardize_gram(gram)
    if sums.is_small(some, squares):
        linear = design.correlate(targets)
    else:
        linear = some.xy
        if center:
            linear = linear - np.multiply.outer(some.x, some.y / some.weight)
            linear[design.constant] = 0.0
        linear = linear / (some.weight * design.scale[:, None])
    return Training(design, gram, targets, means, linear, squares, is_accurate)


def _summed(sums, index, fold, out):
    """The Gram matrix (p, p) and `Sums` of the rows in training, and the squares (p,) whose rounding they carry."""
    side, some = sums.sides[index], sums.side(index)
    if not side.is_rest:
        gram = sums.side_gram(index, out)
        return gram, some, gram.diagonal().copy()
    gram, reference = sums.rest_gram(index, out), sums.total_squares().copy()
    some = sums.total - some
    lost = np.flatnonzero((gram.diagonal() < LOST * reference) & (reference > 0))
    if some.weight < LOST * sums.total.weight or len(lost) > MANY * len(reference):
        gram = sums.rows_gram(fold.train)
        return gram, sums.sums_over(fold.train), gram.diagonal().copy()
    if len(lost):
        block = sums.rows_gram(fold.train, lost)
        gram[lost], gram[:, lost] = block, block.T
        anew = sums.sums_over(fold.train, lost)
        some.x[lost], some.xy[lost] = anew.x, anew.xy
        reference[lost] = gram.diagonal()[lost]
    return gram, some, reference
