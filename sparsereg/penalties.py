"""The four arrays that say which penalty and which bounds a problem has."""

from dataclasses import dataclass

import numpy as np

# Largest alpha that is multiplied in, so that alpha * factor / total weight stays finite when each is within
# this limit: 1e100 ** 3 = 1e300.
LARGEST = 1e100


@dataclass(frozen=True, slots=True)
class Penalty:
    """sum_j l1_j |w_j| + l2_j/2 w_j^2 subject to lower_j <= w_j <= upper_j.

    Parameters
    ----------
    l1, l2 : float64 arrays (n_features,)
        Weights of the two parts, >= 0 and finite: per unit of alpha as built, in units of the objective after
        ``at(alpha)``.
    lower, upper : float64 arrays (n_features,)
        lower <= 0 <= upper; -inf and inf where there is no bound. An excluded feature has
        l1 = l2 = lower = upper = 0.
    """

    l1: np.ndarray
    l2: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    def at(self, alpha):
        """The penalty at one alpha: l1 and l2 times alpha (at most 1e100)."""
        alpha = min(float(alpha), LARGEST)
        return Penalty(alpha * self.l1, alpha * self.l2, self.lower, self.upper)

    def scaled(self, scale):
        """The penalty on standardised coefficients w_j * scale_j: bounds times scale.

        Parameters
        ----------
        scale : float64 array (n_features,)
            Deviations of the features, > 0.
        """
        return Penalty(self.l1, self.l2, self.lower * scale, self.upper * scale)

    def select(self, features):
        """The penalty of some features (an index array)."""
        return Penalty(self.l1[features], self.l2[features], self.lower[features], self.upper[features])


def stacked(penalties):
    """The penalties of several problems, each array (k, n_features)."""
    return Penalty(*(np.array([getattr(one, name) for one in penalties]) for name in ("l1", "l2", "lower", "upper")))
