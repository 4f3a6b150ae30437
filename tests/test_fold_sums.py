"""Sums, Gram matrices and errors of folds, each against its formula in extended precision."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from reference.designs import Standardized as Twin
from reference.folds import LONG, held_out_error
from test_fold_grams import DATA, EPS, ROWS, SPLITS, WEIGHTS, N, all_ways, folds_of

from sparsereg.designs import Standardized, make_store
from sparsereg.model_selection import held_out
from sparsereg.model_selection.errors import ROUNDING, errors_from_sums, errors_from_x
from sparsereg.model_selection.folds import Fold, list_folds
from sparsereg.model_selection.held_out import FoldSums, sides_of
from sparsereg.model_selection.packed import HEIGHT, PackedGrams
from sparsereg.model_selection.training import training_from_sums

STORES = {"dense": np.asarray, "F": np.asfortranarray, "CSC": sp.csc_array, "CSR": sp.csr_array}


def symmetric(size, seed):
    half = np.random.default_rng(seed).normal(size=(size, size))
    return half + half.T


@pytest.mark.parametrize("size", [1, 2, 7, HEIGHT - 1, HEIGHT, HEIGHT + 1, 2 * HEIGHT + 5])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_packed_matrices_come_out_as_they_went_in(count, size):
    grams = [symmetric(size, seed) for seed in range(count)]
    packed = PackedGrams(count, size)
    for index in np.random.default_rng(0).permutation(count):
        packed.put(index, grams[index])
    for index, gram in enumerate(grams):
        assert_array_equal(packed.get(index), gram)
        assert_array_equal(packed.diagonal(index), gram.diagonal())
        assert_array_equal(packed.difference(0, index), grams[0] - gram)
    for gram in grams:
        packed.add(0, gram)
    assert_allclose(packed.get(0), grams[0] + sum(grams), rtol=1e-13, atol=1e-13)
    for index in range(1, count):
        assert_array_equal(packed.get(index, np.empty((size, size))), grams[index])


@pytest.mark.parametrize("count", [1, 2, 5])
def test_memory_that_was_never_set_is_no_number(count, monkeypatch):
    monkeypatch.setattr(np, "empty", lambda shape: np.full(shape, np.inf))
    gram, packed = symmetric(5, 0), PackedGrams(count, 5)
    with np.errstate(all="raise"):
        for index in range(count):
            packed.put(index, gram)
            assert_array_equal(packed.difference(0, index), np.zeros((5, 5)))


class Case:
    """The sums of the folds of one problem, and what they are the sums of."""

    def __init__(self, X, y, cv, weights=None, center=True, scale=False, store=np.asarray):
        self.X, self.y, self.center, self.scale = X, y, center, scale
        self.weights = None if weights is None else weights * (N / weights.sum())
        self.store, self.folds = make_store(store(X)), list_folds(folds_of(cv, weights), X, y, weights)
        self.Y = y[:, None]
        self.design = Standardized(self.store, self.weights, center=center, scale=scale)
        self.about = self.design.center_target(self.Y)[1]
        self.sums = FoldSums(self.design, self.Y, self.about, self.folds)

    def expected(self, rows):
        """weight, x, y, xy, yy and the Gram matrix over rows, about the point of the sums."""
        shift = 0 if self.sums.shift is None else self.sums.shift
        X, y = (self.X.astype(LONG) - shift)[rows], (self.y.astype(LONG) - self.about[0])[rows]
        s = np.ones(N, LONG)[rows] if self.weights is None else self.weights.astype(LONG)[rows]
        return (s.sum(), s @ X, s @ y, X.T @ (s * y), s @ y**2), (s[:, None] * X).T @ X

    def training(self, index):
        return training_from_sums(
            self.sums, index, self.store, self.folds[index], self.weights, self.Y, self.center, self.scale
        )


def assert_sums(sums, gram, expected, expected_gram):
    """To a few roundings of the largest terms, by Cauchy-Schwarz."""
    weight, x, y, xy, yy = expected
    length, size = np.sqrt(expected_gram.diagonal()), np.sqrt(yy)
    few = 4 * N * EPS
    assert abs(sums.weight - weight) <= few * weight
    assert (np.abs(sums.x - x) <= few * np.sqrt(weight) * length).all()
    assert abs(sums.y[0] - y) <= few * np.sqrt(weight) * size
    assert (np.abs(sums.xy[:, 0] - xy) <= few * length * size).all()
    assert abs(sums.yy[0] - yy) <= few * yy
    assert (np.abs(gram - expected_gram) <= few * np.multiply.outer(length, length)).all()


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_sums_over_the_side_of_every_fold(store, weights):
    for cv in SPLITS.values():
        case = Case(*DATA["independent"], cv, WEIGHTS[weights], store=STORES[store])
        assert_sums(case.sums.total, case.sums.total_gram(), *case.expected(ROWS))
        for index, side in enumerate(case.sums.sides):
            assert_sums(case.sums.side(index), case.sums.side_gram(index), *case.expected(side.rows))


@pytest.mark.parametrize("cv", SPLITS)
def test_a_side_says_what_a_fold_trains_on(cv):
    folds = list_folds(folds_of(SPLITS[cv]), ROWS[:, None], ROWS)
    for side, fold in zip(sides_of(folds, N)[0], folds, strict=True):
        rows = np.sort(ROWS[side.rows])
        trained, tested = np.sort(ROWS[fold.train]), np.sort(ROWS[fold.test])
        assert_array_equal(rows, np.setdiff1d(ROWS, trained) if side.is_rest else trained)
        assert not side.is_rest or (len(rows) <= N / 2 and len(np.unique(trained)) == len(trained))
        assert not side.is_test or np.array_equal(rows, tested)


def test_sums_do_not_depend_on_how_many_are_formed_together(monkeypatch):
    X, y = DATA["means 1000"]
    expected = Case(X, y, SPLITS["repeated"], WEIGHTS["zeros"])
    monkeypatch.setattr(held_out, "ELEMENTS", 4 * N)
    found = Case(X, y, SPLITS["repeated"], WEIGHTS["zeros"])
    for index in [5, 0, 3, 1, 4, 2]:
        for name in ("weight", "x", "y", "xy", "yy"):
            one, other = getattr(found.sums.side(index), name), getattr(expected.sums.side(index), name)
            assert_allclose(one, other, rtol=1e-12, atol=1e-12 * np.abs(other).max())


@pytest.mark.parametrize("way", all_ways(), ids=str)
@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("data", DATA)
def test_what_a_fold_trains_on(data, weights, way):
    X, y = DATA[data]
    for cv in ("KFold", "TimeSeriesSplit", "bootstrap"):
        case = Case(X, y, SPLITS[cv], WEIGHTS[weights], way["fit_intercept"], way["standardize"])
        for index, fold in enumerate(case.folds):
            found = case.training(index)
            s = None if case.weights is None else case.weights[fold.train]
            twin = Twin(X, s, fold.train, case.center, case.scale)
            length = twin.norms()
            # Four digits may be lost by a difference, or beside the point of the sums; by both, it is not accurate.
            digits = 1e-11 if found.is_accurate else 1e-9
            assert_array_equal(found.design.constant, twin.constant)
            assert_allclose(found.design.scale, twin.scale.astype(float), rtol=digits)
            unit = np.where(twin.constant, np.abs(twin.mean), length * twin.scale)
            assert (np.abs(found.design.mean - twin.mean) <= digits * unit + 4 * EPS * np.abs(twin.mean)).all()
            target = y[fold.train].astype(LONG)
            target -= twin.s @ target / twin.n if case.center else 0
            square = twin.s @ target**2 / twin.n
            rounding = (4 * EPS * np.abs(y[fold.train]).max()) ** 2
            assert abs(found.squares[0] - square) <= 1e-12 * square + rounding
            linear = twin.correlate(target[:, None])[:, 0]
            slack = digits * length * np.sqrt(square) + length * np.sqrt(rounding)
            assert (np.abs(found.linear[:, 0] - linear) <= slack).all()
            if found.gram is not None:
                off = np.abs(found.gram - twin.gram(slice(None), slice(None)))
                assert (off <= digits * np.multiply.outer(length, length)).all()


@pytest.mark.parametrize("data", ["independent", "means 1000", "outlier in both", "1 - R2 = 1e-9", "p > n"])
@given(data_=st.data())
def test_an_error_from_sums_is_right_or_unknown(data, data_):
    X, y = DATA[data]
    seed = data_.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    weights = data_.draw(st.sampled_from([None, WEIGHTS["zeros"], WEIGHTS["ratios 1e6"]]))
    case = Case(X, y, SPLITS["KFold"], weights)
    index = data_.draw(st.integers(0, 3))
    training, fold, side = case.training(index), case.folds[index], case.sums.sides[index]
    assert side.is_test
    features = data_.draw(st.sampled_from([None, np.array([3, 0]), np.zeros(0, dtype=np.int64)]))
    width = X.shape[1] if features is None else len(features)
    size = 10.0 ** rng.uniform(-4, 4, size=(3, 1))
    coefs = rng.normal(size=(3, width)) * size
    everywhere = np.arange(X.shape[1]) if features is None else features
    # One that fits the rows held out as well as it can: rounding decides what it gets wrong.
    basis = (X[fold.test] - training.design.mean)[:, everywhere]
    coefs[0] = np.linalg.lstsq(basis, y[fold.test] - training.means[0])[0] if width else 0.0
    coefs *= ~training.design.constant[everywhere]
    held, gram = case.sums.side(index).of_target(0), case.sums.side_gram(index)
    mean = float(training.means[0])
    arguments = training.design, mean, coefs, features
    found = errors_from_sums(*arguments, held, gram, case.sums.shift, case.about[0])
    direct = errors_from_x(*arguments, y, case.weights, fold.test)
    for k, coef in enumerate(coefs):
        whole = np.zeros(X.shape[1])
        whole[everywhere] = coef / training.design.scale[everywhere]
        intercept = LONG(mean) - training.design.mean.astype(LONG) @ whole
        expected = held_out_error(X, y, fold.test, case.weights, whole, intercept)
        away = np.abs(X[fold.test] - training.design.mean).max(axis=0) + np.abs(training.design.mean)
        rounding = 64 * EPS * (np.abs(y[fold.test]).max() + away @ np.abs(whole))
        slack = 2 * np.sqrt(expected) * rounding + rounding**2 + N * EPS * expected
        assert abs(direct[k] - expected) <= slack
        assert np.isinf(found[k]) or abs(found[k] - expected) <= ROUNDING * expected + slack


def test_a_fold_of_its_own_kind_needs_no_partition():
    """A fold whose rows are all trained on leaves out none: the sums over no rows are zero."""
    X, y = DATA["independent"]
    case = Case(X, y, [(ROWS, ROWS[:3])])
    assert case.folds == [Fold(slice(0, N), slice(0, 3))]
    assert case.sums.side(0).weight == 0
    assert not case.sums.side_gram(0).any()
    assert_allclose(case.training(0).gram, case.design.gram(), rtol=1e-12, atol=1e-12)
