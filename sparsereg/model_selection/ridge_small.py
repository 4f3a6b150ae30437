"""Solutions and leave-one-out errors of a small problem in a few operations on X itself.

The formulas of `solve_spectral` and `leave_one_out`, where each of their steps would cost more than its arithmetic.
"""

import numpy as np

from ..results import Solution, Status
from ..solvers.problem import weights_of
from ..solvers.ridge import REFINED
from ..solvers.ridge_direct import wide
from ..solvers.ridge_spectral import FeatureSpectrum, is_accurate
from .ridge_loo import LOST, agrees

# Elements of X, and of the errors, up to which this is worth while: 0.25 MB.
SMALL = 2**15


def solve_small(setting, design, targets, penalty):
    """As `solve_spectral` of a setting, and the left-out errors; None where it is not small, or not easy.

    Parameters
    ----------
    setting : RidgeSetting
    design : Standardized          of rows with weights > 0
    targets : float64 array (n, T) centred as the design is
    penalty : Penalty              per unit of alpha, of the problem divided by the weight of its rows

    Returns
    -------
    solutions : list of Solution
    lam : (K,)
    spectrum : FeatureSpectrum
    errors : (n, T, K)
    """
    alphas, n_targets = setting.alphas, setting.n_targets
    n_samples, n_features = design.n_samples, design.n_features
    if n_samples * max(n_features, n_targets * len(alphas)) > SMALL or wide(design) or not setting.is_plain:
        return None
    kept = penalty.lower < penalty.upper
    largest = penalty.l2.max()
    lam = alphas * largest
    root = np.divide(largest, penalty.l2, out=np.zeros(n_features), where=kept) ** 0.5
    share = weights_of(design) / n_samples
    row = np.sqrt(share)[:, None]
    X = row * design.predict(np.diag(root))
    y = row * targets
    gram = X.T @ X
    values, vectors = np.linalg.eigh(gram)
    values = np.maximum(values, 0.0)
    if not is_accurate(values, lam):
        return None
    Z = X @ vectors
    denominator = values[:, None] + lam
    solved = (Z.T @ y)[:, :, None] / denominator[:, None, :]
    residuals = y[:, :, None] - _product(Z, solved)
    # X'r - lam f w in the units of Z: the gap is its square over 2 lam
    excess = _product(Z.T, residuals) - lam * solved
    gaps = np.einsum("jtk,jtk->tk", excess, excess) / (2 * lam)
    target_squares = np.einsum("it,it->t", y, y)
    squares = Z * Z
    rest = 1 - squares @ (1 / denominator) - design.centered * share[:, None]
    spectrum = FeatureSpectrum(root[:, None] * vectors, values, np.zeros(n_features, dtype=bool))
    is_certified = (gaps <= 0.5 * REFINED * target_squares[:, None]).all()
    if not is_certified or rest.min() < LOST or not agrees(spectrum, squares.sum(axis=0), lam):
        return None
    residual_squares = np.einsum("itk,itk->tk", residuals, residuals)
    coefs = _product(spectrum.vectors, solved)
    solutions = [
        Solution(
            alphas=alphas,
            coefs=coefs[:, target].T,
            gaps=gaps[target],
            residual_squares=residual_squares[target],
            target_square=float(target_squares[target]),
            n_iter=np.ones(len(alphas), dtype=np.int64),
            statuses=[Status.OPTIMAL] * len(alphas),
            solver="eigen",
        )
        for target in range(n_targets)
    ]
    return solutions, lam, spectrum, residuals / row[:, :, None] / rest[:, None, :]


def _product(matrix, blocks):
    """matrix (m, j) times blocks (j, t, k), (m, t, k)."""
    return (matrix @ blocks.reshape(len(blocks), -1)).reshape(-1, *blocks.shape[1:])
