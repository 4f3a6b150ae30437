"""adelie: `grpnet` with groups of one feature; no early exit, because the grid is the task's."""

import adelie
import numpy as np
from scipy.sparse import issparse

VERSION = adelie.__version__
DEFAULT_TOL = 1e-7


def path(problem, alphas, tol):
    form = adelie.matrix.sparse if issparse(problem.X) else adelie.matrix.dense
    found = adelie.grpnet(
        form(problem.X, method="naive", n_threads=1),
        adelie.glm.gaussian(problem.y),
        alpha=problem.l1_ratio,
        lmda_path=alphas,
        intercept=problem.fit_intercept,
        tol=tol,
        adev_tol=1.0,
        early_exit=False,
        max_iters=1_000_000_000,
        progress_bar=False,
    )
    if found.betas.shape[0] != len(alphas):
        raise RuntimeError(f"grpnet ended after {found.betas.shape[0]} of {len(alphas)} alphas")
    return found.betas.T.tocsc()


def fit(problem, alpha, tol):
    return path(problem, np.array([alpha]), tol).toarray()[:, 0]
