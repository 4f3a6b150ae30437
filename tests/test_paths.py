"""The path functions: scikit-learn's forms of arguments and returns, and early stopping."""

import warnings

import numpy as np
import pytest
import sklearn.linear_model as sklearn_linear
from examples import PROBLEMS, gaussian, problem_of
from sklearn.exceptions import ConvergenceWarning

from sparsereg import ElasticNet, Lasso, enet_path, lasso_path

X, Y = gaussian(40, 8, seed=0)
WIDE, WIDE_Y = gaussian(15, 40, seed=1)
# Paths are exact: what is left is rounding, and 1e-9 of it on data as small and well conditioned as these.
SAME = 1e-9
pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    "ours, theirs", [(lasso_path, sklearn_linear.lasso_path), (enet_path, sklearn_linear.enet_path)]
)
def test_the_default_path_is_that_of_scikit_learn(ours, theirs):
    alphas, coefs, gaps = ours(X, Y)
    expected_alphas, expected, _ = theirs(X, Y, tol=1e-14, max_iter=10**6)
    assert alphas == pytest.approx(expected_alphas, rel=1e-14)
    assert coefs == pytest.approx(expected, abs=1e-7 * np.abs(expected).max())  # scikit-learn's accuracy
    assert coefs.shape == (8, 100)
    assert gaps.shape == (100,)
    assert (gaps >= 0).all()


def test_return_n_iter():
    alphas, coefs, gaps, n_iters = enet_path(X, Y, alphas=5, return_n_iter=True)
    assert isinstance(n_iters, list)
    assert len(n_iters) == len(alphas) == len(gaps) == coefs.shape[1] == 5
    assert all(isinstance(n, int) and n >= 1 for n in n_iters)


@pytest.mark.parametrize("alphas", [[0.1, 0.5, 0.2], (0.5, 0.2, 0.1), np.array([0.2, 0.5, 0.1], dtype=np.float32)])
def test_given_alphas_are_sorted(alphas):
    found, coefs, _ = lasso_path(X, Y, alphas=alphas)
    assert found == pytest.approx([0.5, 0.2, 0.1], rel=1e-7)  # float32
    assert np.count_nonzero(coefs[:, 0]) <= np.count_nonzero(coefs[:, 2])
    assert isinstance(alphas, tuple) or sorted(alphas) != list(alphas)  # the user's own order stands


def test_integer_alphas_become_floats():
    alphas, _, _ = lasso_path(X, Y, alphas=[0, 1])
    assert alphas.dtype == np.float64
    assert alphas.tolist() == [1.0, 0.0]


def test_eps_is_the_ratio_of_the_grid():
    alphas, _, _ = lasso_path(X, Y, eps=0.05, alphas=7)
    assert len(alphas) == 7
    assert alphas[-1] / alphas[0] == pytest.approx(0.05, rel=1e-14)
    assert np.diff(np.log(alphas)) == pytest.approx(np.log(0.05) / 6, rel=1e-12)


def test_deprecated_arguments_warn_and_work():
    with pytest.warns(FutureWarning, match="'n_alphas' was deprecated") as caught:
        alphas, _, _ = lasso_path(X, Y, n_alphas=4)
    assert len(alphas) == 4
    assert caught[0].filename == __file__
    with pytest.warns(FutureWarning, match="'alphas=None' is deprecated") as caught:
        alphas, _, _ = enet_path(X, Y, alphas=None)
    assert len(alphas) == 100
    assert caught[0].filename == __file__
    with pytest.warns(FutureWarning, match="'n_alphas' was deprecated"):
        assert len(lasso_path(X, Y, n_alphas=4, alphas=None)[0]) == 4


@pytest.mark.parametrize("start", [np.zeros(40), np.ones(40), np.arange(40) - 20.0])
def test_the_start_does_not_matter(start):
    given = start.copy()
    alphas, coefs, _ = lasso_path(WIDE, WIDE_Y, alphas=10, eps=0.01)
    _, started, _ = lasso_path(WIDE, WIDE_Y, alphas=alphas, coef_init=start)
    assert started == pytest.approx(coefs, abs=SAME * np.abs(coefs).max())
    assert np.array_equal(start, given)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("solver", ["active_set", "working_set", "coordinate_descent"])
@pytest.mark.parametrize("far", [1e30, 1e308])
def test_a_start_from_far_away_does_not_overflow(far, solver):
    alphas, expected, _ = lasso_path(X, Y, alphas=3)
    _, coefs, _ = lasso_path(X, Y, alphas=alphas, coef_init=np.full(8, far), solver=solver, tol=1e-12, max_iter=10**5)
    # the gap of coordinate descent, 1e-12 of y'y/n, allows its root in the coefficients
    assert coefs == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("solver", ["active_set", "working_set", "coordinate_descent"])
