"""Ridge regression by Krylov methods, for X too large for any square matrix: conjugate gradients and LSQR.

Their stopping rules are put in terms of the certified gap, sum_j e_j^2 / (2 lam f_j), where d is the step and
e = X'S(r - Xd)/n - lam f (w + d) what is left of the gradient.
"""

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg, lsqr

from ..duality import ROUNDING
from .problem import EPS, weights_of

# The gap asked of a run is this part of the goal: what X itself says afterwards differs a little from the
# recurrence.
SAFETY = 0.25
# What a run reduces the gradient by with hardly any penalty: more would be rounding, and the next run starts from X
# again.
REDUCTION = 1e-10
# A penalty below this part of the curvature: the gap is that of rounding, and no measure of the step.
NEGLIGIBLE = 1e-24
# Iterations allowed when max_iter is None: a multiple of what exact arithmetic needs, as scipy's.
PER_DIMENSION = 10


class KrylovMethod:
    """A method whose steps are runs of a Krylov solver.

    Parameters
    ----------
    problems : RidgeProblems
    goal : float                  relative gap
    max_iter : int or None        iterations for each problem, restarts included
    run : function                conjugate_gradients or least_squares
    """

    def __init__(self, problems, goal, max_iter, run):
        design = problems.design
        self.problems, self._run = problems, run
        kept = np.count_nonzero(~problems.dropped)
        self.rank = min(design.n_samples - design.centered, kept)
        smaller = min(design.n_samples, design.n_features)
        self.max_iter = PER_DIMENSION * (smaller + 100) if max_iter is None else max_iter
        self.n_iter = np.zeros(len(problems.lam), dtype=np.int64)
        self.goals = SAFETY * goal * problems.half

    def start(self, index):
        """Coefficients (p, k) of the problems index (k,)."""
        which = self.problems.which[index]
        return self.step(index, self.problems.targets[:, which], self.problems.linear[:, which])

    def step(self, index, residuals, excess):
        """About H^-1 excess, (p, k); counts the iterations."""
        result = np.zeros_like(excess)
        for i, k in enumerate(index):
            allowed = int(self.max_iter - self.n_iter[k])
            if allowed > 0 and excess[:, i].any():
                result[:, i], spent = self._run(self.problems, k, residuals[:, i], excess[:, i], self.goals[k], allowed)
                self.n_iter[k] += spent
        return result

    def dual_point(self, index, residuals):
        """The residuals."""
        return residuals


def conjugate_gradients(problems, k, residual, excess, goal, max_iter):
    """A step (p,) of problem k by conjugate gradients on H, and the iterations spent.

    Source: Hestenes & Stiefel (1952); unknowns z = sqrt(lam f) d, preconditioned by the diagonal of H.
    """
    design = problems.design
    ridge = problems.lam[k] * problems.factor
    curvature = _positive(problems.diagonal + ridge)
    negligible = (ridge <= NEGLIGIBLE * curvature).any()
    unit = np.sqrt(curvature if negligible else ridge)
    active = ~problems.dropped / unit

    def product(z):
        problems.heed()
        step = (active * z.ravel())[:, None]
        return active * design.correlate(design.predict(step))[:, 0] + ridge / unit**2 * z.ravel()

    size = (len(unit), len(unit))
    hessian = LinearOperator(size, matvec=product, dtype=np.float64)
    preconditioner = LinearOperator(size, matvec=lambda z: unit**2 / curvature * z.ravel(), dtype=np.float64)
    spent = [0]

    def count(_):
        spent[0] += 1

    # the norm of the residual is sqrt(2 gap); with hardly any penalty it is in units of y
    tolerance = np.sqrt(2 * goal)
    if negligible:
        rounding = problems.decomposed if problems.lam[k] == 0 else ROUNDING
        floor = rounding * np.sqrt(problems.target_squares[problems.which[k]])
        tolerance = max(REDUCTION * np.linalg.norm(active * excess), 0.5 * floor)
    z, _ = cg(hessian, active * excess, rtol=0.0, atol=tolerance, maxiter=max_iter, M=preconditioner, callback=count)
    return active * z, max(spent[0], 1)


def least_squares(problems, k, residual, excess, goal, max_iter):
    """A step (p,) of problem k by LSQR on the rows of X and those of the penalty, and the iterations spent.

    The right-hand side is r above and, below, what makes the gradient of the two together `excess`.

    Source: Paige & Saunders (1982); unknowns z = d sqrt(H_jj).
    """
    design = problems.design
    n_samples, n_features = design.n_samples, design.n_features
    ridge = np.sqrt(problems.lam[k] * problems.factor)
    scaling = ~problems.dropped / np.sqrt(_positive(problems.diagonal + ridge**2))
    root = np.sqrt(weights_of(design) / n_samples)
    with np.errstate(divide="ignore"):
        inverse_root = np.where(root > 0, 1 / root, 0.0)

    def product(z):
        problems.heed()
        step = scaling * z.ravel()
        return np.concatenate([root * design.predict(step[:, None])[:, 0], ridge * step])

    def adjoint(values):
        above, below = values.ravel()[:n_samples], values.ravel()[n_samples:]
        correlations = design.correlate((inverse_root * above)[:, None])[:, 0]
        return scaling * (correlations + ridge * below)

    shape = (n_samples + n_features, n_features)
    rows = LinearOperator(shape, matvec=product, rmatvec=adjoint, dtype=np.float64)
    above = root * residual
    correlations = problems.without_excluded(design.correlate(residual[:, None]))[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.where(ridge > 0, (excess - correlations) / ridge, 0.0)
    values = np.concatenate([above, below])
    # LSQR stops at |A'r| <= atol |A| |r|, with |A| <= sqrt(p) here; gap <= |A'r|^2 max_j H_jj / (2 lam f_j)
    size = np.linalg.norm(values)
    tolerance = REDUCTION
    if problems.lam[k] > 0:
        worst = np.max(1 + problems.diagonal / ridge**2)
        tolerance = np.sqrt(2 * goal / worst / n_features) / size
    tolerance = min(max(tolerance, EPS), 1e-2)
    # of length 1, as its tests hold a residual below eps to be zero
    found = lsqr(rows, values / size, atol=tolerance, btol=tolerance, conlim=0.0, iter_lim=max_iter)
    return size * scaling * found[0], max(found[2], 1)


def _positive(values):
    return np.where(values > 0, values, 1.0)
