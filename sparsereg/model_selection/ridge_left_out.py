"""Leave-one-out of ridge regression: mean squared errors, or the prediction of every row, at every alpha."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import issparse

from .folds import Fold
from .ridge_fits import fit_from_x
from .ridge_loo import LeftOut, leave_one_out


@dataclass(frozen=True)
class LeftOutErrors:
    """What all rows, each left out of its own fit, tell.

    squares : (T, K)                mean over the rows of s_i e_i^2
    standard_errors : (T + 1, K)    of the means of each target, and of their mean, over the rows with a weight
    errors : (n, T, K) or None      e_i = y_i less its prediction
    """

    squares: np.ndarray
    standard_errors: np.ndarray
    errors: np.ndarray | None


class _Sums:
    """Sums over rows of s_i e_i^2 and of its square, as blocks of rows come in."""

    def __init__(self, setting, keeps):
        n_samples, shape = setting.data.store.n_samples, (setting.n_targets, len(setting.alphas))
        self._weights, self._n_samples = setting.weights, n_samples
        self._n_counted = n_samples if setting.weights is None else np.count_nonzero(setting.weights)
        self._first, self._second = np.zeros(shape), np.zeros((shape[0] + 1, shape[1]))
        self._errors = np.empty((n_samples, *shape)) if keeps else None

    def add(self, rows, errors):
        """Errors (m, T, K) of some rows, an index array or a slice."""
        if self._errors is not None:
            self._errors[rows] = errors
        squares = np.square(errors)
        if self._weights is not None:
            squares *= self._weights[rows][:, None, None]
        self._first += squares.sum(axis=0)
        self._second[:-1] += np.einsum("itk,itk->tk", squares, squares)
        together = squares.mean(axis=1)
        self._second[-1] += np.einsum("ik,ik->k", together, together)

    def result(self):
        """The `LeftOutErrors`."""
        n_samples, n_counted = self._n_samples, self._n_counted
        means = self._first / n_samples
        # a row of weight 0 adds nothing to the means, and is none of the rows over which they vary
        part = n_counted / n_samples
        every = np.vstack([means, means.mean(axis=0)]) / part
        variances = np.maximum(self._second / n_counted - every**2, 0.0) / max(n_counted - 1, 1)
        return LeftOutErrors(means, part * np.sqrt(variances), self._errors)


def by_closed_form(setting, full, keeps):
    """The `LeftOutErrors` from the decomposition of X; None if that is not accurate.

    Parameters
    ----------
    setting : RidgeSetting
    full : FullPath
    keeps : bool                    keep the error of every row
    """
    sums, data, design, rows = _Sums(setting, keeps), setting.data, full.design, full.rows
    n_samples, n_targets = data.store.n_samples, setting.n_targets
    coefs = np.hstack([solution.coefs.T for solution in full.solutions])
    fixed = setting.with_scale_fixed(design)
    if full.errors is None:
        by_row = rows is None and not (issparse(data.X) and data.X.format == "csc")
        blocks = leave_one_out(design, full.targets, coefs, full.spectrum, full.lam, by_row)
    else:
        blocks = [LeftOut(slice(0, design.n_samples), full.errors, np.empty(0, dtype=np.intp))]
    for block in blocks:
        which = block.rows if rows is None else rows[block.rows]
        for place in block.lost:
            row = block.rows.start + place if rows is None else which[place]
            block.errors[place] = _left_out(fixed, int(row), rows)[0]
        sums.add(which, block.errors)
    if not block.is_accurate:
        return None
    if rows is not None:
        # a row without weight is left out of the fit to all
        others = np.setdiff1d(np.arange(n_samples), rows)
        predictions = design.predict(coefs, rows=others).reshape(len(others), n_targets, -1)
        sums.add(others, (data.Y[others] - full.means)[:, :, None] - predictions)
    return sums.result()


def by_refits(setting, design, keeps, advance):
    """The `LeftOutErrors` from one fit for each row: for bounds, which have no closed form.

    Parameters
    ----------
    setting, keeps : as `by_closed_form`
    design : Standardized           of all rows with a weight
    advance : callable              is called with the number of alphas that are done; or None
    """
    sums, fixed = _Sums(setting, keeps), setting.with_scale_fixed(design)
    for row in range(setting.data.store.n_samples):
        sums.add(slice(row, row + 1), _left_out(fixed, row))
        if advance:
            advance(len(setting.alphas))
    return sums.result()


def _left_out(setting, row, rows=None):
    """Errors (1, T, K) of one row at a fit to the others (those among `rows`)."""
    others = np.arange(setting.data.store.n_samples) if rows is None else rows
    own = slice(row, row + 1)
    fit = fit_from_x(setting, Fold(others[others != row], own))
    return setting.data.Y[own][:, :, None] - fit.predictions(own)
