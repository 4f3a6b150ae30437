"""Copies, threads, forks, blocked folders and little memory: an estimator is right, or says why not."""

import copy
import json
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import GridSearchCV

import sparsereg
from sparsereg import ElasticNet, Lasso, Ridge, enet_path, lasso_path, ridge_path
from sparsereg.solvers import memory, ridge

ESTIMATORS = [Lasso, ElasticNet, Ridge]
COORDINATE = [Lasso, ElasticNet]
PATHS = [lasso_path, enet_path]
# Seconds after which a child process counts as hung; it needs a few at most.
HUNG = 600

# Code that this process compiled and code that another finds in the disk cache are linked in another order: the last
# bit of coefficients near 1 may differ between processes.
LINKED = 1e-13

RNG = np.random.default_rng(2)
X = RNG.normal(size=(60, 8))
Y = X @ np.array([2.0, 0.0, -3.0, 0.0, 0.0, 1.0, 0.0, 0.5]) + RNG.normal(size=60)


def coefficients(model):
    return np.append(model.coef_, model.intercept_)


# -- Copies


COPIES = {
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "oldest pickle": lambda model: pickle.loads(pickle.dumps(model, protocol=2)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_copy_predicts_the_same_and_fits_anew(estimator, way):
    model = estimator(alpha=0.1, penalty_factor=np.arange(8.0), bounds=(-5, 5)).fit(X, Y)
    twin = COPIES[way](model)
    assert_array_equal(twin.predict(X), model.predict(X))
    assert vars(twin).keys() == vars(model).keys()
    assert_array_equal(twin.fit(X, -Y).coef_, estimator(**model.get_params()).fit(X, -Y).coef_)


def test_joblib_keeps_a_fitted_estimator_on_disk(tmp_path):
    for number, estimator in enumerate(ESTIMATORS):
        model = estimator(alpha=0.1).fit(X, Y)
        joblib.dump(model, tmp_path / f"{number}.joblib")
        for mode in (None, "r"):  # "r" maps the coefficients as read-only memory
            assert_array_equal(joblib.load(tmp_path / f"{number}.joblib", mmap_mode=mode).predict(X), model.predict(X))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_fitted_estimator_does_not_hold_the_data(estimator):
    tall = RNG.normal(size=(5000, 8))
    model = estimator(alpha=0.1).fit(tall, tall[:, 0])
    assert len(pickle.dumps(model)) < tall.nbytes / 50


def test_a_path_result_survives_a_pickle():
    result = lasso_path(X, Y, alphas=5, return_result=True)
    twin = pickle.loads(pickle.dumps(result))
    assert_array_equal(twin.coefs.toarray(), result.coefs.toarray())
    assert twin.statuses == result.statuses
    assert_array_equal(twin.predict(X), result.predict(X))


# -- Threads and processes


PROBLEMS = [
    (estimator, dict(alpha=alpha, **options))
    for estimator in ESTIMATORS
    for alpha in (0.01, 0.1, 1.0)
    for options in ({}, {"solver": "coordinate_descent"}, {"positive": True})
]


def fit_problem(number):
    estimator, parameters = PROBLEMS[number]
    return coefficients(estimator(**parameters).fit(X if number % 2 else sp.csc_array(X), Y))


def test_fits_in_threads_at_once_are_those_one_after_the_other():
    expected = [fit_problem(number) for number in range(len(PROBLEMS))]
    n_threads, rounds = 4, 5
    start = threading.Barrier(n_threads)

    def fit_all(first):
        start.wait(HUNG)
        order = [(first * 7 + k) % len(PROBLEMS) for k in range(rounds * len(PROBLEMS))]
        return [(number, fit_problem(number)) for number in order]

    with ThreadPoolExecutor(n_threads) as pool:
        for found in pool.map(fit_all, range(n_threads)):
            for number, coef in found:
                assert_array_equal(coef, expected[number])


def test_joblib_threads_share_one_array():
    expected = [fit_problem(number) for number in range(len(PROBLEMS))]
    found = joblib.Parallel(n_jobs=2, backend="threading")(
        joblib.delayed(fit_problem)(number) for number in range(len(PROBLEMS))
    )
    assert_array_equal(np.array(found), np.array(expected))


def run_python(script, folder, **environment):
    """Run a script in a new process of this interpreter and an empty folder; what it printed, read as JSON."""
    found = {**os.environ, "PYTHONPATH": str(Path(sparsereg.__file__).parents[1]), **environment}
    process = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=found, capture_output=True, text=True, timeout=HUNG
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


FIRST_FITS = """
import json
import threading

import numpy as np
import scipy.sparse as sp

import sparsereg

rng = np.random.default_rng(0)
X = rng.normal(size=(30, 4))
y = X[:, 0] - 2 * X[:, 2] + rng.normal(size=30)
start = threading.Barrier(2)
found = {}


def fit(name, X):
    start.wait()
    found[name] = [float(c) for c in sparsereg.Lasso(alpha=0.1).fit(X, y).coef_]


threads = [threading.Thread(target=fit, args=pair) for pair in (("dense", X), ("sparse", sp.csc_array(X)))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
found["Ridge"] = [float(c) for c in sparsereg.Ridge(alpha=0.1).fit(X, y).coef_]
print(json.dumps(found | {"package": sparsereg.__file__}))
"""


def check_first_fits(found):
    rng = np.random.default_rng(0)
    Xf = rng.normal(size=(30, 4))
    yf = Xf[:, 0] - 2 * Xf[:, 2] + rng.normal(size=30)
    for name, model in (("dense", Lasso), ("sparse", Lasso), ("Ridge", Ridge)):
        assert_allclose(found[name], model(alpha=0.1).fit(Xf, yf).coef_, rtol=0, atol=1e-12)


def test_two_threads_may_compile_at_once(tmp_path):
    check_first_fits(run_python(FIRST_FITS, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "cache")))


def test_an_unwritable_cache_folder_only_costs_a_compilation(tmp_path):
    package = tmp_path / "source" / "sparsereg"
    shutil.copytree(Path(sparsereg.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    # a file where a folder is needed: no user may write into it, not even root
    blocked = tmp_path / "blocked"
    for path in (blocked, package / "kernels" / "__pycache__"):
        path.write_text("no folder")
    homes = dict.fromkeys(["HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "NUMBA_CACHE_DIR"], str(blocked / "x"))
    found = run_python(FIRST_FITS, tmp_path, **homes, PYTHONPATH=str(package.parent))
    assert Path(found["package"]).parent == package
    check_first_fits(found)
    assert not [*tmp_path.rglob("*.nbi"), *tmp_path.rglob("*.nbc")]


def _fit_and_send(connection):
    connection.send([fit_problem(number) for number in range(len(PROBLEMS))])
    connection.close()


@pytest.mark.parametrize("method", sorted({"fork", "spawn"} & set(multiprocessing.get_all_start_methods())))
def test_a_child_process_fits_after_its_parent(method):
    expected = [fit_problem(number) for number in range(len(PROBLEMS))]
    with ThreadPoolExecutor(2) as pool:  # the parent has used threads too
        list(pool.map(fit_problem, range(4)))
    context = multiprocessing.get_context(method)
    receiver, sender = context.Pipe(duplex=False)
    with warnings.catch_warnings():
        # Python warns of any fork beside threads; here it is the point
        warnings.simplefilter("ignore", DeprecationWarning)
        child = context.Process(target=_fit_and_send, args=(sender,))
        child.start()
    sender.close()
    answered = receiver.poll(HUNG)
    found = receiver.recv() if answered else None
    if not answered:
        child.kill()
    child.join(HUNG)
    assert answered, "the child hangs"
    assert child.exitcode == 0
    assert_allclose(np.array(found), np.array(expected), rtol=0, atol=LINKED)
    assert_array_equal(fit_problem(0), expected[0])


def test_joblib_processes_read_a_shared_memmap():
    options = {"n_jobs": 2, "backend": "loky", "max_nbytes": 1000}
    alphas = [0.01, 0.1, 1.0]
    models = joblib.Parallel(**options)(joblib.delayed(Lasso(alpha=alpha).fit)(X, Y) for alpha in alphas)
    for alpha, model in zip(alphas, models, strict=True):
        assert_allclose(model.coef_, Lasso(alpha=alpha).fit(X, Y).coef_, rtol=0, atol=LINKED)
    alone, together = (
        GridSearchCV(ElasticNet(), {"alpha": alphas}, cv=3, n_jobs=n_jobs).fit(X, Y) for n_jobs in (1, 2)
    )
    assert_allclose(together.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"], rtol=0, atol=LINKED)


# -- Memory


# So many features that their Gram matrix, 72 MB, is worth a look at the available memory
MANY = 3000


@pytest.mark.parametrize("budget", ["of a Gram of some features", "of no Gram"])
@pytest.mark.parametrize("solver", ["auto", "active_set", "working_set", "coordinate_descent"])
def test_a_gram_beyond_the_memory_budget_is_not_needed(solver, budget, monkeypatch):
    wide = sp.random_array((20, MANY), density=0.05, format="csc", rng=np.random.default_rng(0))
    target = wide.sum(axis=1)
    expected = Lasso(alpha=0.01, solver="active_set").fit(wide, target)
    assert expected.solver_ == "active_set"
    monkeypatch.setattr(memory, "available_memory", lambda: 2 * 10**8)
    if budget == "of no Gram":
        monkeypatch.setattr(memory, "SMALL", 2**10)
        monkeypatch.setattr(memory, "available_memory", lambda: 10**5)
    model = Lasso(alpha=0.01, solver=solver, tol=1e-12, max_iter=10**5).fit(wide, target)
    assert model.solver_ == ("coordinate_descent" if solver == "coordinate_descent" else "working_set")
    assert_allclose(model.coef_, expected.coef_, rtol=0, atol=1e-5 * np.abs(expected.coef_).max())


@pytest.mark.parametrize("solver", ["auto", "active_set", "coordinate_descent", "proximal_gradient"])
def test_ridge_with_bounds_needs_no_gram_beyond_the_memory_budget(solver, monkeypatch):
    n_features = 300
    wide = sp.random_array((40, n_features), density=0.2, format="csc", rng=np.random.default_rng(0))
    targets = np.c_[wide.sum(axis=1), wide[:, :20].sum(axis=1)]
    expected = Ridge(alpha=1.0, positive=True).fit(wide, targets)
    assert expected.solver_ == "active_set"
    # the Gram and its factor are 1.4 MB; a quarter of the memory may be taken
    monkeypatch.setattr(memory, "SMALL", 2**10)
    monkeypatch.setattr(memory, "available_memory", lambda: 10**6)
    options = {"positive": True, "solver": solver, "tol": 1e-12, "max_iter": 10**5}
    model = Ridge(alpha=1.0, **options).fit(wide, targets)
    assert model.solver_ == (solver if solver in ("coordinate_descent", "proximal_gradient") else "working_set")
    # the gap, 1e-12 of y'y, allows its root
    assert_allclose(model.coef_, expected.coef_, rtol=0, atol=1e-5 * np.abs(expected.coef_).max())
    _, coefs, _ = ridge_path(wide, targets[:, 1], [10.0, 1.0], fit_intercept=True, **options)
    assert_allclose(coefs[:, 1], expected.coef_[1], rtol=0, atol=1e-5 * np.abs(expected.coef_).max())


def test_ridge_within_a_small_memory_budget_is_right_or_says_so(monkeypatch):
    large = sp.random_array((MANY, MANY), density=0.003, format="csc", rng=np.random.default_rng(0))
    target = large.sum(axis=1)
    for module in (memory, ridge):
        monkeypatch.setattr(module, "available_memory", lambda: 2 * 10**8)
    with pytest.raises(MemoryError, match=rf"closed form of Ridge on {MANY} .* needs .* GiB.*for RidgeCV, cv=5"):
        Ridge(solver="cholesky").fit(large, target)
    # "auto" turns to conjugate gradients, which need no square matrix
    coef = Ridge(fit_intercept=False).fit(large, target).coef_
    gradient = large.T @ (target - large @ coef) - coef
    # its gap, |gradient|^2 / 2 at alpha = 1, is documented to be at most 1e-12 y'y / 2
    assert gradient @ gradient <= 1e-12 * (target @ target)
