"""The sparse store as a path over a working set uses it: many right-hand sides, growing Grams, small supports."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from examples import STORES
from hypothesis import given, settings
from hypothesis import strategies as st

from sparsereg.designs import compressed, make_store, sparse, sparse_gram
from sparsereg.designs.arrays import frozen
from sparsereg.designs.compressed import Compressed
from sparsereg.kernels import sparse as kernels

FORMATS = [name for name in STORES if name.startswith("CS")]
# Sums of at most 100 products in any order; in units of the sums of absolute values.
ROUNDING = 1e-14


def lengths(n, p, seed=0):
    """A matrix whose columns hold 0, 1, 2, ... entries, and some of whose rows are empty."""
    rng = np.random.default_rng(seed)
    X = np.zeros((n, p))
    for j in range(p):
        rows = rng.permutation(n - 3)[: j % (n - 3)]
        X[rows, j] = rng.normal(size=len(rows))
    return X


def wide(n, p, per_row, kind, seed=0):
    rng = np.random.default_rng(seed)
    indices = rng.integers(0, p, n * per_row).astype(np.int32)
    X = sp.csr_array((rng.normal(size=n * per_row), indices, np.arange(0, n * per_row + 1, per_row)), (n, p))
    return kind(X)


def exact(X):
    return X.astype(np.longdouble).toarray()


def assert_close(got, expected, size):
    assert got.shape == expected.shape
    assert np.all(np.abs(got - expected) <= ROUNDING * size)


@pytest.mark.kernels
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 7, 8, 11, 16])
@pytest.mark.parametrize("kind", FORMATS)
def test_any_number_of_right_hand_sides_and_of_entries(kind, k):
    X = STORES[kind](lengths(20, 30))
    Z, store, rng = exact(X), make_store(X), np.random.default_rng(k)
    R = rng.normal(size=(20, k))
    for columns in (None, rng.permutation(30)[:7], np.zeros(0, dtype=np.int64)):
        index = np.arange(30) if columns is None else columns
        got = [block for _, block in store.correlations(R, columns)]
        got = np.concatenate([np.empty((0, k)), *got])
        assert_close(got, Z[:, index].T @ R, np.abs(Z[:, index]).T @ np.abs(R))
        W = rng.normal(size=(len(index), k))
        assert_close(store.predict(columns, W), Z[:, index] @ W, np.abs(Z[:, index]) @ np.abs(W))


@pytest.mark.kernels
@pytest.mark.parametrize("kind", ["CSC", "CSR"])
def test_one_block_holds_so_many_columns_in_either_format(kind, monkeypatch):
    monkeypatch.setattr(sparse, "BLOCK", 4)
    # CSR: two blocks come from one read of all rows.
    monkeypatch.setattr(sparse, "ELEMENTS", 4 * 2 * 3 + 1)
    X = STORES[kind](lengths(20, 30))
    Z, R = exact(X), np.random.default_rng(0).normal(size=(20, 3))
    pieces = list(make_store(X).correlations(R))
    assert [piece for piece, _ in pieces] == [slice(start, min(start + 4, 30)) for start in range(0, 30, 4)]
    for piece, block in pieces:
        assert_close(block, Z[:, piece].T @ R, np.abs(Z[:, piece]).T @ np.abs(R))


@pytest.mark.kernels
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("kind", FORMATS)
def test_a_gram_that_grows_is_the_gram_of_the_whole(kind, small, weighted, monkeypatch):
    """Blocks of new columns with all columns so far, in any order, as a working set asks for them."""
    if small:
        for name, value in {"CALL": 20, "RANGE": 11, "PIECE": 7}.items():
            monkeypatch.setattr(sparse_gram, name, value)
        monkeypatch.setattr(compressed, "PIECE", 13)
    X = STORES[kind](lengths(20, 30))
    rng = np.random.default_rng(0)
    weights = rng.integers(0, 3, 20).astype(float) if weighted else None
    store, order = make_store(X), rng.permutation(30)
    gram, steps = np.full((30, 30), np.nan), [0, 1, 4, 15, 30]
    for old, new in pairwise(steps):
        gram[old:new, :new] = store.gram(order[old:new], order[:new], weights)
        gram[:old, old:new] = gram[old:new, :old].T
    Z = exact(X)[:, order]
    s = np.ones((20, 1)) if weights is None else weights[:, None]
    size = np.abs(s * Z).T @ np.abs(Z)
    assert_close(gram, (s * Z).T @ Z, size)
    assert_close(store.gram(order, None, weights), (s * Z).T @ Z, size)


@pytest.mark.kernels
@pytest.mark.parametrize("kind", FORMATS)
def test_a_shifted_column_among_the_others(kind):
    X = lengths(20, 12)
    X[:, 5] = 1e6 + np.arange(20)
    X = STORES[kind](X)
    store, rng = make_store(X), np.random.default_rng(0)
    shift = store.moments().shift
    assert np.flatnonzero(shift).tolist() == [5]
    Z, R = exact(X) - shift, rng.normal(size=(20, 5))
    for columns in (None, np.array([7, 5, 0]), np.array([5])):
        index = np.arange(12) if columns is None else columns
        got = np.concatenate([block for _, block in store.correlations(R, columns, shift)])
        assert_close(got, Z[:, index].T @ R, np.abs(Z[:, index]).T @ np.abs(R))
    J, K = np.array([5, 2]), np.array([1, 5, 2, 8])
    assert_close(store.gram(J, K, shift=shift), Z[:, J].T @ Z[:, K], np.abs(Z[:, J]).T @ np.abs(Z[:, K]))


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("kind", [sp.csc_array, sp.csr_array])
def test_a_store_copies_no_entry(kind, index):
    X = kind(lengths(20, 30))
    X.indices, X.indptr = X.indices.astype(index), X.indptr.astype(index)
    data, indices, _ = make_store(X)._parts.arrays
    assert np.shares_memory(data, X.data)
    assert np.shares_memory(indices, X.indices)
    assert not data.flags.writeable
    assert not indices.flags.writeable


@pytest.mark.parametrize("kind", [sp.csc_array, sp.csr_array])
def test_nothing_of_the_size_of_all_features_times_targets_is_made(kind):
    """The entries take 4.8 MB, an array (p, k) would take 48 MB; one per feature is 1.6 to 3.2 MB."""
    n, p, k = 2000, 400_000, 15
    X = wide(n, p, 200, kind)
    rng = np.random.default_rng(0)
    J, R, W = rng.permutation(p)[:300], np.ones((n, k)), np.ones((300, k))
    weights = np.ones(n)
    calls = {
        "store": (lambda: make_store(X), 8e6),
        "moments": (lambda: make_store(X).moments(weights), 30e6),
        "predict": (lambda: make_store(X).predict(J, W), 13e6),
        "correlations": (lambda: [None for _ in make_store(X).correlations(R, J)], 13e6),
        "gram": (lambda: make_store(X).gram(J[:50], J, weights), 13e6),
    }
    if kind is sp.csc_array:
        # CSR fills up to 64 MB in one read.
        calls["all correlations"] = (lambda: [None for _ in make_store(X).correlations(R)], 8e6)
    for name, (call, limit) in calls.items():
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < limit, (name, peak)


def reference_matrix(draw_entries, by_column):
    """A matrix (6, 5) from (major, minor, value), entries in the order given and as often."""
    kind, major = (sp.csc_array, 1) if by_column else (sp.csr_array, 0)
    entries = sorted(draw_entries, key=lambda entry: entry[major])
    counts = np.bincount([entry[major] for entry in entries], minlength=(6, 5)[major])
    X = kind((6, 5), dtype=np.float64)
    X.data = np.array([entry[2] for entry in entries], dtype=np.float64)
    X.indices = np.array([entry[1 - major] for entry in entries], dtype=np.int32)
    X.indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return X


entries = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(-4, 4)), max_size=40)


@pytest.mark.kernels
@given(entries, st.permutations(range(5)), st.integers(0, 5), st.integers(1, 12), st.integers(1, 12))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_pieces_are_the_matrix(entries, order, size, piece, call):
    """Rows of CSR that are kept some at a time, then compressed by columns; entries are integers, sums exact."""
    X = reference_matrix(entries, by_column=False)
    columns = np.array(order[:size], dtype=np.int64)
    rows = np.array([4, 1, 0, 5])
    parts = Compressed(X)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compressed, "PIECE", piece)
        patch.setattr(compressed, "CALL", call)
        got, seen = np.zeros((4, size)), []
        for first, last, (value, place, start) in parts._pieces(rows, columns):
            seen += range(first, last)
            by_column = sparse_gram.by_columns(start, place[: start[-1]], value[: start[-1]], size)
            value, place, start = by_column[0], by_column[1].astype(np.int32), by_column[2].astype(np.int32)
            got[first:last] = sp.csc_array((value, place, start), (last - first, size)).toarray()
    assert seen == [0, 1, 2, 3]
    assert np.array_equal(got, X.toarray()[np.ix_(rows, columns)])


@pytest.mark.kernels
@given(entries, st.permutations(range(5)), st.lists(st.integers(0, 2), min_size=6, max_size=6), st.integers(1, 12))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_columns_sorted_by_rows(entries, order, weights, most):
    X = reference_matrix(entries, by_column=True)
    weights = np.array(weights, dtype=float)
    arrays, n_seen = Compressed(X).arrays, 0
    for first, (start, place, value) in sparse_gram._by_rows(arrays, np.array(order), weights, most):
        assert first == n_seen
        n_seen += len(start) - 1
        got = np.zeros((len(start) - 1, 5))
        for i in range(len(start) - 1):
            run = slice(int(start[i]), int(start[i + 1]))
            assert np.all(np.diff(place[run].astype(int)) >= 0)
            np.add.at(got[i], place[run], value[run])
        stop = first + len(got)
        assert np.array_equal(got, (X.toarray() * weights[:, None])[first:stop, order])
    assert n_seen == 6


@pytest.mark.kernels
@given(st.lists(st.integers(0, 9), max_size=12))
def test_ascending(indices):
    array = frozen(np.array([3, *indices, 3], dtype=np.uint32), np.uint32)
    got = kernels.ascending(array, np.uint64(1), np.uint64(len(indices) + 1))
    assert got == all(a < b for a, b in pairwise(indices))
