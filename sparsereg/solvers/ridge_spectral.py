"""Ridge regression at many alphas from one decomposition, which is handed on: leverages need it too."""

from dataclasses import dataclass

import numpy as np

from .problem import EPS, weights_of
from .ridge import ACCURATE, REFINED, found_by, has_closed_form, has_even_factors, solve_quadratic, split, unsolved
from .ridge_complement import Complement
from .ridge_direct import SampleSide, by_eigenvalues, sample_gram, wide
from .ridge_factor import spectral_factor
from .ridge_problem import build_ridge_problems
from .ridge_refinement import refine
from .ridge_svd import by_svd

# An eigendecomposition of G is wrong by a few eps of its largest eigenvalue; beyond this condition of G + lam the
# singular values of X are taken instead.
CONDITION = 1e6


@dataclass(frozen=True)
class FeatureSpectrum:
    """M (p, r) with M'GM = diag(s): the leverages of rows x_i of the design are s_i/n x_i'M inverse M'x_i.

    vectors : (p, r)      M
    values : (r,)         s; inf: a direction in which X has nothing but rounding
    free : bool (r,)      directions without a penalty; the others have M' diag(f) M = I
    """

    vectors: np.ndarray
    values: np.ndarray
    free: np.ndarray

    def inverse(self, lam):
        """1 / (s + lam), (r, K); 1/s in directions without a penalty."""
        penalty = np.where(self.free[:, None], 0.0, lam)
        denominator = self.values[:, None] + penalty
        least = EPS * len(self.vectors) * self.values.max(initial=0.0, where=np.isfinite(self.values))
        kept = denominator > np.where(penalty > 0, 0.0, least)
        return np.divide(1.0, denominator, out=np.zeros_like(denominator), where=kept)


@dataclass(frozen=True)
class SampleSpectrum:
    """U (n, r), orthonormal, with K = U diag(s) U' outside of what the features without a penalty can fit.

    vectors : (n, r)
    values : (r,)
    dual : (n, T K) or None     a with S^1/2 a = (K + lam)^-1 S^1/2 y of every target and alpha, refined from X;
                                None: not known
    """

    vectors: np.ndarray
    values: np.ndarray
    dual: np.ndarray | None


def solve_spectral(design, store, targets, penalty, alphas, options):
    """Certified solutions of every target at all alphas, and the decomposition of X that gives its leverages.

    Parameters
    ----------
    as `solve_ridge`, but alphas (K,), descending; no feature has a bound

    Returns
    -------
    solutions : list of Solution
    lam : (K,)                       the penalty of the spectrum
    spectrum : FeatureSpectrum, SampleSpectrum or None      None: rounding does not allow one
    """
    each = np.broadcast_to(alphas, (targets.shape[1], len(alphas)))
    excluded = penalty.upper == penalty.lower
    free = (penalty.l2 == 0) & ~excluded
    unit = np.where(free, 1.0, penalty.l2) if free.any() else penalty.l2
    problems = build_ridge_problems(design, store, targets, unit, excluded | free, each, options.dtype)
    lam = problems.lam[: len(alphas)]
    if free.any() or excluded.all() or not has_closed_form(penalty):
        solutions = solve_quadratic(design, targets, penalty, each, options)
        if has_even_factors(penalty):
            return solutions, lam, _with_free(problems, np.flatnonzero(free & (problems.diagonal > 0)), lam)
        return solutions, lam, None
    pending = np.arange(len(problems.lam))
    state = unsolved(problems)
    method, name = by_eigenvalues(problems), "eigen"
    if is_accurate(method.directions()[1], lam):
        refine(problems, method, pending, REFINED, state)
        pending = np.flatnonzero(~(state.gaps <= ACCURATE * problems.half))
    if pending.size:
        method, name = by_svd(problems), "svd"
        refine(problems, method, np.arange(len(problems.lam)), REFINED, state)
    solutions = split(problems, found_by(problems, state, name), each, options)
    vectors, values = method.directions()
    if isinstance(method, SampleSide):
        return solutions, lam, SampleSpectrum(vectors, values, method.dual)
    return solutions, lam, FeatureSpectrum(vectors, values, np.zeros(len(values), dtype=bool))


def is_accurate(values, lam):
    """Whether eigenvalues of G are known to enough digits once the least of lam is added."""
    return values.max(initial=0.0) <= CONDITION * (values.min(initial=np.inf) + lam.min())


def _with_free(problems, free, lam):
    """The spectrum where the features `free` (an index array) have no penalty; in `problems` they are excluded.

    None where its eigenvalues are not accurate.
    """
    design = problems.design
    if wide(design) and not problems.dropped.all():
        root = np.sqrt(weights_of(design))[:, None]
        columns = design.predict(np.eye(len(free)), free)
        constant = [np.ones((design.n_samples, 1))] if design.centered else []
        complement = Complement(root * np.hstack([*constant, columns]))
        factor = spectral_factor(complement.reduce(sample_gram(problems)))
        if not is_accurate(factor.values, lam):
            return None
        return SampleSpectrum(complement.lift(factor.vectors), factor.values, None)
    kept = np.flatnonzero(~problems.dropped)
    gram = design.gram()
    root = 1 / np.sqrt(gram[free, free])
    values, vectors = np.linalg.eigh(root[:, None] * gram[np.ix_(free, free)] * root)
    known = values > EPS * design.n_samples * values.max(initial=0.0)
    unpenalised = root[:, None] * vectors[:, known] / np.sqrt(values[known])
    across = gram[np.ix_(free, kept)]
    removed = unpenalised @ (unpenalised.T @ across)
    scale = 1 / np.sqrt(problems.factor[kept])
    rest = gram[np.ix_(kept, kept)] - across.T @ removed
    factor = spectral_factor(scale[:, None] * rest * scale)
    if not is_accurate(factor.values, lam) or not is_accurate(values[known], np.zeros(1)):
        return None
    penalised = scale[:, None] * factor.vectors
    basis = np.zeros((len(gram), unpenalised.shape[1] + penalised.shape[1]))
    basis[free, : unpenalised.shape[1]] = unpenalised
    basis[free, unpenalised.shape[1] :] = -removed @ penalised
    basis[kept, unpenalised.shape[1] :] = penalised
    is_free = np.arange(basis.shape[1]) < unpenalised.shape[1]
    return FeatureSpectrum(basis, np.append(np.ones(unpenalised.shape[1]), factor.values), is_free)
