"""The command's models, rules and splits: what it finds is what the estimators find, called by hand."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold, ShuffleSplit, TimeSeriesSplit

from sparsereg import AdaptiveLassoCV, ElasticNetCV, LassoCV, RelaxedLassoCV, RidgeCV
from sparsereg._cli.analysis import N_OUTER, analyse
from sparsereg._cli.arguments import RULES, parse
from sparsereg._cli.held_out import held_out, ratio_error
from sparsereg._cli.models import L1_RATIOS, MODELS, N_ALPHAS
from sparsereg._cli.problem import build_problem
from sparsereg._cli.reading import read_table
from sparsereg._cli.splits import SEED, Splits

ROWS = load_diabetes(as_frame=True, scaled=False).frame.head(90)
X, Y = ROWS.drop(columns="target").to_numpy(), ROWS["target"].to_numpy()
FOLDS = KFold(5, shuffle=True, random_state=SEED)
BY_HAND = {
    "lasso": lambda **how: LassoCV(alphas=N_ALPHAS, **how),
    "elasticnet": lambda **how: ElasticNetCV(alphas=N_ALPHAS, l1_ratio=L1_RATIOS, **how),
    "adaptive": lambda **how: AdaptiveLassoCV(alphas=N_ALPHAS, **how),
    "relaxed": lambda **how: RelaxedLassoCV(alphas=N_ALPHAS, **how),
}
CASES = [each for each in product(BY_HAND, RULES) if each != ("relaxed", "bic")]


@pytest.fixture
def analysis(write):
    """What the command finds in a frame, with arguments."""

    def analysis(frame, *arguments):
        path = write(frame)
        options = parse([path, "--target", "target", *map(str, arguments)])
        problem = build_problem(
            read_table(path), "target", encode=options.one_hot, group=options.group, time=options.time
        )
        return analyse(problem, options)

    return analysis


@pytest.mark.parametrize("scaling", [None, "--standardize", "--no-standardize"])
@pytest.mark.parametrize(("model", "rule"), CASES)
def test_a_model_is_that_of_its_estimator(analysis, model, rule, scaling):
    found = analysis(ROWS, "--model", model, "--rule", rule, *([scaling] if scaling else []))
    how = {"criterion": "bic"} if rule == "bic" else {"rule": rule, "cv": FOLDS}
    # The same array: unshrunk fits to the same features are equally good at several alphas, up to rounding.
    np.testing.assert_array_equal(found.problem.X, X)
    expected = BY_HAND[model](standardize=scaling != "--no-standardize", **how).fit(found.problem.X, Y)
    assert found.model.alpha_ == pytest.approx(expected.alpha_)
    np.testing.assert_allclose(found.model.coef_, expected.coef_, rtol=1e-8, atol=1e-10)
    assert found.choice.path.alphas[found.choice.chosen] == found.model.alpha_
    row = list(L1_RATIOS).index(expected.l1_ratio_) if model == "elasticnet" else 0
    row = expected.cv_result_.gammas.tolist().index(expected.gamma_) if model == "relaxed" else row
    loss = np.atleast_2d(expected.cv_result_.loss)[row]
    assert found.choice.loss[found.choice.chosen] == pytest.approx(loss[found.choice.chosen])
    if rule != "1se":
        assert loss[found.choice.chosen] == pytest.approx(expected.cv_result_.loss.min())


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("rule", ["min", "1se", "bic"])
def test_ridge_tries_alphas_from_no_fit_to_no_shrinkage(analysis, rule, standardize):
    found = analysis(ROWS, "--model", "ridge", "--rule", rule, "--standardize" if standardize else "--no-standardize")
    alphas = found.choice.path.alphas
    how = {"criterion": "bic"} if rule == "bic" else {"rule": rule, "cv": FOLDS, "scoring": "neg_mean_squared_error"}
    expected = RidgeCV(alphas, standardize=standardize, **how).fit(X, Y)
    assert found.model.alpha_ == expected.alpha_
    np.testing.assert_allclose(found.model.coef_, expected.coef_, rtol=1e-8)
    assert found.choice.path.r2[0] < 0.1
    least_squares = LinearRegression().fit(X, Y).score(X, Y)
    assert found.choice.path.r2[-1] == pytest.approx(least_squares, abs=1e-3)


def test_scaling_a_column_changes_nothing_unless_features_are_taken_as_they_are(analysis):
    scaled = ROWS.assign(bmi=ROWS["bmi"] * 1000)
    with_scaling = [
        analysis(frame).model.coef_ * [1, 1, factor, *[1] * 7] for frame, factor in ((ROWS, 1), (scaled, 1000))
    ]
    np.testing.assert_allclose(*with_scaling, rtol=1e-6, atol=1e-8)
    as_it_is = [analysis(frame, "--no-standardize").model.alpha_ for frame in (ROWS, scaled)]
    assert as_it_is[1] > 10 * as_it_is[0]


@pytest.mark.parametrize(("model", "rule"), CASES)
def test_the_report_names_the_model_and_the_rule(run, write, model, rule):
    status, output, errors = run(write(ROWS), "--target", "target", "--model", model, "--rule", rule)
    assert (status, errors) == (0, "")
    assert re.search(
        rf"^{MODELS[model].title} .*with an intercept, features\s+standardised, fitted to\s+all rows$", output, re.M
    )
    assert f"* the alpha chosen by the rule {rule}: " in output
    assert ("BIC" in output) is (rule == "bic")
    assert ("eld-out R2" in output) is (rule != "bic")
    assert max(map(len, output.splitlines())) <= 80


@pytest.mark.parametrize(
    "labels", [np.arange(90) // 6, [f"patient {i % 11}" for i in range(90)]], ids=["numbers", "text"]
)
def test_groups_stay_together_and_are_no_feature(analysis, labels):
    found = analysis(ROWS.assign(group=labels), "--group", "group")
    expected = LassoCV(cv=GroupKFold(5), standardize=True).fit(X, Y, groups=labels)
    assert found.model.alpha_ == pytest.approx(expected.alpha_)
    np.testing.assert_allclose(found.model.cv_result_.fold_errors, expected.cv_result_.fold_errors)
    assert found.problem.features == list(ROWS.columns[:-1])
    held = analysis(ROWS.assign(group=labels), "--group", "group", "--test-size", 0.3)
    codes = np.unique(labels, return_inverse=True)[1]
    n_test = int(np.ceil(0.3 * (codes.max() + 1)))
    _, test = next(GroupShuffleSplit(1, test_size=n_test, random_state=SEED).split(X, groups=codes))
    np.testing.assert_array_equal(held.held_out.rows, test)
    assert held.held_out.n_units == n_test
    assert not set(codes[test]) & set(held.training.groups)


DATES = pd.date_range("2023-11-28", periods=90, freq="D").strftime("%Y-%m-%d")
TIMES = {
    "numbers": np.arange(90) / 7,
    "dates": DATES,
    "moments": DATES + "T09:30:00Z",
    "months": [f"{1900 + i}-0{i % 9 + 1}" for i in range(90)],
}


@pytest.mark.parametrize("kind", TIMES)
def test_time_orders_the_rows_and_is_no_feature(analysis, kind):
    shuffled = ROWS.assign(when=TIMES[kind]).sample(frac=1, random_state=0)
    found = analysis(shuffled, "--time", "when")
    np.testing.assert_array_equal(found.problem.y, Y)
    np.testing.assert_array_equal(found.problem.X, X)
    expected = LassoCV(cv=TimeSeriesSplit(5), standardize=True).fit(X, Y)
    np.testing.assert_allclose(found.model.cv_result_.fold_errors, expected.cv_result_.fold_errors)
    as_they_are = analysis(ROWS, "--time")
    np.testing.assert_allclose(as_they_are.model.coef_, found.model.coef_)  # the memory order of X may differ
    held = analysis(shuffled, "--time", "when", "--test-size", 0.2)
    np.testing.assert_array_equal(held.held_out.rows, np.arange(72, 90))
    np.testing.assert_array_equal(held.training.y, Y[:72])


def test_rows_held_out_have_no_say(analysis):
    found = analysis(ROWS, "--test-size", 0.25, "--cv", 4)
    train, test = next(ShuffleSplit(1, test_size=23, random_state=SEED).split(X))
    train, test = np.sort(train), np.sort(test)
    expected = LassoCV(cv=KFold(4, shuffle=True, random_state=SEED), standardize=True).fit(X[train], Y[train])
    np.testing.assert_allclose(found.model.coef_, expected.coef_)
    np.testing.assert_array_equal(found.held_out.rows, test)
    assert found.held_out.r2 == pytest.approx(expected.score(X[test], Y[test]))
    assert found.held_out.rmse == pytest.approx(np.sqrt(np.mean((expected.predict(X[test]) - Y[test]) ** 2)))
    elsewhere = ROWS.copy()
    elsewhere.loc[elsewhere.index[test], "target"] *= 3
    np.testing.assert_array_equal(analysis(elsewhere, "--test-size", 0.25, "--cv", 4).model.coef_, found.model.coef_)


@pytest.mark.parametrize(
    "splits", [Splits(), Splits(groups=np.arange(90) // 6), Splits(is_ordered=True)], ids=["rows", "groups", "time"]
)
def test_a_report_scores_every_row_by_a_model_that_has_not_seen_it(analysis, splits, tmp_path):
    frame, arguments = ROWS, ["--time"] if splits.is_ordered else []
    if splits.groups is not None:
        frame, arguments = ROWS.assign(group=splits.groups), ["--group", "group"]
    found = analysis(frame, "--out", tmp_path / "out", *arguments).held_out
    outer = splits.folds(np.arange(90), N_OUTER)
    expected = {}
    for train, test in outer:
        model = LassoCV(cv=splits.folds(train, 5), standardize=True).fit(X[train], Y[train])
        expected |= dict(zip(test.tolist(), model.predict(X[test])))
    assert found.n_models == N_OUTER
    assert sorted(found.rows) == sorted(expected)
    np.testing.assert_allclose(found.predicted, [expected[i] for i in found.rows])
    np.testing.assert_array_equal(found.y, Y[found.rows])


@pytest.mark.parametrize("groups", [None, np.repeat(np.arange(100), 3)], ids=["rows", "groups"])
def test_the_standard_error_of_r2_is_that_of_the_bootstrap(groups):
    rng = np.random.default_rng(0)
    y = rng.normal(size=300)
    predicted = (
        0.7 * y + rng.normal(scale=0.5, size=300) + (0 if groups is None else rng.normal(scale=0.4, size=100)[groups])
    )
    score = held_out(np.arange(300), y, predicted, groups)
    units = np.arange(300)[:, None] if groups is None else np.arange(300).reshape(100, 3)
    drawn = [units[rng.integers(len(units), size=len(units))].ravel() for _ in range(4000)]
    r2 = [1 - np.sum((y[i] - predicted[i]) ** 2) / np.sum((y[i] - y[i].mean()) ** 2) for i in drawn]
    # 4000 draws tell a standard deviation to about 1 %; the linearisation is off by a part of 1/n
    assert score.error == pytest.approx(np.std(r2), rel=0.06)
    assert score.n_units == len(units)


def test_the_standard_error_of_a_ratio_of_constants_is_zero():
    assert ratio_error(np.full(5, 2.0), np.full(5, 4.0)) == (0.0, 5)


def test_a_target_of_one_value_has_no_score():
    assert held_out(np.arange(3), np.ones(3), np.arange(3.0)) is None


def test_few_rows_get_no_score_by_models_of_fewer(analysis, tmp_path):
    assert analysis(ROWS.head(11), "--out", tmp_path / "out").held_out is None
