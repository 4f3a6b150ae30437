"""Ridge regression: the choice of the method, and the table behind `solver=`."""

from dataclasses import dataclass, replace

import numpy as np

from ..results import Solution, Status
from .gram import Gram
from .least_squares import build_problems, round_to, solve
from .memory import FRACTION, available_memory
from .options import Options, go_on
from .ridge_direct import ALWAYS, by_cholesky, by_eigenvalues, by_reduction, n_bytes
from .ridge_iterative import KrylovMethod, conjugate_gradients, least_squares
from .ridge_krylov import ROUNDED, by_krylov, exceeds, few_steps, most_shared
from .ridge_problem import build_ridge_problems
from .ridge_refinement import RidgeState, refine
from .ridge_single import by_single_cholesky, suits_single
from .ridge_svd import by_svd

# Relative gaps (of y'y/2n). A closed form is refined down to the first, and given up for the next more
# accurate one above the second. The third is what solver="auto" asks of conjugate gradients.
REFINED = 1e-13
ACCURATE = 1e-11
EXACT = 1e-12
# Beyond so many different alphas one reduction to a few diagonals costs less than a Cholesky factor each, measured 3
# to 4 of them; and beyond so many an eigendecomposition, 6 (1000 features) to 15 (2700).
SEVERAL_ALPHAS, MANY_ALPHAS = 4, 8
# Where M + lam has its smallest eigenvalue above this part of its diagonal a reduction is refined to the end.
REGULAR = 1e-11
# "auto" takes the closed form up to so many features or samples, whichever are fewer: 2e11 multiply-adds.
DIRECT_LIMIT = 8000
# A closed form divides by penalty factors, so their ratio is limited; others go to the quadratic solver, as
# zeros do.
UNEVEN = 1e-10
# Epochs or refinements of the quadratic solver where max_iter is None.
QUADRATIC_MAX_ITER = 1000


@dataclass(frozen=True)
class RidgeOptions:
    """What the user asks of the solution.

    solver : str                 a key of SOLVERS or WITH_BOUNDS
    tol : float                  converged when gap <= tol y'y/n
    max_iter : int or None
    rng : numpy.random.RandomState
    dtype : np.dtype             of the coefficients
    heed : callable              is called between products with X, and raises if a solution is no longer wanted
    """

    solver: str
    tol: float
    max_iter: int | None
    rng: object
    dtype: np.dtype
    heed: object = go_on


@dataclass(frozen=True)
class _Found:
    """What a method leaves.

    state : RidgeState
    n_iter : int array (K,)
    exhausted : bool array (K,)      max_iter was used up
    solver : str                     what ran
    dependent : bool                 without a penalty X does not determine the coefficients
    """

    state: RidgeState
    n_iter: np.ndarray
    exhausted: np.ndarray
    solver: str
    dependent: bool


def solve_ridge(design, store, targets, penalty, alphas, options, gram=None):
    """Certified solutions of every target at alphas of its own.

    Parameters
    ----------
    design : Standardized
    store : DenseStore or SparseStore  of the design
    targets : float64 array (n, T)     centred as the design is
    penalty : Penalty                  on the scale of X, per unit of alpha, l1 = 0
    alphas : float64 array (T, K)
    options : RidgeOptions
    gram : float64 array (p, p) or None      of the design, if known; its zero columns are cleared

    Returns
    -------
    list of Solution                   one per target; coefs are what options.dtype can hold
    """
    if options.solver in WITH_BOUNDS or not has_closed_form(penalty):
        return solve_quadratic(design, targets, penalty, alphas, options, gram)
    excluded = penalty.upper == penalty.lower
    given = penalty.l2, excluded, alphas, options.dtype, gram, options.heed
    problems = build_ridge_problems(design, store, targets, *given)
    found = SOLVERS[options.solver](problems, options)
    return split(problems, found, alphas, options)


def tolerance(tol):
    """The gap that counts as converged, as a part of y'y/n: a gap that is rounding does, also with tol = 0."""
    return max(tol, 0.5 * REFINED)


