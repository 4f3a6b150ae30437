"""Exact leave-one-out errors of ridge regression at every alpha at once.

With H the matrix that turns y into its predictions, the error at a row that was left out is r_i / (1 - h_ii). Where X
can fit every row both vanish with alpha; there it is c_i / (K^-1)_ii, with K = X f^-1 X' + alpha on what the intercept
(and any feature without a penalty) cannot fit, and K c = y.

Source: Golub, Heath & Wahba (1979); Rifkin & Lippert (2007), "Notes on regularized least squares", section 4.
"""

from typing import NamedTuple

import numpy as np

from ..solvers.problem import weights_of
from ..solvers.ridge_spectral import FeatureSpectrum

# Elements of a block of Z = X M: 16 MB.
ELEMENTS = 2**21
# Where 1 - h_ii is below this, r_i / (1 - h_ii) has lost too many digits: eps over this is 2e-10.
LOST = 1e-6
# Where a row has no more than this of its direction left, the features without a penalty fit it alone.
ALONE = 1e-12
# The squared length of each column of Z, against its eigenvalue.
AGREEMENT = 1e-7


class LeftOut(NamedTuple):
    """Some rows, each left out of its own fit.

    rows : slice                   of the rows of the design
    errors : float64 (m, T, K)     y_i less its prediction
    lost : int array (l,)          positions among them whose errors have lost too many digits
    is_accurate : bool             of the last block: the decomposition is that of X, to 7 digits
    """

    rows: slice
    errors: np.ndarray
    lost: np.ndarray
    is_accurate: bool = True


def leave_one_out(design, targets, coefs, spectrum, lam, by_row=True):
    """Yield the `LeftOut` of all rows, block by block.

    Parameters
    ----------
    design : Standardized               of rows with weights > 0
    targets : float64 array (n, T)      centred as the design is
    coefs : float64 array (p, T K)      the certified solutions
    spectrum : FeatureSpectrum or SampleSpectrum
    lam : float64 array (K,)            > 0
    by_row : bool                       some rows of X can be read without the others
    """
    if not isinstance(spectrum, FeatureSpectrum):
        yield _by_samples(design, targets, spectrum, lam)
    elif by_row:
        yield from _by_rows(design, targets, coefs, spectrum, lam)
    else:
        yield from _by_directions(design, targets, coefs, spectrum, lam)


def _by_rows(design, targets, coefs, spectrum, lam):
    inverse, rank = spectrum.inverse(lam), len(spectrum.values)
    shares = weights_of(design) / design.n_samples
    both = np.hstack([spectrum.vectors, coefs])
    lengths = np.zeros(rank)
    height = max(1, ELEMENTS // both.shape[1])
    for start in range(0, design.n_samples, height):
        rows = slice(start, min(start + height, design.n_samples))
        product = design.predict(both, rows=rows)
        squares = np.square(product[:, :rank])
        lengths += shares[rows] @ squares
        block = _divided(design, rows, targets, product[:, rank:], squares @ inverse, shares)
        is_last = rows.stop == design.n_samples
        yield block._replace(is_accurate=agrees(spectrum, lengths, lam)) if is_last else block


def _by_directions(design, targets, coefs, spectrum, lam):
    """As `_by_rows`, with all rows at once and a few directions at a time."""
    inverse, rank = spectrum.inverse(lam), len(spectrum.values)
    shares = weights_of(design) / design.n_samples
    lengths, leverages = np.zeros(rank), np.zeros((design.n_samples, len(lam)))
    width = max(1, ELEMENTS // design.n_samples)
    for start in range(0, rank, width):
        some = slice(start, min(start + width, rank))
        squares = np.square(design.predict(np.ascontiguousarray(spectrum.vectors[:, some])))
        lengths[some] = shares @ squares
        leverages += squares @ inverse[some]
    rows = slice(0, design.n_samples)
    block = _divided(design, rows, targets, design.predict(coefs), leverages, shares)
    yield block._replace(is_accurate=agrees(spectrum, lengths, lam))


def _divided(design, rows, targets, fitted, leverages, shares):
    """The errors r / (1 - h), for leverages x'Mx before the weight and without the intercept."""
    n_targets = targets.shape[1]
    rest = leverages
    if design.centered:
        rest += 1.0
    rest *= -shares[rows][:, None]
    rest += 1.0
    errors = targets[rows][:, :, None] - fitted.reshape(len(fitted), n_targets, -1)
    lost = np.flatnonzero(rest.min(axis=1) < LOST)
    rest[lost] = 1.0
    errors /= rest[:, None, :]
    return LeftOut(rows, errors, lost)


def _by_samples(design, targets, spectrum, lam):
    """The errors c_i / (K^-1)_ii."""
    vectors = spectrum.vectors
    root = np.sqrt(weights_of(design))
    missing = np.isinf(spectrum.values)
    denominator = np.where(missing, 0.0, spectrum.values)[:, None] + lam
    inverse = 1.0 / denominator
    rotated = vectors.T @ (root[:, None] * targets)
    if spectrum.dual is None:
        # no direction is left where features without a penalty fit every row
        solved = np.einsum("rt,rk->rtk", rotated, inverse).reshape(len(rotated), targets.shape[1] * len(lam))
        dual = vectors @ solved
    else:
        dual = root[:, None] * spectrum.dual
        if missing.any():
            # where X has only rounding K is alpha
            left = np.einsum("rt,k->rtk", rotated[missing], 1.0 / lam).reshape(np.count_nonzero(missing), -1)
            dual = dual + vectors[:, missing] @ left
    squares = np.square(vectors)
    lost = np.flatnonzero(squares.sum(axis=1) < ALONE)
    diagonal = squares @ inverse
    diagonal[lost] = 1.0
    errors = dual.reshape(len(dual), targets.shape[1], -1) / root[:, None, None]
    errors /= diagonal[:, None, :]
    return LeftOut(slice(0, len(dual)), errors, lost)


def agrees(spectrum, lengths, lam):
    """Whether the columns of Z are as long as their eigenvalues say, against the denominators that these enter."""
    known = np.isfinite(spectrum.values)
    penalty = np.where(spectrum.free, 0.0, lam.min())[known]
    wrong = np.abs(lengths[known] - spectrum.values[known])
    return bool((wrong <= AGREEMENT * (spectrum.values[known] + penalty)).all())
