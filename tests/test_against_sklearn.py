"""The outside reference: scikit-learn's coordinate descent at the tightest tolerance it can reach."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from examples import UNIQUE, fit, problem_of
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet

N_PROBLEMS = 400
# scikit-learn ends where a gap of 1e-14 of y'y and a step of 1e-14 agree.
AGREEMENT = 1e-7


def random_problem(seed):
    rng = np.random.default_rng(seed)
    n, p = rng.integers(5, 60), rng.integers(1, 30)
    X = rng.normal(size=(n, p)) @ (np.eye(p) + rng.choice([0.0, 0.5]) * rng.normal(size=(p, p)) / np.sqrt(p))
    X = X * (rng.random((n, p)) < rng.choice([0.3, 1.0])) * rng.choice([1e-3, 1.0, 1e3])
    X += rng.choice([0.0, 5.0]) * X.std()
    y = X @ (rng.normal(size=p) * (rng.random(p) < 0.5)) + X.std() * rng.normal(size=n) + rng.normal()
    parameters = {
        "l1_ratio": rng.choice([1.0, 1.0, 0.9, 0.5, 0.1]),
        "fit_intercept": bool(rng.integers(2)),
        "positive": bool(rng.random() < 0.2),
    }
    if rng.random() < 0.3:
        parameters["sample_weight"] = rng.choice([0.0, 0.5, 2.0, 10.0], size=n) + (np.arange(n) < 2)
    return X, y, parameters, rng.choice([0.5, 0.1, 0.01, 0.001]), rng.choice(["dense", "CSC"])


def reference_fit(X, y, alpha, parameters):
    """scikit-learn's coefficients and intercept, or None where it did not converge."""
    parameters = dict(parameters)
    weights = parameters.pop("sample_weight", None)
    model = ElasticNet(alpha=alpha, tol=1e-14, max_iter=10**5, **parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model.fit(X, y, sample_weight=weights)
        except ConvergenceWarning:
            return None
    return model.coef_, model.intercept_


def test_coefficients_are_those_of_scikit_learn_where_it_converges():
    compared = 0
    for seed in range(N_PROBLEMS):
        X, y, parameters, part, kind = random_problem(seed)
        reference = problem_of(X, y, parameters)
        alpha = part * reference.alpha_max()
        if alpha == 0:
            continue
        stored = np.asfortranarray(X) if kind == "dense" else sp.csc_array(X)
        found = fit(stored, y, alpha, parameters)
        expected = reference_fit(stored, y, alpha, parameters)
        if expected is None:
            continue
        coef, intercept = expected
        size = float(reference.target_square) ** 0.5
        if reference.conditioning(found.coef_, alpha) > UNIQUE:
            compared += 1
            assert np.abs(found.coef_ - coef).max() <= AGREEMENT * np.abs(coef).max(), seed
            assert found.intercept_ == pytest.approx(intercept, rel=AGREEMENT, abs=AGREEMENT * size), seed
        # never above scikit-learn's by more than rounding; its own gap of 1e-14 leaves sqrt(1e-14) of y
        best, other = (reference.objective(*pair, alpha) for pair in ((found.coef_, found.intercept_), expected))
        assert best <= other + 1e-14 * size**2, seed
        assert np.abs(found.predict(X) - (X @ coef + intercept)).max() <= 1e-6 * size, seed
    assert compared >= 200


@pytest.mark.parametrize("kind", ["dense", "CSC"])
def test_several_targets_are_those_of_scikit_learn(kind):
    X, y, _, _, _ = random_problem(3)
    Y = np.stack([y, X[:, 0] - y], axis=1)
    X = X if kind == "dense" else sp.csc_array(X)
    alpha = 0.1 * problem_of(X, y, {}).alpha_max()
    found = fit(X, Y, alpha, {"l1_ratio": 0.5})
    expected = ElasticNet(alpha=alpha, tol=1e-14, max_iter=10**5).fit(X, Y)
    assert found.coef_ == pytest.approx(expected.coef_, rel=AGREEMENT, abs=AGREEMENT * np.abs(expected.coef_).max())
    assert found.intercept_ == pytest.approx(expected.intercept_, rel=AGREEMENT)