def has_closed_form(penalty):
    """Whether no feature has a bound, and the penalty factors of those included are of one order, or 0."""
    included = penalty.lower < penalty.upper
    bounded = np.isfinite(penalty.lower[included]).any() or np.isfinite(penalty.upper[included]).any()
    l2 = penalty.l2[included]
    largest = l2.max(initial=0.0)
    return not bounded and bool(largest == 0 or l2.min() >= UNEVEN * largest)


def has_even_factors(penalty):
    """Whether all penalty factors that are neither 0 nor inf are of one order."""
    l2 = penalty.l2[penalty.l2 > 0]
    return not l2.size or bool(l2.min() >= UNEVEN * l2.max())


def _auto(problems, options):
    smaller = min(problems.design.n_samples, problems.design.n_features)
    needed = n_bytes(smaller)
    if smaller <= DIRECT_LIMIT and (needed <= ALWAYS or needed <= FRACTION * available_memory()):
        found = _by_few_steps(problems) if problems.gram is None else None
        return _closed_form(problems, options) if found is None else found
    return _krylov(problems, options, conjugate_gradients, "sparse_cg", EXACT)


def _by_few_steps(problems):
    """What a few reads of X solve as accurately as a closed form would; None where they do not."""
    steps = few_steps(problems.design, len(np.unique(problems.lam)), problems.targets.shape[1])
    if not steps or not exceeds(problems, REGULAR).all():
        return None
    every, state = np.arange(len(problems.lam)), unsolved(problems)
    method = by_krylov(problems, every >= 0, ROUNDED, steps)
    if not method.spaces.reached.all():
        return None
    refine(problems, method, every, REFINED, state)
    if not (state.gaps <= ACCURATE * problems.half).all():
        return None
    return _Found(state, np.maximum(method.spaces.n_iter, 1), every < 0, "sparse_cg", False)


def _closed_form(problems, options):
    chain = [("cholesky", by_cholesky), ("svd", by_svd)]
    n_alphas = len(np.unique(problems.lam))
    if n_alphas > MANY_ALPHAS:
        chain.insert(0, ("eigen", by_eigenvalues))
    elif suits_single(problems):
        chain.insert(0, ("cholesky", by_single_cholesky))
    if n_alphas > SEVERAL_ALPHAS and exceeds(problems, REGULAR).all():
        chain.insert(0, ("cholesky", by_reduction))
    return _first_accurate(problems, chain)


def _svd(problems, options):
    return _first_accurate(problems, [("svd", by_svd)])


def _first_accurate(problems, chain):
    """Each problem by the first method of the chain that is accurate enough for it."""
    state = unsolved(problems)
    pending = np.arange(len(problems.lam))
    ran, rank = [], problems.design.n_features
    for name, build in chain:
        try:
            method = build(problems)
            refine(problems, method, pending, REFINED, state)
        except np.linalg.LinAlgError:
            if name == chain[-1][0]:
                raise
            continue  # singular to rounding, which is what the next method is for
        ran.append(name)
        rank = min(rank, method.rank)
        pending = np.flatnonzero(~(state.gaps <= ACCURATE * problems.half))
        if not pending.size:
            break
    return found_by(problems, state, ran[-1], rank)


def found_by(problems, state, name, rank=None):
    """What a closed form leaves; rank None: that X determines the coefficients is not in question."""
    dependent = rank is not None and rank < np.count_nonzero(~problems.dropped)
    once = np.ones(len(problems.lam), dtype=np.int64)
    return _Found(state, once, once == 0, name, dependent)


def _sparse_cg(problems, options):
    return _krylov(problems, options, conjugate_gradients, "sparse_cg", _asked(options))


def _lsqr(problems, options):
    return _krylov(problems, options, least_squares, "lsqr", _asked(options))


def _asked(options):
    """The relative gap for tol on the gradient, as scikit-learn's: the gap is its square."""
    return 2 * min(options.tol, options.tol**2)


