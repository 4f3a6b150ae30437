"""Default grids on dependent columns: every alpha exact, and reached in few rounds."""

import numpy as np
import pytest
from examples import gaussian, problem_of

from sparsereg import enet_path
from sparsereg._validation.penalty import build_penalty
from sparsereg.designs import Standardized, make_store
from sparsereg.solvers.grid import alpha_grid, alpha_max
from sparsereg.solvers.least_squares import build_problems
from sparsereg.solvers.workspace import workspace_of

EXACT = 1e-10
N_SEEDS = 500
# Rounds per alpha, averaged over a path: beyond, the active set is going round in circles.
MOST_ROUNDS = 50


def wide(seed):
    return gaussian(10, 25, seed)


def integers(seed):
    rng = np.random.default_rng(seed)
    n, p = rng.integers(4, 12), rng.integers(4, 20)
    return rng.integers(-1, 2, size=(n, p)).astype(float), rng.integers(-3, 4, size=n).astype(float)


def sums(seed):
    X, y = gaussian(15, 9, seed)
    X[:, 2], X[:, 5] = X[:, 0] + X[:, 1], X[:, 3] - X[:, 4]
    return X, y


def near_duplicates(seed):
    rng = np.random.default_rng(seed)
    X, y = gaussian(12, 10, seed)
    X[:, 5:] = X[:, :5] + 10.0 ** rng.integers(-8, -3) * rng.normal(size=(12, 5))
    return X, y


# Two columns 1e-8 apart differ in their eighth digit only: their difference has a relative rounding of 1e-8, and the
# square of that, times ten, is the floor.
FAMILIES = {
    "p > n": (wide, EXACT),
    "integers": (integers, EXACT),
    "x3 = x1 + x2": (sums, EXACT),
    "near-duplicates": (near_duplicates, 1e-9),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("family", FAMILIES)
def test_every_alpha_of_a_default_grid_is_exact(family):
    make, tolerance = FAMILIES[family]
    worst = {}
    for seed in range(N_SEEDS):
        X, y = make(seed)
        parameters = {"fit_intercept": bool(seed % 2), "l1_ratio": (1.0, 1.0, 0.9)[seed % 3]}
        reference = problem_of(X, y, parameters)
        path = enet_path(X, y, **parameters, return_result=True)
        coefs = path.coefs.toarray()
        # y is centred in float64: where it is constant there may be 1e-16 of it left, and nothing to explain
        gaps = [reference.gap(coefs[:, k], path.intercepts[k], alpha) for k, alpha in enumerate(path.alphas)]
        if not max(gaps) <= tolerance:
            worst[seed] = max(gaps)
    assert not worst


@pytest.mark.parametrize("family", FAMILIES)
def test_a_path_takes_few_rounds(family):
    make, _ = FAMILIES[family]
    for seed in range(N_SEEDS):
        X, y = make(seed)
        design = Standardized(make_store(X), center=bool(seed % 2))
        target, _ = design.center_target(y[:, None])
        penalty = build_penalty(X.shape[1], l1_ratio=(1.0, 1.0, 0.9)[seed % 3])
        (problem,), _ = build_problems(design, target, penalty)
        alphas = alpha_grid(alpha_max(problem), 1e-3, 100)
        path = workspace_of(problem).solve(problem.linear, alphas)
        assert path.rounds.mean() <= MOST_ROUNDS, seed
        assert (path.rounds >= 1).all()
