"""The comparison of two revisions: what the verdict says, which package runs, what is counted."""

import numpy as np
import pytest

from benchmarks import compare, counting, working

TASK = "fit-50x5"


class TestVerdict:
    def test_a_clear_difference_is_named_and_no_difference_too(self):
        noise = np.exp(0.01 * np.array([-1, 0, 1, -1, 0, 1, 0]))
        assert compare.verdict(1.2 * noise, 0.03).word == "slower"
        assert compare.verdict(noise / 1.2, 0.03).word == "faster"
        assert compare.verdict(noise, 0.03).word == "the same"
        assert compare.verdict(noise**20, 0.03).word.startswith("open")

    def test_the_interval_holds_the_truth_as_often_as_it_says(self):
        rng, held = np.random.default_rng(0), 0
        for _ in range(400):
            found = compare.verdict(1.1 * np.exp(0.05 * rng.standard_normal(7)), 0.03)
            held += found.low < 1.1 < found.high
        assert 0.92 < held / 400 < 0.98  # two standard errors of 400 draws at 95 %

    def test_the_ratio_turned_round_is_the_verdict_turned_round(self):
        ratios = np.array([1.3, 1.25, 1.28])
        one, other = compare.verdict(ratios, 0.03), compare.verdict(1 / ratios, 0.03)
        assert (one.word, other.word) == ("slower", "faster")
        assert one.low == pytest.approx(1 / other.high)


def test_a_worker_runs_the_package_of_its_tree_and_counts_the_same_twice():
    with compare.Worker(compare.ROOT, TASK) as worker:
        assert worker.ask("run") > 0
        assert worker.ask("count") == worker.ask("count")


def test_counts_are_printed_with_what_they_count(capsys, monkeypatch):
    class Fixed(compare.Worker):
        def __init__(self, tree, task):
            self.tree = tree

        def ask(self, what):
            return {"calls": 200 + self.tree}

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(compare, "Worker", Fixed)
    compare.calls([0, 3], TASK)
    assert capsys.readouterr().out.split() == [TASK, "200", "203", "+1.50%", "calls"]


def test_a_tree_is_unpacked_as_it_is(tmp_path):
    compare.unpack(".", tmp_path)
    package = tmp_path / "sparsereg"
    assert (package / "__init__.py").read_bytes() == (compare.ROOT / "sparsereg" / "__init__.py").read_bytes()
    assert not list(package.rglob("__pycache__"))


def test_a_package_from_elsewhere_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(compare.Worker, "answer", lambda self: str(compare.ROOT / "sparsereg" / "__init__.py"))
    with pytest.raises(RuntimeError, match="the package came from"):
        compare.Worker(tmp_path, TASK)


def test_a_revision_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="no-such must be a git revision"):
        compare.unpack("no-such", tmp_path)


def test_calls_that_read_x_are_among_all_calls():
    found = working.count(working.job(TASK))
    assert 0 < found["calls in designs"] < found["calls"]


def test_a_task_that_is_not_there_is_refused():
    with pytest.raises(SystemExit, match=r"task must be one of rho-.5, .*, got none"):
        working.job("none")


def test_what_the_counters_write_is_read():
    assert counting.counted("# started\n\n123456,,instructions:u,1000,100.00,,\n") == 123456
    assert counting.counted("==1== I   refs:      20,816,505,267\n") == 20816505267
    assert counting.counted("<not supported>,,instructions:u,0,100.00,,\n") is None
