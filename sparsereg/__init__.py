"""Exact sparse linear regression with scikit-learn's interface.

Lasso, Elastic Net and Ridge with their whole regularisation paths, each solution certified by its duality gap, and the
penalty chosen by cross-validation.
"""

from .estimators.adaptive_lasso_cv import AdaptiveLassoCV
from .estimators.elastic_net import ElasticNet, Lasso
from .estimators.elastic_net_cv import ElasticNetCV, LassoCV
from .estimators.relaxed_lasso_cv import RelaxedLassoCV
from .estimators.ridge import Ridge
from .estimators.ridge_cv import RidgeCV
from .model_selection.result import CVResult
from .paths import enet_path, lasso_path
from .results import PathResult, Status
from .ridge_paths import ridge_path
from .summary import Summary

__version__ = "0.1.0.dev0"

__all__ = [
    "AdaptiveLassoCV",
    "CVResult",
    "ElasticNet",
    "ElasticNetCV",
    "Lasso",
    "LassoCV",
    "PathResult",
    "RelaxedLassoCV",
    "Ridge",
    "RidgeCV",
    "Status",
    "Summary",
    "enet_path",
    "lasso_path",
    "ridge_path",
]
