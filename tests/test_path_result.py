"""`PathResult`: what a path holds, predicts and says between its alphas."""

from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
from examples import gaussian

from sparsereg import Lasso, PathResult, Status, lasso_path

X, Y = gaussian(40, 8, seed=0)
# Paths are exact: what is left is rounding, and 1e-9 of it on data as small and well conditioned as these.
SAME = 1e-9
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def path():
    return lasso_path(X, Y, fit_intercept=True, return_result=True)


def test_path_result(path):
    assert isinstance(path, PathResult)
    assert isinstance(path.coefs, sp.csc_array)
    assert path.coefs.shape == (8, 100)
    assert all(status is Status.OPTIMAL for status in path.statuses)
    assert path.df.tolist() == np.count_nonzero(path.coefs.toarray(), axis=0).tolist()
    assert path.coefs.nnz == path.df.sum()  # zeros are not stored
    assert path.feature_names is None
    alphas, coefs, gaps, n_iter = lasso_path(X, Y, fit_intercept=True, return_n_iter=True)
    assert np.array_equal(path.alphas, alphas)
    assert np.array_equal(path.coefs.toarray(), coefs)
    assert np.array_equal(path.gaps, gaps)
    assert path.n_iter.tolist() == n_iter


@pytest.mark.parametrize("weights", [None, np.arange(40) % 3])
def test_r2_is_the_explained_fraction(weights):
    path = lasso_path(X, Y + 5, alphas=9, fit_intercept=True, sample_weight=weights, return_result=True)
    weights = np.ones(40) if weights is None else weights
    about_mean = Y + 5 - np.average(Y + 5, weights=weights)
    left = (Y + 5)[:, None] - path.predict(X)
    assert path.r2 == pytest.approx(1 - weights @ left**2 / (weights @ about_mean**2), abs=SAME)
    assert (np.diff(path.r2) > 0).all()


def test_predictions_of_a_path(path):
    every = path.predict(X[:5])
    assert every.shape == (5, 100)
    assert every == pytest.approx(X[:5] @ path.coefs.toarray() + path.intercepts, abs=1e-12)
    assert path.predict(sp.csr_array(X[:5])) == pytest.approx(every, abs=1e-12)
    assert path.predict(X[:5], alpha=path.alphas[40]) == pytest.approx(every[:, 40], abs=1e-12)
    model = Lasso(alpha=path.alphas[40]).fit(X, Y)
    assert model.predict(X[:5]) == pytest.approx(every[:, 40], abs=SAME)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (X[:5, :3], r"X must have shape \(n, 8\), got \(5, 3\)"),
        (X[0], r"X must have shape \(n, 8\), got \(8,\)"),
        (sp.csr_array(X[:, 1:]), r"X must have shape \(n, 8\), got \(40, 7\)"),
        (None, r"X must have shape \(n, 8\), got \(\)"),
        (np.where(X > 1, np.nan, X), "X contains NaN"),
    ],
)
def test_bad_input_of_predict_is_named(path, wrong, message):
    for alpha in (None, path.alphas[40]):
        with pytest.raises(ValueError, match=message):
            path.predict(wrong, alpha)


def test_at_is_exact_on_the_grid_and_between_knots(path):
    for k in (0, 17, 99):
        coef, intercept = path.at(path.alphas[k])
        assert np.array_equal(coef, path.coefs[:, [k]].toarray().ravel())
        assert intercept == path.intercepts[k]
    supports = [tuple(np.sign(path.coefs[:, [k]].toarray().ravel())) for k in range(100)]
    between = [k for k in range(99) if supports[k] == supports[k + 1]]
    assert len(between) > 50
    for k in between:
        alpha = 0.3 * path.alphas[k] + 0.7 * path.alphas[k + 1]
        model = Lasso(alpha=alpha).fit(X, Y)
        coef, intercept = path.at(alpha)
        assert coef == pytest.approx(model.coef_, abs=SAME)
        assert intercept == pytest.approx(model.intercept_, abs=SAME)


def test_at_does_not_extrapolate(path):
    for alpha in (1.01 * path.alphas[0], 0.99 * path.alphas[-1], np.nan):
        with pytest.raises(ValueError, match="alpha must lie in the range of the path"):
            path.at(alpha)
    alone = lasso_path(X, Y, alphas=[0.1, 0.1], return_result=True)
    assert np.array_equal(alone.at(0.1)[0], alone.coefs[:, [0]].toarray().ravel())


@pytest.mark.parametrize("alpha", ["x", None, [0.1], np.array([0.1, 0.2]), 1j, True], ids=repr)
def test_an_alpha_that_is_no_number_is_an_error(path, alpha):
    with pytest.raises(TypeError, match=r"alpha must be a real number, got \S+"):
        path.at(alpha)


def test_an_alpha_of_any_kind_of_number(path):
    expected, intercept = path.at(0.5)
    for alpha in (np.float32(0.5), np.array(0.5), Fraction(1, 2)):
        coef, found = path.at(alpha)
        assert np.array_equal(coef, expected) and found == intercept


NAMES = [f"x{j}" for j in range(8)]
FRAMES = {
    "pandas": pd.DataFrame(X, columns=NAMES),
    "polars": pl.DataFrame(X, schema=NAMES),
    "pyarrow": pa.table(dict(zip(NAMES, X.T, strict=True))),
}
SWAPPED = [*NAMES[:4], "x5", "x4", "x6", "x7"]


@pytest.mark.parametrize("kind", FRAMES)
def test_feature_names_come_from_the_columns(kind):
    frame = FRAMES[kind]
    path = lasso_path(frame, Y, alphas=3, return_result=True)
    assert path.feature_names == tuple(NAMES)
    assert path.feature_names == tuple(Lasso().fit(frame, Y).feature_names_in_)
    assert path.predict(frame) == pytest.approx(path.predict(X), abs=1e-12)


@pytest.mark.parametrize("kind", FRAMES)
def test_columns_that_are_not_those_of_the_fit_are_rejected(kind):
    path = lasso_path(FRAMES[kind], Y, alphas=3, return_result=True)
    rule = "X must have the feature names of the fit in the same order, got 'x5' at position 4 where the fit had 'x4'"
    with pytest.raises(ValueError, match=rule):
        path.predict(FRAMES[kind][SWAPPED] if kind == "pandas" else FRAMES[kind].select(SWAPPED))


def test_columns_without_names_are_taken_as_they_come():
    path = lasso_path(FRAMES["pandas"], Y, alphas=3, return_result=True)
    assert np.array_equal(path.predict(pd.DataFrame(X)), path.predict(X))
    nameless = lasso_path(X, Y, alphas=3, return_result=True)
    assert np.array_equal(nameless.predict(FRAMES["pandas"]), nameless.predict(X))
