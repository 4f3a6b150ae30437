"""Every input a user can get wrong: the error names the argument, the value and the rule."""

import re
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator

from sparsereg._validation.arrays import float_vector
from sparsereg._validation.data import check_data
from sparsereg._validation.parameters import check_alpha_per_target as target_alphas
from sparsereg._validation.parameters import check_alphas, check_choice, check_parameters, check_precompute
from sparsereg._validation.penalty import build_penalty
from sparsereg._validation.weights import check_absolute_weights, check_weights

N, P = 12, 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, P))
Y = RNG.normal(size=N)
CSC = sp.csc_array(X)
FRAME = pd.DataFrame(X, columns=["age", "bmi", "bp", "s1"])
NAN, INF = np.nan, np.inf


class Probe(BaseEstimator):
    """An estimator that only holds what the input check gives it."""


def changed(array, index, value):
    array = np.array(array, dtype=float)
    array[index] = value
    return array


def broken(make=sp.csc_array, **arrays):
    """A valid sparse matrix with some of its arrays replaced afterwards, which scipy does not check."""
    matrix = make(X)
    for name, array in arrays.items():
        setattr(matrix, name, np.asarray(array))
    return matrix


def data(X=X, y=Y, **options):
    return partial(check_data, X, y, **options)


def parameter(name, value):
    return partial(check_parameters, {name: value}, (name,))


def weights(value):
    return partial(check_weights, value, N)


def ridge_weights(value):
    return partial(check_absolute_weights, value, N)


def penalty(**options):
    return partial(build_penalty, P, l1_ratio=0.5, **options)


