"""The picture of the README: `python doc/readme_picture.py` writes doc/_static/readme.png."""

from pathlib import Path

import figures
import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes

from sparsereg import LassoCV
from sparsereg.displays import CVDisplay, PathDisplay

plt.rcParams.update(figures.STYLE)
X, y = load_diabetes(return_X_y=True, scaled=False, as_frame=True)
X /= X.std(ddof=0)  # so that the coefficients can be compared
model = LassoCV(cv=10, rule="1se").fit(X, y)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
PathDisplay.from_estimator(model, n_labels=6, ax=left)
CVDisplay.from_estimator(model, ax=right)
figure.savefig(Path(__file__).parent / "_static" / "readme.png", dpi=100)
