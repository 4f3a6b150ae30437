"""Synthetic problems: correlated Gaussian features, a sparse truth, noise at a given signal-to-noise ratio."""

import numpy as np


def correlated(n_samples, n_features, n_informative, rho, snr=3.0, seed=0):
    """X (n, p) in Fortran order with corr(x_j, x_k) = rho^|j - k|, standardised; y (n,) centred.

    Parameters
    ----------
    n_samples, n_features, n_informative : int
    rho : float
    snr : float      norm of the signal over norm of the noise
    seed : int
    """
    rng = np.random.default_rng(seed)
    X = np.empty((n_samples, n_features), order="F")
    X[:, 0] = rng.standard_normal(n_samples)
    for j in range(1, n_features):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * rng.standard_normal(n_samples)
    coef = np.zeros(n_features)
    coef[rng.choice(n_features, n_informative, replace=False)] = rng.choice([-1.0, 1.0], n_informative)
    y = X @ coef
    noise = rng.standard_normal(n_samples)
    y += noise * np.linalg.norm(y) / np.linalg.norm(noise) / snr
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    return X, y - y.mean()
