"""Stores: the data matrix as the solvers see it, whatever holds it."""

from scipy.sparse import issparse

from .dense import DenseStore
from .sparse import SparseStore
from .standardized import Standardized

__all__ = ["DenseStore", "SparseStore", "Standardized", "make_store"]


def make_store(X):
    """Return the store that reads X where it lies.

    Parameters
    ----------
    X : ndarray or memmap (n, p), any strides, or scipy.sparse CSC or CSR matrix or array (n, p)
        float32 or float64, finite, with valid indices: the input check sees to that.

    Returns
    -------
    DenseStore or SparseStore
    """
    return SparseStore(X) if issparse(X) else DenseStore(X)
