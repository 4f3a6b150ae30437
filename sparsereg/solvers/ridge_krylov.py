"""Ridge regression at many alphas from one Krylov space, on the smaller side of X; no square matrix is formed."""

import numpy as np

from .problem import EPS, weighted_squares
from .ridge_direct import FeatureSide, SampleSide, wide
from .ridge_iterative import SAFETY
from .ridge_lanczos import solve_by_lanczos

# A penalty below this part of the curvature is rounding to products with X.
LEAST = 10 * EPS
# Steps allowed for each alpha: those that are not done then go on with a space, and a preconditioner, of their own.
PER_ALPHA = 200
# Where a closed form is possible steps are tried first for this part of its decomposition's time, if that is enough for
# so many. They end where coefficients are as exact as those forms make them, to 1e-10 or so of their length.
SHARE, FEWEST, ROUNDED = 0.5, 50, 1e-20
# Seconds for a reduction to a few diagonals and for a Cholesky factor, per cubed row, and for a step beside its reads
# of X: one core of 2023.
REDUCING, FACTORING, STEPPING = 3.7e-11, 1.2e-11, 1.5e-4


class _Spaces:
    """Krylov spaces of M, as the factor of a side of X.

    Parameters
    ----------
    problems : RidgeProblems
    shares : bool array (K,)   the problems to be solved here
    product : function         M V
    goals : float64 array (K,) of |excess|^2, in the units of M
    most : int                 steps for each problem, restarts included
    """

    def __init__(self, problems, shares, product, goals, most):
        design, self._product = problems.design, product
        # any penalty will do for a solution that is not asked for
        self._lam = np.where(shares, problems.lam, problems.lam.max())
        self._goals = np.where(shares, goals, np.inf)
        self.rank = min(design.n_samples - design.centered, np.count_nonzero(~problems.dropped))
        self.most = most
        self.n_iter = np.zeros(len(problems.lam), dtype=np.int64)
        self.reached = np.zeros(len(problems.lam), dtype=bool)

    def solve_at(self, index, block, which):
        """(M + lam)^-1 block_which (m, k) of the problems index (k,)."""
        allowed = self.most - int(self.n_iter[index].max(initial=0))
        arguments = block, which, self._lam[index], self._goals[index], allowed
        solved, spent, reached = solve_by_lanczos(self._product, *arguments)
        self.n_iter[index] += spent
        self.reached[index] = reached
        return solved


class KrylovFeatures(FeatureSide):
    """The features as the smaller side: M = diag(root) G diag(root)."""

    def __init__(self, problems, shares, goal, most):
        design = problems.design
        root = 1 / np.sqrt(problems.factor)
        active = np.where(problems.dropped, 0.0, root)[:, None]

        def product(block):
            problems.heed()
            return active * design.correlate(design.predict(active * block))

        # |excess|^2 / (2 lam) is the duality gap
        goals = SAFETY * goal * problems.half * 2 * problems.lam
        self.spaces = _Spaces(problems, shares, product, goals, most)
        super().__init__(problems, self.spaces, root)
        every = np.arange(len(problems.lam))
        self._solved = self._root * self.spaces.solve_at(every, active * problems.linear, problems.which)

    def start(self, index):
        """Coefficients (p, k) of the problems index (k,)."""
        return self._solved[:, index]

    def gaps_at(self, index, coefs, residuals):
        """Duality gaps (k,) at coefs (p, k) whose residuals (n, k) these are."""
        problems = self._problems
        ridge = problems.lam[index] * problems.factor[:, None]
        excess = np.where(problems.dropped[:, None], 0.0, problems.correlate(residuals) - ridge * coefs)
        return 0.5 * (np.square(excess) / ridge).sum(axis=0)

    def _solve(self, index, block):
        return self.spaces.solve_at(index, np.where(self._problems.dropped[:, None], 0.0, block), np.arange(len(index)))


class KrylovSamples(SampleSide):
    """The samples as the smaller side: M = K."""

    def __init__(self, problems, shares, goal, most):
        design = problems.design

        def product(block):
            problems.heed()
            return self._root * design.predict(self._multiplier * design.correlate(self._inverse_root * block))

        # |excess|^2 / 2n is the duality gap
        goals = SAFETY * goal * problems.half * 2 * design.n_samples
        self.spaces = _Spaces(problems, shares, product, goals, most)
        super().__init__(problems, self.spaces)
        every = np.arange(len(problems.lam))
        solved = self.spaces.solve_at(every, self._root * problems.targets, problems.which)
        self._dual = np.multiply(self._inverse_root, solved, out=solved)

    def start(self, index):
        """Coefficients (p, k) of the problems index (k,)."""
        return self._multiplier * self._problems.design.correlate(self._dual[:, index])

    def gaps_at(self, index, coefs, residuals):
        """Duality gaps (k,) at coefs (p, k), as `start` gives them, whose residuals (n, k) these are."""
        # w = diag(1/f) X'S a/n, so that all of the gap at lam a is in its distance from the residual
        return 0.5 * weighted_squares(self._problems.design, residuals - self.dual_point(index, residuals))

    def _solve(self, index, block):
        return self.spaces.solve_at(index, block, np.arange(len(index)))


def by_krylov(problems, shares, goal, most):
    """The method that finds every solution from one Krylov space for each target.

    Parameters
    ----------
    problems : RidgeProblems
    shares : bool array (K,)       those to be solved: as `exceeds` says, or fewer
    goal : float                   relative gap
    most : int                     steps for each problem, restarts included
    """
    return (KrylovSamples if wide(problems.design) else KrylovFeatures)(problems, shares, goal, most)


def exceeds(problems, part=LEAST):
    """Which problems have a penalty above this part of the curvature of X: by default above its rounding, (K,)."""
    return problems.lam > part * np.max(problems.diagonal / problems.factor, initial=0.0)


def most_shared(problems):
    """The steps that the problems of a target may take together."""
    return PER_ALPHA * (len(problems.lam) // max(problems.targets.shape[1], 1))


def few_steps(design, n_alphas, n_targets):
    """The steps that are tried before a closed form for so many alphas and targets; 0: they would be too few."""
    cubed = min(design.n_samples, design.n_features) ** 3
    direct = min(REDUCING, FACTORING * n_alphas) * cubed
    steps = int(SHARE * direct / (STEPPING + 2 * n_targets * design.seconds()[0]))
    return steps if steps >= FEWEST else 0
