"""The data sets of the benchmarks: what comes out of a recipe, and what is refused. Nothing is downloaded."""

import gzip

import numpy as np
import pytest
from scipy import sparse

from benchmarks import datasets, dense_data, packages, sparse_data


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SPARSEREG_BENCHMARKS", str(tmp_path))
    return tmp_path


def test_constant_columns_leave_and_types_are_as_promised():
    X = np.array([[1.0, 0, 5], [2, 0, 5], [0, 0, 5]])
    dense, y = datasets.tidy(X, [1, 2, 3])
    found, _ = datasets.tidy(sparse.csr_array(X), y)
    assert dense.flags.f_contiguous
    assert (found.format, found.indices.dtype) == ("csc", np.int32)
    np.testing.assert_array_equal(dense, X[:, :1])
    np.testing.assert_array_equal(found.toarray(), dense)


@pytest.mark.parametrize("form", [np.asfortranarray, sparse.csc_matrix])
def test_a_data_set_is_built_once_and_then_comes_from_the_cache(form, monkeypatch):
    X, builds = np.array([[1.0, 0], [0, 2], [3, 0]]), []

    def build():
        builds.append(1)
        return form(X), np.arange(3)

    monkeypatch.setitem(datasets.LOADERS, "small", datasets.DataSet(build, "nothing", "", ""))
    for _ in range(2):
        found, y = datasets.load("small")
        np.testing.assert_array_equal(found.toarray() if sparse.issparse(found) else found, X)
        np.testing.assert_array_equal(y, [0.0, 1, 2])
    assert builds == [1]


def test_a_file_with_other_content_is_refused():
    with pytest.raises(ValueError, match=r"ALL.rda must have SHA-256 ed39"):
        packages.checked(b"other", "folder/ALL.rda")


def test_a_package_that_cannot_be_had_is_named_with_the_command_that_brings_it(monkeypatch):
    def fails(requirement, member):
        return packages.archive_from(["false"], requirement, "*")

    monkeypatch.setattr(sparse_data, "from_pip", fails)
    with pytest.raises(RuntimeError, match=r"sentiment needs `pip download .* vaderSentiment==0.5` to work"):
        datasets.load("sentiment")


def test_a_name_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"name must be one of leukemia_all, .*, got 'iris'"):
        datasets.load("iris")


def test_the_command_lists_what_there_is(capsys):
    datasets.main([])
    listed = capsys.readouterr().out
    for name, each in datasets.LOADERS.items():
        assert f"{name:<18} {each.about}" in listed
        assert each.needs in listed


def test_tokens_of_a_package():
    fields = {"Package": "lib2-dev", "Description": "small tool", "Depends": "libc6 (>= 2), gcc | clang"}
    tokens = sparse_data.package_tokens(fields)
    assert {"w:small", "w:small_tool", "n:lib", "n:lib-2", "last:dev", "first:lib"} <= set(tokens)
    assert {"Depends:libc6", "Depends:gcc", "Depends:clang", "Section:"} <= set(tokens)


def test_one_digit_is_told_by_the_others(monkeypatch):
    rows = np.array([[0, 255, 0, 1], [51, 0, 0, 8], [102, 255, 0, 2]])
    text = "\n".join(",".join(map(str, row)) for row in rows)
    monkeypatch.setattr(dense_data, "from_pip", lambda *_: gzip.compress(text.encode()))
    X, y = datasets.load("mnist_dictionary")
    np.testing.assert_array_equal(X, [[0, 0.4], [1, 1]])
    np.testing.assert_array_equal(y, [0.2, 0])


def test_rare_values_get_no_column():
    found = sparse_data.one_hot(["b"] * 5 + ["rare"] + ["a"] * 6)
    expected = np.array([[0, 1]] * 5 + [[0, 0]] + [[1, 0]] * 6)
    np.testing.assert_array_equal(found.toarray(), expected)
    np.testing.assert_array_equal(dense_data.indicators(["x"] * 20 + ["rare"]), [[1.0]] * 20 + [[0.0]])
