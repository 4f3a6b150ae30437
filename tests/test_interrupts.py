"""Ctrl-C ends a long fit, leaves the model as it was, and the next fit is right."""

import json

import numpy as np
import pytest
from interrupting import interrupt
from numpy.testing import assert_allclose

from sparsereg import ElasticNet, Lasso, Ridge

INTERRUPTED = """
import json
import sys

import numpy as np
import scipy.sparse as sp

from sparsereg import ElasticNet, Lasso, Ridge

rng = np.random.default_rng(0)
X = rng.normal(size=(30, 4))
y = X[:, 0] - 2 * X[:, 2] + rng.normal(size=30)
parameters = json.loads(sys.argv[1])
model = {"Lasso": Lasso, "ElasticNet": ElasticNet, "Ridge": Ridge}[parameters.pop("estimator")](**parameters)
model.fit(X, y)
model.fit(sp.csc_array(X), y)
fitted = {name: (value, np.copy(value)) for name, value in vars(model).items() if name.endswith("_")}
size = int(sys.argv[2])
if parameters.get("solver") == "coordinate_descent":
    # random walks: neighbours are so alike that the sweeps go on for hours
    long = np.cumsum(rng.normal(size=(size + 100, size)), axis=1)
else:
    # sparse, so that nearly all the time goes to the thousands of features that enter one by one
    long = sp.random_array((size + 500, size), density=20 / size, format="csc", rng=rng)
    long += sp.dia_array((np.full((1, size), 0.1), [0]), shape=long.shape).tocsc()
target = rng.normal(size=long.shape[0])
try:
    print("fitting", flush=True)
    model.fit(long, target)
    print("finished", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
changed = [
    name
    for name, (value, values) in fitted.items()
    if vars(model).get(name) is not value or not np.array_equal(value, values)
]
again = [estimator(alpha=0.1).fit(X, y).coef_.tolist() for estimator in (Lasso, ElasticNet, Ridge)]
print(json.dumps({"changed": changed, "again": again}), flush=True)
"""
ENDLESS = {"alpha": 1e-9, "solver": "coordinate_descent", "tol": 0, "max_iter": 10**9}
LONG_FITS = {
    # each would run far longer than an answer is waited for: hours, about 75 s on one fast core for the active set
    "coordinate descent": ({"estimator": "Lasso", **ENDLESS}, 1500),
    "ridge": ({"estimator": "Ridge", **ENDLESS}, 1500),
    "active set": ({"estimator": "Lasso", "alpha": 1e-12}, 6000),
}


@pytest.mark.parametrize("fit", LONG_FITS)
def test_ctrl_c_ends_a_long_fit_and_the_next_one_is_right(fit, tmp_path):
    parameters, size = LONG_FITS[fit]
    report = interrupt(INTERRUPTED, [json.dumps(parameters), str(size)], 2, tmp_path)
    assert report["changed"] == []
    rng = np.random.default_rng(0)
    Xs = rng.normal(size=(30, 4))
    ys = Xs[:, 0] - 2 * Xs[:, 2] + rng.normal(size=30)
    for estimator, coef in zip((Lasso, ElasticNet, Ridge), report["again"], strict=True):
        assert_allclose(coef, estimator(alpha=0.1).fit(Xs, ys).coef_, rtol=0, atol=1e-12)