@pytest.mark.parametrize("bounds", [None, (0, np.inf), (-0.1, 0.1)])
def test_no_zero_has_a_sign(bounds, solver):
    rng = np.random.default_rng(3)
    wide = rng.normal(size=(30, 12))
    target = wide[:, 0] - wide[:, 1] + rng.normal(size=30)
    for dtype in (np.float64, np.float32):
        for l1_ratio in (1, 0.5):
            options = {"l1_ratio": l1_ratio, "bounds": bounds, "solver": solver}
            _, coefs, _ = enet_path(wide.astype(dtype), target, alphas=20, standardize=True, **options)
            coef = ElasticNet(0.01, **options).fit(wide.astype(dtype), target).coef_
            assert (coefs == 0).any()
            assert not np.signbit(coefs[coefs == 0]).any() and not np.signbit(coef[coef == 0]).any()


def test_a_gram_matrix_gives_the_same_path():
    _, expected, _ = lasso_path(X, Y, alphas=10)
    for precompute in (X.T @ X, np.asfortranarray(X.T @ X), "auto", True, False):
        _, coefs, _ = lasso_path(X, Y, alphas=10, precompute=precompute, Xy=X.T @ Y)
        assert coefs == pytest.approx(expected, abs=SAME)
    # that of a float32 product is repaired from X
    rough = (X.astype(np.float32).T @ X.astype(np.float32)).astype(np.float64)
    alphas, coefs, _ = lasso_path(X, Y, alphas=10, precompute=rough)
    reference = problem_of(X, Y, {"fit_intercept": False})
    for k, alpha in enumerate(alphas):
        assert reference.gap(coefs[:, k], 0.0, alpha) <= 1e-10


def test_a_centred_gram_matrix_serves_an_intercept():
    centred = X - X.mean(axis=0)
    _, expected, _ = lasso_path(X, Y, alphas=10, fit_intercept=True)
    _, coefs, _ = lasso_path(X, Y, alphas=10, fit_intercept=True, precompute=centred.T @ centred)
    assert coefs == pytest.approx(expected, abs=SAME)
    shifted = X + 3
    with pytest.warns(UserWarning, match="recomputing Gram matrix") as caught:
        _, coefs, _ = lasso_path(shifted, Y, alphas=10, fit_intercept=True, precompute=shifted.T @ shifted)
    assert coefs == pytest.approx(expected, abs=SAME)
    assert caught[0].filename == __file__


def wrong_entry():
    gram = X.T @ X
    gram[2, 5] = gram[5, 2] = gram[2, 5] + 0.5
    return gram


WRONG_GRAMS = {
    "of other data": WIDE[:, :8].T @ WIDE[:, :8],
    "scaled": X.T @ X / len(X),
    "one entry": wrong_entry(),
    "shape": np.eye(7),
    "not symmetric": np.triu(X.T @ X),
    "not finite": np.full((8, 8), np.nan),
    "word": "yes",
}


@pytest.mark.parametrize("gram", WRONG_GRAMS.values(), ids=WRONG_GRAMS)
def test_a_wrong_gram_matrix_is_an_error(gram):
    with pytest.raises(ValueError, match="precompute must be"):
        lasso_path(X, Y, precompute=gram)


@pytest.mark.parametrize("shape", [(40, 1), (40, 2)])
@pytest.mark.parametrize("function", [lasso_path, enet_path])
def test_targets_in_two_dimensions_are_an_error(function, shape):
    with pytest.raises(ValueError, match=r"y must be 1-dimensional here, got 2 dimensions.*ElasticNet"):
        function(X, np.ones(shape))


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"X_offset": np.zeros(8)}, "X_offset must be None: pass fit_intercept=True"),
        ({"X_scale": np.ones(8)}, "X_scale must be None"),
        ({"n_jobs": 2, "colour": 1}, "Unexpected parameters in params: colour, n_jobs; allowed are tol"),
        ({"coef_init": np.zeros(9)}, "coef_init has 9 entries but X has 8 features"),
        ({"Xy": np.zeros(9)}, "Xy has 9 entries but X has 8 features"),
        ({"alphas": [0.1, -0.1]}, "alphas must be >= 0 and finite, got -0.1 at index 1"),
        ({"alphas": [0.1, np.inf]}, "alphas must be >= 0 and finite, got inf at index 1"),
        ({"alphas": []}, "alphas must be an integer or a non-empty 1-dimensional array"),
        ({"alphas": 0}, "alphas must be >= 1 when an integer, got 0"),
        ({"alphas": 10**9}, "alphas must be <= 1000000, got 1000000000: ask for fewer"),
        ({"eps": 0.0}, "eps must be > 0 and < 1, got 0.0"),
        ({"max_features": 0}, "max_features must be >= 1 .*, got 0"),
        ({"min_improvement": -1.0}, "min_improvement must be >= 0 .*, got -1.0"),
        ({"solver": "magic"}, "solver must be one of 'auto'"),
        ({"selection": "sorted"}, "selection must be 'cyclic' or 'random', got 'sorted'"),
        ({"tol": -1.0}, "tol must be >= 0 .*, got -1.0"),
        ({"sample_weight": -np.ones(40)}, "sample_weight must be >= 0 and finite, got -1.0 at index 0"),
    ],
)
def test_bad_parameters_are_errors(parameters, message):
    with pytest.raises(ValueError, match=message):
        lasso_path(X, Y, **parameters)


