"""What a search over alphas and l1_ratios found: the value that every rule chooses from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CVResult:
    """Losses over a grid of K alphas, for each of L l1_ratios; the axis of L is there only if several were asked for.

    Attributes
    ----------
    alphas : ndarray (K,) or (L, K)               the largest first; RidgeCV: in the order given
    l1_ratios : ndarray (L,)                      empty for RidgeCV
    gammas : ndarray (L,) or None                 RelaxedLassoCV: what the axis of L is over
    loss : ndarray (K,) or (L, K)                 what the choice minimises: the mean squared error over the folds,
                                                  minus the mean score, or the value of the criterion
    loss_se : ndarray, as loss, or None           its standard error; None where it is not a mean
    fold_errors : ndarray (..., n_folds) or None  mean squared error on each held-out fold
    fold_scores : ndarray (..., n_folds) or None  score on each held-out fold, where scoring asks for one
    df : ndarray, as loss, or None                degrees of freedom, for the criteria that count them
    criterion : str

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import ElasticNetCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> result = ElasticNetCV(l1_ratio=[0.5, 1], cv=10).fit(X, y).cv_result_
    >>> result.loss.shape, result.fold_errors.shape, result.criterion
    ((2, 100), (2, 100, 10), 'cv')
    """

    alphas: np.ndarray
    l1_ratios: np.ndarray
    loss: np.ndarray
    loss_se: np.ndarray | None = None
    fold_errors: np.ndarray | None = None
    fold_scores: np.ndarray | None = None
    df: np.ndarray | None = None
    criterion: str = "cv"
    gammas: np.ndarray | None = None
