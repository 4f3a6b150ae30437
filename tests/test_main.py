"""The command: what it prints is right, whatever the file it comes from, and so is the way it ends."""

import csv
import errno
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Lasso
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sparsereg.__main__ as command
from sparsereg._cli import analysis, csv_file
from sparsereg._cli.arguments import N_FOLDS
from sparsereg._cli.csv_file import read_csv
from sparsereg._cli.splits import SEED

DATA = load_diabetes(as_frame=True, scaled=False).frame
SEX = DATA["sex"].map({1.0: "female", 2.0: "male"})
NUMBER = r"-?[\d.]+(?:e[-+]\d+)?"
SEPARATED = {".csv": ",", ".tsv": "\t"}


def process(*arguments, program=("-m", "sparsereg"), **options):
    """Run the command in a process of its own."""
    line = [sys.executable, *program, *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, **options)


def numbers(output):
    """What was solved and found, without the name of the file, the time, and the gaps, which are rounding."""
    told = re.sub(r"^duality gap .*$", "", output.partition("target")[2].partition("Time")[0], flags=re.MULTILINE)
    return re.sub(r" \d\.\de-\d\d ", " gap ", told)


def path_rows(output):
    """The table of the path: chosen, alpha, features kept, gap, R2, held-out R2, its standard error."""
    pattern = rf"^(\*?) +({NUMBER}) +(\d+) +({NUMBER}) +({NUMBER}) +({NUMBER}) +({NUMBER})$"
    rows = re.findall(pattern, output, flags=re.MULTILINE)
    return [row[0] == "*" for row in rows], np.array([[float(value) for value in row[1:]] for row in rows])


def coefficients(output):
    """The features chosen, with their coefficient and the effect of a standard deviation."""
    rows = re.findall(
        rf"^(\S+) +({NUMBER}) +({NUMBER}) +{NUMBER}$", output.partition("alpha of entry")[2], flags=re.MULTILINE
    )
    return {name: (float(coef), float(effect)) for name, coef, effect in rows}


@pytest.mark.parametrize("rule", ["min", "1se"])
@pytest.mark.parametrize("n_folds", [N_FOLDS, 7])
def test_the_main_job_is_right_about_the_diabetes_data(run, rule, n_folds):
    status, output, errors = run("--rule", rule, "--cv", n_folds)
    assert (status, errors) == (0, "")
    chosen, rows = path_rows(output)
    X, y = DATA.drop(columns="target"), DATA["target"].to_numpy()
    Z, deviations = StandardScaler().fit_transform(X), StandardScaler().fit(X).scale_
    assert 12 <= len(rows) <= 20
    assert np.all(rows[:, 2] <= 1e-10 * y.var())
    for alpha, kept, _, r2, held_out_r2, error in rows:
        # Printed to six digits: at the first alpha the rounding lets a feature in, or not.
        model = Lasso(alpha * (1 + 1e-5), tol=1e-12, max_iter=10**6).fit(Z, y)
        assert kept == np.count_nonzero(model.coef_)
        assert r2 == pytest.approx(model.score(Z, y), abs=2e-4)
        errors = squared_errors(X.to_numpy(), y, alpha, n_folds)
        assert held_out_r2 == pytest.approx(1 - errors.mean() / y.var(), abs=2e-4)
        assert error == pytest.approx(errors.std(ddof=1) / np.sqrt(n_folds) / y.var(), abs=2e-4)
    taken = {"min": rows[:, 4].argmax()}
    within = rows[:, 4] >= rows[taken["min"], 4] - rows[taken["min"], 5]
    taken["1se"] = within.argmax()  # the alphas descend, and those that a rule takes are always shown
    assert np.flatnonzero(chosen) == taken[rule]
    other = rows[taken["1se" if rule == "min" else "min"]]
    assert f"* the alpha chosen by the rule {rule}: " in output
    assert f"takes {other[0]:.6g}, with {other[1]:.0f} features" in output
    model = Lasso(rows[taken[rule], 0], tol=1e-12, max_iter=10**6).fit(Z, y)
    found = coefficients(output)
    assert set(found) == set(X.columns[model.coef_ != 0])
    for name, effect, deviation in zip(X.columns, model.coef_, deviations):
        if effect:
            # The alpha is printed to six digits: the coefficients are those of one so near.
            assert found[name] == pytest.approx((effect / deviation, effect), rel=1e-4)
    effects = [abs(effect) for _, effect in found.values()]
    assert effects == sorted(effects, reverse=True)


def squared_errors(X, y, alpha, n_folds):
    """Mean squared error on each fold, features standardised on the other rows."""
    model = make_pipeline(StandardScaler(), Lasso(alpha, tol=1e-12, max_iter=10**6))
    folds = KFold(n_folds, shuffle=True, random_state=SEED)
    return -cross_val_score(model, X, y, cv=folds, scoring="neg_mean_squared_error")


