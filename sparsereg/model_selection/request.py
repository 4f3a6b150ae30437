"""What is asked of a search over alphas and l1_ratios."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Request:
    """What is asked of a search.

    criterion : str                   a key of EVALUATIONS
    folds : list of Fold              for "cv"
    scorer : scorer of scikit-learn, or None
    held_out : HeldOutSet or None     for "validation"
    patience : int                    alphas without an improvement of the validation error after which a path ends
    max_features : int or None        a path ends before the first alpha with more non-zero coefficients
    min_improvement : float or None   a path ends at the first alpha that raises R2 by less
    keeps_fold_coefs : bool
    verbose : bool or int
    may_extend : bool                 longer grids may follow
    n_threads : int                   that work on folds
    on_gram : bool                    for "cv": the folds share the Gram matrix of all features
    """

    criterion: str
    folds: list
    scorer: object
    held_out: object
    patience: int
    max_features: int | None
    min_improvement: float | None
    keeps_fold_coefs: bool
    verbose: object
    may_extend: bool = False
    n_threads: int = 1
    on_gram: bool = False


@dataclass(frozen=True)
class HeldOutSet:
    """Data that nothing is fitted to.

    data : Data
    weights : float64 array (m,) or None
    """

    data: object
    weights: np.ndarray | None
