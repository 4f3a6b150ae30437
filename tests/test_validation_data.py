"""What the check of X and y promises: no copy, no change, every container the same, names kept."""

import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
import sklearn
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator
from sklearn.datasets import load_diabetes
from sklearn.utils import check_array

from sparsereg._validation.data import check_data, check_features, learn_features

N, P = 12, 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, P))
Y = RNG.normal(size=N)
CSC = sp.csc_array(X)
FRAME = pd.DataFrame(X, columns=["age", "bmi", "bp", "s1"])


class Probe(BaseEstimator):
    """An estimator that only holds what the input check gives it."""


MATRICES = {
    "C": lambda X: X,
    "F": np.asfortranarray,
    "float32": lambda X: X.astype(np.float32),
    "float32 F": lambda X: np.asfortranarray(X, dtype=np.float32),
    "rows and columns skipped": lambda X: np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)[::2, ::3],
    "reversed": lambda X: X[::-1, ::-1].copy()[::-1, ::-1],
    "csc": sp.csc_array,
    "csr": sp.csr_array,
    "csr matrix float32": lambda X: sp.csr_matrix(X.astype(np.float32)),
}


@pytest.mark.parametrize("long_indices", [False, True])
@pytest.mark.parametrize("make", MATRICES.values(), ids=MATRICES)
def test_matrix_is_used_where_it_lies_and_not_changed(make, long_indices):
    mine = make(X)
    arrays = [mine]
    if sp.issparse(mine):
        if long_indices:
            mine.indices, mine.indptr = mine.indices.astype(np.int64), mine.indptr.astype(np.int64)
        mine.indices = np.ascontiguousarray(mine.indices[::-1])  # unsorted
        arrays = [mine.data, mine.indices, mine.indptr]
    before = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    found = check_data(mine, Y)
    theirs = [found.X.data, found.X.indices, found.X.indptr] if sp.issparse(mine) else [found.X]
    assert found.dtype == mine.dtype
    assert all(map(np.shares_memory, arrays, theirs))
    for array, copy in zip(arrays, before, strict=True):
        assert_array_equal(array, copy)
    assert found.store.n_samples == N and found.store.n_features == P and found.store.dtype == mine.dtype


@pytest.mark.parametrize("kind", [*MATRICES, "memmap"])
@pytest.mark.parametrize("check_input", [True, False])
def test_no_memory_in_proportion_to_the_matrix(kind, check_input, tmp_path):
    big = RNG.normal(size=(20_000, 60))
    if kind == "memmap":
        np.save(tmp_path / "X.npy", big)
        mine = np.load(tmp_path / "X.npy", mmap_mode="r")
    else:
        mine = MATRICES[kind](big)
    y = np.zeros(len(big))
    check_data(mine[:9], y[:9])
    tracemalloc.start()
    try:
        check_data(mine, y, check_input=check_input)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # a float32 copy would be half of this, a mask of the entries an eighth
    assert peak < 0.05 * big.nbytes


@pytest.mark.parametrize("form", ["csc", "csr", "coo", "lil", "dok", "bsr", "dia"])
@pytest.mark.parametrize("container", [sp.csr_array, sp.csr_matrix])
def test_every_sparse_format_holds_the_same_matrix(form, container):
    found = check_data(container(X).asformat(form), Y)
    assert found.X.format in ("csc", "csr")
    assert_array_equal(found.X.toarray(), X)


def test_empty_and_padded_sparse_matrices_are_valid():
    assert check_data(sp.csr_array((N, P)), Y).X.nnz == 0
    padded = CSC.copy()
    padded.indices, padded.data = np.append(CSC.indices, 10**6), np.append(CSC.data, 0.0)
    assert_array_equal(check_data(padded, Y).X.toarray(), X)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16, np.longdouble, object, ">f8"])
def test_other_numbers_become_float64(dtype):
    mine = (10 * X).astype(dtype)
    found = check_data(mine, mine[:, 0])
    assert found.dtype == found.X.dtype == np.float64
    assert_array_equal(found.X, mine.astype(float))
    assert_array_equal(found.Y[:, 0], mine[:, 0].astype(float))


@pytest.mark.parametrize(
    "make", [list, tuple, np.float32, pd.Series, pl.Series, lambda y: pd.Series(y, dtype="Float64")]
)
def test_targets_of_any_container_become_float64_columns(make):
    found = check_data(X, make(Y.astype(np.float32)))
    assert_array_equal(found.Y, Y.astype(np.float32)[:, None].astype(float))
    assert found.y_ndim == 1 and found.Y.dtype == np.float64


