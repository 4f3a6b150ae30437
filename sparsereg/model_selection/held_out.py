"""Sums and Gram matrices of the folds of a cross-validation, from one read of X by differences.

The rows that a fold trains on are all rows less those it leaves out, so its sums are the total less those of the rows
left out. Where the rows left out are the majority, those trained on are summed instead.

Source: Engstrom & Jensen (2024), arXiv 2401.13185.
"""

import threading
from dataclasses import dataclass

import numpy as np

from ..solvers.memory import is_within_budget
from .folds import row_counts
from .packed import PackedGrams

# Elements of the right-hand sides (n, k), and of the sums (p, k), that are formed together: 64 MB.
ELEMENTS = 2**23
# The Gram matrices of the sides are kept where they and the others that a fold needs take no more than a part of a
# dense X, or so many bytes; else each is formed twice.
OTHERS, PART_OF_X, MODERATE = 3, 0.5, 2**27
# A difference of sums of squares below this part of the total has lost too many digits.
LOST = 1e-2
# The total of the Gram matrices is kept first.
TOTAL = 0


@dataclass(frozen=True)
class Sums:
    """Sums over some rows, each row counted as often as it is named, about a point a of X and a point b of y.

    weight : float             sum s_i
    x : (p,)                   sum s_i (x_i - a)
    y : (t,)                   sum s_i (y_i - b)
    xy : (p, t)                sum s_i (x_i - a) (y_i - b)'
    yy : (t,)                  sum s_i (y_i - b)^2
    """

    weight: float
    x: np.ndarray
    y: np.ndarray
    xy: np.ndarray
    yy: np.ndarray

    def of_target(self, t):
        """The sums of one target: y and yy numbers, xy (p,)."""
        return Sums(self.weight, self.x, self.y[t], self.xy[:, t], self.yy[t])

    def __sub__(self, other):
        return Sums(*(getattr(self, name) - getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Side:
    """The smaller part of the rows that decides what a fold trains on.

    rows : slice or int array
    is_rest : bool             the rows not trained on (else: those trained on)
    is_test : bool             they are the rows held out, each once
    """

    rows: object
    is_rest: bool
    is_test: bool


def sides_of(folds, n_samples):
    """The `Side` of every fold, and whether the sides are a partition of all rows.

    Returns
    -------
    sides : list of Side
    is_partition : bool
    """
    sides, covered = [], np.zeros(n_samples)
    for fold in folds:
        trained, tested = row_counts(fold.train, n_samples), row_counts(fold.test, n_samples)
        n_trained = np.count_nonzero(trained)
        if trained.max() > 1 or 2 * n_trained < n_samples:
            sides.append(Side(fold.train, False, False))
            covered += 2
            continue
        is_test = bool((trained + tested == 1).all())
        sides.append(Side(fold.test if is_test else np.flatnonzero(trained == 0), True, is_test))
        covered += 1 - trained
    return sides, bool((covered == 1).all())


class FoldSums:
    """Sums and Gram matrices of the sides of all folds, and of all rows.

    Parameters
    ----------
    design : Standardized      of all rows; nothing of it is used but the store, the weights and the shift a
    Y : float64 array (n, t)
    about : (t,)               b
    folds : list of Fold

    Attributes
    ----------
    sides : list of Side
    total : Sums               of all rows
    """

    def __init__(self, design, Y, about, folds):
        n_samples, n_features = design.n_samples, design.n_features
        self._store, self._weights = design.store, design.weights
        self.shift = design.shift
        self.sides, self._is_partition = sides_of(folds, n_samples)
        self._about_b = Y - about
        self._together = max(1, ELEMENTS // (max(n_samples, n_features) * (1 + Y.shape[1])))
        self._lock, self._known = threading.Lock(), {}
        first = [side.rows for side in self.sides[: self._together]]
        self.total, *self._known[0] = self._sums([slice(0, n_samples), *first])
        n_kept = len(folds) + 1
        n_bytes = (-(-n_kept // 2) + OTHERS) * 8 * n_features**2
        moderate = n_bytes <= max(MODERATE, PART_OF_X * 8 * n_samples * n_features)
        self._keeps = self._is_partition and moderate and is_within_budget(n_bytes)
        self._grams = PackedGrams(n_kept if self._keeps else 1, n_features)
        self._form_grams()

    def side(self, index):
        """`Sums` over the side of a fold."""
        group, place = divmod(index, self._together)
        with self._lock:
            if group not in self._known:
                first = group * self._together
                rows = [side.rows for side in self.sides[first : first + self._together]]
                self._known = {group: self._sums(rows)}
            return self._known[group][place]

    def is_small(self, some, squares):
        """Whether y's part of a difference of sums has lost too many digits, for squares (t,) about its own mean.

        Parameters
        ----------
        some : Sums
        squares : (t,)      sum s_i (y_i - ybar)^2 over these rows, divided by their weight
        """
        return bool((some.weight * squares < LOST * self.total.yy).any())

    def rows_gram(self, rows, columns=None):
        """sum s_i (x_i - a)(x_i - a)' over rows, (p, p) or (|columns|, p)."""
        weights = None if self._weights is None else self._weights[rows]
        everything = None if columns is None else np.arange(self._store.n_features)
        return self._store.gram(columns, everything, weights, rows, self.shift)

    def side_gram(self, index, out=None):
        """The Gram matrix (p, p) of the side of a fold, in `out` or a new array."""
        if not self._keeps:
            return self.rows_gram(self.sides[index].rows)
        return self._grams.get(index + 1, out)

    def held_gram(self, index, out=None):
        """As `side_gram`, where that is of the rows held out and need not be formed again; else None."""
        return self.side_gram(index, out) if self._keeps and self.sides[index].is_test else None

    def rest_gram(self, index, out=None):
        """The total less the Gram matrix of the side of a fold, (p, p), in `out` or a new array."""
        if self._keeps:
            return self._grams.difference(TOTAL, index + 1, out)
        gram = self.side_gram(index)
        total = self._grams.get(TOTAL, out)
        return np.subtract(total, gram, out=total)

    def total_gram(self, out=None):
        """The Gram matrix (p, p) of all rows, in `out` or a new array."""
        return self._grams.get(TOTAL, out)

    def total_squares(self):
        """Its diagonal, (p,)."""
        return self._grams.diagonal(TOTAL)

    def sums_over(self, rows, columns=None):
        """`Sums` over some rows, formed from X; columns: the features that x and xy are restricted to."""
        return self._sums([rows], columns)[0]

    def _sums(self, sides, columns=None):
        """`Sums` over each of some sets of rows, in one read of X."""
        about_b = self._about_b
        n_samples, n_targets = about_b.shape
        width = 1 + n_targets
        R = np.zeros((n_samples, len(sides), width))
        for k, rows in enumerate(sides):
            counts = row_counts(rows, n_samples)
            R[:, k, 0] = counts if self._weights is None else counts * self._weights
            R[:, k, 1:] = R[:, k, :1] * about_b
        products = self._correlate(R.reshape(n_samples, -1), columns).reshape(-1, len(sides), width)
        return [
            Sums(
                weight=R[:, k, 0].sum(),
                x=products[:, k, 0],
                y=R[:, k, 1:].sum(axis=0),
                xy=products[:, k, 1:],
                yy=np.einsum("it,it->t", R[:, k, 1:], about_b),
            )
            for k in range(len(sides))
        ]

    def _correlate(self, R, columns):
        """(X - a)'R."""
        blocks = [block for _, block in self._store.correlations(R, columns, self.shift)]
        return np.concatenate(blocks)

    def _form_grams(self):
        if not self._keeps:
            self._grams.put(TOTAL, self.rows_gram(slice(0, self._store.n_samples)))
            return
        for index, side in enumerate(self.sides):
            gram = self.rows_gram(side.rows)
            self._grams.put(index + 1, gram)
            keep = self._grams.add if index else self._grams.put
            keep(TOTAL, gram)
