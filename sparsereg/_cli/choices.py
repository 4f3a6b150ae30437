"""What the choice of the penalty rests on: the path of a fitted model, its losses, and what each rule takes."""

from dataclasses import dataclass

import numpy as np

from ..model_selection.rules import RULES, choose
from ..results import PathResult

BESIDES = ("l1_ratio", "gamma")


@dataclass(frozen=True)
class Choice:
    """The alphas of a path, what was found of each, and the one taken.

    path : PathResult               of all rows fitted
    loss : float64 array (K,)       its mean squared error on rows held out, or its BIC
    loss_se : float64 array or None standard error of the former
    fold_errors : float64 array (K, n_folds) or None
                                    what loss is the mean of
    rule : str                      that chose
    by_rule : dict of str -> int    every rule there is, and the index of the alpha that it takes
    besides : dict of str -> float  what was chosen with alpha: l1_ratio of an Elastic Net, gamma of a relaxed Lasso
    n_folds : int                   0 for bic
    """

    path: PathResult
    loss: np.ndarray
    loss_se: np.ndarray | None
    fold_errors: np.ndarray | None
    rule: str
    by_rule: dict
    besides: dict
    n_folds: int

    @property
    def chosen(self):
        """The index of the alpha taken."""
        return self.by_rule[self.rule]

    @property
    def marks(self):
        """Rule -> alpha that it takes, the rule that chose first."""
        rules = sorted(self.by_rule, key=lambda rule: rule != self.rule)
        return {rule: float(self.path.alphas[self.by_rule[rule]]) for rule in rules}


def choice_of(model, rule):
    """The choice that a fitted estimator has made by a rule of the command."""
    result = model.cv_result_
    rules = {"bic": "min"} if rule == "bic" else {each: each for each in RULES}
    places = {name: choose(each, result) for name, each in rules.items()}
    l1_index, errors = places[rule][0], result.fold_errors
    return Choice(
        path=model.path_,
        loss=np.atleast_2d(result.loss)[l1_index],
        loss_se=None if result.loss_se is None else np.atleast_2d(result.loss_se)[l1_index],
        fold_errors=errors[l1_index] if np.ndim(errors) == 3 else errors,
        rule=rule,
        by_rule={name: place[1] for name, place in places.items()},
        besides={name: float(vars(model)[f"{name}_"]) for name in BESIDES if f"{name}_" in vars(model)},
        n_folds=0 if rule == "bic" else result.fold_errors.shape[-1],
    )
