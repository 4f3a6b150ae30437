"""Machine code is found again by the next process, is never stale, and need not be kept on disk."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import sparsereg._kernel

PACKAGE = Path(sparsereg._kernel.__file__).parent
HELPER = """
from .._kernel import kernel

@kernel
def step(x):
    return x + {step}
"""
USER = """
from .._kernel import kernel
from .helper import step

@kernel
def twice(x):
    return 2.0 * step(x)
"""
CALL = """
import json
from sparsereg.kernels.user import twice
value = twice(1.0)
counts = [twice.stats.cache_hits, twice.stats.cache_misses] if hasattr(twice, "stats") else []
print(json.dumps([value, *(sum(count.values()) for count in counts)]))
"""


@pytest.fixture
def package(tmp_path):
    """A package with the real decorator, one kernel, and a helper of it in another file."""
    kernels = tmp_path / "sparsereg" / "kernels"
    kernels.mkdir(parents=True)
    (kernels.parent / "__init__.py").touch()
    (kernels / "__init__.py").touch()
    shutil.copy(PACKAGE / "_kernel.py", kernels.parent)
    (kernels / "helper.py").write_text(HELPER.format(step=1.0))
    (kernels / "user.py").write_text(USER)
    return tmp_path


def run(package, script, **environment):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    environment = {**inherited, "PYTHONPATH": str(package), **environment}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=package,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_next_process_finds_the_machine_code(package):
    value, hits, misses = run(package, CALL)
    assert (value, hits, misses) == (4.0, 0, 1)
    value, hits, misses = run(package, CALL)
    assert (value, hits, misses) == (4.0, 1, 0)


def test_an_edited_helper_in_another_file_is_never_stale(package):
    user = package / "sparsereg" / "kernels" / "user.py"
    before = user.stat().st_mtime_ns
    assert run(package, CALL)[0] == 4.0
    (package / "sparsereg" / "kernels" / "helper.py").write_text(HELPER.format(step=5.0))
    value, hits, misses = run(package, CALL)
    assert user.stat().st_mtime_ns == before
    assert (value, hits, misses) == (12.0, 0, 1)
    # Back again: the first machine code is as good as it was.
    (package / "sparsereg" / "kernels" / "helper.py").write_text(HELPER.format(step=1.0))
    assert run(package, CALL)[0] == 4.0


def test_without_a_writable_cache_folder_kernels_compile_all_the_same(package):
    """Each place that Numba tries lies below a regular file, which stops even an administrator."""
    blocked = package / "file"
    blocked.touch()
    (package / "sparsereg" / "kernels" / "__pycache__").touch()
    places = {"NUMBA_CACHE_DIR": str(blocked / "below"), "XDG_CACHE_HOME": str(blocked), "HOME": str(blocked)}
    places["LOCALAPPDATA"] = str(blocked)
    for _ in range(2):
        value, hits, _ = run(package, CALL, **places)
        assert (value, hits) == (4.0, 0)
    assert not list(package.rglob("*.nbi"))


def test_uncompiled_kernels_are_the_functions_themselves(package):
    assert run(package, CALL, NUMBA_DISABLE_JIT="1") == [4.0]


KERNELS = """
import importlib, json, pkgutil
import numpy as np, scipy.sparse as sp
import sparsereg.kernels
from sparsereg.designs import Standardized, make_store

modules = [
    importlib.import_module(f"sparsereg.kernels.{module.name}")
    for module in pkgutil.iter_modules(sparsereg.kernels.__path__)
]
dispatchers = {value for module in modules for value in vars(module).values() if hasattr(value, "stats")}
at_import = sum(len(dispatcher.signatures) for dispatcher in dispatchers)
X = np.arange(12.0).reshape(4, 3) % 5
grams = []
for kind in (sp.csc_array, sp.csr_array):
    for data in (np.float32, np.float64):
        design = Standardized(make_store(kind(X.astype(data))), scale=True)
        design.correlate(design.predict(np.ones((3, 2))))
        grams.append(design.gram().round(12).tolist())
assert all(gram == grams[0] for gram in grams)
# Readonly or not, contiguous or not: one and the same compiled kernel.
X = sp.csc_array(X)
for part in (X.data, X.indices, X.indptr):
    part.flags.writeable = False
store = make_store(X)
columns = np.arange(3)
columns.flags.writeable = False
store.gram(columns)
store.predict(columns, np.ones((6, 2))[::2])
print(json.dumps([
    at_import,
    sum(sum(dispatcher.stats.cache_hits.values()) for dispatcher in dispatchers),
    sum(sum(dispatcher.stats.cache_misses.values()) for dispatcher in dispatchers),
    max(len(dispatcher.signatures) for dispatcher in dispatchers),
]))
"""


def test_all_kernels_of_the_stores_are_found_again(tmp_path):
    """Nothing is compiled at import; each kernel has two forms, float32 and float64, found again later."""
    shutil.copytree(PACKAGE, tmp_path / "sparsereg", ignore=shutil.ignore_patterns("__pycache__"))
    at_import, hits, misses, forms = run(tmp_path, KERNELS)
    assert at_import == 0
    assert misses > 0
    assert forms == 2
    at_import, found, compiled, forms_again = run(tmp_path, KERNELS)
    assert (at_import, compiled, forms_again) == (0, 0, forms)
    # What only other kernels call was compiled with them, and is not looked for once these are found.
    assert 0 < found <= hits + misses
