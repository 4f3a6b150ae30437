"""Many alphas from one reduction of a matrix to few diagonals: the solutions of each system by itself."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sparsereg import Ridge, RidgeCV, ridge_path
from sparsereg.solvers import ridge_shifted
from sparsereg.solvers.ridge_banded import WIDTH, Banded
from sparsereg.solvers.ridge_shifted import LARGE, reduced
from sparsereg.solvers.ridge_tridiagonal import Tridiagonal

LAM = np.geomspace(1e-6, 1e3, 6)


def positive(size, kind):
    rng = np.random.default_rng(size)
    rows = rng.normal(size=(size // 2 + 1 if kind == "singular" else size + 5, size)) * np.geomspace(1, 30, size)
    matrix = rows.T @ rows / size
    if kind == "zeros":
        matrix[::3], matrix[:, ::3] = 0.0, 0.0
    return np.diag(matrix.diagonal()) if kind == "diagonal" else matrix


@pytest.mark.parametrize("kind", ["regular", "singular", "zeros", "diagonal"])
@pytest.mark.parametrize("size", [1, 2, WIDTH - 1, WIDTH, WIDTH + 1, WIDTH + 2, 2 * WIDTH + 1, 150, 300])
@pytest.mark.parametrize("reduction", [Banded, Tridiagonal])
def test_a_reduction_solves_every_system(reduction, size, kind):
    matrix = positive(size, kind)
    blocks = np.random.default_rng(1).normal(size=(size, 2, len(LAM)))
    given = blocks.copy()
    solved = reduction(matrix.copy()).solve(blocks, LAM)
    assert (blocks == given).all()
    # backward stable: the error of a solution is that of a matrix changed by a few eps of its norm
    size_of_error = 50 * np.finfo(float).eps * (np.linalg.norm(matrix, 2) + LAM) * np.sqrt(size)
    for k, lam in enumerate(LAM):
        left = blocks[:, :, k] - matrix @ solved[:, :, k] - lam * solved[:, :, k]
        assert np.linalg.norm(left) <= size_of_error[k] * np.linalg.norm(solved[:, :, k])


@pytest.mark.parametrize("reduction", [Banded, Tridiagonal])
def test_a_matrix_that_is_not_positive_definite_is_refused(reduction):
    matrix = positive(100, "regular") - 1e3 * np.eye(100)
    with pytest.raises(np.linalg.LinAlgError, match="rounding"):
        reduction(matrix).solve(np.ones((100, 1, 1)), np.array([1.0]))


def test_the_band_is_for_large_matrices():
    assert isinstance(reduced(np.eye(LARGE)), Banded) and isinstance(reduced(np.eye(20)), Tridiagonal)


@pytest.mark.parametrize("shape", [(150, 90), (90, 150)])
@pytest.mark.parametrize("parameters", [{}, {"factors": True, "standardize": True}])
def test_paths_and_folds_by_bands_are_those_of_each_alpha(shape, parameters, monkeypatch):
    monkeypatch.setattr(ridge_shifted, "LARGE", 10)
    rng = np.random.default_rng(0)
    X, weights = rng.normal(size=shape) + 3, rng.random(shape[0]) + 0.1
    X[:, 5] = 2.0
    y = X[:, 0] + rng.normal(size=shape[0])
    given = dict(parameters)
    if given.pop("factors", False):
        given["penalty_factor"] = np.r_[np.inf, np.linspace(0.3, 2, shape[1] - 1)]
    alphas = np.geomspace(1e3, 1e-3, 9)
    path = ridge_path(X, y, alphas, fit_intercept=True, sample_weight=weights, return_result=True, **given)
    assert (path.gaps <= 1e-13 * (weights @ y**2)).all()
    search = RidgeCV(alphas, cv=3, **given).fit(X, y, weights)
    monkeypatch.undo()
    for k, alpha in enumerate(alphas):
        single = Ridge(alpha, solver="svd", **given).fit(X, y, weights)
        assert_allclose(path.coefs.toarray()[:, k], single.coef_, rtol=1e-8, atol=1e-11)
    assert_allclose(search.mse_path_, RidgeCV(alphas, cv=3, **given).fit(X, y, weights).mse_path_, rtol=1e-8)


def test_a_long_reduction_ends_when_it_is_told():
    calls = []

    def heed():
        calls.append(1)
        if len(calls) == 2:
            raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        Banded(positive(5 * WIDTH, "regular"), heed)
    assert len(calls) == 2
