"""
Effects that may only fall
==========================

A heavier car of the same power does not go further on a gallon. A curve fitted to noisy
data may say so all the same. With ``bounds`` it cannot: each feature below is a step of a
curve, and if no coefficient is above 0, the curve only falls. The Lasso drops steps, which
merges the pieces of the curve.

The data are 392 cars of the years 1970 to 1982.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import KFold, cross_val_score

from realdata import table
from sparsereg import LassoCV

cars = table("Auto")
y = cars["mpg"].to_numpy()
falling = ["displacement", "horsepower", "weight"]
rising = ["year"]


def ramps(values, knots):
    """Steps (n, len(knots) - 1): step j rises from 0 to 1 between knots j and j + 1."""
    return np.clip((values[:, None] - knots[:-1]) / np.diff(knots), 0, 1)


blocks, lower, upper, knots = [], [], [], {}
for name in falling + rising:
    values = cars[name].to_numpy(dtype=float)
    knots[name] = np.unique(np.quantile(values, np.linspace(0, 1, 21)))
    blocks.append(ramps(values, knots[name]))
    free = [np.inf] * blocks[-1].shape[1]
    lower += [-bound for bound in free] if name in falling else [0.0] * len(free)
    upper += [0.0] * len(free) if name in falling else free
X = np.hstack(blocks)
print(f"{X.shape[0]} cars, {X.shape[1]} steps of {len(blocks)} curves")

# %%
# Both models choose their penalty by the same folds. The outer cross-validation chooses
# it again in each of its training sets.

inner = KFold(10, shuffle=True, random_state=0)
outer = KFold(10, shuffle=True, random_state=1)
models = {
    "free": LassoCV(cv=inner),
    "monotone": LassoCV(cv=inner, bounds=(np.array(lower), np.array(upper))),
}
for name, model in models.items():
    error = -cross_val_score(
        model, X, y, cv=outer, scoring="neg_root_mean_squared_error"
    )
    model.fit(X, y)
    print(
        f"{name:8} {np.count_nonzero(model.coef_):2} steps, error {error.mean():.2f} mpg"
    )

# %%
# The bounds cost next to no accuracy, and need fewer steps. The curves, each about its
# mean over the cars: without bounds, a bigger engine may save fuel at the lower end.

figure, axes = plt.subplots(1, 4, figsize=(8, 3), sharey=True)
starts = np.cumsum([0, *(block.shape[1] for block in blocks)])
for k, (ax, name) in enumerate(zip(axes, falling + rising, strict=True)):
    grid = np.linspace(knots[name][0], knots[name][-1], 300)
    for (label, model), color in zip(models.items(), ("0.6", "C0"), strict=True):
        coef = model.coef_[starts[k] : starts[k + 1]]
        curve = ramps(grid, knots[name]) @ coef - (blocks[k] @ coef).mean()
        ax.plot(grid, curve, color=color, label=label)
    ax.set(xlabel=name)
axes[0].set_ylabel("miles per gallon, about the mean")
axes[0].legend()
plt.show()
