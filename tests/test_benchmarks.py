"""The benchmarks on a small scale: what they measure is right, and the contenders solve the same problem."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, LeaveOneOut, cross_val_score

import sparsereg
from benchmarks import contenders, selection
from benchmarks.measures import (
    interleaved,
    lasso_gaps,
    objectives_and_gaps,
    ridge_fold_score,
    ridge_leave_one_out,
)
from benchmarks.problems import Problem, synthetic

# Those of this environment; what runs outside of it, as R does, is there or not whatever the environment.
INSTALLED = [name for name, package in contenders.PACKAGES.items() if package and contenders.installed(name)]
SOLVERS = [name for name in INSTALLED if hasattr(contenders.load(name), "path")]


def problem(form="dense", l1_ratio=1.0, fit_intercept=True):
    """40 x 60 with a mean in X and y, or without where there is no intercept."""
    dense = synthetic(40, 60, 5, 0.5, l1_ratio, fit_intercept)
    shift = 2.0 if fit_intercept else 0.0
    X = np.asfortranarray(dense.X + shift)
    return replace(dense, X=sparse.csc_matrix(np.where(dense.X > 0.5, X, 0)) if form == "sparse" else X, y=dense.y + 3)


def answer(found):
    """What a contender returned, timed by itself or not."""
    return found.result if isinstance(found, contenders.Timed) else found


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.1])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("form", ["dense", "sparse"])
class TestMeasures:
    def test_gap_of_rough_coefficients_is_the_packages_own(self, form, fit_intercept, l1_ratio):
        task = problem(form, l1_ratio, fit_intercept)
        alphas = task.grid(0.05, 5)
        _, coefs, gaps = sparsereg.enet_path(
            task.X,
            task.y,
            alphas=alphas,
            l1_ratio=l1_ratio,
            fit_intercept=fit_intercept,
            solver="coordinate_descent",
            tol=0.1,
        )
        found = objectives_and_gaps(task, alphas, coefs)[1] * (task.target @ task.target) / (2 * len(task.y))
        assert gaps.max() > 1e-4
        np.testing.assert_allclose(found, gaps, rtol=1e-6, atol=1e-12)

    def test_objective_is_the_textbook_one_at_the_best_intercept(self, form, fit_intercept, l1_ratio):
        task = problem(form, l1_ratio, fit_intercept)
        coef = np.random.default_rng(0).standard_normal(task.X.shape[1])
        residual = task.y - task.X @ coef
        residual = residual - fit_intercept * residual.mean()
        penalty = 0.3 * (l1_ratio * np.abs(coef).sum() + (1 - l1_ratio) / 2 * coef @ coef)
        expected = residual @ residual / (2 * len(task.y)) + penalty
        unit = task.target @ task.target / (2 * len(task.y))
        objective, gap = objectives_and_gaps(task, [0.3], coef[:, None])
        assert objective[0] == pytest.approx(expected / unit, rel=1e-12)
        assert 0 < gap[0] < objective[0] * (1 + 1e-12)  # the dual point 0 has the value 0

    @pytest.mark.parametrize("name", SOLVERS)
    def test_contenders_reach_the_optimum_of_the_same_problem(self, form, fit_intercept, l1_ratio, name):
        task = problem(form, l1_ratio, fit_intercept)
        alphas, contender = task.grid(0.05, 4), contenders.load(name)
        tol = contender.DEFAULT_TOL * 1e-8
        gaps = objectives_and_gaps(task, alphas, answer(contender.path(task, alphas, tol)))[1]
        assert gaps.max() < 1e-6
        coef = answer(contender.fit(task, alphas[2], tol))
        assert objectives_and_gaps(task, alphas[2:3], coef.reshape(-1, 1))[1][0] < 1e-6


def test_sparse_coefficients_have_the_gap_of_dense_ones():
    task = problem()
    alphas = task.grid(0.05, 4)
    coefs = sparse.random_array((60, 4), density=0.2, rng=np.random.default_rng(0), format="csc")
    np.testing.assert_array_equal(
        objectives_and_gaps(task, alphas, coefs), objectives_and_gaps(task, alphas, coefs.toarray())
    )


def test_nothing_is_the_lasso_at_alpha_max_and_has_no_gap():
    task = problem(fit_intercept=False)
    assert lasso_gaps(task.X, task.y, task.grid(1e-2, 3)[:1], np.zeros((60, 1)))[0] == pytest.approx(0, abs=1e-14)


class TestRidgeMeasures:
    def test_the_scores_are_those_of_fits_without_the_rows(self):
        task = problem(l1_ratio=0.0)
        X, y, model = task.X[:, :9], task.y, Ridge(alpha=3.0)
        folds = cross_val_score(model, X, y, cv=KFold(7))
        assert ridge_fold_score(X, y, 3.0, 7) == pytest.approx(folds.mean(), rel=1e-12)
        rows = cross_val_score(model, X, y, cv=LeaveOneOut(), scoring="neg_mean_squared_error")
        assert ridge_leave_one_out(X, y, 3.0) == pytest.approx(rows.mean(), rel=1e-12)

    def test_the_gap_is_zero_at_the_solution_only(self):
        task = problem(l1_ratio=0.0)
        coefs = np.stack([Ridge(alpha=alpha).fit(task.X, task.y).coef_ for alpha in (3.0, 3.01)], axis=1)
        exact, rough = objectives_and_gaps(task, [3.0 / len(task.y)] * 2, coefs)[1]
        assert abs(exact) < 1e-14
        assert rough > 1e-9


def test_a_slow_contender_runs_once_and_the_others_in_turn():
    calls = []
    contenders = {name: lambda name=name: calls.append(name) or name for name in ("slow", "quick")}
    found = interleaved(contenders, 3, once={"slow"}, clock=iter(range(100)).__next__)
    assert calls == ["quick", "slow", "quick", "quick", "quick"]
    assert found == {"slow": (1.0, "slow"), "quick": (1.0, "quick")}


SELECTION = [replace(row, build=selection.shape(60, 8, 3), repeats=1, first=None) for row in selection.ROWS]


class TestSelection:
    @pytest.mark.parametrize("row", SELECTION, ids=lambda row: row.name)
    def test_a_row_compares_the_packages_on_the_same_problem(self, row):
        row = replace(row, options=row.options | ({} if row.estimator == "RidgeCV" else selection.EXACT))
        packages = list(selection.MODULES)
        lines = [line.split() for line in selection.run(row, packages)]
        assert [line[0] for line in lines] == packages
        figures = np.array([line[1:] for line in lines], dtype=float)
        assert np.all(figures[:, 0] > 0)
        assert figures[0, 1] == 1
        assert np.all(figures[:, 3:5] == figures[0, 3:5])  # as printed, to six digits
        assert np.all(figures[:, 5] < 1e-7)  # scikit-learn's solutions are exact to about 1e-9
        assert np.all(np.abs(figures[:, 6]) < 1e-10)

    def test_errors_and_gap_see_a_rough_solution(self):
        row = replace(SELECTION[0], options={"cv": 5, "tol": 0.1})
        *_, errors, gap = next(iter(selection.run(row, [selection.THEIRS]))).split()
        assert float(errors) > 1e-4
        assert float(gap) > 1e-7

    def test_the_errors_may_be_those_of_the_first_alphas(self):
        row = replace(SELECTION[0], first=7)
        task = row.build()
        exact = SELECTION[0].reference(task)
        np.testing.assert_allclose(row.reference(task), exact[:7], rtol=1e-8)
        model = selection.fitted(selection.THEIRS, row, task, **selection.EXACT)
        assert selection.errors(row, task, model, exact[:7]) < 1e-8

    def test_the_command_prints_the_rows_it_is_asked_for(self, capsys, monkeypatch):
        monkeypatch.setattr("sys.argv", ["selection", "ridge-loo-10000x1000", "--packages", "scikit-learn"])
        selection.main(SELECTION)
        _, _, name, head, line = capsys.readouterr().out.rstrip().split("\n")
        assert name == "ridge-loo-10000x1000"
        assert head.split()[-2:] == ["errors", "gap"]
        assert line.split()[0] == "scikit-learn"

    def test_a_row_that_is_not_there_is_refused(self, capsys, monkeypatch):
        monkeypatch.setattr("sys.argv", ["selection", "lasso"])
        with pytest.raises(SystemExit):
            selection.main(SELECTION)
        assert "row must be one of lasso-200x20, " in capsys.readouterr().err


def test_a_grid_starts_where_the_first_coefficient_enters():
    task = problem("sparse", l1_ratio=0.5)
    alphas = task.grid(1e-2, 4)
    assert alphas[-1] == pytest.approx(alphas[0] / 100)
    model = sparsereg.ElasticNet(l1_ratio=0.5)
    assert not model.set_params(alpha=alphas[0] * (1 + 1e-9)).fit(task.X, task.y).coef_.any()
    assert model.set_params(alpha=alphas[0] * 0.99).fit(task.X, task.y).coef_.any()
    assert isinstance(task, Problem)
