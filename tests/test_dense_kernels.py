"""Dense matrices times a few right-hand sides: the kernels against NumPy, for every layout and number of each."""

import numpy as np
import pytest

from sparsereg.designs import make_store, tiles

pytestmark = pytest.mark.kernels
LAYOUTS = {
    "F": np.asfortranarray,
    "F float32": lambda X: np.asfortranarray(X, dtype=np.float32),
    "C": np.ascontiguousarray,
    "C float32": lambda X: np.ascontiguousarray(X, dtype=np.float32),
    "columns apart": lambda X: np.asfortranarray(np.vstack([X, X]))[: len(X)],
    "rows apart": lambda X: np.hstack([X, X])[:, : X.shape[1]],
    "backwards": lambda X: np.asfortranarray(X[:, ::-1])[:, ::-1],
    "big-endian": lambda X: np.asfortranarray(X).astype(">f8"),
}
# Sums of at most 60 float64 products in any order; in units of the sums of absolute values.
ROUNDING = 1e-14


@pytest.fixture(autouse=True, params=[25, 2048])
def always_in_tiles(monkeypatch, request):
    """Small matrices are read as large ones are, in several pieces; one right-hand side by either kernel."""
    monkeypatch.setattr(tiles, "NEAR_ROWS", request.param)
    monkeypatch.setattr(tiles, "SMALL", 0)
    monkeypatch.setattr(tiles, "CALL_ROWS", 25)
    monkeypatch.setattr(tiles, "STREAM_ROWS", 25)


def problem(n, p, k, layout):
    rng = np.random.default_rng(n + 100 * p + k)
    X = LAYOUTS[layout](rng.normal(size=(n, p)))
    X.flags.writeable = False
    return X, rng.normal(size=(n, k)), rng


def whole(store, R, columns=None, shift=None):
    blocks = [block for _, block in store.correlations(R, columns, shift)]
    return np.concatenate([np.empty((0, R.shape[1])), *blocks])


def assert_products(got, Z, R):
    assert got.dtype == np.float64
    assert got.shape == (Z.shape[1], R.shape[1])
    assert np.all(np.abs(got - Z.T @ R) <= ROUNDING * (np.abs(Z).T @ np.abs(R)))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("n", "p"), [(1, 1), (1, 9), (60, 1), (24, 8), (51, 19), (0, 3)])
def test_correlations_are_products(layout, n, p):
    for k in (0, 1, 2, 3, 4, 8, 16):
        X, R, rng = problem(n, p, k, layout)
        Z = X.astype(np.float64)
        shift = rng.normal(size=p) * (rng.random(p) < 0.5)
        for columns in (
            None,
            np.arange(0),
            rng.permutation(p)[: (p + 1) // 2],
            np.zeros(5, dtype=np.int32),
            np.array([p - 1, 0]),
        ):
            index = slice(None) if columns is None else columns
            assert_products(whole(make_store(X), R, columns), Z[:, index], R)
            assert_products(whole(make_store(X), R, columns, shift), (Z - shift)[:, index], R)


@pytest.mark.parametrize("layout", ["F", "F float32"])
def test_a_product_is_the_same_whatever_it_is_computed_with(layout):
    """A single right-hand side has sums of its own, since X is read in another order for it."""
    X, R, rng = problem(53, 37, 16, layout)
    store = make_store(X)
    expected, single = whole(store, R), whole(store, R[:, :1])
    for size in range(1, 37):
        columns = rng.permutation(37)[:size]
        assert np.array_equal(whole(store, R, columns), expected[columns])
        assert np.array_equal(whole(store, R[:, :1], columns), single[columns])
    for k in range(2, 16):
        assert np.array_equal(whole(store, R[:, :k]), expected[:, :k])
