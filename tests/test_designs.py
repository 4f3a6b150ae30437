"""Every store equals its naive twin on any data, and leaves X alone."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp
from examples import STORES
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import designs as reference

from sparsereg.designs import chunks, compressed, dense, make_store, sparse, sparse_gram, sums, tiles

# Sums of at most 100 float64 products in any order; in units of the sums of absolute values.
ROUNDING = 1e-14


def _normal(n, p, seed):
    return np.random.default_rng(seed).normal(size=(n, p))


def _sparse(n, p, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.2)


def _constants(n, p, seed):
    X = _sparse(n, p, seed)
    X[:, 1], X[:, 2], X[:, 4] = 0.1, 0.0, 1e6 / 3
    return X


def _means(n, p, seed):
    return _normal(n, p, seed) + np.where(np.arange(p) % 2, 1e6, 3.0)


DATA = {
    "normal": _normal(80, 9, 0),
    "sparse": _sparse(80, 12, 1),
    "wide": _sparse(10, 30, 2),
    "scales": _normal(50, 7, 3) * np.logspace(-6, 6, 7),
    "means": _means(60, 8, 4),
    "constants": _constants(40, 6, 5),
    "one row": _normal(1, 5, 6),
    "one column": _normal(30, 1, 7),
}
FEW = ("C", "F", "F float32", "strided", "CSC", "CSR")


def row_choices(n):
    """Pairs (weights, rows): all, some with weight zero, a slice, an index array with repeats."""
    rng = np.random.default_rng(n)
    yield None, None
    weights = rng.integers(0, 3, n).astype(float)
    weights[-1] = 1.0
    yield weights * n / weights.sum(), None
    if n > 3:
        rows = slice(1, n - 1, 2)
        yield None, rows
        yield rng.random(len(range(n)[rows])), rows
        yield rng.random(n // 2), rng.integers(0, n, n // 2)


def assert_close(got, expected, unit):
    assert got.dtype == np.float64
    assert got.shape == expected.shape
    assert np.all(np.abs(got - expected) <= ROUNDING * unit)


def cancelled(X, rows=None):
    """What entries stored for one cell lose in their sum: it has their rounding, not that of the sum."""
    if not sp.issparse(X):
        return 0.0
    stored = X.copy()
    stored.data = np.abs(stored.data)
    return reference.dense(stored, rows) - np.abs(reference.dense(X, rows))


def check_against_twin(X, weights, rows):
    rng = np.random.default_rng(0)
    n, p = X.shape
    store = make_store(X)
    J, K = rng.permutation(p)[: (p + 1) // 2], rng.permutation(p)[: (p + 2) // 3]
    moments = store.moments(weights, rows)
    s = np.ones(len(np.arange(n)[rows if rows is not None else slice(None)])) if weights is None else weights
    for shift in (None, moments.shift):
        a = np.zeros(p) if shift is None else shift
        Z = np.abs(reference.dense(X, rows) - a) + cancelled(X, rows)
        unit = (Z * s[:, None]).T @ Z
        for columns, others in ((np.arange(p), None), (J, None), (J, K)):
            right = columns if others is None else others
            everything = others is None and len(columns) == p
            gram = store.gram(None if everything else columns, others, weights, rows, shift)
            expected = reference.gram(X, columns, right, weights, rows, a)
            assert_close(gram, expected, unit[np.ix_(columns, right)])
            if others is None:
                assert np.array_equal(gram, gram.T)
            W = rng.normal(size=(len(columns), 3))
            prediction = store.predict(None if everything else columns, W, rows, shift)
            exact = (reference.dense(X, rows) - a)[:, columns] @ W
            assert_close(prediction, exact, Z[:, columns] @ np.abs(W))
        R = rng.normal(size=(n, 6))
        Z = reference.dense(X) - a
        size = np.abs(Z) + cancelled(X)
        for columns in (None, J):
            index = np.arange(p) if columns is None else J
            blocks = list(store.correlations(R, columns, shift))
            seen = np.concatenate([np.arange(p)[piece] for piece, _ in blocks])
            assert np.array_equal(seen, index)
            got = np.concatenate([block for _, block in blocks])
            assert_close(got, Z[:, index].T @ R, size[:, index].T @ np.abs(R))
        multiplier = rng.random(p) * (rng.random(p) < 0.7)
        assert_close(store.outer(multiplier, shift), (Z * multiplier) @ Z.T, (size * multiplier) @ size.T)
    first, second = reference.moments(X, moments.shift, weights, rows)
    Z = np.abs(reference.dense(X, rows) - moments.shift)
    # The sums may have been moved back from a provisional mean 8 standard deviations away.
    assert_close(moments.sum, first, 10 * (s @ Z))
    assert_close(moments.sumsq, second, 100 * (s @ (Z * Z)))


@pytest.mark.kernels
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("store", STORES)
def test_a_store_equals_its_twin(store, data):
    for weights, rows in row_choices(len(DATA[data])):
        check_against_twin(STORES[store](DATA[data]), weights, rows)


@pytest.fixture
def tiny_blocks(monkeypatch):
    """Every limit so low that small matrices are read in many pieces."""
    limits = {
        chunks: {"PACKED": 16, "MIN_ROWS": 4, "CALL": 300.0, "STRIP": 2, "WIDEST_STRIP": 2, "NARROW": 2}
        | {"NOT_WIDE": 3, "SHARE": 3},
        dense: {"BLOCK": 5, "ELEMENTS": 1, "READ": 32},
        sums: {"BLOCK": 5, "CALL_ROWS": 8, "STREAM_ROWS": 8, "SMALL": 0},
        tiles: {"CALL_ROWS": 30, "STREAM_ROWS": 30, "SMALL": 0},
        sparse: {"DENSE": 100, "BLOCK": 5, "ELEMENTS": 60},
        compressed: {"CALL": 40, "PIECE": 30},
        sparse_gram: {"CALL": 40, "RANGE": 30, "PIECE": 10, "DENSE": 50},
    }
    for module, values in limits.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)


@pytest.mark.kernels
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("store", FEW)
def test_the_size_of_the_blocks_does_not_matter(store, data, tiny_blocks):
    for weights, rows in row_choices(len(DATA[data])):
        check_against_twin(STORES[store](DATA[data]), weights, rows)


@pytest.mark.parametrize("order", "CF")
def test_a_gram_wider_than_one_panel(order):
    X = np.array(_normal(20, chunks.NOT_WIDE + 100, 0), order=order)
    gram = make_store(X).gram()
    # Sums of 20 products of standard normal numbers.
    assert np.allclose(gram, X.T @ X, rtol=0, atol=1e-12)
    assert np.array_equal(gram, gram.T)


def parts(X):
    return [X.data, X.indices, X.indptr] if sp.issparse(X) else [np.asarray(X)]


@pytest.mark.kernels
@pytest.mark.parametrize("store", STORES)
def test_the_users_arrays_stay_as_they_are(store):
    X = STORES[store](DATA["constants"])
    writeable = [part.flags.writeable for part in parts(X)]
    before = [part.tobytes() for part in parts(X)]
    attributes = dict(vars(X)) if sp.issparse(X) else None
    for weights, rows in row_choices(len(DATA["constants"])):
        check_against_twin(X, weights, rows)
    assert [part.tobytes() for part in parts(X)] == before
    assert [part.flags.writeable for part in parts(X)] == writeable
    if attributes is not None:
        # Not even what SciPy remembers about the order of the indices changes.
        assert all(vars(X)[name] is value for name, value in attributes.items())


@pytest.mark.kernels
@pytest.mark.parametrize("store", STORES)
def test_a_constant_column_has_no_deviation_at_all(store):
    X = STORES[store](DATA["constants"])
    values = reference.dense(X)[0].astype(float)
    for weights, rows in row_choices(len(DATA["constants"])):
        moments = make_store(X).moments(weights, rows)
        for j in (1, 2, 4):
            assert moments.shift[j] == values[j]
            assert moments.sum[j] == 0
            assert moments.sumsq[j] == 0


@pytest.mark.kernels
@pytest.mark.parametrize("store", STORES)
def test_columns_are_shifted_only_where_the_mean_is_large(store):
    rng = np.random.default_rng(0)
    ratio = np.array([0.0, 2.0, 6.0, -6.0, 2e3, -1e5])
    X = STORES[store](rng.normal(size=(2000, 6)) + ratio)
    shift = make_store(X).moments().shift
    assert np.all(shift[:4] == 0)
    # The mean of one value or more: within 5 standard deviations.
    assert np.all(np.abs(shift[4:] - ratio[4:]) < 5)


@pytest.mark.kernels
@pytest.mark.parametrize("store", STORES)
def test_a_sample_that_misleads_is_found_out(store):
    """The rows looked at first are unlike the others: far from zero where those are near, and the other way round."""
    X = np.random.default_rng(0).normal(size=(6400, 3)) + np.array([1e5, 0.0, 1e5])
    X[::200] += np.array([-1e5, 1e5, 1e5])
    X = STORES[store](X)
    moments = make_store(X).moments()
    Z = reference.dense(X)
    mean = Z.mean(axis=0)
    variance = ((Z - mean) ** 2).mean(axis=0)
    limit = 1000 if store.startswith("CS") else 10
    assert np.all(np.abs(mean - moments.shift) <= limit * np.sqrt(variance))
    got = moments.sumsq / 6400 - (moments.sum / 6400) ** 2
    # Sums of 6400 terms; within ten standard deviations of the shift the variance loses a factor 100.
    assert np.all(np.abs(got - variance) < 1e-11 * variance)


@pytest.mark.kernels
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("data", ["normal", "means", "constants"])
def test_weight_zero_removes_a_row_whatever_it_holds(store, data):
    X = DATA[data]
    n = len(X)
    kept = np.random.default_rng(0).random(n) < 0.8
    # float32 has no exact 1e12, but it need not: the row is to count for nothing.
    X = np.where(kept[:, None], X, 1e12)
    whole, part = make_store(STORES[store](X)), make_store(STORES[store](X[kept]))
    weights = kept * n / kept.sum()
    same = np.full(kept.sum(), n / kept.sum())
    moments = whole.moments(weights)
    shift = moments.shift
    if data == "constants":
        assert not moments.sumsq[[1, 2, 4]].any()
    sums = [moments.sum, moments.sumsq, whole.gram(weights=weights, shift=shift)]
    first, second = reference.moments(STORES[store](X[kept]), shift, same)
    expected = [first, second, part.gram(weights=same, shift=shift)]
    for got, want in zip(sums, expected, strict=True):
        scale = (
            np.sqrt(second * n) if got is sums[0] else second if got.ndim == 1 else np.sqrt(np.outer(second, second))
        )
        # 100: sums moved back from a provisional mean.
        assert np.all(np.abs(got - want) <= 100 * ROUNDING * scale)


@pytest.mark.kernels
@given(
    entries=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4), st.integers(-8, 8)), max_size=60),
    kind=st.sampled_from([sp.csc_array, sp.csr_array]),
    index=st.sampled_from([np.int32, np.int64]),
    data=st.sampled_from([np.float32, np.float64]),
    weights=st.none() | st.lists(st.integers(0, 3), min_size=8, max_size=8).filter(any),
)
@settings(deadline=None, derandomize=True)
def test_entries_in_any_order_and_any_number_count_as_their_sum(entries, kind, index, data, weights):
    """Entries are small integers, so all sums are exact."""
    major, minor = (1, 0) if kind is sp.csc_array else (0, 1)
    entries = sorted(entries, key=lambda entry: entry[major])
    n_majors = (8, 5)[major]
    counts = np.bincount([entry[major] for entry in entries], minlength=n_majors)
    X = kind((8, 5), dtype=data)
    X.data = np.array([entry[2] for entry in entries], dtype=data)
    X.indices = np.array([entry[minor] for entry in entries], dtype=index)
    X.indptr = np.concatenate([[0], np.cumsum(counts)]).astype(index)
    weights = None if weights is None else np.array(weights, dtype=float)
    check_against_twin(X, weights, None)
    moments = make_store(X).moments(weights)
    assert np.array_equal(moments.sumsq, reference.moments(X, moments.shift, weights)[1])


@pytest.mark.parametrize(
    "make",
    [
        np.ascontiguousarray,
        np.asfortranarray,
        lambda X: np.ascontiguousarray(X, dtype=np.float32),
        lambda X: np.asfortranarray(X, dtype=np.float32),
        lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    ],
    ids=["C", "F", "C float32", "F float32", "strided"],
)
def test_nothing_of_the_size_of_a_dense_X_is_made(make):
    """X takes 40 MB (20 as float32), a chunk 2 MB, held twice where it is gathered."""
    X = make(_normal(100_000, 50, 0))
    store = make_store(X)
    columns, rows, weights = np.arange(1, 50, 3), np.arange(1, 100_000, 2), np.ones(100_000)
    R = np.ones((100_000, 2))
    shift = np.ones(50)
    calls = {
        "moments": lambda: store.moments(),
        "weighted moments": lambda: store.moments(weights),
        "gram": lambda: store.gram(),
        "shifted gram": lambda: store.gram(shift=shift),
        "weighted gram": lambda: store.gram(weights=weights),
        "gram in float32": lambda: store.single_gram(weights, shift),
        "gram of columns": lambda: store.gram(columns, np.arange(50), rows=rows),
        "correlations": lambda: list(store.correlations(R)),
        "some correlations": lambda: list(store.correlations(R, columns, shift)),
    }
    for name, call in calls.items():
        call()  # what compiling a kernel takes is of no size of X
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 6e6, name


def test_a_product_of_long_columns_keeps_its_digits():
    rng = np.random.default_rng(0)
    X, r = np.asfortranarray(rng.normal(1, 1, (450_000, 3))), rng.normal(0.5, 1, 450_000)
    exact = np.array([x.astype(np.longdouble) @ r.astype(np.longdouble) for x in X.T])
    error = np.abs(tiles.by_columns(X, r[:, None])[:, 0] - exact)
    assert (error <= 16 * np.finfo(float).eps * (np.abs(X).T @ np.abs(r))).all()
