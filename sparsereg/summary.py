"""What a fitted model is, in one small table: as text, as HTML, and as a DataFrame."""

from dataclasses import dataclass
from html import escape

import numpy as np

NO_PANDAS = "to_pandas needs pandas: pip install 'scikit-sparsereg[table]'"


@dataclass(frozen=True)
class Summary:
    """A fitted model in one table: text by str(), HTML in a notebook, a DataFrame of all its rows by `to_pandas`.

    A model of several targets is several independent fits, of which this is one.

    Attributes
    ----------
    model : str                     name of the class
    target : (int, int) or None     which of how many targets; None: y was one
    n_samples : int                 n, rows with a weight above 0
    n_features : int                p
    penalty : dict of str -> float  alpha, and l1_ratio or gamma where the model has them
    rule : str or None              what chose alpha: "min", "1se", or the name of a callable; None: it was given
    n_kept : int                    coefficients that are not zero
    intercept : float
    gap : float                     duality gap, in units of the model's objective: this is at most so far above its
                                    minimum. `RelaxedLassoCV`: that of its Lasso
    relative_gap : float            the same as a part of the objective where all coefficients are zero: of y'y/2n, for
                                    Ridge of y'y, y about its mean if an intercept is fitted
    r2 : float                      part of y'y that is explained in training, weighted as the fit is; y as above, so
                                    that it is that of `score` with an intercept, and about zero without. 0 if y'y is 0
    error : float or None           what chose alpha, there; None: it was given
    error_se : float or None        its standard error; None: it has none
    error_name : str or None        what it is
    features : tuple of str (m,)    the features kept, the largest standardised coefficient first; x0, x1, ... where X
                                    had no names
    coef : ndarray (m,)             on the scale of X
    standardized_coef : ndarray (m,)
                                    coef times the standard deviation of the feature over the rows and weights of the
                                    fit: what one deviation changes in the prediction. Without an intercept it is the
                                    root of the mean square about zero
    entry : ndarray (m,) or None    the largest alpha of the path at which the coefficient is not zero; None: there is
                                    no path, or no penalty that keeps features out
    limit : int or None             rows of features that text and HTML show; None: all

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sparsereg import LassoCV
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> summary = LassoCV(rule="1se", cv=10).fit(X, y).summary(limit=2)
    >>> summary.n_kept, summary.features[:2]
    (4, ('bmi', 's5'))
    >>> print(str(summary).splitlines()[0])
    LassoCV: 442 samples, 10 features
    """

    model: str
    target: tuple | None
    n_samples: int
    n_features: int
    penalty: dict
    rule: str | None
    n_kept: int
    intercept: float
    gap: float
    relative_gap: float
    r2: float
    error: float | None
    error_se: float | None
    error_name: str | None
    features: tuple
    coef: np.ndarray
    standardized_coef: np.ndarray
    entry: np.ndarray | None
    limit: int | None = 20

    def __str__(self):
        facts, (head, *rows) = self._facts(), self._rows()
        width = max(len(name) for name, _ in facts)
        lines = [self._title(), "", *(f"{name:<{width}}  {value}" for name, value in facts), ""]
        if rows:
            widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
            for name, *values in (head, *rows):
                cells = [f"{value:>{size}}" for value, size in zip(values, widths[1:], strict=True)]
                lines.append("  ".join([f"{name:<{widths[0]}}", *cells]))
        lines.extend(self._rest())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self):
        facts, (head, *rows) = self._facts(), self._rows()
        parts = [f"<table><caption>{escape(self._title())}</caption><tbody>"]
        parts += [f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts]
        parts.append("</tbody></table>")
        if rows:
            cells = "".join(f"<th>{escape(name)}</th>" for name in head)
            parts.append(f"<table><thead><tr>{cells}</tr></thead><tbody>")
            for name, *values in rows:
                cells = "".join(f"<td>{escape(value)}</td>" for value in values)
                parts.append(f"<tr><th>{escape(name)}</th>{cells}</tr>")
            parts.append("</tbody></table>")
        parts += [f"<p>{escape(line)}</p>" for line in self._rest()]
        return "".join(parts)

    def to_pandas(self):
        """All features kept, one a row, whatever the limit.

        Returns
        -------
        pandas.DataFrame      columns coef, standardized_coef and, where there is one, entry; the features as index

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError(NO_PANDAS) from error
        columns = {"coef": self.coef, "standardized_coef": self.standardized_coef}
        if self.entry is not None:
            columns["entry"] = self.entry
        return pd.DataFrame(columns, index=pd.Index(self.features, name="feature", dtype=object))

    def _title(self):
        samples, features = _counted(self.n_samples, "sample"), _counted(self.n_features, "feature")
        which = "" if self.target is None else f", target {self.target[0]} of {self.target[1]} (counted from 0)"
        return f"{self.model}: {samples}, {features}{which}"

    def _facts(self):
        """Names and values of the upper part."""
        how = "given" if self.rule is None else f"rule {self.rule}"
        facts = [(name, _number(value)) for name, value in self.penalty.items()]
        facts[0] = ("alpha", f"{facts[0][1]} ({how})")
        facts += [
            ("features kept", f"{self.n_kept} of {self.n_features}"),
            ("intercept", _number(self.intercept)),
            ("duality gap", f"{self.gap:.2g} (relative: {self.relative_gap:.2g})"),
            ("R2 in training", f"{self.r2:.4f}"),
        ]
        if self.error is not None:
            spread = "" if self.error_se is None else f" +- {_number(self.error_se)}"
            facts.append((self.error_name, _number(self.error) + spread))
        return facts

    def _rows(self):
        """The head, and the features shown, as tuples of text."""
        columns = [self.coef, self.standardized_coef, *([] if self.entry is None else [self.entry])]
        head = ("feature", "coefficient", "standardised", "alpha of entry")[: 1 + len(columns)]
        shown = slice(0, self.limit)
        values = zip(*([_number(value) for value in column[shown]] for column in columns), strict=True)
        return [head, *((name, *each) for name, each in zip(self.features[shown], values, strict=True))]

    def _rest(self):
        """What is said of the features not shown."""
        if self.n_kept == 0:
            return ["no feature is kept"]
        hidden = 0 if self.limit is None else max(self.n_kept - self.limit, 0)
        return [f"... and {hidden} more"] if hidden else []


def _number(value):
    return f"{float(value):.6g}"


def _counted(number, thing):
    return f"{number} {thing}{'' if number == 1 else 's'}"
