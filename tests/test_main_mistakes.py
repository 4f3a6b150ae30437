"""The command: a mistake of the user's gets one line that says the way out, status 2 and no traceback."""

import os
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from sparsereg._cli import analysis

ROWS = load_diabetes(as_frame=True, scaled=False).frame.head(20)
SEX = ROWS["sex"].map({1.0: "female", 2.0: "male"})
PLAIN = ROWS.to_csv(index=False)
HOLE = ROWS[["bmi", "target"]].drop(index=3).reindex(ROWS.index)
GERMAN = "a;target\n" + "1,5;2,5\n" * 20
MISTAKES = {
    "no such file": ("", ["gone.csv"], r"gone\.csv: no such file"),
    "a directory": ("", ["."], r"\. is a directory"),
    "not a regular file": ("", [os.devnull], "is no regular file"),
    "a name too long": ("", ["x" * 5000], "cannot be read: File name too long"),
    "an empty file": ("", [], "is empty; its first line must name the columns"),
    "blank lines": ("\n\n", [], "is empty"),
    "no rows": ("a,target\n", [], "the table has no rows; at least 10 are needed"),
    "few rows": ("a,target\n1,2\n", [], "the table has 1 row; at least 10"),
    "no features": (ROWS[["target"]], [], "no column besides the target 'target'"),
    "all dropped": (ROWS[["age", "target"]], ["--drop", "age"], "no column besides the target"),
    "not text": (b"a,target\n\xe9,1\n", [], r"is no UTF-8 text \(.* byte 0xe9 in position 9: .*\); save it as"),
    "an open quote": ('a,target\n"1,2\n', [], "cannot be read as csv: unexpected end of data"),
    "a short row": (PLAIN + "1,2\n", [], "row 21 has 2 fields, but the header has 11"),
    "a long row": ("a,target\n1,2\n1,2,3\n", [], "row 2 has 3 fields, but the header has 2"),
    "no column of that name": (PLAIN, ["--target", "Traget"], "no column 'Traget'; did you mean 'target'"),
    "nothing like it": (
        PLAIN,
        ["--target", "price"],
        "no column 'price'; the columns are 'age'.* and 1 more",
    ),
    "nothing of it to drop": (PLAIN, ["--drop", "bpm"], "no column 'bpm'; did you mean 'bp'"),
    "the wrong separator": (PLAIN.replace(",", ";"), [], "one column 'age;sex.*; give its --separator"),
    "no target named": (
        PLAIN,
        None,
        "name the column to explain with --target; the columns are 'age', 'sex'",
    ),
    "the target dropped": (PLAIN, ["--drop", "target"], "'target' is both --target and --drop"),
    "a column without a name": (ROWS.to_csv(), [], "column 1 has no name; .* --drop ''"),
    "a name twice": (ROWS.rename(columns={"bp": "bmi"}), [], "the column name 'bmi' occurs more than once"),
    "text": (
        ROWS.assign(sex=SEX),
        [],
        r"'sex' is not numeric \(row 1: 'male'\); encode .* --one-hot, .* --drop",
    ),
    "decimal commas": (
        GERMAN,
        ["--separator", ";"],
        r"not numeric \(row 1: '2,5'\); if its comma is the decimal point, give --decimal , and the --separator",
    ),
    "decimal commas and another separator": (
        GERMAN,
        [],
        "row 1 has 3 fields, but the header has 1; give the --separator ';' that the header has, and --decimal ,",
    ),
    "a comma for both": (PLAIN, ["--decimal", ","], "',' cannot be both the separator and the decimal point; give"),
    "points among decimal commas": (
        GERMAN.replace("1,5", "1.234"),
        ["--separator", ";", "--decimal", ","],
        r"'a' is not numeric \(row 1: '1.234'\)",
    ),
    "money": (ROWS.assign(bp="$1,234.50"), [], r"'bp' is not numeric .*; write plain numbers, without currency, perc"),
    "percent": (ROWS.assign(target="12.5 %"), [], "the target 'target' is not numeric .*; write plain numbers"),
    "no header": (
        ROWS.to_csv(index=False, header=False).replace("\n", "1\n", 1),
        [],
        "it holds numbers; add a row of names",
    ),
    "logical and numeric": (ROWS.assign(bp=["true", *"1" * 19]), [], r"'bp' is not numeric \(row 1: 'true'\)"),
    "a group that is the target": (PLAIN, ["--group", "target"], "'target' is both --group and --target"),
    "a time that is dropped": (PLAIN, ["--time", "bp", "--drop", "bp"], "'bp' is both --time and --drop"),
    "no such group": (PLAIN, ["--group", "Age"], "no column 'Age'; did you mean 'age'"),
    "groups and times": (PLAIN, ["--group", "sex", "--time", "age"], "--group and --time cannot be combined"),
    "few groups": (
        PLAIN,
        ["--group", "sex"],
        "--cv 5 needs 5 groups, but in the rows to fit there are 2; ask",
    ),
    "one group": (ROWS.assign(sex=1), ["--group", "sex", "--test-size", "0.5"], "--test-size needs at least 2 groups"),
    "times in another form": (
        ROWS.assign(day="31/12/2024"),
        ["--time", "day"],
        r"the times in 'day' must be numbers, or dates as 2024-12-31 .*, got row 1: '31/12/2024'; .* --drop it",
    ),
    "nothing held out": (
        PLAIN,
        ["--test-size", "0.01"],
        "--test-size 0.01 holds out 1 row and leaves 19 rows; at",
    ),
    "too much held out": (PLAIN, ["--test-size", "0.9"], "holds out 18 rows and leaves 2 rows; at least 2 rows and 10"),
    "no fraction": (PLAIN, ["--test-size", "20"], "--test-size: must be a number between 0 and 1, as 0.2, got '20'"),
    "constant where it is fitted": (
        ROWS.assign(target=[1.0] * 16 + [2.0, 3, 4, 5]),
        ["--time", "--test-size", "0.2"],
        "the target is 1 in every row that is not held out; give another --test-size",
    ),
    "a format without files": (PLAIN, ["--format", "skops"], "--format needs --out DIR"),
    "text twice": (ROWS.assign(sex="f", bp="high"), [], r"'sex', 'bp' are not numeric \(row 1: 'f'\)"),
    "a text target": (ROWS.assign(target="good"), [], r"target 'target' is not numeric \(row 1: 'good'\)"),
    "missing values": (HOLE, [], r"missing values in 'bmi' \(1\), 'target' \(1\) of 20 rows; .* --drop"),
    "infinite values": (ROWS.assign(bp=np.inf), [], r"values beyond 1e\+50 in 'bp'; correct or scale them"),
    "a constant target": (ROWS.assign(target=7), [], "the target 'target' is 7 in every row"),
    "constant features": (
        ROWS.assign(age=1)[["age", "target"]],
        [],
        "every feature has one value throughout",
    ),
    "one text throughout": (
        ROWS.assign(sex="f")[["sex", "target"]],
        ["--one-hot"],
        "every feature has one value throughout",
    ),
    "an unknown extension": (
        (PLAIN, "data.txt"),
        [],
        r"unknown extension '\.txt'; known are \.csv, .*--separator",
    ),
    "a long separator": (PLAIN, ["--separator", "::"], "must be one character or the word tab, got '::'"),
    "an unknown option": (
        PLAIN,
        ["--fast"],
        "unrecognized arguments: --fast; see sparsereg --help",
    ),
    "more folds than rows": (
        PLAIN,
        ["--cv", "21"],
        "--cv 21 needs 21 rows, but there are 20 to fit; ask for fewer folds",
    ),
    "one fold": (PLAIN, ["--cv", "1"], "--cv: must be a whole number of at least 2, got '1'; see"),
    "no number of folds": (PLAIN, ["--cv", "5.0"], "--cv: must be a whole number of at least 2, got '5.0'"),
    "a rule that the model has not": (
        PLAIN,
        ["--model", "relaxed", "--rule", "bic"],
        "--rule bic is known for --model lasso, elasticnet, ridge, adaptive, got --model relaxed; use --rule min or",
    ),
    "an unknown rule": (PLAIN, ["--rule", "best"], "argument --rule: invalid choice: 'best' .*min.*1se"),
    "no parquet": ((b"PAR?", "data.parquet"), [], "cannot be read as parquet"),
    "no json": (("{", "data.json"), [], "cannot be read as json"),
    "no Stata file": ((b"\x75", "data.dta"), [], "cannot be read as dta"),
}


