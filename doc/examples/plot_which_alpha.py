"""
Which alpha?
============

Cross-validation estimates the error at each alpha, and the estimate has an error of its
own. So the alpha with the smallest estimate is one of many that are about as good. Three
usual answers on the diabetes data: the minimum, the one-standard-error rule, and an
information criterion, which needs no folds.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold, RepeatedKFold, cross_val_score

from sparsereg import LassoCV

X, y = load_diabetes(return_X_y=True, scaled=False)
names = np.array(load_diabetes().feature_names)

settings = {
    "minimum": {"rule": "min"},
    "one standard error": {"rule": "1se"},
    "BIC": {"criterion": "bic"},
}
models = {}
for name, setting in settings.items():
    cv = KFold(10, shuffle=True, random_state=0) if "rule" in setting else None
    models[name] = LassoCV(cv=cv, standardize=True, **setting).fit(X, y)
    kept = names[models[name].coef_ != 0]
    print(
        f"{name:18} alpha {models[name].alpha_:5.2f}, {len(kept)} features: {', '.join(kept)}"
    )

# %%
# Is the simpler model worse? The choice of alpha is part of the fit, so the honest test
# chooses it again in every training set of an outer cross-validation.

outer = RepeatedKFold(n_splits=5, n_repeats=4, random_state=1)
errors = {}
for name, setting in settings.items():
    cv = KFold(10, shuffle=True, random_state=0) if "rule" in setting else None
    model = LassoCV(cv=cv, standardize=True, **setting)
    errors[name] = -cross_val_score(
        model, X, y, cv=outer, scoring="neg_root_mean_squared_error"
    )
    print(f"{name:18} error on held-out patients {errors[name].mean():.2f}")

# %%
# A little, by 3 %. The curve says why: it hardly changes below an alpha of 5, and the
# folds differ much more from each other than these alphas do.

chosen = models["minimum"]
figure, ax = plt.subplots()
ax.plot(chosen.alphas_, chosen.mse_path_, color="0.85", linewidth=0.8)
mean, error = chosen.mse_mean_, chosen.mse_se_
ax.fill_between(
    chosen.alphas_,
    mean - error,
    mean + error,
    alpha=0.25,
    label="mean and its standard error",
)
ax.plot(chosen.alphas_, mean)
for (name, model), color in zip(models.items(), ("C1", "C3", "C2"), strict=True):
    count = np.count_nonzero(model.coef_)
    ax.axvline(
        model.alpha_, color=color, linestyle="--", label=f"{name}: {count} features"
    )
ax.set(
    xscale="log",
    xlabel="alpha",
    ylabel="mean squared error",
    ylim=(1800, 6500),
    title="10 folds of 442 patients",
)
ax.invert_xaxis()
ax.legend()
plt.show()
