"""How the columns of a table become features: numbers as they are, text as columns of 0 and 1."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import OneHotEncoder

from .checks import check_values, columns_of, similar, way_out_of_text
from .errors import CommandError, listed
from .streams import say

# Features with so many non-zero values are held dense: products with them are faster.
DENSE = 0.2


@dataclass(frozen=True)
class Columns:
    """The columns that features are made from, by name.

    numbers : tuple of str          features as they are, first
    categories : dict               column of text -> its values, in the order of their features; these come after
    """

    numbers: tuple
    categories: dict

    @property
    def names(self):
        """Every column that is needed."""
        return (*self.numbers, *self.categories)

    @property
    def features(self):
        """The names of the features, 'column=value' for those of text."""
        levels = [f"{name}={value}" for name, values in self.categories.items() for value in values]
        return [*self.numbers, *levels]

    def encode(self, table):
        """The features (n, p) of the rows of a table, dense or CSC.

        Raises
        ------
        CommandError
            If a column is missing, there twice, or has values that it must not have.
        """
        at = self._find(table)
        plain = [at[name] for name in self.numbers]
        texts = [at[name] for name in self.categories]
        check_values(table, plain + texts, way_out="or score those that are complete")
        for j in plain:
            if j in table.text:
                raise CommandError(
                    f"{table.name}: {table.names[j]!r} must be a number, as in the table of the model, got "
                    f"{table.text[j]}; {way_out_of_text(table.text[j], 'correct it')}"
                )
        X = table.numbers[:, plain]
        return stacked(X, self._levels(table.read_text(texts))) if texts else X

    def _find(self, table):
        """Name -> column of the table."""
        absent = [name for name in self.names if name not in table.names]
        if absent:
            close = {name: similar(name, table.names, most=1) for name in absent}
            hints = [f"{match[0]!r} for {name!r}?" for name, match in close.items() if match]
            hint = f" (did you mean {listed(hints, most=3)})" if hints else ""
            raise CommandError(
                f"{table.name} lacks {listed(map(repr, absent))} of the model's columns{hint}; "
                f"{columns_of(table.names)}"
            )
        repeated = [name for name in self.names if table.names.count(name) > 1]
        if repeated:
            raise CommandError(f"{table.name} has the column {repeated[0]!r} more than once; rename or remove one")
        return {name: table.names.index(name) for name in self.names}

    def _levels(self, texts):
        """Columns of 0 and 1 (n, q), CSC, of the columns of text."""
        for (name, values), column in zip(self.categories.items(), texts.T, strict=True):
            unseen = np.flatnonzero(~np.isin(column.astype(str), values))
            if len(unseen):
                raise CommandError(
                    f"row {unseen[0] + 1}: {column[unseen[0]][:40]!r} is no value of {name!r} that the model has seen, "
                    f"which are {listed(map(repr, values))}; correct it, or score those rows by another model"
                )
        return one_hot(texts, [np.array(values, dtype=object) for values in self.categories.values()])


def one_hot(texts, categories="auto"):
    """Columns of 0 and 1 (n, q), CSC, for every value of every column of text (n, t)."""
    return sp.csc_array(OneHotEncoder(categories=categories).fit_transform(texts))


def learn_columns(table, plain, texts):
    """How some columns of a table, of numbers and of text, become features.

    Parameters
    ----------
    table : Table
    plain, texts : list of int

    Returns
    -------
    Columns
    X : ndarray (n, p) or csc_array
    """
    names, categories = tuple(table.names[j] for j in plain), {}
    X = table.numbers[:, plain]
    if texts:
        cells = table.read_text(texts)
        encoder = OneHotEncoder().fit(cells)
        for j, found in zip(texts, encoder.categories_, strict=True):
            if len(found) == len(cells):
                name = table.names[j]
                say(f"note: {name!r} has another value in every row and explains none; --drop {name!r} leaves it out")
        categories = {table.names[j]: found.tolist() for j, found in zip(texts, encoder.categories_, strict=True)}
        X = stacked(X, sp.csc_array(encoder.transform(cells)))
    return Columns(names, categories), X


def stacked(numbers, levels):
    """Dense and sparse columns (n, .) side by side, in the form that suits the whole."""
    n_samples, n_features = len(numbers), numbers.shape[1] + levels.shape[1]
    if np.count_nonzero(numbers) + levels.nnz > DENSE * n_samples * n_features:
        return np.hstack([numbers, levels.toarray()])
    return sp.hstack([sp.csc_array(numbers), levels], format="csc")