@pytest.mark.parametrize("label", MISTAKES)
def test_a_mistake_gets_one_line_and_status_2(run, write, label):
    content, arguments, expected = MISTAKES[label]
    path = write(*content) if isinstance(content, tuple) else write(content)
    if arguments is None:
        arguments = [path]
    else:
        own_file = arguments and not arguments[0].startswith("-")
        arguments = ["--target", "target", *([] if own_file else [path]), *arguments]
    status, output, errors = run(*arguments)
    assert (status, output) == (2, "")
    assert re.fullmatch(f"sparsereg: .*{expected}.*\n", errors), errors


WITHOUT_TABLE = ["--target", "y"], ["--drop", "y"], ["--one-hot"], ["--separator", ";"], ["--group", "y"], ["--time"]


@pytest.mark.parametrize("option", WITHOUT_TABLE, ids=str)
def test_an_option_without_a_table_is_a_mistake(run, option):
    status, output, errors = run(*option)
    assert (status, output) == (2, "")
    assert f"{option[0]} needs DATA" in errors


@pytest.mark.parametrize("missing", ["pandas", "pyarrow"])
def test_a_missing_extra_is_named(run, tmp_path, monkeypatch, missing):
    ROWS.to_parquet(tmp_path / "data.parquet")
    monkeypatch.setitem(sys.modules, missing, None)
    status, output, errors = run(tmp_path / "data.parquet", "--target", "target")
    assert (status, output) == (2, "")
    assert re.fullmatch("sparsereg: .* needs .*: pip install 'scikit-sparsereg\\[table\\]'\n", errors)


def test_a_table_that_the_time_has_swallowed_is_told(run, write):
    path = write(PLAIN)
    status, output, errors = run("--target", "target", "--time", path)
    assert (status, output, errors) == (
        2,
        "",
        f"sparsereg: {path!r} was taken as the column of --time; put DATA first\n",
    )


def test_text_that_differs_in_every_row_is_told(run, write):
    named = ROWS.assign(name=[f"patient {i}" for i in range(20)])
    status, _, errors = run(write(named), "--target", "target", "--one-hot")
    assert status == 0
    assert (
        errors
        == "sparsereg: note: 'name' has another value in every row and explains none; --drop 'name' leaves it out\n"
    )


def test_a_warning_and_too_little_memory_get_one_line(run, monkeypatch):
    def analyse(problem, options):
        warnings.warn("the gap\nis wide", stacklevel=2)
        raise MemoryError("the Gram needs 9 GiB")

    monkeypatch.setattr(analysis, "analyse", analyse)
    expected = "sparsereg: warning: the gap is wide\nsparsereg: the Gram needs 9 GiB\n"
    assert run() == (2, "", expected)


def test_the_process_ends_with_the_status_and_without_a_traceback(tmp_path):
    line = [sys.executable, "-m", "sparsereg", tmp_path / "gone.csv", "--target", "y"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"sparsereg: {tmp_path / 'gone.csv'}: no such file\n"
