"""The results page: what an aim says of results, the exponents of the scaling study, and a page without holes."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from benchmarks import aims, profiles, report, results, scaling, sections, suite
from benchmarks.contenders import OURS
from benchmarks.problems import synthetic

OWN = results.Result("rho-.5", OURS, "2", 1e-4, 100, 1, "data", "machine", 0.2, 0.2, 80.0, 0.1, 1e-15, 471, 9.0)
PEER = replace(OWN, contender="celer", version="1", cpu_seconds=0.5, gap=1e-4)


def measured(*found):
    return aims.Measured([OWN, *found])


class TestAims:
    def test_the_fastest_peer_is_the_one_whose_gap_is_small_enough(self):
        rough = replace(PEER, tol=1e-2, cpu_seconds=0.1, gap=1e-2)
        slow = replace(PEER, contender="skglm", cpu_seconds=3.0, gap=1e-7)
        figure = aims.fastest("rho-.5", 1e-3)(measured(rough, PEER, slow))
        assert (figure.number, figure.bound, figure.peer) == (pytest.approx(2.5), False, "celer")

    def test_a_peer_that_never_gets_there_gives_a_lower_bound(self):
        ended = replace(PEER, tol=1e-8, seconds=120.0, cpu_seconds=np.nan, gap=np.nan, note="ended after 120 s")
        figure = aims.fastest("rho-.5", 1e-6)(measured(PEER, ended))
        assert (figure.number, figure.bound) == (pytest.approx(600), True)

    def test_an_older_version_of_the_package_does_not_count(self):
        assert aims.Measured([replace(OWN, version="1", passes=60.0), OWN]).of("rho-.5") == [OWN]
        assert aims.passes("rho-.5")(measured()).number == 80

    def test_part_of_a_path_gives_a_lower_bound(self):
        part = replace(PEER, contender="scikit-learn", n_alphas=10, cpu_seconds=20.0)
        figure = aims.scikit_learn("rho-.5")(measured(part))
        assert (figure.number, figure.bound) == (pytest.approx(100), True)

    def test_two_threads_are_compared_by_seconds_on_the_clock(self):
        two = replace(OWN, threads=2, seconds=0.1, cpu_seconds=0.25)
        assert aims.threads("rho-.5")(measured(two)).number == pytest.approx(2)

    def test_an_aim_is_met_from_its_own_side(self):
        least, most = aims.Aim("", "", None, 2.0), aims.Aim("", "", None, 2.0, least=False)
        assert least.met(aims.Figure(2.1))
        assert not most.met(aims.Figure(2.1))
        assert most.met(aims.Figure(1.9))

    def test_what_was_not_measured_is_said(self):
        found = {aim.text: figure for aim, figure in aims.judged(measured())}
        assert found["500 x 10000, rho .5: passes over X, gap <= 1e-9"].number == 80
        assert sum(figure is None for figure in found.values()) == len(found) - 1

    def test_aims_are_about_tasks_of_the_suite(self):
        whole = [replace(OWN, task=task.name, threads=k) for task in suite.TASKS for k in task.threads]
        whole += [replace(each, contender=name) for each in whole for name in ("celer", "scikit-learn", "BLAS")]
        assert all(figure is not None for _, figure in aims.judged(aims.Measured(whole)))


class TestScaling:
    def test_the_exponent_is_that_of_the_largest_sizes(self):
        sizes = np.array([1.0, 10, 100, 1000])
        assert scaling.slope(sizes, 1.0 + 0 * sizes) == pytest.approx(0)
        assert scaling.slope(sizes, np.array([7.0, 3e2, 3e4, 3e6])) == pytest.approx(2)

    def test_names_of_tasks_are_told_apart(self):
        names = [task.name for task in scaling.TASKS]
        assert len(set(names)) == len(names)

    def test_larger_sizes_are_foretold_from_the_exponent(self):
        family = scaling.FAMILIES[0]
        found = [replace(OWN, task=task.name, cpu_seconds=1e-6 * size**2) for size, task in family.tasks()]
        last = found[-1].cpu_seconds
        table = sections.outlook(aims.Measured(found))
        for wanted in ("2.00", sections.number(100 * last), sections.number(10_000 * last)):
            assert f"     - {wanted}\n" in table


class TestProfiles:
    def test_shares_are_of_the_whole_and_name_what_a_path_does(self, monkeypatch):
        monkeypatch.setattr(profiles, "LONG_ENOUGH", 0.3)
        task = replace(suite.GROUPS["wide"][0], build=partial(synthetic, 100, 2000, 10, 0.5))
        seconds, shares = profiles.profile(task)
        assert seconds > 0
        assert sum(shares.values()) == pytest.approx(1)
        names = {*profiles.CALLS.values(), "X, other", "working set, screening, certificates", "other"}
        assert "solving on the Gram" in shares
        assert set(shares) <= names | {"solving on the Gram"}

    def test_time_outside_of_the_package_is_other(self, monkeypatch):
        monkeypatch.setattr(profiles, "LONG_ENOUGH", 0.05)
        assert profiles.sampled(lambda: sum(range(100_000)))[1] == {"other": 1.0}


def test_the_page_has_every_part_and_no_holes(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "CURVES", ("rho-.5",))
    monkeypatch.setattr(report, "FAMILIES", scaling.FAMILIES[1:2])  # two figures are as good as fifteen
    found = [replace(OWN, task=task.name, digest=task.name) for task in [*suite.TASKS, *scaling.TASKS]]
    found += [replace(each, contender="celer", gap=1e-4, cpu_seconds=1.0) for each in found]
    found += [replace(PEER, task="cv-50x5", note="TypeError: no")]
    found += [replace(OWN, task=f"footprint: {what}") for what in ("import", "memory of fit, C order")]
    for each in found:
        results.write(tmp_path, each)
    profile = 'task,version,seconds,shares\nwide,1,0.2,"{""products with X"": 0.6, ""other"": 0.4}"\n'
    (tmp_path / profiles.FILE).write_text(profile)
    report.main(["--out", str(tmp_path), "--doc", str(tmp_path / "doc")])
    page = (tmp_path / "doc" / "performance.rst").read_text()
    assert "@" not in page.replace("X.T @ y", "")
    assert "* celer 1, cv-50x5, tol 1e-04: ``TypeError: no``" in page
    for each in ("sparsereg 2", "**rho-.95**", "import, s", "skglm was not installed"):
        assert each in page
    figures = {path.name for path in (tmp_path / "doc" / "performance").glob("*.svg")}
    assert {"gap-rho-5.svg", "scaling-wide-features.svg", "profiles.svg"} <= figures
    assert all(f"performance/{name}" in page for name in figures)


def test_without_results_the_command_says_what_to_run(tmp_path, capsys):
    with pytest.raises(SystemExit):
        report.main(["--out", str(tmp_path)])
    assert "run `python -m benchmarks` first" in capsys.readouterr().err


def test_numbers_have_three_digits():
    assert [sections.number(value) for value in (1234.5, 12.345, 0.012345, float("nan"))] == [
        "1234",
        "12.3",
        "0.0123",
        "",
    ]
