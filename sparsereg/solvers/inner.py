"""Which solver works on the features of a working set.

Each has `features`, their order, `grow(new)`, which lets more of them in, and `solve(alphas, goal)`, which returns
coefs (k, m) on them, iterations (k,) and statuses, from where the last call ended. Where it is `improvable`,
`improve(alphas)` does so with X for the first of the alphas solved last. A rough goal costs
less where it is `gradual`: `residual()` is that of its last solution, `epoch_seconds()` what an iteration takes.
`read` is the `Read` of the last solutions, or None where X has yet to be asked about them.
"""

from dataclasses import replace

import numpy as np

from ..designs.columns import lie_ready
from .dual_newton import DualNewton
from .gram_epochs import STRONG
from .growing import GrowingGram, fits_memory
from .memory import is_within_budget
from .residual_descent import VISITING, ResidualDescent

# From so many non-zero coefficients on, under a strong ridge term, epochs on the residual cost less than a factor at
# every alpha: measured 2 to 5 times less from 500 on, also to a gap of 1e-12.
MANY = 256
# A ridge term of this part of the mean square of a feature is no rounding.
VISIBLE = 1e-12
# Epochs at an alpha after which the ridge term is too small for that; and where there is no other way.
FEW_EPOCHS, MOST_EPOCHS = 1000, 100_000
# Without such a ridge term epochs may do all the same, where columns are short or hardly correlated. They are tried
# where this many cost no more than a factor, half of that many at an alpha; where that fails, once twice as many do.
ENOUGH, AGAIN = 100, 2
# Seconds on one core of 2023: of a factor, for k^3 of its k features; of an epoch, beside two reads, for each feature
# and each sample.
FACTORING, PER_SAMPLE = 2e-11, 4e-9
# The dual works on n x n: from so many times as many coefficients as samples on that costs less than their Gram.
LARGER = 2
# Matrices of that size that it holds at a time.
SQUARES = 4


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
        self._ridge = penalty.l2[free].min(initial=np.inf)
        self._size = problem.diagonal[free].mean() if free.any() else 0.0
        self._few, self._most = (replace(options, max_iter=epochs) for epochs in (FEW_EPOCHS, MOST_EPOCHS))
        self._now, self._failed = None, set()
        self._enough, self._gram, self._reading = ENOUGH, None, None

    def choose(self, inner, features, coefs, alpha):
        """The solver to go on with.

        Parameters
        ----------
        inner : solver or None      the one so far, which is returned where it will do
        features, coefs : (m,)      where a new one starts
        alpha : float               the smallest that it has to solve next
        """
        wanted = self._wanted(features, coefs, alpha)
        # to go back to the Gram would cost what that saves
        stays = wanted[0] is GrowingGram and inner is not None and self._serves(alpha)
        self._gram = inner if isinstance(inner, GrowingGram) else None
        if inner is not None and wanted[0] is self._now[0] is ResidualDescent:
            self._now = wanted
            inner.options = wanted[1]
            return inner
        if wanted == self._now or stays:
            return inner
        return self._new(wanted, features, coefs)

    def stronger(self, inner, coefs, alpha):
        """Another solver where `inner` has not come close enough; None if there is none."""
        kind, options = self._now
        if kind is GrowingGram:
            return None
        if kind is ResidualDescent and options.max_iter < FEW_EPOCHS:
            self._enough = AGAIN * 2 * options.max_iter
        else:
            self._failed.add(kind)
        wanted = self._wanted(inner.features, coefs, alpha, tried=True)
        if wanted == self._now:
            return None
        if wanted[0] is GrowingGram and self._gram is not None:
            # the one that was left for what has failed at once, with its solution and its factor
            self._now, gram = wanted, self._gram
            gram.grow(inner.features[len(gram.features) :])
            return gram
        return self._new(wanted, inner.features, coefs)

    def _new(self, wanted, features, coefs):
        self._now = wanted
        kind, options = wanted
        return kind(self._problem, features, coefs, options)

    def _wanted(self, features, coefs, alpha, tried=False):
        """The class and its options; tried: few epochs were not enough just now."""
        problem, n_samples = self._problem, self._problem.design.n_samples
        # without a kink at zero a coefficient is not zero for long
        n_active = np.count_nonzero((coefs != 0) | (problem.penalty.l1[features] == 0))
        # a copy of these would be one of X
        crowded = 2 * len(features) > len(problem.linear) and not lie_ready(problem.design)
        strong = n_active > MANY and alpha * self._ridge > STRONG * self._size
        if strong and not crowded and ResidualDescent not in self._failed:
            return ResidualDescent, self._few
        large = n_active > LARGER * n_samples and alpha * self._ridge > VISIBLE * self._size
        if large and DualNewton not in self._failed and is_within_budget(SQUARES * 8 * n_samples**2):
            return DualNewton, self._few
        if not fits_memory(problem, len(features)):
            return ResidualDescent, self._most
        epochs = self._affordable(features, n_active) if n_active > MANY and not (crowded or tried) else 0
        if epochs >= (ENOUGH if self._now and self._now[0] is ResidualDescent else self._enough):
            return ResidualDescent, replace(self._few, max_iter=min(epochs // 2, FEW_EPOCHS - 1))
        return GrowingGram, self._few

    def _affordable(self, features, n_active):
        """How many epochs cost as much as a factor."""
        design = self._problem.design
        if self._reading is None:
            lengths = design.store.entries_per_column()
            self._reading = design.seconds()[0] / max(lengths.sum(), 1) * lengths
        epoch = 2 * self._reading[design.whole(features)].sum() + VISITING * len(features)
        return int(FACTORING * n_active**3 / (epoch + PER_SAMPLE * design.n_samples))

    def _serves(self, alpha):
        """Whether the solver so far can go on: without a ridge term only the Gram can."""
        kind = self._now[0]
        return kind not in self._failed and (kind is GrowingGram or alpha * self._ridge > VISIBLE * self._size)


class Descent:
    """Coordinate descent on the residual, whatever the support."""

    def __init__(self, problem, options):
        self._problem, self._options = problem, options

    def choose(self, inner, features, coefs, _alpha):
        """As `ExactSolvers.choose`."""
        return inner or ResidualDescent(self._problem, features, coefs, self._options)

    def stronger(self, _inner, _coefs, _alpha):
        """None: what the user asked for is all there is."""
        return
