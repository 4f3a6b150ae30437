"""What `store_fold_coefs` keeps: the coefficients of every fold, sparse; as one dense array where that is asked for."""

import numpy as np

from ..solvers.memory import check_memory


class FoldCoefs:
    """Attributes of the estimators that keep `_fold_coefs`: for each fold, for each l1_ratio a csr_array (k, p)."""

    @property
    def sparse_fold_coefs_(self):
        """Coefficients of every fold: a list of n_folds csr_array (n_alphas, n_features), or of lists of those.

        For several l1_ratios (of RelaxedLassoCV: gammas) the list of a fold has one array for each, in their order.
        """
        self._of_folds("sparse_fold_coefs_")
        return [rows[0] if len(rows) == 1 else rows for rows in self._kept("sparse_fold_coefs_")]

    @property
    def fold_coefs_(self):
        """Coefficients of every fold, (n_alphas, n_folds, n_features), or (n_l1_ratios, n_alphas, ...)."""
        self._of_folds("fold_coefs_")
        of_folds = self._kept("fold_coefs_")
        n_rows, n_alphas = len(of_folds[0]), max(rows.shape[0] for rows in of_folds[0])
        shape = (n_rows, n_alphas, len(of_folds), of_folds[0][0].shape[1])
        check_memory(8 * int(np.prod(shape)), "fold_coefs_", "use sparse_fold_coefs_, which holds what is not zero")
        dense = np.full(shape, np.nan)
        for fold, rows in enumerate(of_folds):
            for index, coefs in enumerate(rows):
                dense[index, : coefs.shape[0], fold] = coefs.toarray()
        return dense[0] if n_rows == 1 else dense

    def _kept(self, name):
        if self._fold_coefs is None:
            raise AttributeError(f"{type(self).__name__} has no {name}: fit it with store_fold_coefs=True")
        return self._fold_coefs
