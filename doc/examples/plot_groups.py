"""
Rows that belong together
=========================

The hours of one day share its weather and its events. A model with a level for every two
days can learn these levels from some hours of a day and use them for the others. Folds of
single hours reward that. But a new day has a level of its own, and the model has not
seen it.

The data are 8645 hours of bicycle rentals in Washington DC in 2011.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from realdata import table
from sparsereg import LassoCV

rides = table("Bikeshare")
rides["hour of a working day"] = rides["workingday"] * 100 + rides["hr"]
y, day = np.sqrt(rides["bikers"].to_numpy()), rides["day"].to_numpy()
words = ["hr", "hour of a working day", "weathersit", "weekday", "mnth"]
columns = make_column_transformer(
    (OneHotEncoder(), words),
    (SplineTransformer(12), ["temp", "hum", "windspeed"]),
    (SplineTransformer(180, degree=1), ["day"]),
    sparse_threshold=0,
)
X = columns.fit_transform(rides)
train, test = next(
    GroupShuffleSplit(1, test_size=0.25, random_state=0).split(X, y, day)
)
print(
    f"{len(np.unique(day[train]))} days to learn from, {len(np.unique(day[test]))} new"
)

# %%
# Groups are given to ``fit``; they need no configuration. Both use the one-standard-error
# rule.

models = {}
for name, cv, groups in (
    ("folds of hours", KFold(10, shuffle=True, random_state=0), None),
    ("folds of days", GroupKFold(10, shuffle=True, random_state=0), day[train]),
):
    model = LassoCV(cv=cv, rule="1se", eps=1e-4)
    models[name] = model.fit(X[train], y[train], groups=groups)
    place = np.flatnonzero(model.alphas_ == model.alpha_)[0]
    promised, error = model.mse_mean_[place], model.mse_se_[place]
    true = np.mean((model.predict(X[test]) - y[test]) ** 2)
    kept = np.count_nonzero(model.coef_)
    print(
        f"{name:14} {kept} features, error promised {promised:.2f} +- {error:.2f},"
        f" on new days {true:.2f}"
    )

# %%
# The promise of the folds of hours is broken by several standard errors. The curves show
# where: with a weaker penalty they still fall when the folds of days, and the new days,
# have turned.

figure, ax = plt.subplots()
for name, model in models.items():
    mean, error = model.mse_mean_, model.mse_se_
    (line,) = ax.plot(model.alphas_, mean, label=name)
    ax.fill_between(model.alphas_, mean - error, mean + error, alpha=0.2)
    place = np.flatnonzero(model.alphas_ == model.alpha_)[0]
    ax.plot(model.alpha_, mean[place], "o", color=line.get_color())
new = ((model.path_.predict(X[test]) - y[test][:, None]) ** 2).mean(axis=0)
ax.plot(model.path_.alphas, new, color="black", linestyle=":", label="the new days")
ax.set(xscale="log", xlabel="alpha", ylabel="mean squared error", ylim=(2, 8))
ax.set_title("mean and standard error over the folds; dots: the chosen penalty")
ax.invert_xaxis()
ax.legend()
plt.show()
