"""
Folds that respect time
=======================

How many bicycles will be rented tomorrow at this hour? The features are the counts of the
last two weeks, hour by hour, all at least a day old, and the hour and the day of the
week. There are many, and most do not matter, so a Lasso is tried. The last three months
are put aside to see what the estimates were worth.

The data are the rentals in Washington DC in 2011.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, TimeSeriesSplit

from realdata import table
from sparsereg import LassoCV

rides = table("Bikeshare")
time = pd.to_timedelta(24 * (rides["day"] - 1) + rides["hr"], unit="h")
rides.index = pd.DatetimeIndex(pd.Timestamp("2011-01-01") + time)
y = np.sqrt(rides["bikers"]).asfreq("h").ffill()  # 115 hours are missing

columns = {f"{hours} h ago": y.shift(hours) for hours in range(24, 24 * 15)}
columns |= {f"hour {hour}": (y.index.hour == hour) * 1.0 for hour in range(24)}
columns |= {f"day {day}": (y.index.day_of_week == day) * 1.0 for day in range(7)}
X = pd.DataFrame(columns, index=y.index).dropna()
y = y[X.index]
past, future = X.index < "2011-10-01", X.index >= "2011-10-01"
print(
    f"{X.shape[1]} features; {past.sum()} hours to learn from, {future.sum()} to come"
)

# %%
# Shuffled folds fill gaps between hours that the model has seen. A forecast must go
# beyond what was seen, and so do the folds of ``TimeSeriesSplit``: here five times two
# weeks, each predicted from the hours before.

for name, cv in (
    ("shuffled folds", KFold(5, shuffle=True, random_state=0)),
    ("folds in time", TimeSeriesSplit(5, test_size=24 * 14)),
):
    model = LassoCV(cv=cv, standardize=True).fit(X[past], y[past])
    promised = np.sqrt(model.mse_mean_.min())
    true = np.sqrt(np.mean((model.predict(X[future]) - y[future]) ** 2))
    kept = np.count_nonzero(model.coef_)
    print(
        f"{name:14} {kept:3} features, error promised {promised:.2f}, came {true:.2f}"
    )
naive = np.sqrt(np.mean((X.loc[future, "168 h ago"] - y[future]) ** 2))
print(f"the count of a week ago: {naive:.2f}")

# %%
# Where the last model looks, and a fortnight of its forecasts. The large coefficients are
# those of the same hour of yesterday, and of one and two weeks ago and the days beside.

figure, (upper, lower) = plt.subplots(2, 1, figsize=(8, 6))
ages = np.arange(24, 24 * 15)
coef = model.coef_[: len(ages)]
markers, stems, base = upper.stem(ages[coef != 0] / 24, coef[coef != 0], basefmt=" ")
markers.set_markersize(3)
stems.set_linewidth(0.8)
upper.axhline(0, color="0.6", linewidth=0.8)
upper.set(xlabel="days ago", ylabel="coefficient", xticks=range(1, 15))
days = slice("2011-10-03", "2011-10-16")
forecast = pd.Series(model.predict(X[future]), X.index[future])
lower.plot(y.loc[days] ** 2, color="0.6", label="rentals")
lower.plot(forecast.loc[days] ** 2, label="forecast a day before")
lower.set(ylabel="bicycles an hour")
lower.legend()
figure.autofmt_xdate()
plt.show()
