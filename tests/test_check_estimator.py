"""scikit-learn's own checks of an estimator, all of them, with nothing expected to fail."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from sparsereg import ElasticNet, Lasso, Ridge

ESTIMATORS = [
    Lasso(),
    Lasso(solver="coordinate_descent"),
    Lasso(standardize=True),
    Lasso(positive=True, warm_start=True),
    ElasticNet(),
    ElasticNet(solver="coordinate_descent", selection="random"),
    ElasticNet(standardize=True, bounds=(-1.0, 2.0)),
    ElasticNet(positive=True, precompute=True),
    Ridge(),
    Ridge(solver="coordinate_descent"),
    Ridge(solver="sparse_cg"),
    Ridge(solver="svd", standardize=True),
    Ridge(positive=True),
]


@parametrize_with_checks(ESTIMATORS)
def test_scikit_learns_check_passes(estimator, check):
    check(estimator)
