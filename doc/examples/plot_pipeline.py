"""
A pipeline and a grid search
============================

The estimators are scikit-learn's in every respect, so they go where those go: behind an
encoder for words, behind products of features, into a search over both. Here a grid
search chooses the degree of the polynomial and the penalty for the salaries of baseball
players.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

from realdata import table
from sparsereg import Lasso

players = table("Hitters").dropna()
y = np.log(players.pop("Salary"))
words = ["League", "Division", "NewLeague"]
print(
    f"{players.shape[0]} players, {players.shape[1]} columns, {len(words)} of them words"
)

# %%
# Columns of numbers become polynomials, words become 0 and 1, and all are standardised.

columns = make_column_transformer(
    (OneHotEncoder(drop="if_binary"), words),
    remainder=PolynomialFeatures(include_bias=False),
)
pipeline = make_pipeline(columns, StandardScaler(), Lasso())
grid = {
    "columntransformer__remainder__degree": [1, 2, 3],
    "lasso__alpha": np.geomspace(0.3, 0.005, 12),
}
folds = KFold(5, shuffle=True, random_state=0)
search = GridSearchCV(pipeline, grid, cv=folds, scoring="r2").fit(players, y)
best = search.best_estimator_
print(search.best_params_)
kept = np.count_nonzero(best[-1].coef_)
print(f"mean R2 {search.best_score_:.3f} with {kept} of {len(best[-1].coef_)} features")

# %%
# All that was tried. A polynomial of degree 3 has 971 columns for 263 players, so least
# squares would fit every salary. The penalty decides how much of it is used.

figure, ax = plt.subplots()
results = search.cv_results_
degrees = results["param_columntransformer__remainder__degree"].astype(int)
for degree in (1, 2, 3):
    rows = degrees == degree
    mean, error = (
        results["mean_test_score"][rows],
        results["std_test_score"][rows] / 5**0.5,
    )
    alphas = results["param_lasso__alpha"][rows].astype(float)
    (line,) = ax.plot(alphas, mean, marker=".", label=f"degree {degree}")
    ax.fill_between(
        alphas, mean - error, mean + error, color=line.get_color(), alpha=0.2
    )
ax.set(xscale="log", xlabel="alpha", ylabel="R2 on held-out players", ylim=(0, None))
ax.invert_xaxis()
ax.legend()
plt.show()

# %%
# The features with the largest coefficients of the best pipeline, per standard deviation.

names = best[0].get_feature_names_out()
for j in np.argsort(-np.abs(best[-1].coef_))[:8]:
    print(f"{best[-1].coef_[j]:6.3f}  {names[j].split('__')[1]}")
