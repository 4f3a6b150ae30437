"""Which solver works on the features of a working set.

Each has `features`, their order, `grow(new)`, which lets more of them in, and `solve(alphas, goal)`, which returns
coefs (k, m) on them, iterations (k,) and statuses, from where the last call ended. Where it is `improvable`,
`improve(alphas)` does so with X for the first of the alphas solved last.
"""

from dataclasses import replace

import numpy as np

from .dual_newton import DualNewton
from .growing import GrowingGram, fits_memory
from .residual_descent import ResidualDescent

# From so many non-zero coefficients on, under a ridge term, epochs on the residual cost less than a factor at every
# alpha: measured 2 to 5 times less from 500 on, also to a gap of 1e-12.
MANY = 256
# Epochs at an alpha after which the ridge term is too small for that; and where there is no other way.
FEW_EPOCHS, MOST_EPOCHS = 1000, 100_000
# The dual works on n x n: from so many times as many coefficients as samples on that costs less than their Gram.
LARGER = 2


class ExactSolvers:
    """The solvers that reach the exact solution, each where it costs least.

    Parameters
    ----------
    problem : Problem
    options : Options
    """

    def __init__(self, problem, options):
        penalty = problem.penalty
        free = penalty.lower < penalty.upper
        self._problem = problem
        self._ridge = bool((penalty.l2[free] > 0).all())
        self._hard = False
        self._few, self._most = (replace(options, max_iter=epochs) for epochs in (FEW_EPOCHS, MOST_EPOCHS))

    def choose(self, inner, features, coefs):
        """The solver to go on with: `inner` where that will do, or a new one on the features from coefs (m,)."""
        n_active, options = np.count_nonzero(coefs), self._few
        crowded = 2 * len(features) > len(self._problem.linear)  # a copy of these would be one of X
        if self._ridge and n_active > MANY and not self._hard and not crowded:
            kind = ResidualDescent
        elif self._ridge and n_active > LARGER * self._problem.design.n_samples:
            kind = DualNewton
        elif fits_memory(self._problem, len(features)):
            kind = GrowingGram
        else:
            kind, options = ResidualDescent, self._most
        # to go back to the Gram would cost what that saves
        if inner is not None and (isinstance(inner, kind) or (kind is GrowingGram and not self._hard)):
            return inner
        return kind(self._problem, features, coefs, options)

    def stronger(self, inner, coefs):
        """Another solver where `inner` has not come close enough; None if there is none."""
        if self._hard or not isinstance(inner, ResidualDescent):
            return None
        self._hard = True
        other = self.choose(inner, inner.features, coefs)
        return None if other is inner else other


class Descent:
    """Coordinate descent on the residual, whatever the support."""

    def __init__(self, problem, options):
        self._problem, self._options = problem, options

    def choose(self, inner, features, coefs):
        """As `ExactSolvers.choose`."""
        return inner or ResidualDescent(self._problem, features, coefs, self._options)

    def stronger(self, _inner, _coefs):
        """None: what the user asked for is all there is."""
        return
