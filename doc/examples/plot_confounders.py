"""
An effect, and what confounds it
================================

Men with jobs in information earn more than men in industry. They also went to school for
longer. How much is left if they are compared with men alike in everything else that was
recorded? The penalty of a Lasso shrinks what it acts on, and an estimate of an effect
should not be shrunk. Neither should the confounders that we know of: what the penalty
takes from them, the effect picks up.

The data are 3000 men in the Mid-Atlantic states of the USA, 2003 to 2009.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.feature_selection import VarianceThreshold
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, SplineTransformer

from realdata import table
from sparsereg import LassoCV, lasso_path

men = table("Wage")
y = men["logwage"].to_numpy()
job = (men["jobclass"] == "2. Information").to_numpy(dtype=float)

known = ["education", "maritl", "race", "health", "health_ins", "year"]
main = make_column_transformer(
    (OneHotEncoder(drop="first"), known),
    (SplineTransformer(5, include_bias=False), ["age"]),
    sparse_threshold=0,
)
pairs = PolynomialFeatures(2, interaction_only=True, include_bias=False)
controls = make_pipeline(main, pairs, VarianceThreshold(1e-3)).fit(men)
X = np.column_stack([job, controls.transform(men)])
n_main = len(main.fit(men).get_feature_names_out())
print(
    f"{len(y)} men, the job, {n_main} main effects and {X.shape[1] - 1 - n_main} products"
)

# %%
# With thirteen times as many men as columns least squares still works, so there is
# something to compare with.

raw = y[job == 1].mean() - y[job == 0].mean()
least_squares = LinearRegression().fit(X, y).coef_[0]
print(
    f"difference of the means {raw:.3f}, least squares on everything {least_squares:.3f}"
)

# %%
# Three Lassos that differ in who is penalised. ``penalty_factor`` 0 leaves a feature out
# of the penalty.

factors = {
    "everything": np.ones(X.shape[1]),
    "all but the job": np.r_[0, np.ones(X.shape[1] - 1)],
    "the products only": np.r_[np.zeros(1 + n_main), np.ones(X.shape[1] - 1 - n_main)],
}
for name, factor in factors.items():
    model = LassoCV(cv=10, rule="1se", standardize=True, penalty_factor=factor).fit(
        X, y
    )
    print(f"{name:17} is penalised: the job adds {model.coef_[0]:.3f} to the log wage")

# %%
# The whole paths. With all but the job penalised, the strongest penalty gives the raw
# difference of the means: no confounder is in the model yet. It takes a weak penalty to
# let them do their work, weaker than prediction asks for. With the main effects free,
# the estimate hardly depends on the penalty.

figure, ax = plt.subplots()
for name, factor in factors.items():
    path = lasso_path(
        X, y, fit_intercept=True, standardize=True, penalty_factor=factor,
        alphas=np.geomspace(0.2, 2e-5, 100), return_result=True,
    )  # fmt: skip
    ax.plot(path.alphas, path.coefs[[0]].toarray().ravel(), label=f"penalised: {name}")
ax.axhline(raw, color="0.6", linestyle=":")
ax.annotate(
    "difference of the means", (2e-5, raw), ha="right", va="bottom", color="0.4"
)
ax.axhline(least_squares, color="0.6", linestyle="--")
ax.annotate("least squares", (0.2, least_squares), va="top", color="0.4")
ax.set(xscale="log", xlabel="alpha", ylabel="effect of the job on the log wage")
ax.invert_xaxis()
ax.legend(loc="center right")
plt.show()
