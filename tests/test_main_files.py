"""What `--out` writes, and what `sparsereg predict` makes of it."""

import csv
import errno
import os
import re
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_diabetes

from sparsereg._cli import analysis as analysis_module
from sparsereg._cli import output
from sparsereg._cli.splits import Splits

ROWS = load_diabetes(as_frame=True, scaled=False).frame.head(60)
SEX = ROWS["sex"].map({1.0: "female", 2.0: "male"})
TEXT = ROWS.assign(sex=SEX, ward=[f"ward {i % 7}, east" for i in range(60)], smoker=ROWS["age"] > 50)
FORMATS = ["joblib", "skops"]


@pytest.fixture
def fitted(run, write, tmp_path, monkeypatch):
    """Run an analysis that writes a folder: the folder, and what was found."""

    def fitted(frame, *arguments, folder="out"):
        found = []

        def analyse(*given):
            found.append(analyse_(*given))
            return found[0]

        analyse_ = analysis_module.analyse
        with monkeypatch.context() as patch:
            patch.setattr(analysis_module, "analyse", analyse)
            status, text, errors = run(write(frame), "--target", "target", "--out", tmp_path / folder, *arguments)
        assert (status, errors) == (0, "")
        assert f"Written to {tmp_path / folder}: " in text
        return tmp_path / folder, found[0]

    return fitted


def predicted(found):
    """The predictions of the estimator, which was told the names of its features only later."""
    return found.model.predict(pd.DataFrame(dense(found.problem.X), columns=found.problem.features))


def dense(X):
    return X.toarray() if sp.issparse(X) else X


def predictions(text):
    rows = text.splitlines()
    assert rows[0] == "prediction"
    return np.array(rows[1:], dtype=float)


