"""Sums and sums of squares per column about a shift, and the rules that choose the shift."""

from dataclasses import dataclass

import numpy as np

# Where |mean| exceeds this many standard deviations about the shift, the variance has lost too many digits.
REPEAT = 10.0


@dataclass(frozen=True)
class Moments:
    """First and second moments of the columns of X about a shift.

    Attributes
    ----------
    shift : ndarray (p,)      zero for the columns that are best read as they are, else a provisional mean
    sum : ndarray (p,)        sum_i s_i (x_ij - shift_j)
    sumsq : ndarray (p,)      sum_i s_i (x_ij - shift_j)^2
    """

    shift: np.ndarray
    sum: np.ndarray
    sumsq: np.ndarray


def far_from_zero(total, sum_, sumsq, ratio):
    """Columns whose mean is more than `ratio` standard deviations away from the point the sums are about."""
    mean = sum_ / total
    return mean * mean > ratio * ratio * np.maximum(sumsq / total - mean * mean, 0.0)
