"""Which rows are held out: at random, by whole groups, or the last ones."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold, ShuffleSplit, TimeSeriesSplit

from .errors import CommandError, counted
from .problem import FEWEST_ROWS

SEED = 0


@dataclass(frozen=True)
class Splits:
    """How rows are held out.

    groups : int array (n,) or None     rows of a group stay together
    is_ordered : bool                   what is held out comes after what is trained on
    """

    groups: np.ndarray | None = None
    is_ordered: bool = False

    def folds(self, rows, n_folds):
        """Pairs (train, test) of places in `rows`.

        Raises
        ------
        CommandError
            If there are too few rows, or groups, for so many folds.
        """
        self._check(rows, n_folds)
        if self.groups is not None:
            return list(GroupKFold(n_folds).split(rows, groups=self.groups[rows]))
        if self.is_ordered:
            return list(TimeSeriesSplit(n_folds).split(rows))
        return list(KFold(n_folds, shuffle=True, random_state=SEED).split(rows))

    def n_units(self, rows):
        """What is divided: groups, or rows; in order of time every fold needs rows before it too."""
        if self.groups is not None:
            return len(np.unique(self.groups[rows]))
        return len(rows) - 1 if self.is_ordered else len(rows)

    def hold_out(self, n_samples, fraction):
        """Rows (train, test), ascending, the second about this part of all (or of the groups).

        Raises
        ------
        CommandError
            If either has too few rows to say anything.
        """
        rows = np.arange(n_samples)
        if self.is_ordered:
            n_test = min(int(np.ceil(fraction * n_samples)), n_samples)
            train, test = np.split(rows, [n_samples - n_test])
        else:
            n_units = self.n_units(rows)
            n_test = min(max(int(np.ceil(fraction * n_units)), 1), n_units - 1)
            if n_test == 0:
                raise CommandError("--test-size needs at least 2 groups; --group has one value throughout")
            split = ShuffleSplit if self.groups is None else GroupShuffleSplit
            train, test = next(split(1, test_size=n_test, random_state=SEED).split(rows, groups=self.groups))
        kept, held = len(train), self.n_units(test) if self.groups is not None else len(test)
        unit = "row" if self.groups is None else "group"
        if kept < FEWEST_ROWS or held < 2:
            raise CommandError(
                f"--test-size {fraction:g} holds out {counted(held, unit)} and leaves {counted(kept, 'row')}; at least "
                f"2 {unit}s and {FEWEST_ROWS} rows are needed: give another --test-size"
            )
        return np.sort(train), np.sort(test)

    def _check(self, rows, n_folds):
        n_units = self.n_units(rows)
        if n_folds <= n_units:
            return
        if self.groups is not None:
            have = f"{n_folds} groups, but in the rows to fit there are {n_units}"
        else:
            have = f"{n_folds + self.is_ordered} rows, but there are {len(rows)} to fit"
        raise CommandError(f"--cv {n_folds} needs {have}; ask for fewer folds")
