"""
A million columns
=================

Every run of one to five words in 23,703 short texts is a column: 1.2 million of them.
Most occur once. X is sparse and stays so, and centring is carried through the arithmetic.
LassoCV picks the runs that tell how positive a text is.

Hutto & Gilbert, *VADER: a parsimonious rule-based model for sentiment analysis of social
media text*, ICWSM (2014): tweets, sentences from reviews of films and products, and from
editorials, each with the mean rating, from -4 to 4, that 20 people gave.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import train_test_split

from realdata import reviews
from sparsereg import LassoCV

parts = (
    "tweets",
    "amazonReviewSnippets",
    "movieReviewSnippets",
    "nytEditorialSnippets",
)
texts = reviews(*parts)
y = texts["rating"].to_numpy()
words = r"(?u)[\w']+|[:;=][\-']?[()DPp]|[!?]+"  # smileys and exclamation marks too
counter = CountVectorizer(ngram_range=(1, 5), token_pattern=words, binary=True)
X = counter.fit_transform(texts["text"]).astype(float)
print(f"{X.shape[0]} x {X.shape[1]}, {X.nnz} entries that are not zero")
print(f"{np.count_nonzero(np.bincount(X.indices) == 1)} columns have one")

# %%
# Columns are what the solver reads, so CSC is the format to give. That makes six paths, of
# five folds and of all rows, and each of their solutions is exact.

X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
X_train = X_train.tocsc()
model = LassoCV(cv=5, alphas=60, eps=0.01).fit(X_train, y_train)
print(f"{np.count_nonzero(model.coef_)} columns kept")
print(f"R2 on other texts {model.score(X_test, y_test):.3f}; gap {model.dual_gap_:.0e}")

# %%
# The runs with the largest coefficients that hold more than one word, and single words.

runs = counter.get_feature_names_out()
length = np.char.count(runs.astype(str), " ") + 1
figure, axes = plt.subplots(1, 2, figsize=(8, 4.5))
for ax, rows, title in (
    (axes[0], np.flatnonzero(length == 1), "single words"),
    (axes[1], np.flatnonzero(length > 1), "runs of two to five words"),
):
    order = rows[np.argsort(model.coef_[rows])]
    shown = np.r_[order[:8], order[-8:]]
    ax.barh(
        range(16),
        model.coef_[shown],
        color=np.where(model.coef_[shown] < 0, "C3", "C0"),
    )
    ax.set_yticks(range(16), runs[shown])
    ax.set(title=title, xlabel="points on the scale from -4 to 4")
plt.show()