ERRORS = [
    # X
    (data(changed(X, (3, 1), NAN)), ValueError, "Input X contains NaN"),
    (data(changed(X, (3, 1), -INF)), ValueError, "Input X contains infinity"),
    (data(changed(X, 0, NAN), estimator=Probe()), ValueError, "Probe does not accept"),
    (data(changed(X, (0, 0), NAN)[:, ::2]), ValueError, "Input X contains NaN"),
    (data(sp.csr_array(changed(X, (3, 1), NAN))), ValueError, "Input X contains NaN"),
    (data(changed(X, 0, NAN).astype(np.float32)), ValueError, "Input X contains NaN"),
    (data(FRAME.astype("Float64").replace(X[0, 0], pd.NA)), ValueError, "X contains NaN"),
    (data(changed(X, (0, 2), -1e51)), ValueError, r"X must not have values beyond 1e\+50, got 1e\+51"),
    (data(CSC * 1e60), ValueError, r"X must not have values beyond 1e\+50"),
    (data([[10**400, 1]], [1]), ValueError, "X: int too large"),
    (data(X[:, 0]), ValueError, "X: Expected 2D array, got 1D array.*\n.*Reshape your data"),
    (data(np.zeros((N, P, 2))), ValueError, "X: Found array with dim 3"),
    (data(sp.coo_array(Y)), ValueError, "X: .*2D"),
    (data(X[:0], Y[:0]), ValueError, r"X: Found array with 0 sample\(s\)"),
    (data(X[:, :0]), ValueError, r"0 feature\(s\) \(shape=\(\d*, 0\)\) while a minimum of"),
    (data([[1, 2], [3]], [1, 2]), ValueError, "X: .*inhomogeneous"),
    (data(None), ValueError, "X: Expected 2D array"),
    (data("X"), ValueError, "X: could not convert"),
    (data({"a": Y}), TypeError, "X: .*dict"),
    (data(X * 1j), ValueError, "X: Complex data not supported"),
    (data(sp.csr_array(X * 1j)), ValueError, "X: Complex data not supported"),
    (data(X.astype(str)), ValueError, "X: numbers are required, got dtype <U"),
    (data([["1", "2"]], [1]), ValueError, "X: numbers are required"),
    (data(X.astype("S8")), ValueError, "X: numbers are required"),
    (data(X.astype("M8[s]")), ValueError, "X: numbers are required, got dtype datetime64"),
    (data(np.full((N, P), object())), TypeError, "X: .*number"),
    (data(sp.csr_matrix(X).todense()), TypeError, "X: np.matrix is not supported"),
    (data(np.ma.masked_array(X, X > 1)), ValueError, "X: masked entries are not supported"),
    (data(FRAME.assign(bmi="high")), ValueError, "X must hold numbers.*'bmi'.*OneHotEncoder"),
    (data(FRAME.assign(bp=pd.Categorical(["a", "b"] * 6))), ValueError, "column 'bp': .*OneHotEncoder"),
    (data(FRAME.assign(age=NAN, bp="a", s1="b")), ValueError, "column 'bp', 's1': .*OneHotEncoder"),
    (data(FRAME.assign(s1=pd.Timestamp(0))), ValueError, "column 's1'"),
    (data(FRAME.assign(s1=pd.Timestamp(0))[["s1"]]), ValueError, "column 's1'"),
    (data(pl.DataFrame(FRAME.assign(bmi="high"))), ValueError, "column 'bmi'"),
    (data(FRAME.rename(columns={"age": 0}), estimator=Probe()), TypeError, "string names"),
    # the index arrays of a sparse X, also when the search for NaN is switched off
    (data(broken(indices=CSC.indices + 1)), ValueError, r"X is a broken.*within \[0, 12\), got 1 to 12"),
    (data(broken(indices=CSC.indices - 1), check_input=False), ValueError, "X is a broken.*got -1"),
    (data(broken(sp.csr_array, indices=np.full(48, 10**6))), ValueError, r"X is a broken.*within \[0, 4\)"),
    (data(broken(indices=CSC.indices.astype(np.int16))), ValueError, "X is a broken.*int16"),
    (data(broken(indptr=CSC.indptr[::-1])), ValueError, "X is a broken.*start with 0"),
    (data(broken(indptr=[0, 24, 12, 36, 48]), check_input=False), ValueError, "never decrease"),
    (data(broken(indptr=[0, 12, 24, 36, 10**6])), ValueError, "ends at 1000000, beyond the 48"),
    (data(broken(indptr=[0, 12, 24, 48])), ValueError, "indptr must have 5 entries, got 4"),
    (data(broken(data=CSC.data[:9])), ValueError, "beyond the 9 entries"),
    (data(broken(data=X)), ValueError, "must be 1-dimensional"),
    (data(broken(sp.coo_matrix, row=np.full(N * P, N))), ValueError, r"row must be within \[0, 12\)"),
    # y
    (data(y=None), ValueError, "requires y to be passed, but the target y is None"),
    (data(y=None, estimator=Probe()), ValueError, "Probe estimator requires y"),
    (data(y=changed(Y, 5, NAN)), ValueError, "Input y contains NaN"),
    (data(y=changed(Y, 5, INF)), ValueError, "Input y contains infinity"),
    (data(y=Y * 1e60), ValueError, r"y must not have values beyond 1e\+50"),
    (data(y=Y[:9]), ValueError, "inconsistent numbers of samples: y has 9 but X has 12"),
    (data(y=3.0), ValueError, r"y must have shape \(n_samples,\).*got shape \(\)"),
    (data(y=Y.reshape(N, 1, 1)), ValueError, "y must have shape"),
    (data(y=np.empty((N, 0))), ValueError, "y must have shape.*n_targets >= 1"),
    (data(y=sp.csr_array(Y[:, None])), TypeError, "y must be dense.*toarray"),
    (data(y=["a"] * N), ValueError, "y must hold real numbers, got .'a'"),
    (data(y=[object()] * N), TypeError, "y must hold real numbers"),
    (data(y=Y * 1j), ValueError, "Complex data not supported: y"),
    (data(y=Y.astype("M8[s]")), ValueError, "y must hold real numbers.*datetime64"),
    (data(y=sp.csr_matrix(Y[:, None]).todense()), TypeError, "y must not be a np.matrix"),
    (data(y=np.ma.masked_array(Y, Y > 0)), ValueError, "y must not have masked"),
    # sample_weight
    (weights(changed(np.ones(N), 3, -1)), ValueError, "sample_weight must be >= 0.*-1.0 at index 3"),
    (weights(changed(np.ones(N), 2, NAN)), ValueError, "sample_weight must be.*nan at index 2"),
    (weights(changed(np.ones(N), 2, INF)), ValueError, "sample_weight must be.*finite, got inf"),
    (weights(np.zeros(N)), ValueError, "sample_weight must have an entry > 0, got only zeros"),
    (weights(np.ones(9)), ValueError, "sample_weight has 9 entries but X has 12 samples"),
    (weights(np.ones((N, 2))), ValueError, r"sample_weight must be 1-dimensional.*\(12, 2\)"),
    (weights("balanced"), ValueError, "sample_weight must hold real numbers, got 'balanced'"),
    (weights([{}] * N), TypeError, "sample_weight must hold real numbers"),
    (weights(sp.csr_array(np.ones((1, N)))), TypeError, "sample_weight must be dense"),
    (weights(-2), ValueError, "sample_weight must be > 0 and finite when a number, got -2"),
    (weights(NAN), ValueError, "sample_weight must be > 0.*nan"),
    (ridge_weights(0), ValueError, "sample_weight must be > 0"),
    (ridge_weights(-np.ones(N)), ValueError, "sample_weight must be >= 0"),
    (ridge_weights(np.full(N, 1e308)), ValueError, "sample_weight must have a sum.*1e100.*got inf"),
    (ridge_weights(1e-110), ValueError, "sample_weight must have a sum"),
    # penalty_factor and bounds
    (penalty(penalty_factor=np.ones(3)), ValueError, "penalty_factor has 3 entries but X has 4 features"),
    (penalty(penalty_factor=[1, 1, -2, 1]), ValueError, "penalty_factor must be >= 0, got -2.0 at index 2"),
    (penalty(penalty_factor=[1, NAN, 1, 1]), ValueError, "penalty_factor must be >= 0, got nan at index 1"),
    (penalty(penalty_factor=2.0), ValueError, "penalty_factor must be 1-dimensional with 4 entries"),
    (penalty(penalty_factor=list("abcd")), ValueError, "penalty_factor must hold real numbers"),
    (penalty(bounds=1.0), TypeError, r"bounds must be a pair \(lower, upper\), got 1.0"),
    (penalty(bounds="ab"), TypeError, r"bounds must be a pair \(lower, upper\), got 'ab'"),
    (penalty(bounds=[(0, 1)] * P), ValueError, "bounds must be a pair.*each a number or.*got 4"),
    (penalty(bounds=(1, -1)), ValueError, "bounds must have lower <= upper, got lower 1.0 > upper -1.0"),
    (penalty(bounds=([0, 0, 0.5, 0], 1)), ValueError, r"bounds must contain 0, got .0.5, 1.0. for feature 2"),
    (penalty(bounds=(-3, -1)), ValueError, r"bounds must contain 0, got \(-3.0, -1.0\)"),
    (penalty(bounds=(NAN, 1)), ValueError, r"bounds\[0\] must not be NaN"),
    (penalty(bounds=(0, [1, 1])), ValueError, r"bounds\[1\] has 2 entries but X has 4 features"),
    (penalty(bounds=(0, None)), TypeError, r"bounds\[1\] must be a number or an array, got None.*np.inf"),
    (penalty(bounds=(0, "1")), ValueError, r"bounds\[1\] must hold real numbers, got '1'"),
    # scalar parameters
    (parameter("alpha", -1.0), ValueError, "alpha must be >= 0 and finite, got -1.0"),
    (parameter("alpha", np.float64(-1)), ValueError, "alpha must be >= 0 and finite, got -1.0$"),
    (parameter("alpha", NAN), ValueError, "alpha must be >= 0 and finite, got nan"),
    (parameter("alpha", INF), ValueError, "alpha must be >= 0 and finite, got inf"),
    (parameter("alpha", 10**400), ValueError, "alpha must be >= 0 and finite"),
    (parameter("alpha", "1"), TypeError, "alpha must be a real number, got '1'"),
    (parameter("alpha", True), TypeError, "alpha must be a real number, got True"),
    (parameter("alpha", None), TypeError, "alpha must be a real number, got None"),
    (parameter("alpha", np.ones(3)), TypeError, "alpha must be a real number, got array"),
    (parameter("alpha", 1j), TypeError, "alpha must be a real number, got 1j"),
    (parameter("l1_ratio", 1.5), ValueError, "l1_ratio must be between 0 and 1, got 1.5"),
    (parameter("l1_ratio", -1e-9), ValueError, "l1_ratio must be between 0 and 1, got -1e-09"),
    (parameter("l1_ratio", NAN), ValueError, "l1_ratio must be between 0 and 1, got nan"),
    (parameter("l1_ratio", [0.5]), TypeError, r"l1_ratio must be a real number, got \[0.5\]"),
    (parameter("tol", -1e-4), ValueError, "tol must be >= 0 and finite, got -0.0001"),
    (parameter("tol", None), TypeError, "tol must be a real number, got None"),
    (parameter("max_iter", 0), ValueError, "max_iter must be >= 1 and < 2.*got 0"),
    (parameter("max_iter", 10.0), TypeError, "max_iter must be an integer, got 10.0"),
    (parameter("max_iter", None), TypeError, "max_iter must be an integer, got None"),
    (parameter("max_iter", 2**63), ValueError, "max_iter must be .*, got 9223372036854775808"),
    (parameter("selection", "greedy"), ValueError, "selection must be 'cyclic' or 'random', got 'greedy'"),
    (parameter("selection", 1), TypeError, "selection must be a string, got 1"),
    (parameter("fit_intercept", 1), TypeError, "fit_intercept must be True or False, got 1"),
    (parameter("standardize", "yes"), TypeError, "standardize must be True or False, got 'yes'"),
    (parameter("positive", None), TypeError, "positive must be True or False, got None"),
    (parameter("warm_start", 0.0), TypeError, "warm_start must be True or False"),
    (parameter("random_state", -1), ValueError, "random_state must be between 0 and.*got -1"),
    (parameter("random_state", 1.5), TypeError, "random_state must be None, an integer or"),
    (parameter("verbose", -1), ValueError, "verbose must be >= 0, got -1"),
    (parameter("eps", 0), ValueError, "eps must be > 0 and < 1, got 0"),
    (parameter("eps", 1.0), ValueError, "eps must be > 0 and < 1, got 1.0"),
    (parameter("max_features", 0), ValueError, "max_features must be >= 1 and .*got 0"),
    (parameter("min_improvement", "1%"), TypeError, "min_improvement must be a real number"),
    (partial(check_choice, "solver", "lu", ("auto", "svd")), ValueError, "one of 'auto', 'svd', got 'lu'"),
    (partial(check_choice, "solver", None, ("auto",)), TypeError, "solver must be one of 'auto', got None"),
    # grids, Gram matrices, vectors
    (partial(check_alphas, 0), ValueError, "alphas must be >= 1 when an integer, got 0"),
    (partial(check_alphas, []), ValueError, r"alphas must be an integer or a non-empty 1-d.*got \[\]"),
    (partial(check_alphas, 0.5), ValueError, "alphas must be an integer or a non-empty.*got 0.5"),
    (partial(check_alphas, True), ValueError, "alphas must be an integer or a non-empty.*got True"),
    (partial(check_alphas, None), ValueError, "alphas must be an integer or.*got None"),
    (partial(check_alphas, [[1, 2]]), ValueError, "alphas must be an integer or a non-empty"),
    (partial(check_alphas, [1, -2]), ValueError, "alphas must be >= 0 and finite, got -2.0 at index 1"),
    (partial(check_alphas, [INF, 1]), ValueError, "alphas must be >= 0 and finite, got inf at index 0"),
    (partial(check_alphas, [1, NAN]), ValueError, "alphas must be >= 0 and finite, got nan at index 1"),
    (partial(check_alphas, [["a", "b"]]), ValueError, "alphas must hold real numbers"),
    (partial(target_alphas, [1, 2], 3), ValueError, "alpha has 2 entries but y has 3 targets"),
    (partial(target_alphas, [1, -1], 2), ValueError, "alpha must be >= 0.*-1.0 at index 1"),
    (partial(target_alphas, [[1, 1]], 2), ValueError, "alpha must be a number or 1-dim"),
    (partial(target_alphas, -1, 2), ValueError, "alpha must be >= 0 and finite, got -1"),
    (partial(target_alphas, "1", 2), TypeError, "alpha must be a real number"),
    (partial(check_precompute, "auto", P), ValueError, "precompute must be one of True, False.*got 'auto'"),
    (
        partial(check_precompute, None, P, ("auto",)),
        TypeError,
        "precompute must be one of .*'auto', got None",
    ),
    (partial(check_precompute, np.eye(3), P), ValueError, r"precompute must be .*\(4, 4\).*got shape \(3"),
    (partial(check_precompute, 1, P), ValueError, r"precompute must be a Gram matrix .*got shape \(\)"),
    (partial(check_precompute, np.full((P, P), NAN), P), ValueError, "precompute must be a finite"),
    (partial(check_precompute, np.tri(P), P), ValueError, "precompute must be a symmetric"),
    (partial(float_vector, "coef_init", [1, 2], 3, "features"), ValueError, "coef_init has 2 entries"),
]


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS)
def test_bad_input_gets_an_error_naming_argument_and_rule(call, kind, message):
    with pytest.raises(kind, match=re.compile(message, re.DOTALL)):
        call()
