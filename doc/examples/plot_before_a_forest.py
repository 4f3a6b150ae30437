"""
Selection before a forest
=========================

A random forest looks at a random part of the features at each split. Where most features
say nothing, most splits are wasted. The Lasso can find the features first.

The data are 63 tumours of four kinds with 2308 genes, and 20 tumours to test on; see
:ref:`sphx_glr_gallery_plot_genes.py`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold

from realdata import table
from sparsereg import LassoCV

X, X_test = table("Khan_xtrain").to_numpy(), table("Khan_xtest").to_numpy()
kind, kind_test = (
    table(f"Khan_{part}")["x"].to_numpy() for part in ("ytrain", "ytest")
)

# %%
# A gene is kept if the Lasso uses it to tell one kind from the others. Only the training
# tumours take part: genes chosen with the help of the test tumours would spoil the test.

folds = list(StratifiedKFold(7, shuffle=True, random_state=0).split(X, kind))
kept = np.zeros(X.shape[1], dtype=bool)
for k in np.unique(kind):
    model = LassoCV(cv=folds, rule="1se", standardize=True, eps=0.02).fit(X, kind == k)
    kept |= model.coef_ != 0
print(f"{np.count_nonzero(kept)} of {len(kept)} genes")

# %%
# Ten forests on all genes, on the kept ones, and on as many taken at random.

rng = np.random.default_rng(0)
choices = {
    "all genes": np.arange(X.shape[1]),
    "those of the Lasso": np.flatnonzero(kept),
    "as many at random": rng.choice(X.shape[1], np.count_nonzero(kept), replace=False),
}
accuracies = {}
for name, genes in choices.items():
    forests = [RandomForestClassifier(100, random_state=seed) for seed in range(10)]
    fitted = [forest.fit(X[:, genes], kind) for forest in forests]
    accuracies[name] = [forest.score(X_test[:, genes], kind_test) for forest in fitted]
    print(f"{name:18} {np.mean(accuracies[name]):.3f} of the test tumours are right")

# %%
# Each dot is a forest. All have the same 20 tumours to be tested on, so they step by 1/20.

figure, ax = plt.subplots(figsize=(8, 3))
for row, values in enumerate(accuracies.values()):
    jitter = rng.uniform(-0.2, 0.2, len(values))
    ax.scatter(values, row + jitter, color=f"C{row}", alpha=0.7)
    ax.plot(
        2 * [np.mean(values)], [row - 0.35, row + 0.35], color=f"C{row}", linewidth=3
    )
ax.set_yticks(range(3), accuracies)
ax.invert_yaxis()
ax.set(xlabel="part of the test tumours that a forest gets right")
plt.show()