def test_the_rule_is_the_least_error_unless_another_is_asked_for(run):
    assert numbers(run()[1]) == numbers(run("--rule", "min", "--cv", N_FOLDS)[1])


def test_as_many_folds_as_rows_leave_one_out(run, write):
    path = write(DATA.head(40))
    status, output, errors = run(path, "--target", "target", "--cv", 40)
    assert (status, errors) == (0, "")
    _, rows = path_rows(output)
    X, y = DATA.head(40).drop(columns="target").to_numpy(), DATA["target"].to_numpy()[:40]
    errors = squared_errors(X, y, rows[7, 0], 40)
    assert rows[7, 4] == pytest.approx(1 - errors.mean() / y.var(), abs=2e-4)


def test_a_choice_at_the_end_of_the_grid_is_said(run, write):
    told = "the smallest that was tried"
    exact = DATA.assign(target=DATA["bmi"] + DATA["bp"])
    assert told in run(write(exact), "--target", "target")[1]
    assert told not in run()[1]


def test_a_table_in_a_file_gives_what_its_arrays_give(run, write):
    diabetes = DATA.rename(columns={"target": "disease progression"})
    expected = numbers(run()[1])
    for name in ("data.csv", "DATA.TSV"):
        path = write(diabetes, name, sep=SEPARATED[name[-4:].lower()])
        assert numbers(run(path, "--target", "disease progression")[1]) == expected
    path = write(diabetes, "data.txt", sep=";")
    assert numbers(run(path, "--target", "disease progression", "--separator", ";")[1]) == expected


@pytest.mark.parametrize("extension", ["parquet", "feather", "orc", "json", "dta"])
def test_every_format_of_pandas_gives_the_same(run, write, tmp_path, extension):
    path = tmp_path / f"data.{extension}"
    options = {"json": {"double_precision": 15}, "dta": {"write_index": False}}.get(extension, {})
    getattr(DATA, {"dta": "to_stata"}.get(extension, f"to_{extension}"))(path, **options)
    status, output, errors = run(path, "--target", "target")
    assert (status, errors) == (0, "")
    assert numbers(output) == numbers(run(write(DATA), "--target", "target")[1])


@pytest.mark.parametrize("name", ["data.csv", "data.parquet"])
def test_one_hot_gives_a_column_of_0_and_1_for_each_value(run, write, tmp_path, name):
    text = DATA.assign(sex=SEX)
    path = write(text, name) if name.endswith("csv") else tmp_path / name
    if name.endswith("parquet"):
        text.to_parquet(path)
    by_hand = DATA.drop(columns="sex").assign(**{f"sex={value}": 1.0 * (value == SEX) for value in ("female", "male")})
    status, output, errors = run(path, "--target", "target", "--one-hot")
    assert (status, errors) == (0, "")
    expected = run(write(by_hand, "by hand.csv"), "--target", "target")[1]
    # The two columns for sex depend on each other: their coefficients are not unique, all else is.
    assert path_rows(output)[1][:, [0, 2, 3, 4, 5]] == pytest.approx(
        path_rows(expected)[1][:, [0, 2, 3, 4, 5]], abs=2e-4
    )
    assert re.search(r"^sex=(fe)?male ", output, flags=re.MULTILINE)


def test_csv_is_read_by_its_rules(write, monkeypatch):
    monkeypatch.setattr(csv_file, "ROWS_PER_BLOCK", 2)
    text = '\ufeffa , "b, or c",d\n1,2,x\n\n 3 ,"4",NA\n5,nan,6\n7,8,9\n'.replace(', "', ',"')
    table = read_csv(write(text), ",")
    assert table.names == ("a", "b, or c", "d")
    np.testing.assert_array_equal(table.numbers[:, :2], [[1, 2], [3, 4], [5, np.nan], [7, 8]])
    assert list(table.n_missing) == [0, 1, 1]
    assert table.text == {2: "row 1: 'x'"}
    assert table.read_text([2])[:, 0].tolist() == ["x", "NA", "6", "9"]


def test_progress_is_told_to_those_who_watch_stderr(run, monkeypatch, tmp_path):
    arguments = "--cv", 3, "--out", tmp_path / "out", "--overwrite"
    _, expected, errors = run(*arguments)
    assert errors == ""
    monkeypatch.setattr(analysis, "is_watched", lambda: True)
    _, output, errors = run(*arguments)
    assert numbers(output) == numbers(expected)
    assert "cross-validation" in errors
    assert "held-out predictions" in errors


def test_decimal_commas_and_utf_16_are_read(run, write):
    expected = numbers(run(write(DATA), "--target", "target")[1])
    path = write(DATA, "german.csv", sep=";", decimal=",")
    assert numbers(run(path, "--target", "target", "--separator", ";", "--decimal", ",")[1]) == expected
    path = write(DATA, "sheet.tsv", sep="\t", encoding="utf-16")
    assert numbers(run(path, "--target", "target")[1]) == expected


