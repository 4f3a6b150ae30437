"""The problem as the solvers see it, behind the problem as a user states it, and the way back."""

import numpy as np
from examples import problem_of

from sparsereg.designs import Standardized, make_store
from sparsereg.penalties import Penalty
from sparsereg.solvers.least_squares import build_problems


def problem_behind(X, y, parameters):
    """The package's problem, built from the reference's statement of it, and that statement."""
    reference = problem_of(X, y, parameters)
    center, scale = reference.fit_intercept, reference.standardize
    weights = None if reference.sample_weight is None else reference.s.astype(float)
    design = Standardized(make_store(X), weights, None, center, scale)
    arrays = reference.l1, reference.l2, reference.lower / reference.scale, reference.upper / reference.scale
    targets, _ = design.center_target(np.asarray(y, dtype=float)[:, None])
    problems, _ = build_problems(design, targets, Penalty(*(np.asarray(array, dtype=float) for array in arrays)))
    return problems[0], reference


def on_original_scale(problem, reference, coef):
    coef = coef / problem.design.scale
    return coef, float(reference.best_intercept(coef)) if reference.fit_intercept else 0.0


def gaps_of(problem, reference, alphas, coefs):
    """Gaps over y'y/2n by the reference, less what rounding may leave."""
    gaps = []
    for alpha, coef in zip(alphas, coefs, strict=True):
        coef, intercept = on_original_scale(problem, reference, coef)
        gaps.append(reference.gap(coef, intercept, alpha) - reference.rounding(coef))
    return np.array(gaps)
