"""The standardised matrix equals X~ formed in extended precision, over every store."""

import numpy as np
import pytest
from examples import STORES
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import designs as reference

from sparsereg.designs import Standardized, make_store

pytestmark = pytest.mark.kernels

# Rounding of sums of at most 100 products, in units of the norms of centred columns: means up to 10 standard
# deviations (dense), 1000 (sparse) are removed by a rank-one term, which squares the ratio.
DENSE, SPARSE = 1e-12, 1e-8


def _data(n, p, seed, zeros=0.0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, p)) * (rng.random((n, p)) >= zeros)


def _constants():
    X = _data(40, 7, 3, 0.5)
    X[:, 1], X[:, 2], X[:, 4], X[:, 5] = 0.1, 0.0, 1e6 / 3, 1.0
    # Constant but for a rounding error.
    X[::3, 5] = np.nextafter(1.0, 2.0)
    return X


DATA = {
    "n > p": _data(60, 8, 0),
    "n < p": _data(9, 20, 1, 0.5),
    "scales": _data(50, 7, 2) * np.logspace(-6, 6, 7),
    "means of all sizes": _data(90, 9, 4) + np.logspace(-2, 6, 9) * (-1.0) ** np.arange(9),
    "constants": _constants(),
    "one row": _data(1, 4, 5),
    "one column": _data(30, 1, 6) + 1e5,
}
SETTINGS = [(True, False), (True, True), (False, False), (False, True)]