def test_a_value_may_hold_a_new_line(write):
    table = read_csv(write('a,"b\nc"\n1,"x\ny"\n2,"z, z"\n'), ",")
    assert table.names == ("a", "b\nc")
    assert table.read_text([1])[:, 0].tolist() == ["x\ny", "z, z"]


def test_plain_numbers_need_no_extra(run, write):
    program = """
import sys
class Missing:
    def find_spec(name, path, target=None):
        if name in ("pandas", "pyarrow", "polars", "matplotlib"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing)
import sparsereg.__main__ as command
sys.exit(command.main())
"""
    path = write(DATA)
    done = process(path, "--target", "target", program=("-c", program))
    assert (done.returncode, done.stderr) == (0, "")
    assert numbers(done.stdout) == numbers(run(path, "--target", "target")[1])


def test_row_labels_can_be_dropped(run, write):
    labelled = write(DATA.to_csv(), "labelled.csv")
    expected = numbers(run(write(DATA), "--target", "target")[1])
    assert numbers(run(labelled, "--target", "target", "--drop", "")[1]) == expected


def test_the_report_fits_80_columns_whatever_the_names(run, write):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        rng.normal(size=(100, 50)),
        columns=[f"a very long name\nof a feature {'x' * 50} {j}" for j in range(50)],
    )
    frame["t" * 200] = frame.sum(axis=1) * 1e6
    path = write(frame, f"{'n' * 100}.csv", quoting=csv.QUOTE_ALL)
    status, output, _ = run(path, "--target", "t" * 200)
    assert status == 0
    assert max(map(len, output.splitlines())) <= 80
    assert "... and 20 more" in output


@pytest.mark.parametrize("arguments", [["--help"], ["predict", "--help"]], ids=" ".join)
def test_help_says_what_there_is(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    output = capsys.readouterr().out
    assert ended.value.code == 0
    assert max(map(len, output.splitlines())) <= 80
    if arguments[0] == "predict":
        assert all(word in output for word in ("MODEL", "DATA", "--out", "--overwrite", "pickle", "skops"))
    else:
        table = "--target", "--drop", "--one-hot", "--group", "--time", "--test-size", ".parquet", "[table]"
        model = "--model", "--rule", "--standardize", "--no-standardize", "--cv"
        files = "--out", "--overwrite", "--format", "[plot]", "[skops]"
        assert all(word in output for word in (*table, *model, *files))
    assert all(word in output for word in ("--separator", "--decimal", "--version"))


def test_a_name_that_the_terminal_cannot_show_is_escaped(write):
    path = write(DATA.rename(columns={"bmi": "gr\xf6\xdfe"}))
    done = process(path, "--target", "target", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert r"gr\xf6\xdfe" in done.stdout


def test_ctrl_c_ends_it_with_130():
    program = f"""
import os, sys, sparsereg._cli.analysis as analysis, sparsereg.__main__ as command
analysis.analyse = lambda *_: os.kill(os.getpid(), {int(signal.SIGINT)})
sys.exit(command.main([]))
"""
    done = process(program=("-c", program))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "sparsereg: interrupted\n")


@pytest.mark.parametrize("module", ["numpy", "sparsereg._cli.analysis", "numba"])
def test_ctrl_c_while_modules_are_imported_is_heeded_too(module):
    program = f"""
import os, runpy, sys
class Interrupting:
    def find_spec(name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {int(signal.SIGINT)})
sys.meta_path.insert(0, Interrupting)
sys.argv = ["sparsereg"]
runpy.run_module("sparsereg", run_name="__main__")
"""
    done = process(program=("-c", program))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "sparsereg: interrupted\n")


def test_a_reader_that_stops_reading_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as closed:
        done = subprocess.run([sys.executable, "-m", "sparsereg"], stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("arguments", [[], ["--help"]], ids=["report", "help"])
def test_output_that_cannot_be_written_gets_one_line_and_status_2(tmp_path, arguments):
    (tmp_path / "output").touch()
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    with open(tmp_path / "output") as unwritable:  # as a full disk, an error at the first write
        done = subprocess.run(
            [sys.executable, "-m", "sparsereg", *arguments],
            stdout=unwritable,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
        )
    assert (done.returncode, done.stderr) == (
        2,
        f"sparsereg: the output cannot be written: {os.strerror(errno.EBADF)}\n",
    )


def test_the_status_is_right_even_if_the_error_cannot_be_written(tmp_path):
    (tmp_path / "errors").touch()
    with open(tmp_path / "errors") as unwritable:
        done = subprocess.run([sys.executable, "-m", "sparsereg", "gone.csv"], stderr=unwritable, check=False)
    assert done.returncode == 2
