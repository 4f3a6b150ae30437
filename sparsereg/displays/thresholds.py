"""The penalised coefficient as a function of that of least squares z, for features that are orthogonal."""

import numpy as np


def lasso(z, alpha, l1_ratio=1.0, gamma=None):
    """Return sign(z) (|z| - alpha)_+, the soft threshold."""
    return np.sign(z) * np.maximum(np.abs(z) - alpha, 0.0)


def ridge(z, alpha, l1_ratio=0.0, gamma=None):
    """Return z / (1 + alpha)."""
    return z / (1.0 + alpha)


def elastic_net(z, alpha, l1_ratio, gamma=None):
    """Return the soft threshold at alpha l1_ratio, shrunk by 1 + alpha (1 - l1_ratio)."""
    return lasso(z, alpha * l1_ratio) / (1.0 + alpha * (1.0 - l1_ratio))


def mcp(z, alpha, l1_ratio, gamma):
    """Return the minimax concave threshold: shrunk less the larger |z|, and not at all from gamma alpha on."""
    return np.where(np.abs(z) <= gamma * alpha, lasso(z, alpha) / (1.0 - 1.0 / gamma), z)


PENALTIES = {"lasso": lasso, "ridge": ridge, "elastic_net": elastic_net, "mcp": mcp}