def row_choices(n):
    rng = np.random.default_rng(n)
    yield None, None
    if n > 3:
        weights = rng.integers(0, 3, n).astype(float)
        yield weights * n / weights.sum(), None
        rows = slice(0, n - 1)
        weights = rng.random(n - 1)
        yield weights * (n - 1) / weights.sum(), rows
        yield None, rng.permutation(n)[: n - n // 3]


def tolerance(store):
    return SPARSE if store.startswith("CS") else DENSE


def check_against_twin(X, weights, rows, center, scale, tolerance):
    rng = np.random.default_rng(0)
    design = Standardized(make_store(X), weights, rows, center, scale)
    twin = reference.Standardized(X, weights, rows, center, scale)
    n, p = twin.X.shape
    assert (design.n_samples, design.n_features) == (n, p)
    assert np.array_equal(design.constant, twin.constant)
    norm = twin.norms().astype(float)
    assert np.all(np.abs(design.scale - twin.scale) <= tolerance * twin.scale)
    deviation = np.sqrt(twin.s @ (reference.dense(X, rows) - twin.s @ reference.dense(X, rows) / twin.n) ** 2)
    # A mean is stored as one double: its own rounding, besides that of the deviations from it.
    spacing = np.spacing(np.abs(twin.mean).astype(float))
    assert np.all(np.abs(design.mean - twin.mean) <= spacing + tolerance * deviation)

    J, K = rng.permutation(p)[: (p + 1) // 2], rng.permutation(p)[: (p + 2) // 3]
    every = np.arange(p)
    for arguments, left, right in (((), every, every), ((J,), J, J), ((J, K), J, K)):
        gram = design.gram(*arguments)
        assert np.all(np.abs(gram - twin.gram(left, right)) <= tolerance * np.outer(norm[left], norm[right]))
        if len(arguments) < 2:
            assert np.array_equal(gram, gram.T)
    R = rng.normal(size=(n, 3))
    size = np.sqrt(twin.s @ R**2 / n).astype(float)
    assert np.all(np.abs(design.correlate(R) - twin.correlate(R)) <= tolerance * np.outer(norm, size))
    for arguments, columns in (((), every), ((J,), J)):
        W = rng.normal(size=(len(columns), 2))
        error = np.abs(design.predict(W, *arguments) - twin.predict(W, columns))
        assert np.all(error <= tolerance * (np.sqrt(n) * norm[columns] @ np.abs(W)))
    multiplier = rng.random(p)
    error = np.abs(design.outer(multiplier) - twin.outer(multiplier))
    assert np.all(error <= tolerance * (multiplier @ norm**2))
    if center:
        assert not design.gram()[design.constant].any()
        assert not design.correlate(R)[design.constant].any()
        W = np.zeros((p, 1))
        W[design.constant] = 1.0
        assert not design.predict(W).any()


@pytest.mark.parametrize(("center", "scale"), SETTINGS)
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("store", STORES)
def test_the_standardised_matrix_equals_its_twin(store, data, center, scale):
    for weights, rows in row_choices(len(DATA[data])):
        check_against_twin(STORES[store](DATA[data]), weights, rows, center, scale, tolerance(store))


@pytest.mark.parametrize("store", ["CSC", "CSR"])
def test_sparse_columns_far_from_zero(store):
    """Means of 1e4 standard deviations that most entries of the column share, and ordinary sparse columns."""
    X = _data(60, 8, 0, 0.6)
    X[:, ::3] = 5.0 + 5e-4 * _data(60, 3, 1)
    for weights, rows in row_choices(len(X)):
        check_against_twin(STORES[store](X), weights, rows, True, True, SPARSE)


def test_rows_seen_twice_count_twice():
    X = _data(20, 4, 0, 0.3)
    rows = np.array([3, 3, 5, 7, 19, 0, 7, 7])
    for make in STORES.values():
        check_against_twin(make(X), None, rows, True, False, SPARSE)


@pytest.mark.parametrize("center", [True, False])
def test_the_target_is_centred_with_the_same_weights(center):
    rng = np.random.default_rng(0)
    X, Y = _data(30, 3, 0), rng.normal(size=(30, 2)) + np.array([1e6, 0.0])
    weights = rng.random(30) * 2
    weights *= 30 / weights.sum()
    before = Y.copy()
    centred, mean = Standardized(make_store(X), weights, center=center).center_target(Y)
    assert np.array_equal(Y, before)
    s = weights.astype(np.longdouble)
    exact = s @ Y / s.sum() if center else np.zeros(2)
    # The mean is one double; the deviations have errors of their own size, and the exact ones of 1e6 * 1e-19.
    assert np.all(np.abs(mean - exact) <= np.spacing(np.abs(mean)))
    assert np.allclose(centred, (Y - exact).astype(float), rtol=0, atol=1e-12)


def test_a_constant_target_becomes_exactly_zero():
    design = Standardized(make_store(_data(30, 3, 0)), np.linspace(0.5, 1.5, 30))
    centred, mean = design.center_target(np.full((30, 1), 0.1))
    assert not centred.any()
    assert mean == 0.1


@pytest.mark.parametrize(("center", "scale"), SETTINGS)
@pytest.mark.parametrize("store", STORES)
def test_original_coefficients_predict_the_same(store, center, scale):
    """X coef + intercept = X~ W + ybar."""
    X = STORES[store](DATA["n > p"])
    rng = np.random.default_rng(0)
    design = Standardized(make_store(X), center=center, scale=scale)
    _, ybar = design.center_target(rng.normal(size=(60, 2)))
    W = rng.normal(size=(8, 2))
    coef, intercept = design.original(W, ybar)
    # Sums of 8 products near 1.
    assert np.allclose(reference.dense(X) @ coef + intercept, design.predict(W) + ybar, rtol=0, atol=1e-13)


@pytest.mark.parametrize("store", ["F", "C float32", "CSC", "CSR"])
def test_the_uncentred_view_is_neither_centred_nor_scaled(store):
    X = STORES[store](DATA["n > p"])
    weights = np.linspace(0.5, 1.5, 60)
    design = Standardized(make_store(X), weights, scale=True)
    view, plain = design.uncentered(), Standardized(make_store(X), weights, center=False)
    assert design.centered
    assert not view.centered
    assert np.array_equal(view.gram(), plain.gram())
    assert np.array_equal(view.mean, plain.mean)
    assert np.array_equal(view.scale, plain.scale)
    # The view leaves the design as it was.
    assert np.array_equal(design.gram(), Standardized(make_store(X), weights, scale=True).gram())


@given(
    seed=st.integers(0, 10**6),
    shape=st.tuples(st.integers(1, 12), st.integers(1, 8)),
    zeros=st.sampled_from([0.0, 0.5, 0.9]),
    mean=st.sampled_from([0.0, 5.0, 50.0, 1e6]),
    setting=st.sampled_from(SETTINGS),
    store=st.sampled_from(["C", "F", "F float32", "strided", "CSC", "CSR"]),
)
@settings(deadline=None, derandomize=True)
def test_weights_are_repeated_rows(seed, shape, zeros, mean, setting, store):
    """Integer weights, zeros among them, are as good as rows left out and repeated."""
    rng = np.random.default_rng(seed)
    X = STORES[store](_data(*shape, seed, zeros) + mean)
    counts = rng.integers(0, 4, shape[0])
    counts[0] = 1
    rows = np.repeat(np.arange(shape[0]), counts)
    weights = counts * shape[0] / counts.sum()
    weighted = Standardized(make_store(X), weights, None, *setting)
    repeated = Standardized(make_store(X), None, rows, *setting)
    unit = np.sqrt(np.outer(np.diag(repeated.gram()), np.diag(repeated.gram())))
    assert np.all(np.abs(weighted.gram() - repeated.gram()) <= SPARSE * unit)
