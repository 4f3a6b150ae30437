"""Systems (M + lam) x = b at many lam from one Krylov space for each b; M is known by its products alone.

The Krylov space of M + lam is that of M, so each step reads X for all lam together: Lanczos tridiagonalises M, and each
lam has a Cholesky factor of its own three diagonals, which makes its solution that of conjugate gradients.

Source: Frommer & Maass (1999), "Fast CG-based methods for Tikhonov-Phillips regularization"; Saad (2003), "Iterative
Methods for Sparse Linear Systems", section 6.7.
"""

import numpy as np

# Vectors of each Krylov space that are kept until the solutions move along them together: a product of matrices.
TOGETHER = 32
# Elements of all vectors kept: 64 MB.
ELEMENTS = 2**23


def solve_by_lanczos(product, block, which, lam, goals, most):
    """Solutions (m, K) of (M + lam_k) x_k = block_which[k], each as accurate as asked or as `most` steps make it.

    Parameters
    ----------
    product : function              M V for V (m, S), with M symmetric and positive semi-definite
    block : float64 array (m, S)
    which : int array (K,)          the column of each system
    lam : float64 array (K,)        > 0
    goals : float64 array (K,)      of |block_which[k] - (M + lam_k) x_k|^2
    most : int

    Returns
    -------
    solved : (m, K)
    n_iter : int array (K,)         steps until the goal, or `most`
    reached : bool array (K,)
    """
    size, n_spaces = block.shape
    height = int(np.clip(ELEMENTS // max(size * n_spaces, 1), 1, TOGETHER))
    basis = np.empty((n_spaces, height, size))
    paths = _Paths(which, lam, size, height)
    norm = np.sqrt(np.einsum("ms,ms->s", block, block))
    paths.zeta = norm[which]
    n_iter, reached = np.zeros(len(lam), dtype=np.int64), np.square(paths.zeta) <= goals
    vectors, last, beta = _divided(block, norm), np.zeros_like(block), np.zeros(n_spaces)
    for _ in range(most):
        if reached.all():
            break
        basis[:, paths.n_kept] = vectors.T
        image = product(vectors)
        image -= beta * last
        alpha = np.einsum("ms,ms->s", vectors, image)
        image -= alpha * vectors
        paths.extend(alpha, beta)
        beta = np.sqrt(np.einsum("ms,ms->s", image, image))
        n_iter += ~reached
        reached |= np.square(beta[which] * paths.zeta / paths.eta) <= goals
        vectors, last = _divided(image, beta), vectors
        if paths.n_kept == height:
            paths.move(basis)
    paths.move(basis)
    return paths.solved.T, n_iter, reached


def _divided(block, norm):
    """Columns of length 1; a space that is exhausted goes on with zeros, which change nothing."""
    return np.divide(block, norm, out=np.zeros_like(block), where=norm > 0)


class _Paths:
    """Solutions x (K, m) on their way: directions p_j = (v_j - beta_j p_j-1) / eta_j, x = sum_j zeta_j p_j.

    Steps are kept, and all taken together by `move`.
    """

    def __init__(self, which, lam, size, height):
        self._which, self._lam = which, lam
        self._members = [np.flatnonzero(which == space) for space in range(which.max(initial=-1) + 1)]
        self.solved, self._direction = np.zeros((len(lam), size)), np.zeros((len(lam), size))
        self._etas, self._betas, self._zetas = np.empty((3, height, len(lam)))
        self.eta, self.zeta, self.n_kept = np.full(len(lam), np.inf), np.zeros(len(lam)), 0
        self._is_first = True

    def extend(self, alpha, beta):
        """One more step: the next row of the three diagonals of every space."""
        beta = beta[self._which]
        # a pivot is at least the smallest eigenvalue, which is at least lam
        eta = np.maximum(alpha[self._which] + self._lam - np.square(beta) / self.eta, self._lam)
        if not self._is_first:
            self.zeta = -beta / self.eta * self.zeta
        self._is_first, self.eta = False, eta
        self._etas[self.n_kept], self._betas[self.n_kept], self._zetas[self.n_kept] = eta, beta, self.zeta
        self.n_kept += 1

    def move(self, basis):
        """Take the steps kept, along basis (S, n_kept, m) and the last direction."""
        n_kept = self.n_kept
        if not n_kept:
            return
        step, ahead = np.empty((2, n_kept, len(self._lam)))
        through, onward = np.zeros(len(self._lam)), np.ones(len(self._lam))
        for j in range(n_kept - 1, -1, -1):
            through = (through + self._zetas[j]) / self._etas[j]
            onward = onward / self._etas[j]
            step[j], ahead[j] = through, onward
            through, onward = -self._betas[j] * through, -self._betas[j] * onward
        self.solved += through[:, None] * self._direction
        self._direction *= onward[:, None]
        for vectors, members in zip(basis, self._members, strict=True):
            self.solved[members] += step[:, members].T @ vectors[:n_kept]
            self._direction[members] += ahead[:, members].T @ vectors[:n_kept]
        self.n_kept = 0
