"""
A few genes out of thousands
============================

Khan et al. (2001) measured the expression of 2308 genes in four kinds of tumours of
childhood. 63 tumours are there to learn from, and 20 to be tested on at the end. With 37
times as many genes as tumours, least squares fits anything. The Lasso keeps a few genes.
It is exact here too: each fit comes with a bound on how far it can be from the optimum.

Khan et al., *Classification and diagnostic prediction of cancers using gene expression
profiling and artificial neural networks*, Nature Medicine 7 (2001),
https://doi.org/10.1038/89044
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import StratifiedKFold

from realdata import table
from sparsereg import LassoCV

X, X_test = table("Khan_xtrain").to_numpy(), table("Khan_xtest").to_numpy()
kind, kind_test = (
    table(f"Khan_{part}")["x"].to_numpy() - 1 for part in ("ytrain", "ytest")
)
names = np.array(
    ["Burkitt lymphoma", "Ewing sarcoma", "neuroblastoma", "rhabdomyosarcoma"]
)
print(X.shape, X_test.shape, np.bincount(kind), np.bincount(kind_test))

# %%
# One fit for each kind of tumour: 1 where a tumour is of that kind, 0 elsewhere. The
# folds keep the kinds in proportion, and each standardises the genes by its own training
# rows. The one-standard-error rule takes the strongest penalty whose error is within one
# standard error of the smallest.

folds = list(StratifiedKFold(7, shuffle=True, random_state=0).split(X, kind))
models = []
for k, name in enumerate(names):
    model = LassoCV(cv=folds, rule="1se", standardize=True, eps=0.02).fit(X, kind == k)
    models.append(model)
    count = np.count_nonzero(model.coef_)
    print(
        f"{name:17} alpha {model.alpha_:.3f}, {count} genes, gap {model.dual_gap_:.0e}"
    )

# %%
# A new tumour is of the kind whose prediction is the largest.

scores = np.array([model.predict(X_test) for model in models])
wrong = np.count_nonzero(scores.argmax(axis=0) != kind_test)
print(f"{wrong} of {len(kind_test)} test tumours are taken for another kind")

# %%
# The eight genes with the largest standardised coefficients of each fit, in all tumours.
# The genes were chosen on the left part; the right part was not seen.

genes = []
for model in models:
    top = np.argsort(-np.abs(model.coef_) * X.std(axis=0))[:8]
    genes.extend(top[np.argsort(-model.coef_[top])])
scaled = (np.vstack([X, X_test]) - X.mean(axis=0)) / X.std(axis=0)
parts = {
    "training": (kind, np.argsort(kind, kind="stable")),
    "test": (kind_test, len(X) + np.argsort(kind_test, kind="stable")),
}

widths = [len(X), len(X_test)]
figure, axes = plt.subplots(1, 2, figsize=(8, 6), sharey=True, width_ratios=widths)
for ax, (title, (kinds, rows)) in zip(axes, parts.items(), strict=True):
    colours = {"cmap": "RdBu_r", "vmin": -2.5, "vmax": 2.5}
    image = ax.imshow(scaled[np.ix_(rows, genes)].T, aspect="auto", **colours)
    counts = np.bincount(kinds)
    ends = np.cumsum(counts)
    for end in ends[:-1]:
        ax.axvline(end - 0.5, color="black", linewidth=1)
    for row in (8, 16, 24):
        ax.axhline(row - 0.5, color="black", linewidth=1)
    ax.set_xticks(ends - counts / 2 - 0.5, ["BL", "EWS", "NB", "RMS"])
    ax.set(title=f"{title}: {len(rows)} tumours")
labels = [name.replace(" ", "\n") for name in names]
axes[0].set_yticks([3.5, 11.5, 19.5, 27.5], labels, rotation=90, va="center")
axes[0].set_ylabel("8 genes of the fit for")
figure.colorbar(image, ax=axes, label="expression, in standard deviations", shrink=0.6)
plt.show()
