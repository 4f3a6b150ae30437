"""scikit-learn's own checks of an estimator, all of them, with nothing expected to fail."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from sparsereg import ElasticNet, ElasticNetCV, Lasso, LassoCV, Ridge

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
    LassoCV(cv=3),
    LassoCV(),
    LassoCV(cv=3, alphas=10, solver="coordinate_descent"),
    LassoCV(cv=3, alphas=10, rule="1se", positive=True, standardize=True),
    LassoCV(criterion="bic"),
    LassoCV(criterion="loo"),
    ElasticNetCV(cv=3),
    ElasticNetCV(cv=3, alphas=5, l1_ratio=[0.5, 1.0], n_jobs=2, scoring="r2"),
    ElasticNetCV(cv=3, alphas=10, extend_grid=True, solver="working_set", store_fold_coefs=True),
    ElasticNetCV(cv=3, alphas=10, max_features=2, bounds=(-1.0, 2.0)),
    ElasticNetCV(criterion="gcv"),
]


@parametrize_with_checks(ESTIMATORS)
def test_scikit_learns_check_passes(estimator, check):
    check(estimator)
