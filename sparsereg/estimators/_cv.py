"""What every cross-validated estimator shares: its splitter, its scorer, and what it tells of the choice."""

import numpy as np
from sklearn import get_config
from sklearn.model_selection import KFold
from sklearn.utils.metadata_routing import UNUSED, MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted

from ..model_selection.rules import choose

NO_ROUTING = (
    "Passing extra keyword arguments to fit is only supported if enable_metadata_routing=True, which you can set using "
    "sklearn.set_config(enable_metadata_routing=True); groups may be passed without it. Got {}"
)


def given_groups(criterion, groups):
    """The groups as a keyword of the splitter; {} for None, and a ValueError where there are no folds."""
    if groups is not None and criterion != "cv":
        raise ValueError(
            f"groups must not be given with criterion={criterion!r}, which has no folds: use criterion='cv' with a "
            "splitter that heeds groups, as cv=GroupKFold()"
        )
    return {} if groups is None else {"groups": groups}


class CrossValidated:
    """Mixin: metadata routing to the splitter, and the attributes that follow from `cv_result_`."""

    __metadata_request__fit = {"groups": UNUSED}

    def _splitter_params(self, criterion, groups, sample_weight, params):
        """What the splitter gets besides X and y: groups where they are given, and what is routed to it."""
        given = given_groups(criterion, groups)
        if not get_config()["enable_metadata_routing"]:
            if params:
                raise ValueError(NO_ROUTING.format(", ".join(sorted(params))))
            return given
        routed = process_routing(self, "fit", sample_weight=sample_weight, **given, **params)
        return {**given, **routed.splitter.split}

    def get_metadata_routing(self):
        """How metadata reach the splitter.

        Returns
        -------
        routing : MetadataRouter
        """
        mapping = MethodMapping().add(caller="fit", callee="split")
        router = MetadataRouter(owner=self).add_self_request(self)
        # what an iterator holds must be left for fit; splits in a list ask for nothing
        splitter = self.cv if hasattr(self.cv, "split") else KFold()
        return router.add(splitter=splitter, method_mapping=mapping)

    def _one_result(self):
        """`cv_result_`, or the first where each target has one of its own, which is never by folds."""
        check_is_fitted(self)
        return self.cv_result_[0] if isinstance(self.cv_result_, tuple) else self.cv_result_

    def _of_folds(self, name):
        """`cv_result_` if it comes from folds, else an AttributeError that says why there is no attribute `name`."""
        result = self._one_result()
        if result.criterion != "cv":
            raise AttributeError(
                f"{type(self).__name__} has no {name}: criterion={result.criterion!r} has no folds; use criterion='cv'"
            )
        return result

    def _with_error(self, name):
        """As `_of_folds`, and an AttributeError where there is only one fold."""
        result = self._of_folds(name)
        if result.loss_se is None:
            raise AttributeError(f"{type(self).__name__} has no {name}: one fold has no standard error; use more folds")
        return result

    @property
    def mse_mean_(self):
        """Mean over the folds of the mean squared errors: `mse_path_` without its last axis."""
        return self._of_folds("mse_mean_").fold_errors.mean(axis=-1)

    @property
    def mse_se_(self):
        """Standard error of `mse_mean_`: std(ddof=1)/sqrt(n_folds) over the folds."""
        errors = self._with_error("mse_se_").fold_errors
        return errors.std(axis=-1, ddof=1) / np.sqrt(errors.shape[-1])

    @property
    def alpha_1se_(self):
        """The largest alpha, at the l1_ratio of the smallest loss, whose loss is within one standard error of it."""
        result = self._with_error("alpha_1se_")
        l1_index, alpha_index = choose("1se", result)
        return np.atleast_2d(result.alphas)[l1_index, alpha_index]

    @property
    def mse_path_(self):
        """Mean squared error on each held-out fold, (n_alphas, n_folds), or (n_l1_ratios, n_alphas, n_folds).

        With criterion="validation" the held-out data are the one fold.
        """
        errors = self._one_result().fold_errors
        if errors is None:
            self._of_folds("mse_path_")
        return errors

    @property
    def score_path_(self):
        """Score on each held-out fold, as `mse_path_`, where `scoring` asks for one."""
        scores = self._of_folds("score_path_").fold_scores
        if scores is None:
            raise AttributeError(f"{type(self).__name__} has no score_path_: scoring=None; name a scorer by scoring")
        return scores