def read_back(folder):
    """coefficients.csv as dictionaries: coefficient, standardised coefficient."""
    with open(folder / "coefficients.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    plain = {row["feature"]: float(row["coefficient"]) for row in rows}
    return plain, {row["feature"]: float(row["standardized"]) for row in rows if row["standardized"]}


def test_coefficients_predict_the_table(fitted):
    folder, found = fitted(ROWS, "--rule", "1se")
    plain, standardized = read_back(folder)
    assert list(plain) == ["intercept", *ROWS.columns[:-1]]
    by_hand = plain["intercept"] + sum(plain[name] * ROWS[name].to_numpy() for name in ROWS.columns[:-1])
    np.testing.assert_allclose(by_hand, predicted(found), rtol=1e-13)
    for name, coefficient in standardized.items():
        assert coefficient == pytest.approx(plain[name] * ROWS[name].std(ddof=0))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("model", ["lasso", "elasticnet", "ridge"])
def test_a_model_read_back_predicts_what_the_estimator_does(fitted, run, write, model, form):
    folder, found = fitted(TEXT, "--one-hot", "--model", model, "--format", form)
    expected = predicted(found)
    shuffled = TEXT[TEXT.columns[::-1]].assign(id=range(60))
    for arguments in ([], ["--out", folder / "predictions.csv"]):
        status, text, errors = run("predict", folder / f"model.{form}", write(shuffled, "new.csv"), *arguments)
        assert status == 0
        text = (folder / "predictions.csv").read_text() if arguments else text
        np.testing.assert_allclose(predictions(text), expected, rtol=1e-12)
        assert ("is a pickle" in errors) is (form == "joblib")
        assert "note: not used of new.csv: 'id', 'target'" in errors.replace("'target', 'id'", "'id', 'target'")


def test_text_gets_a_feature_for_each_value_whatever_the_rows_to_score_hold(fitted, run, write):
    folder, found = fitted(TEXT, "--one-hot")
    X = pd.get_dummies(TEXT.drop(columns="target"), prefix_sep="=", dtype=float)
    assert sorted(found.problem.features) == sorted(X.columns)
    X = X[found.problem.features].to_numpy(dtype=float)
    np.testing.assert_array_equal(dense(found.problem.X), X)
    part = TEXT[(TEXT["sex"] == "male") & (TEXT["ward"] == "ward 3, east")]
    _, text, _ = run("predict", folder / "model.joblib", write(part, "part.csv"))
    rows = TEXT.index.get_indexer(part.index)
    np.testing.assert_allclose(predictions(text), predicted(found)[rows])


def test_values_that_look_like_numbers_stay_the_values_they_were(fitted, run, write):
    coded = ROWS.assign(code=["a" if i % 3 == 0 else str(i % 3) for i in range(60)])
    folder, found = fitted(coded, "--one-hot")
    numbers_only = coded[coded["code"] != "a"]
    _, text, _ = run("predict", folder / "model.joblib", write(numbers_only, "new.csv"))
    expected = predicted(found)[(coded["code"] != "a").to_numpy()]
    np.testing.assert_allclose(predictions(text), expected)


def test_logical_values_are_0_and_1(fitted, run, write, tmp_path):
    frame = ROWS.assign(smoker=ROWS["age"] > 50)
    folder, found = fitted(frame)
    np.testing.assert_array_equal(found.problem.X[:, -1], frame["smoker"])
    written = [
        write(frame.assign(smoker=frame["smoker"].map(names)), f"{names[True]}.csv")
        for names in ({True: " TRUE", False: "false"}, {True: 1, False: 0})
    ]
    frame.to_parquet(tmp_path / "b.parquet")
    for path in (*written, tmp_path / "b.parquet"):
        _, text, _ = run("predict", folder / "model.joblib", path)
        np.testing.assert_allclose(predictions(text), predicted(found), rtol=1e-12)


@pytest.mark.parametrize("form", FORMATS)
def test_a_model_file_holds_plain_values(fitted, form):
    folder, found = fitted(TEXT, "--one-hot", "--format", form, "--rule", "1se")
    if form == "joblib":
        content = joblib.load(folder / "model.joblib")
    else:
        import skops.io

        assert skops.io.get_untrusted_types(file=folder / "model.skops") == []
        content = skops.io.load(folder / "model.skops")
    assert (content["kind"], content["version"]) == ("sparsereg linear model", 1)
    assert (content["model"], content["rule"], content["target"]) == ("lasso", "1se", "target")
    assert content["alpha"] == found.model.alpha_
    assert content["features"].tolist() == found.problem.features
    assert content["numbers"].tolist() == list(found.problem.columns.numbers)
    assert content["categories"]["sex"].tolist() == ["female", "male"]
    np.testing.assert_array_equal(content["coefficients"], found.model.coef_)


def test_loading_a_pickle_says_what_it_can_do_before_it_does(run, write, tmp_path):
    class Harmful:
        def __reduce__(self):
            return exec, ("import sys; print('it ran', file=sys.stderr)",)

    joblib.dump(Harmful(), tmp_path / "model.joblib")
    _, _, errors = run("predict", tmp_path / "model.joblib", write(ROWS))
    assert errors.index("a pickle can run any code") < errors.index("it ran")
    assert "model.joblib holds no model of this command" in errors


def test_skops_loads_nothing_that_it_does_not_trust(fitted, run, write):
    import skops.io

    folder, _ = fitted(ROWS, "--format", "skops")
    skops.io.dump({"kind": "sparsereg linear model", "other": Splits()}, folder / "model.skops")
    status, output, errors = run("predict", folder / "model.skops", write(ROWS))
    assert (status, output) == (2, "")
    assert "model.skops holds sparsereg._cli.splits.Splits, which no model of this command does; it was not" in errors


HOLES = ROWS["bp"].where(ROWS["bp"] > 80)
NEW = {
    "a column missing": (ROWS.drop(columns="bp"), "new.csv lacks 'bp' of the model's columns"),
    "another case": (
        ROWS.rename(columns={"bmi": "BMI"}),
        r"lacks 'bmi' .*\(did you mean 'BMI' for 'bmi'\?\)",
    ),
    "twice": (ROWS.rename(columns={"target": "bp"}), "new.csv has the column 'bp' more than once"),
    "text for a number": (ROWS.assign(bp="high"), "new.csv: 'bp' must be a number, as .* model, got row 1: 'high'"),
    "a decimal comma": (
        ROWS.assign(bp="1,5"),
        "'bp' must be a number, .* got row 1: '1,5'; if its comma is .* give --decimal ,",
    ),
    "missing values": (ROWS.assign(bp=HOLES), r"missing values in 'bp' \(\d+\) of 60 rows; fill them in"),
    "too large": (ROWS.assign(bp=1e60), r"values beyond 1e\+50 in 'bp'"),
    "no rows": (ROWS.head(0), "new.csv has no rows; there is nothing to score"),
}


@pytest.mark.parametrize("label", NEW)
def test_columns_that_do_not_match_are_refused(fitted, run, write, label):
    folder, _ = fitted(ROWS, "--format", "skops")
    frame, expected = NEW[label]
    status, output, errors = run("predict", folder / "model.skops", write(frame, "new.csv"))
    assert (status, output) == (2, "")
    assert re.fullmatch(f"sparsereg: .*{expected}.*\n", errors), errors


def test_a_value_never_seen_is_refused_by_row_and_value(fitted, run, write):
    folder, _ = fitted(TEXT, "--one-hot", "--format", "skops")
    new = TEXT.assign(sex=[*SEX[:5], "unknown", *SEX[6:]])
    status, output, errors = run("predict", folder / "model.skops", write(new, "new.csv"))
    assert (status, output) == (2, "")
    assert "row 6: 'unknown' is no value of 'sex' that the model has seen, which are 'female', 'male'; " in errors


MODELS = {
    "no such file": ("gone.joblib", None, "gone.joblib: no such file"),
    "another extension": ("model.pkl", b"", "unknown extension '.pkl'; a model is a .joblib or .skops file"),
    "a broken pickle": ("model.joblib", b"\x80\x04", "model.joblib cannot be read as joblib: "),
    "no skops": ("model.skops", b"PK", "model.skops cannot be read as skops: "),
}


@pytest.mark.parametrize("label", MODELS)
def test_what_is_no_model_is_refused(run, write, tmp_path, label):
    name, content, expected = MODELS[label]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    status, output, errors = run("predict", tmp_path / name, write(ROWS))
    assert (status, output) == (2, "")
    assert expected in errors
    assert "Traceback" not in errors


def test_a_model_of_another_format_is_refused(fitted, run, write):
    folder, _ = fitted(ROWS)
    content = joblib.load(folder / "model.joblib")
    joblib.dump(content | {"version": 2}, folder / "model.joblib")
    status, _, errors = run("predict", folder / "model.joblib", write(ROWS))
    assert status == 2
    assert "has version 2 of the format, but this sparsereg reads version 1" in errors


def test_skops_that_is_not_installed_is_named_before_any_work(run, write, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.setitem(sys.modules, "skops.io", None)
    path = write(ROWS)
    status, output, errors = run(path, "--target", "target", "--out", tmp_path / "out", "--format", "skops")
    assert (status, output) == (2, "")
    assert errors == "sparsereg: --format skops needs skops: pip install 'scikit-sparsereg[skops]'\n"
    assert os.listdir(tmp_path) == ["data.csv"]


def test_a_folder_that_holds_something_is_left_alone_unless_asked(fitted, run, write, tmp_path):
    folder, _ = fitted(ROWS)
    (folder / "notes.txt").write_text("mine")
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    arguments = write(ROWS), "--target", "target", "--rule", "1se", "--out", folder
    status, output, errors = run(*arguments)
    assert (status, output) == (2, "")
    assert f"{folder} is not empty (coefficients.csv, " in errors
    assert "--overwrite" in errors
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before
    status, _, errors = run(*arguments, "--overwrite", "--format", "skops")
    assert (status, errors) == (0, "")
    assert {each.name for each in folder.iterdir()} == {*before, "model.skops"} - {"model.joblib"}
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "coefficients.csv").read_bytes() != before["coefficients.csv"]


def test_an_empty_folder_and_folders_not_there_yet_are_filled(fitted, tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("empty", "a/b/c"):
        folder, _ = fitted(ROWS, folder=name)
        assert "coefficients.csv" in os.listdir(folder)
        assert [each for each in os.listdir(folder.parent) if each.startswith(".")] == []


@pytest.mark.parametrize("exists", [False, True])
def test_a_full_disk_gets_one_line_and_leaves_nothing_half_written(run, write, tmp_path, monkeypatch, exists):
    folder = tmp_path / "out"
    if exists:
        folder.mkdir()

    def save_model(path, analysis):
        path.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(output, "save_model", save_model)
    status, text, errors = run(write(ROWS), "--target", "target", "--out", folder)
    assert (status, text) == (2, "")
    assert errors == f"sparsereg: --out {folder} cannot be written: No space left on device\n"
    assert sorted(os.listdir(tmp_path)) == ["data.csv", *["out"] * exists]
    assert not exists or os.listdir(folder) == []


OUT = {
    "a file": ("data.csv", "is a file; name a folder"),
    "below a file": ("data.csv/out", "cannot be written: "),
    "a name too long": ("x" * 300, "cannot be written: File name too long"),
}


@pytest.mark.parametrize("label", OUT)
def test_a_folder_that_cannot_be_is_refused_before_any_work(run, write, tmp_path, monkeypatch, label):
    name, expected = OUT[label]
    path = write(ROWS)
    monkeypatch.setattr(analysis_module, "analyse", None)
    status, text, errors = run(path, "--target", "target", "--out", tmp_path / name)
    assert (status, text) == (2, "")
    assert expected in errors


def test_predictions_replace_a_file_only_if_asked(fitted, run, write, tmp_path):
    folder, _ = fitted(ROWS, "--format", "skops")
    target = tmp_path / "predictions.csv"
    target.write_text("mine")
    arguments = "predict", folder / "model.skops", write(ROWS), "--out", target
    status, _, errors = run(*arguments)
    assert (status, target.read_text()) == (2, "mine")
    assert "exists; name another file, or replace it by --overwrite" in errors
    assert run(*arguments, "--overwrite")[0] == 0
    assert len(predictions(target.read_text())) == 60
    status, _, errors = run("predict", folder / "model.skops", write(ROWS), "--out", tmp_path / "gone" / "p.csv")
    assert status == 2
    assert "p.csv cannot be written: No such file or directory" in errors