def test_target_dimensions_are_kept_and_the_target_is_read_only():
    two = np.column_stack([Y, Y])
    for y, shape, ndim in (
        (Y, (N, 1), 1),
        (Y[:, None], (N, 1), 2),
        (two, (N, 2), 2),
        (two[::-1, :1], (N, 1), 2),
    ):
        found = check_data(X, y)
        assert found.Y.shape == shape and found.y_ndim == ndim
        with pytest.raises(ValueError, match="read-only"):
            found.Y[0, 0] = 1.0
        assert y.flags.writeable


def test_one_row_and_one_column_are_accepted():
    assert check_data([[2.0]], [1.0]).X.shape == (1, 1)


def test_large_values_below_the_limit_are_accepted():
    for mine in (X * 1e49, np.asfortranarray(X) * 1e49, X[::2] * 1e49, (X * 1e30).astype(np.float32)):
        check_data(mine, Y[: len(mine)] * 1e49)


def test_search_for_nan_can_be_switched_off():
    mine, y = X.copy(), Y.copy()
    mine[0, 0] = y[1] = np.nan
    assert np.isnan(check_data(mine, y, check_input=False).X[0, 0])
    with sklearn.config_context(assume_finite=True):
        assert np.isnan(check_data(mine, y).Y[1, 0])


@pytest.mark.parametrize("frame", [FRAME, pl.DataFrame(FRAME)], ids=["pandas", "polars"])
def test_frames_give_names_and_predict_demands_the_same(frame):
    probe = Probe()
    found = check_data(frame, Y, estimator=probe)
    assert not vars(probe)  # a check changes nothing: that is the last act of a fit
    learn_features(probe, found)
    assert found.feature_names == tuple(FRAME.columns) == tuple(probe.feature_names_in_)
    assert probe.n_features_in_ == P
    assert check_data(frame, Y).feature_names == found.feature_names
    assert_array_equal(check_features(frame, probe), X)
    with pytest.raises(ValueError, match="feature names should match"):
        check_features(frame[FRAME.columns[::-1].tolist()], probe)


def test_arrays_have_no_names_and_predict_demands_their_width():
    probe = Probe()
    found = check_data(X, Y, estimator=probe)
    assert found.feature_names is None
    learn_features(probe, found)
    assert not hasattr(probe, "feature_names_in_")
    with pytest.raises(ValueError, match="X has 3 features, but Probe is expecting 4 features"):
        check_features(X[:, :3], probe)
    broken = CSC.copy()
    broken.indices += 1
    with pytest.raises(ValueError, match="X is a broken sparse matrix"):
        check_features(broken, probe)
    assert check_data(pd.DataFrame(X), Y).feature_names is None


def test_a_failed_check_leaves_the_estimator_as_it_was():
    probe = Probe()
    learn_features(probe, check_data(FRAME, Y, estimator=probe))
    before = dict(vars(probe))
    with pytest.raises(TypeError):
        check_data(np.full((N, 2), object()), Y, estimator=probe)
    assert vars(probe).keys() == before.keys() and probe.n_features_in_ == P


def test_real_data_passes_whole():
    frame, target = load_diabetes(return_X_y=True, as_frame=True)
    found = check_data(frame, target)
    assert found.feature_names[:3] == ("age", "sex", "bmi")
    assert_array_equal(found.X, frame.to_numpy())


class Marked(np.ndarray):
    """A kind of array of its own."""


@pytest.mark.parametrize("dtype", [np.float64, np.float32, ">f8", np.int64, np.float16])
@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (0, 3), (3, 0), (3,), (2, 2, 2)])
@pytest.mark.parametrize("kind", [np.asarray, lambda X: X.view(Marked), np.asfortranarray, lambda X: X[::-1]])
def test_what_is_asked_of_arrays_is_what_scikit_learn_asks(dtype, shape, kind):
    X = kind(np.ones(shape, dtype=dtype))

    def outcome(check):
        try:
            found = check()
        except ValueError as error:
            return str(error).removeprefix("X: ")
        return type(found), found.dtype, found.shape, np.shares_memory(found, X), found.strides

    expected = outcome(lambda: check_array(X, dtype=(np.float64, np.float32), ensure_all_finite=False, input_name="X"))
    assert outcome(lambda: check_data(X, np.ones(len(X))).X) == expected


def test_what_is_learnt_of_arrays_is_their_width_and_nothing_else():
    X = np.ones((3, 2))
    for same in (X, X.astype(np.float32), X.tolist(), X.view(Marked), sp.csc_array(X)):
        assert check_data(same, np.ones(3)).learnt == {"n_features_in_": 2}
