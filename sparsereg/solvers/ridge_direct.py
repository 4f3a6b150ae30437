"""Closed forms of ridge regression on the smaller side of X: features (the Gram) or samples (X f^-1 X')."""

from dataclasses import replace

import numpy as np

from .memory import check_memory
from .problem import EPS, weights_of
from .ridge_complement import Complement
from .ridge_factor import CholeskyFactor, ReducedFactor, spectral_factor

SMALLER = "select features first, or use solver='sparse_cg' (for RidgeCV, cv=5), which needs no such matrix"
# Square matrices of the smaller side alive at once: the matrix, its factor, and LAPACK's copies of them.
SQUARES = 4
# Bytes that are taken without asking the system, which costs as much as a small fit.
ALWAYS = 2**26


def wide(design):
    """Whether the samples are the smaller side, or X may fit them all: its rank then is that of the samples."""
    return design.n_samples - design.centered <= design.n_features


class FeatureSide:
    """H^-1 by a factor of the (p, p) Gram.

    Parameters
    ----------
    problems : RidgeProblems
    factor : object                 solve(block, lam) as `CholeskyFactor`
    root : float64 array (p,)       the factor is of diag(root) G diag(root) + lam diag(root f root)
    """

    def __init__(self, problems, factor, root):
        self._problems, self._factor, self._root = problems, factor, root[:, None]
        self.rank = factor.rank - np.count_nonzero(problems.dropped & isinstance(factor, CholeskyFactor))

    def start(self, index):
        """Coefficients (p, k) of the problems index (k,)."""
        return self.step(index, None, self._problems.linear[:, self._problems.which[index]])

    def step(self, index, residuals, excess):
        """H^-1 excess (p, k)."""
        solved = self._solve(index, self._root * excess)
        solved[self._problems.dropped] = 0.0
        return self._root * solved

    def _solve(self, index, block):
        return self._factor.solve(block, self._problems.lam[index])

    def dual_point(self, index, residuals):
        """The residuals."""
        return residuals

    def directions(self):
        """M (p, r) and s (r,) with M'GM = diag(s) and M' diag(f) M = I, where the factor is a `SpectralFactor`."""
        return self._root * self._factor.vectors, self._factor.values


class SampleSide:
    """w = diag(1/f) X'S a/n, where (K + lam) S^1/2 a = S^1/2 y and K = S^1/2 X diag(1/f) X' S^1/2 / n.

    Parameters
    ----------
    problems : RidgeProblems
    factor : object                 of K, as `CholeskyFactor`
    """

    def __init__(self, problems, factor):
        self._problems, self._factor = problems, factor
        design = problems.design
        # the direction of the constant was added to K where it is to have a Cholesky factor
        self.rank = factor.rank - (design.centered and isinstance(factor, CholeskyFactor))
        self._root = np.sqrt(weights_of(design))[:, None]
        with np.errstate(divide="ignore"):
            self._inverse_root = np.where(self._root > 0, 1 / self._root, 0.0)
        self._dual = np.zeros((design.n_samples, len(problems.lam)))
        self._multiplier = np.where(problems.dropped, 0.0, 1 / problems.factor)[:, None]

    def start(self, index):
        """Coefficients (p, k) of the problems index (k,)."""
        self._dual[:, index] = 0.0
        return self.step(index, self._problems.targets[:, self._problems.which[index]], None)

    def step(self, index, residuals, excess):
        """What the error of a, seen in the residuals (n, k), moves w by, (p, k); a itself is corrected."""
        lam = self._problems.lam[index]
        error = residuals - lam * self._dual[:, index]
        change = self._inverse_root * self._solve(index, self._root * error)
        self._dual[:, index] += change
        return self._multiplier * self._problems.design.correlate(change)

    def _solve(self, index, block):
        return self._factor.solve(block, self._problems.lam[index])

    def dual_point(self, index, residuals):
        """lam a (n, k): a better certificate than the residuals, as X'S a/n is f w to rounding."""
        lam = self._problems.lam[index]
        return np.where(lam > 0, lam * self._dual[:, index], residuals)

    def directions(self):
        """U (n, r) and s (r,) with K = U diag(s) U', where the factor is a `SpectralFactor`."""
        return self._factor.vectors, self._factor.values

    @property
    def dual(self):
        """a of every problem, (n, K), as last corrected; without its part in directions with s = inf."""
        return self._dual


def feature_gram(problems):
    """G (p, p), with the rows and columns of dropped features set to zero."""
    check_side(problems.design.n_features, "features")
    gram = problems.design.gram() if problems.gram is None else problems.gram
    gram[problems.dropped] = 0.0
    gram[:, problems.dropped] = 0.0
    return gram


def sample_gram(problems):
    """K (n, n)."""
    check_side(problems.design.n_samples, "samples")
    return problems.design.outer(np.where(problems.dropped, 0.0, 1 / problems.factor))


def without_constant(design):
    """The `Complement` of S^1/2 1, in which no centred target lies; of nothing where the design is not centred."""
    root = np.sqrt(weights_of(design))[:, None]
    return Complement(root if design.centered else root[:, :0])


def regular_sample_gram(problems):
    """K (n, n), made regular in the direction of the constant."""
    design, outer = problems.design, sample_gram(problems)
    if design.centered:
        root = np.sqrt(weights_of(design))
        root *= np.sqrt(outer.trace() / len(outer) / len(outer))
        outer += root * root[:, None]
    return outer


def n_bytes(size):
    """Memory of the closed form on a smaller side of this size."""
    return SQUARES * 8 * size**2


def check_side(size, things):
    """MemoryError unless the closed form on a smaller side of this size fits the budget."""
    if n_bytes(size) > ALWAYS:
        check_memory(n_bytes(size), f"the closed form of Ridge on {size} {things}", SMALLER)


def by_cholesky(problems):
    """The method that factors H, or K + lam, at each lam by itself."""
    design = problems.design
    cut = 10 * EPS * max(design.n_samples, design.n_features)
    if wide(design):
        outer = regular_sample_gram(problems)
        return SampleSide(problems, CholeskyFactor(outer, np.ones(len(outer)), cut))
    ridge = np.where(problems.dropped, 0.0, problems.factor)
    factor = CholeskyFactor(feature_gram(problems), ridge, cut)
    return FeatureSide(problems, factor, np.ones(design.n_features))


def by_reduction(problems):
    """The method that reduces G, or K, to a few diagonals once for every lam, all of them above rounding."""
    design = problems.design
    n_kept = np.count_nonzero(~problems.dropped)
    if wide(design):
        outer = regular_sample_gram(problems)
        return SampleSide(problems, ReducedFactor(outer, min(len(outer) - design.centered, n_kept), problems.heed))
    root = 1 / np.sqrt(problems.factor)
    return FeatureSide(problems, ReducedFactor(_scaled_gram(problems, root), n_kept, problems.heed), root)


def by_eigenvalues(problems):
    """The method that decomposes G, or K, once for every lam."""
    if wide(problems.design):
        complement = without_constant(problems.design)
        factor = spectral_factor(complement.reduce(sample_gram(problems)))
        return SampleSide(problems, replace(factor, vectors=complement.lift(factor.vectors)))
    root = 1 / np.sqrt(problems.factor)
    return FeatureSide(problems, spectral_factor(_scaled_gram(problems, root)), root)


def _scaled_gram(problems, root):
    """diag(root) G diag(root), (p, p)."""
    gram = feature_gram(problems)
    if not (root == 1).all():
        # another method may need the one that was known
        gram = gram * root if gram is problems.gram else np.multiply(gram, root, out=gram)
        gram *= root[:, None]
    return gram
