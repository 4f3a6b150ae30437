"""The benchmark suite: one contender on one task in a process of its own, results that are kept, what is printed."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import sparsereg
from benchmarks import __main__ as command
from benchmarks import contenders, footprint, results, suite, tables
from benchmarks.problems import scattered, synthetic
from benchmarks.running import Task, measure, work


def problem():
    return synthetic(40, 60, 5, 0.5, fit_intercept=True)


def slow():
    return synthetic(400, 3000, 100, 0.95)


def broken():
    raise ValueError("no such data")


SMALL = Task("small", problem, end=0.1, n_alphas=5, first={"sparsereg": 3})
BLANK = results.Result("small", "sparsereg", "1", 1e-4, 5, 1, "data")


def measured(task, contender="sparsereg", tol=1e-4, limit=60.0):
    blank = replace(BLANK, task=task.name, contender=contender, tol=tol, n_alphas=task.count(contender))
    return measure(task, blank, limit)


class Here(list):
    """A pipe that keeps what is sent."""

    send = list.append


def graded(task, contender="sparsereg"):
    """The figures of a task that runs in this process."""
    sent = Here()
    work(sent, task, contender, 1e-4, 60.0)
    *_, found, end = sent
    assert end is None
    return replace(BLANK, **found)


class TestRunning:
    def test_a_path_is_measured_in_another_process(self):
        result = measured(SMALL)
        assert result.n_alphas == 3
        assert result.note == ""
        assert 0 < result.seconds < 60
        assert abs(result.gap) < 1e-12
        assert result.support > 0
        assert result.memory >= 0

    def test_the_first_alphas_are_those_of_the_whole_path(self):
        grid = problem().grid(SMALL.end, SMALL.n_alphas)
        np.testing.assert_allclose(problem().grid(SMALL.end_for("sparsereg"), 3), grid[:3], rtol=1e-12)
        assert SMALL.end_for("celer") == SMALL.end

    def test_a_fit_is_measured_at_its_alpha(self):
        result = graded(Task("fit", problem, end=0.1, kind="fit"))
        exact = sparsereg.Lasso(alpha=problem().grid(0.1, 2)[1]).fit(problem().X, problem().y)
        assert result.support == np.count_nonzero(exact.coef_)

    @pytest.mark.parametrize("kind", ["ridge", "cv"])
    def test_estimators_reach_the_optimum_of_their_own_problem(self, kind):
        result = graded(Task(kind, problem, end=2.0, kind=kind, n_alphas=10))
        assert result.note == ""
        assert abs(result.gap) < 1e-12

    def test_cross_validation_is_measured_on_sparse_data(self):
        result = graded(Task("cv", partial(scattered, 200, 300, per_row=20), kind="cv", n_alphas=10))
        assert result.note == ""
        assert abs(result.gap) < 1e-12

    def test_subsets_are_graded_by_their_squared_error(self):
        result = graded(Task("subset", problem, kind="subset", n_alphas=5))
        assert 0 < result.objective < 1
        assert 0 < result.support <= 5
        assert np.isnan(result.gap)

    def test_a_contender_is_ended_at_its_limit_of_cpu_time(self):
        result = measured(Task("slow", slow, end=1e-4), "scikit-learn", tol=1e-14, limit=0.5)
        assert result.note == "ended after 0.5 s"
        assert result.seconds == 0.5
        assert np.isnan(result.gap)

    def test_what_a_contender_raises_is_its_result(self):
        result = graded(Task("broken", broken))
        assert result.note == "ValueError: no such data"
        assert np.isnan(result.seconds)
        assert not result.ended


class TestResults:
    def test_results_are_kept_and_read_again(self, tmp_path):
        result = replace(
            BLANK, seconds=2.0, cpu_seconds=1.5, passes=30.0, gap=1e-5, support=7, memory=3.0, objective=1.0
        )
        for seconds in (3.0, 2.0):
            results.write(tmp_path / "new", replace(result, seconds=seconds))
        (found,) = results.read(tmp_path / "new").values()
        assert replace(found, day="", software="") == result
        assert found.software.startswith("Python 3")
        assert results.read(tmp_path / "none") == {}

    def test_the_digest_tells_data_apart_but_not_rounding(self):
        data = problem()
        rounded = replace(data, y=data.y * (1 + 1e-13))
        assert results.digest(rounded) == results.digest(data)
        assert results.digest(replace(data, y=data.y + (np.arange(40) == 3))) != results.digest(data)

    def test_an_edit_of_the_package_changes_the_version_of_its_results(self):
        assert contenders.load("sparsereg").VERSION.startswith(sparsereg.__version__ + "+")


class TestTables:
    def test_tolerances_tighten_until_the_gap_is_equal(self):
        task = replace(SMALL, tolerances={"celer": (1e-6,)}, equal_gap=1e-9)
        assert tables.tolerances(task, "celer", 1e-3) == [1e-3, *tables.LADDER]
        assert tables.tolerances(task, "glmnet", 1e-12) == [1e-12, 1e-13, 1e-14]
        assert tables.tolerances(SMALL, "celer", 1e-4) == [1e-4]
        assert tables.tolerances(task, "celer", 1e-3, quick=True) == [1e-3]

    @pytest.mark.parametrize("task", suite.TASKS, ids=lambda task: task.name)
    def test_names_in_the_tables_are_those_of_contenders(self, task):
        assert set(task.tolerances) | set(task.first) | set(task.only) <= set(contenders.PACKAGES)

    def test_names_of_tasks_are_told_apart(self):
        names = [task.name for task in suite.TASKS]
        assert len(set(names)) == len(names)
        assert not set(names) & (set(suite.GROUPS) | set(command.COMMANDS))

    def test_the_command_prints_one_line_per_contender_and_measures_once(self, capsys, tmp_path, monkeypatch):
        arguments = ["--contenders", "sparsereg", "--out", str(tmp_path)]
        tables.main([SMALL], "description", arguments)
        title, _, line = capsys.readouterr().out.strip().splitlines()
        assert "[1/1, 0 s] small: 40 x 60 dense" in title
        assert line.split()[:2] == ["sparsereg", contenders.load("sparsereg").VERSION]
        assert line.split()[-1] == "1.00"
        monkeypatch.setattr(tables, "measure", None)  # a second run needs it no more
        tables.main([SMALL], "description", arguments)
        assert capsys.readouterr().out.strip().splitlines()[-1] == line

    def test_a_task_that_is_not_there_is_refused(self, capsys):
        with pytest.raises(SystemExit):
            tables.main([SMALL], "description", ["large"])
        assert "task must be one of small, got large" in capsys.readouterr().err

    def test_a_peer_on_part_of_a_path_has_a_lower_bound_as_ratio(self):
        ours = replace(BLANK, seconds=2.0, cpu_seconds=2.0, passes=30.0, gap=1e-15, support=7)
        assert " >2.00 " in tables.line(replace(ours, n_alphas=3, cpu_seconds=4.0), ours)
        ended = replace(ours, seconds=120.0, cpu_seconds=np.nan, note="ended after 120 s")
        assert " >60.00 " in tables.line(ended, ours)

    def test_contenders_take_part_where_they_can(self):
        assert Task("gram", problem, kind="gram").takes_part("BLAS")
        assert not SMALL.takes_part("BLAS")
        assert not replace(SMALL, only=("celer",)).takes_part("sparsereg")


def test_scattered_rows_have_their_entries_and_popular_features_come_first():
    found = scattered(500, 2000, 20)
    counts = np.diff(found.X.indptr)
    assert 0.9 * 20 * 500 < found.X.nnz <= 20 * 500
    assert counts[:500].sum() > 0.4 * found.X.nnz
    assert found.fit_intercept


def test_the_memory_of_a_fit_that_copies_x_is_seen():
    extra = footprint.extra_memory("scikit-learn", "cv", "C", (20_000, 200))
    assert 0.5 < extra < 3  # the training rows of a fold alone are half of X
