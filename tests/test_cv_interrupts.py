"""Ctrl-C ends the folds of LassoCV and RidgeCV, on whatever threads they are, and leaves everything as it was."""

import json

import pytest
from interrupting import interrupt

LASSO = """
import json, sys, threading
import numpy as np
from threadpoolctl import threadpool_info
import sparsereg.model_selection.plan as plan
from sparsereg import LassoCV

parameters = json.loads(sys.argv[1])
# two threads also on one processor
plan.n_processors = plan.n_threads = lambda: 2
rng = np.random.default_rng(0)
X = np.cumsum(rng.normal(size=(1200, 1000)), axis=1)
y = rng.normal(size=1200)
model = LassoCV(cv=100, eps=1e-9, **parameters)
model.set_params(alphas=1).fit(X[:200, :30], y[:200]).set_params(alphas=100)
"""
RIDGE = """
import json, sys, threading
import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_info
import sparsereg.estimators.ridge_cv as ridge_cv
from sparsereg import RidgeCV

# two threads also on one processor
ridge_cv.n_processors = lambda: 2
rng = np.random.default_rng(0)
# so badly conditioned that conjugate gradients take very many steps
X = sp.random_array((12000, 9000), density=5e-3, rng=rng).tocsr()
X = (X * np.geomspace(1, 1e6, X.shape[1])).tocsr()
y = rng.normal(size=X.shape[0])
alphas = np.geomspace(1, 1e10, 20)
model = RidgeCV(alphas, cv=20, n_jobs=2).fit(X[:300, :30].toarray(), y[:300])
"""
# What either model does then.
FIT = """
before = vars(model).copy()
limits = [pool["num_threads"] for pool in threadpool_info()]
try:
    print("fitting", flush=True)
    model.fit(X, y)
    print("finished", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(json.dumps({
    "threads": threading.active_count(),
    "limits": [pool["num_threads"] for pool in threadpool_info()] == limits,
    "changed": [name for name, value in before.items() if vars(model).get(name) is not value],
}), flush=True)
"""
ENDLESS = {"solver": "coordinate_descent", "tol": 0.0, "max_iter": 10**9}
INTERRUPTS = [
    {"n_jobs": 1},
    {"n_jobs": 2},
    {"n_jobs": None},
    {"n_jobs": 2, "solver": "working_set"},
    {"n_jobs": 1, "criterion": "bic", **ENDLESS},
    {"n_jobs": 2, **ENDLESS},
    {"n_jobs": 2, **ENDLESS, "solver": "proximal_gradient"},
]


@pytest.mark.parametrize("parameters", INTERRUPTS, ids=str)
def test_ctrl_c_ends_the_folds_and_restores_what_was(parameters, tmp_path):
    # into the middle of the folds
    report = interrupt(LASSO + FIT, [json.dumps(parameters)], 1, tmp_path)
    assert report == {"threads": 1, "limits": True, "changed": []}


def test_ctrl_c_ends_the_folds_of_ridge(tmp_path):
    report = interrupt(RIDGE + FIT, [], 2, tmp_path)
    assert report == {"threads": 1, "limits": True, "changed": []}
