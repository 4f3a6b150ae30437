"""Ridge regression by a Cholesky factor whose Gram matrix float32 arithmetic formed, in half the time.

A step with that factor leaves an error of some 1e-6 times the condition number; steps on X itself, in float64, take it
to rounding, and the certificate knows nothing of float32.
"""

import numpy as np

from ..designs.single import fits_single
from .ridge_direct import FeatureSide, check_side, wide
from .ridge_factor import CholeskyFactor

# A Gram matrix of fewer features takes less time than the steps on X; so does one for more right-hand sides than one
# in so many features. Each step with another alpha takes a factor, as one is kept.
LEAST, PER_PROBLEM = 256, 64
# Pivots below this part of the diagonal: float32 does not tell them from zero well enough for steps to converge.
CUT = 1e-4
# The first solution is improved until the next gap, about the square of this relative to y'y/2n, is below this.
ROUNDING = 1e-22
MOST_STEPS = 8
# From this least pivot on the first step tells how small the next gap will be; below it only steps do.
SAFE_PIVOT = 0.1


def suits_single(problems):
    """Whether the Gram matrix in float32 and the steps on X take less time than the one in float64."""
    design = problems.design
    few = len(problems.lam) * PER_PROBLEM <= design.n_features and len(np.unique(problems.lam)) == 1
    if problems.gram is not None or not design.single or wide(design) or design.n_features < LEAST or not few:
        return False
    return fits_single(design, ~problems.dropped)


def by_single_cholesky(problems):
    """The method that factors H at each lam by itself, from float32 products; LinAlgError where that is too coarse."""
    design = problems.design
    check_side(design.n_features, "features")
    gram = design.single_gram()
    gram[problems.dropped] = 0.0
    gram[:, problems.dropped] = 0.0
    ridge = np.where(problems.dropped, 0.0, problems.factor)
    return SingleSide(problems, CholeskyFactor(gram, ridge, CUT), np.ones(design.n_features))


class SingleSide(FeatureSide):
    """A `FeatureSide` whose factor is coarse, so that a solution takes several steps."""

    def start(self, index):
        """Coefficients (p, k) of the problems index (k,); LinAlgError where the steps hardly converge."""
        problems = self._problems
        lam, half = problems.lam[index] * problems.factor[:, None], problems.half[index]
        coefs = super().start(index)
        before = half
        for n_steps in range(1, MOST_STEPS + 1):
            excess = problems.correlate(problems.residuals(index, coefs)) - lam * coefs
            steps = self.step(index, None, excess)
            coefs += steps
            # half of excess' H^-1 excess is how far the objective was above its minimum
            above = 0.5 * np.abs(np.einsum("jk,jk->k", excess, steps))
            settled = n_steps > 1 or self._factor.least_pivot >= SAFE_PIVOT
            if settled and (above * above <= ROUNDING * half * before).all():
                return coefs
            if not (above <= 0.1 * before).all():
                break
            before = above
        raise np.linalg.LinAlgError("the steps do not converge fast enough")