def _krylov(problems, options, run, name, goal):
    goal, state = min(goal, _asked(options)), unsolved(problems)
    method = KrylovMethod(problems, goal, options.max_iter, run)
    pending = np.arange(len(problems.lam))
    if run is conjugate_gradients:
        pending = _from_one_space(problems, method, goal, state)
    refine(problems, method, pending, goal, state)
    dependent = method.rank < np.count_nonzero(~problems.dropped)
    return _Found(state, np.maximum(method.n_iter, 1), method.n_iter >= method.max_iter, name, dependent)


def _from_one_space(problems, method, goal, state):
    """Solve what can share the Krylov space of its target; the problems (k,) that need a space of their own."""
    shares = exceeds(problems)
    if np.count_nonzero(shares) <= problems.targets.shape[1]:
        return np.arange(len(problems.lam))
    shared = by_krylov(problems, shares, goal, min(most_shared(problems), method.max_iter))
    shares &= shared.spaces.reached
    refine(problems, shared, np.flatnonzero(shares), goal, state)
    method.n_iter[shares] = shared.spaces.n_iter[shares]
    return np.flatnonzero(~shares)


def unsolved(problems):
    """The state of problems before the first method."""
    count = len(problems.lam)
    coefs = np.zeros((problems.design.n_features, count))
    return RidgeState(coefs, np.full(count, np.inf), problems.target_squares[problems.which])


def split(problems, found, alphas, options):
    """The solutions of K problems target by target."""
    solutions = []
    for target, own in enumerate(alphas):
        index = np.flatnonzero(problems.which == target)
        square = float(problems.target_squares[target])
        statuses = []
        for k in index:
            if found.state.gaps[k] > tolerance(options.tol) * square:
                statuses.append(Status.MAX_ITER if found.exhausted[k] else Status.INACCURATE)
            else:
                unique = problems.lam[k] > 0 or not found.dependent
                statuses.append(Status.OPTIMAL if unique else Status.NOT_UNIQUE)
        solutions.append(
            Solution(
                alphas=own,
                coefs=np.ascontiguousarray(found.state.coefs[:, index].T),
                gaps=found.state.gaps[index],
                residual_squares=found.state.squares[index],
                target_square=square,
                n_iter=found.n_iter[index],
                statuses=statuses,
                solver=found.solver,
            )
        )
    return solutions


def solve_quadratic(design, targets, penalty, alphas, options, gram=None):
    """The quadratic solver, target after target; all features are in its working set, where it has one."""
    name = WITH_BOUNDS.get(options.solver, "active_set")
    max_iter = QUADRATIC_MAX_ITER if options.max_iter is None else options.max_iter
    problems, _ = build_problems(design, targets, penalty)
    if gram is not None:
        source = Gram(design, gram, len(problems))
        problems = [replace(problem, source=source) for problem in problems]
    asked = Options(tol=options.tol, max_iter=max_iter, rng=options.rng)
    solutions = []
    for problem, own in zip(problems, alphas, strict=True):
        solution = solve(problem, own, name, asked)
        if options.dtype != np.float64:
            solution = round_to(problem, penalty, solution, options.dtype, options.tol)
        spread = np.ascontiguousarray(solution.spread(solution.coefs.T, design.n_features).T)
        solutions.append(replace(solution, coefs=spread, features=None))
    return solutions


# What `solver=` names. Stochastic gradients have nothing to add to a closed form.
SOLVERS = {
    "auto": _auto,
    "svd": _svd,
    "cholesky": _closed_form,
    "lsqr": _lsqr,
    "sparse_cg": _sparse_cg,
    "sag": _closed_form,
    "saga": _closed_form,
}
# Names of the quadratic solver, which alone takes bounds. L-BFGS is scikit-learn's name for where those are
# wanted.
WITH_BOUNDS = {
    "lbfgs": "active_set",
    **{name: name for name in ("active_set", "coordinate_descent", "proximal_gradient")},
}
