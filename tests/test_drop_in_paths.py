"""`lasso_path` and `enet_path` take and return what scikit-learn's do."""

import inspect
import warnings

import numpy as np
import pytest
import sklearn.linear_model as sk
from drop_in import ADDED, COORDINATE, MATRICES, PATHS, UNFINISHED, X, Y, parameters_of

import sparsereg as ours

# No warning but those expected, from either side.
pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("name", PATHS)
def test_path_takes_scikit_learns_parameters_and_keyword_only_additions(name):
    theirs, mine = (parameters_of(f) for f in (getattr(sk, name), getattr(ours, name)))
    assert [p for p in mine if p in theirs] == list(theirs)
    for parameter in theirs:
        assert mine[parameter].default == theirs[parameter].default
        assert mine[parameter].kind is theirs[parameter].kind
    added = {p: mine[p].default for p in mine if p not in theirs}
    options = {
        "fit_intercept": False,
        "max_features": None,
        "min_improvement": None,
        "return_result": False,
    }
    assert added == ADDED | options
    assert all(mine[p].kind is inspect.Parameter.KEYWORD_ONLY for p in added)


@pytest.mark.parametrize("name, path", list(zip(COORDINATE, PATHS, strict=True)))
def test_path_is_a_static_method_of_the_class(name, path):
    cls = getattr(ours, name)
    assert isinstance(inspect.getattr_static(cls, "path"), staticmethod)
    assert cls.path is getattr(ours, path)
    assert cls().path is getattr(ours, path)


@pytest.mark.parametrize("matrix", ["C", "F", "float32", "integer", "csr_matrix", "csc_array"])
@pytest.mark.parametrize("path", PATHS)
def test_path_returns_scikit_learns_forms_and_values(path, matrix):
    Xm = MATRICES[matrix]
    shift = X.mean(axis=0)
    if matrix in ("C", "F"):  # scikit-learn's grid centres nothing; X and y are centred here for both
        Xm = Xm - shift
    parameters = {"alphas": [0.01, 1.0, 0.1], "return_n_iter": True}
    precise = {"tol": 1e-6 if matrix == "float32" else 1e-14, "max_iter": 100_000}
    theirs = getattr(sk, path)(Xm, Y - Y.mean(), **parameters, **precise)
    mine = getattr(ours, path)(Xm, Y - Y.mean(), **parameters)
    assert len(mine) == len(theirs) == 4
    for found, expected in zip(mine[1:], theirs[1:], strict=True):
        assert np.shape(found) == np.shape(expected)
    assert mine[1].dtype == theirs[1].dtype
    assert isinstance(mine[3], list)
    np.testing.assert_array_equal(mine[0], theirs[0])
    np.testing.assert_allclose(mine[1], theirs[1], rtol=0, atol=1e-4 if matrix == "float32" else 1e-8)


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("matrix", ["C", "csr_matrix"])
@pytest.mark.parametrize("path", PATHS)
def test_automatic_grid_is_scikit_learns(path, matrix, positive):
    parameters = {"alphas": 7, "eps": 1e-2, "positive": positive}
    theirs, mine = (getattr(module, path)(MATRICES[matrix], Y, **parameters)[0] for module in (sk, ours))
    np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    default = getattr(ours, path)(MATRICES[matrix], Y)[0]
    np.testing.assert_allclose(default, getattr(sk, path)(MATRICES[matrix], Y)[0], rtol=1e-12)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("parameters", [{"n_alphas": 5}, {"alphas": None}])
def test_path_warns_of_scikit_learns_deprecations_and_obeys(path, parameters):
    found = {}
    for module in (sk, ours):
        with pytest.warns(FutureWarning, match=next(iter(parameters))):
            found[module] = getattr(module, path)(X, Y, **parameters)[0]
    np.testing.assert_allclose(found[ours], found[sk], rtol=1e-12)


@pytest.mark.parametrize("parameters", [{"n_alphas": 5}, {"alphas": None}, UNFINISHED], ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_warnings_of_a_path_point_at_the_line_of_the_caller(path, parameters):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        getattr(ours, path)(X, Y, **parameters)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("path", PATHS)
def test_default_path_does_not_warn(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(getattr(ours, path)(X, Y)) == 3


@pytest.mark.parametrize("path", PATHS)
def test_path_rejects_unknown_parameters_and_several_targets(path):
    for module in (sk, ours):
        with pytest.raises(ValueError, match="Unexpected parameters in params"):
            getattr(module, path)(X, Y, tolerance=1e-4)
    for target in (np.c_[Y, Y], Y[:, None]):
        with pytest.raises(ValueError, match="ElasticNet"):
            getattr(ours, path)(X, target)
    for module in (sk, ours):
        with pytest.raises(ValueError, match="l1_ratio=0"):
            module.enet_path(X, Y, l1_ratio=0)