def test_no_grid_without_an_l1_penalty():
    with pytest.raises(ValueError, match="Automatic alpha grid generation is not supported for l1_ratio=0"):
        enet_path(X, Y, l1_ratio=0)
    alphas, coefs, _ = enet_path(X, Y, l1_ratio=0, alphas=[1.0, 0.1])
    for alpha, coef in zip(alphas, coefs.T, strict=True):
        assert coef == pytest.approx(np.linalg.solve(X.T @ X + 40 * alpha * np.eye(8), X.T @ Y), rel=1e-10)


@pytest.mark.parametrize("most", [1, 4, 12])
def test_max_features_ends_a_path(most):
    whole = lasso_path(WIDE, WIDE_Y, return_result=True)
    path = lasso_path(WIDE, WIDE_Y, max_features=most, return_result=True)
    kept = len(path.alphas)
    assert path.df.max() <= most
    assert whole.df[kept] > most
    assert np.array_equal(path.alphas, whole.alphas[:kept])
    assert path.coefs.toarray() == pytest.approx(whole.coefs[:, :kept].toarray(), abs=SAME)
    for name in ("intercepts", "gaps", "n_iter", "statuses", "df", "r2"):
        assert len(getattr(path, name)) == kept


def test_min_improvement_ends_a_path():
    whole = lasso_path(X, Y, return_result=True)
    path = lasso_path(X, Y, min_improvement=1e-3, return_result=True)
    kept = len(path.alphas)
    assert 5 <= kept < 100
    rises = np.diff(whole.r2)
    assert rises[kept - 2] < 1e-3  # the last alpha kept is the first that raises R2 by less
    assert (rises[3 : kept - 2] >= 1e-3).all()
    assert path.coefs.toarray() == pytest.approx(whole.coefs[:, :kept].toarray(), abs=SAME)


def test_verbose_reports_to_stderr_and_changes_nothing(capsys):
    quiet = lasso_path(X, Y, alphas=25)
    assert capsys.readouterr() == ("", "")
    loud = lasso_path(X, Y, alphas=25, verbose=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(",")[0] for line in err.splitlines()] == [f"path: {k}/25 alphas" for k in (10, 20, 25)]
    assert loud[1] == pytest.approx(quiet[1], abs=SAME)


def test_one_warning_for_a_path_that_does_not_converge():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        lasso_path(WIDE, WIDE_Y, solver="coordinate_descent", max_iter=2, tol=1e-8)
    (only,) = caught
    assert only.category is ConvergenceWarning
    assert only.filename == __file__
    assert "MAX_ITER" in str(only.message)


def test_estimators_have_the_paths():
    assert ElasticNet.path is enet_path
    assert Lasso.path is lasso_path
    assert Lasso().path(X, Y, alphas=3)[1].shape == (8, 3)


def test_float32_and_random_selection():
    _, exact, _ = lasso_path(X, Y, alphas=5)
    _, single, _ = lasso_path(X.astype(np.float32), Y, alphas=5)
    assert single.dtype == np.float32
    assert single == pytest.approx(exact, abs=1e-5)  # X itself is rounded by 6e-8, the condition of X is about 10
    settings = {"solver": "coordinate_descent", "selection": "random", "tol": 1e-12, "max_iter": 10**5}
    _, first, _ = lasso_path(X, Y, alphas=5, **settings, random_state=0)
    _, again, _ = lasso_path(X, Y, alphas=5, **settings, random_state=0)
    assert np.array_equal(first, again)
    assert first == pytest.approx(exact, abs=1e-5)  # the root of tol


@pytest.mark.parametrize("problem", PROBLEMS)
def test_repeated_and_zero_alphas(problem):
    row = PROBLEMS[problem]
    path = lasso_path(row.X, row.y, alphas=[1.0, 1.0, 0.0, 0.0], fit_intercept=True, return_result=True)
    coefs = path.coefs.toarray()
    assert coefs[:, 0] == pytest.approx(coefs[:, 1], rel=1e-12)
    assert np.isfinite(coefs).all()
    reference = problem_of(row.X, row.y, {})
    for k in (1, 2, 3):
        assert reference.gap(coefs[:, k], path.intercepts[k], path.alphas[k]) <= 1e-10
