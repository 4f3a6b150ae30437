"""Exact sparse linear regression with scikit-learn's interface.

Lasso, Elastic Net and Ridge with their whole regularisation paths, each solution certified by its duality gap, and the
penalty chosen by cross-validation.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what `__getattr__` brings, for those who read types
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

__version__ = "0.1.0"

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

# Where each name is: SciPy, scikit-learn and Numba take a second to import, in which the command could not heed Ctrl-C.
_MODULES = {
    "AdaptiveLassoCV": ".estimators.adaptive_lasso_cv",
    "CVResult": ".model_selection.result",
    "ElasticNet": ".estimators.elastic_net",
    "ElasticNetCV": ".estimators.elastic_net_cv",
    "Lasso": ".estimators.elastic_net",
    "LassoCV": ".estimators.elastic_net_cv",
    "PathResult": ".results",
    "RelaxedLassoCV": ".estimators.relaxed_lasso_cv",
    "Ridge": ".estimators.ridge",
    "RidgeCV": ".estimators.ridge_cv",
    "Status": ".results",
    "Summary": ".summary",
    "displays": ".displays",
    "enet_path": ".paths",
    "lasso_path": ".paths",
    "ridge_path": ".ridge_paths",
}


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(_MODULES[name], __name__)
    globals()[name] = module if _MODULES[name] == f".{name}" else getattr(module, name)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *_MODULES})
