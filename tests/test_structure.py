"""The shape of the project: which module may import which, what the tree holds, what the documents say."""

import ast
import doctest
import importlib
import pkgutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

import sparsereg

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sparsereg"
SOURCES = sorted(PACKAGE.rglob("*.py"))
# Sphinx writes pages of its own into the first two; templates are not pages yet.
NOT_PAGES = [ROOT / "doc" / name for name in ("gallery", "reference", "_templates")]
PAGES = [path for path in sorted((ROOT / "doc").rglob("*.rst")) if not set(NOT_PAGES) & set(path.parents)]
DOCUMENTS = [ROOT / "README.md", *PAGES]
GUIDE = [path for path in PAGES if path.parent.name == "guide" and path.name not in ("index.rst", "command.rst")]
PYTHON = [*SOURCES, *(path for folder in ("tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py")))]
EXAMPLES = sorted((ROOT / "doc" / "examples").glob("*.py"))

# A module imports only from groups to the left of its own, and from its own folder.
LEFT_TO_RIGHT = [
    {"_kernel"},
    {"kernels"},
    {"designs", "penalties"},
    {"results", "summary"},
    {"duality"},
    {"solvers"},
    {"_validation"},
    {"paths", "ridge_paths"},
    {"model_selection"},
    {"estimators"},
    {"displays"},
    {"__init__"},
    {"_cli"},
    {"__main__"},
]
RANK = {name: rank for rank, group in enumerate(LEFT_TO_RIGHT) for name in group}
# What pip installs with the package; and what single modules import on use.
RUN_TIME = {"numpy", "scipy", "sklearn", "numba", "threadpoolctl", "joblib"}
OPTIONAL = {
    "pandas": {"_cli", "summary"},
    "matplotlib": {"displays", "_cli"},
    "tqdm": {"model_selection"},
    "skops": {"_cli"},
}
# Numba documents these; the rest of it moves between releases.
PUBLIC_NUMBA = {"numba", "numba.extending", "numba.typed", "numba.types"}
TOP_LEVEL = {
    *("sparsereg", "tests", "benchmarks", "doc", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"),
    *("CHANGES.rst", "CONTRIBUTING.md", ".gitignore", ".ci"),
}
COMMANDS = ("pip install . && python -m sparsereg", "pip install '.[test]' && pytest")
LONGEST = 300


def name_of(path):
    return str(path.relative_to(ROOT))


def imports(path):
    """Every (module, name) that a file imports, relative modules made absolute; no name for `import m`."""
    folder = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            yield from ((module, alias.name) for alias in node.names)


def part(module, name=None):
    """The part of the package that an import reaches: the first name below `sparsereg`."""
    below = module.split(".")[1:]
    if below:
        return below[0]
    return name if name in RANK else "__init__"


def attributes(path, packages):
    """Every dotted use of an imported package in a source file, such as numba.core.types."""
    tree = ast.parse(path.read_text())
    bound = {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.split(".")[0] in packages
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in bound:
                yield node.attr


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_imports_only_from_its_left(path):
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    reached = {part(module, name) for module, name in imports(path) if module.split(".")[0] == "sparsereg"}
    assert own in RANK, f"{own} has no place in the order of imports"
    assert not {other for other in reached if other != own and RANK[other] >= RANK[own]}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_imports_only_what_is_installed_with_the_package(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    allowed = {*RUN_TIME, *sys.stdlib_module_names, "sparsereg"}
    allowed |= {package for package, users in OPTIONAL.items() if own in users}
    assert not {module.split(".")[0] for module, _ in imports(path)} - allowed


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_nothing_private_of_scikit_learn_or_numba_is_used(path):
    for module, name in imports(path):
        names = module.split(".")
        if names[0] in ("sklearn", "numba"):
            assert not any(each.startswith("_") for each in [*names, name or ""]), (module, name)
        if names[0] == "numba":
            assert module in PUBLIC_NUMBA
    used = set(attributes(path, ("sklearn", "numba")))
    assert not {each for each in used if each.startswith("_") and not each.startswith("__")}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_is_short(path):
    assert len(path.read_text().splitlines()) <= LONGEST


def test_files_are_ascii():
    documents = [path for pattern in ("*.md", "*.rst", "*.toml", "*.cfg") for path in ROOT.glob(pattern)]
    files = [*PYTHON, *EXAMPLES, *documents, *PAGES, ROOT / ".ci" / "run"]
    assert not [name_of(path) for path in files if not path.read_bytes().isascii()]


def test_every_folder_of_the_package_is_a_package():
    folders = {path.parent for path in SOURCES}
    assert not [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()]


def test_the_top_level_holds_what_it_should():
    ignored = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines())]
    found = {path.name for path in ROOT.iterdir() if not any(fnmatch(path.name, pattern) for pattern in ignored)}
    assert found == TOP_LEVEL


def test_the_readme_and_the_checks_run_the_same_commands():
    for path in (ROOT / "README.md", ROOT / ".ci" / "run"):
        assert set(COMMANDS) <= {line.strip() for line in path.read_text().splitlines()}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_the_examples_in_documents_print_what_they_say(path):
    assert doctest.testfile(str(path), module_relative=False).failed == 0


def test_the_readme_and_the_guide_hold_examples():
    assert len(GUIDE) > 5
    assert not [name_of(path) for path in [ROOT / "README.md", *GUIDE] if ">>> " not in path.read_text()]


@pytest.mark.parametrize("name", [each.name for each in pkgutil.walk_packages(sparsereg.__path__, "sparsereg.")])
def test_the_examples_in_docstrings_print_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", sparsereg.__all__)
def test_everything_public_is_documented(name):
    public = getattr(sparsereg, name)
    assert public.__doc__
    assert isinstance(public, type) is name[0].isupper()


def test_importing_the_package_brings_nothing_optional():
    # scikit-learn may import pandas where it is installed: only what comes on top of it counts.
    program = """
import sys, sklearn.linear_model
before = set(sys.modules)
from sparsereg import *
print(*(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    brought = {module.split(".")[0] for module in done.stdout.split()}
    assert "sparsereg" in brought
    assert not brought & {*OPTIONAL, "polars", "pyarrow"}
