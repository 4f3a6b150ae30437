"""scikit-learn's own checks of RidgeCV, all of them."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from sparsereg import RidgeCV


@parametrize_with_checks(
    [
        RidgeCV(),
        RidgeCV(cv=3),
        RidgeCV(positive=True),
        RidgeCV(cv=3, positive=True),
        RidgeCV(cv=3, standardize=True, rule="1se"),
        RidgeCV(criterion="gcv"),
    ]
)
def test_scikit_learns_check_passes(estimator, check):
    check(estimator)
