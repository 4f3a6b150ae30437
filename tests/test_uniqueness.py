"""Every solver says where its solution is one of many."""

import numpy as np
import pytest
import scipy.sparse as sp
from examples import SOLVERS

from sparsereg import enet_path
from sparsereg.results import Status
from sparsereg.solvers import memory

N, P = 30, 12
over_solvers = pytest.mark.parametrize("solver", SOLVERS)


def statuses(X, solver, alphas=(0.2, 0.1), fit_intercept=True, tol=1e-8, **parameters):
    y = np.random.default_rng(1).normal(size=len(X)) + X[:, 0]
    path = enet_path(
        sp.csc_array(X) if parameters.pop("sparse", False) else X,
        y,
        alphas=list(alphas),
        fit_intercept=fit_intercept,
        solver=solver,
        tol=tol,
        max_iter=10**5,
        return_result=True,
        **parameters,
    )
    return path.statuses


def features(n=N):
    return np.random.default_rng(0).normal(size=(n, P))


@pytest.mark.parametrize("sparse", [False, True])
@over_solvers
def test_features_without_penalty_that_depend_on_each_other(solver, sparse):
    X = features()
    X[:, 2] = X[:, 0] - 2 * X[:, 1]
    some, all_three = (np.where(np.isin(np.arange(P), free), 0.0, 1.0) for free in ([0, 1], [0, 1, 2]))
    assert statuses(X, solver, penalty_factor=some, sparse=sparse) == (Status.OPTIMAL,) * 2
    assert statuses(X, solver, penalty_factor=all_three, sparse=sparse) == (Status.NOT_UNIQUE,) * 2
    # a bound that excludes one of them ends it, and a ridge term holds all of them
    held = (np.where(np.arange(P) == 2, 0.0, -np.inf), np.where(np.arange(P) == 2, 0.0, np.inf))
    assert statuses(X, solver, penalty_factor=all_three, bounds=held, sparse=sparse) == (Status.OPTIMAL,) * 2


@over_solvers
def test_no_penalty_at_all(solver):
    X = features()
    assert statuses(X, solver, alphas=(0.1, 0.0)) == (Status.OPTIMAL, Status.OPTIMAL)
    X[:, 3] = X[:, 4]
    assert statuses(X, solver, alphas=(0.1, 0.0)) == (Status.OPTIMAL, Status.NOT_UNIQUE)
    assert statuses(features(P), solver, alphas=(0.1, 0.0), tol=1e-6) == (Status.OPTIMAL, Status.NOT_UNIQUE)


@over_solvers
def test_constant_columns_are_no_reason(solver):
    X = features()
    X[:, [0, 5]] = 1.0
    assert statuses(X, solver, alphas=(0.1, 0.0)) == (Status.OPTIMAL, Status.OPTIMAL)


def test_where_memory_does_not_tell_a_solution_counts_as_the_only_one(monkeypatch):
    X = features()
    X[:, 3] = X[:, 4]
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "available_memory", lambda: 100)
    assert statuses(X, "proximal_gradient", alphas=(0.1, 0.0)) == (Status.OPTIMAL, Status.OPTIMAL)
