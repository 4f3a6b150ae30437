"""Primal, dual and gap: the only statement of the objective in code.

    primal  P(w)     = F(Xw) + sum_j h_j(w_j),   h_j(v) = l1_j|v| + l2_j v^2/2 within the bounds, +inf outside
    dual    D(theta) = -F*(-theta/n) - sum_j h_j*(x_j'theta/n)

The gap is summed term by term, every term non-negative by the inequality of Fenchel and Young, so that nothing of the
size of y'y cancels: with theta = s r, r the residual and c = X'r/n,

    P - D = loss.gap(s) + sum_j [ h_j(w_j) + h_j*(s c_j) - s c_j w_j ].

Source: Rifkin & Lippert (2007), "Value regularization and Fenchel duality"; Mairal (2010), appendix D.
"""

from dataclasses import dataclass, replace

import numpy as np

# |c_j| below this part of ||x_j|| ||y|| / n is zero: the rounding of a dot product.
ROUNDING = 1e-14


@dataclass(frozen=True)
class SquaredError:
    """F(z) = 1/(2n) sum_i s_i (y_i - z_i)^2 at the residuals of k solutions.

    residual_square : (k,)    r'Sr/n
    projected : (k,)          the part of it that lies in the span of the unpenalised features
    """

    residual_square: np.ndarray
    projected: np.ndarray

    def gap(self, scaling):
        """||r - s theta||^2/2n for theta the residual without its projected part."""
        return 0.5 * ((1 - scaling) ** 2 * (self.residual_square - self.projected) + self.projected)


def least_squares_step(correlations, block):
    """Coefficients b of some features that take their part off the dual point: G_UU b = c_U.

    Parameters
    ----------
    correlations : (u,)      c of the features with l1 = l2 = 0, strictly inside their bounds
    block : (u, u)           their Gram matrix

    Returns
    -------
    step : (u,)              b
    square : float           b'G b, what leaves the square of the dual point
    """
    # unit diagonal first: the cut-off of lstsq is then about dependence, not about the scale of a feature
    size = np.sqrt(np.maximum(np.diag(block), np.finfo(float).tiny))
    step = np.linalg.lstsq(block / size / size[:, None], correlations / size, rcond=1e-14)[0] / size
    return step, max(float(step @ correlations), 0.0)


def duality_gap(loss, l1, l2, lower, upper, coefs, correlations, rounding):
    """Upper bound on P(w) - min P for k solutions, in units of the objective 1/(2n) ||y - Xw||^2 + penalty.

    Parameters
    ----------
    loss : SquaredError              at the k solutions
    l1, l2 : (k, p)                  of each solution
    lower, upper : (p,)              must contain 0
    coefs, correlations : (k, p)     w and c
    rounding : (p,)                  |c_j| below this counts as 0 where l1_j = 0

    Returns
    -------
    gap : (k,) >= 0
    """
    gap = _gap(loss, l1, l2, lower, upper, coefs, correlations, rounding)
    if l2.any() and l1.any():
        # The ridge term as n more rows of X, with targets 0: another dual point, better for tiny l2 and inexact w.
        ridge = (l2 * coefs**2).sum(axis=1)
        augmented = replace(loss, residual_square=loss.residual_square + ridge)
        gap = np.minimum(
            gap,
            _gap(augmented, l1, np.zeros_like(l2), lower, upper, coefs, correlations - l2 * coefs, rounding),
        )
    return gap


def _gap(loss, l1, l2, lower, upper, coefs, correlations, rounding):
    counted, kinked = correlations, l1.all()
    if not kinked:
        counted = np.where((l1 == 0) & (np.abs(correlations) <= rounding), 0.0, correlations)
    size = np.abs(counted)
    # the conjugate is +inf beyond l1 where neither a ridge term nor a bound ends it: theta is scaled to stay inside
    ends = l2.any() or lower.max(initial=-np.inf) > -np.inf or upper.min(initial=np.inf) < np.inf
    if kinked and not ends:
        scaling = (l1 / np.maximum(size, l1)).min(axis=1, initial=1.0)
    else:
        unbounded = (l2 == 0) & np.where(counted > 0, upper == np.inf, lower == -np.inf)
        beyond = (size > l1) & unbounded
        scaling = np.divide(l1, size, out=np.ones_like(size), where=beyond).min(axis=1, initial=1.0)
    terms = l1 * np.abs(coefs) - scaling[:, None] * counted * coefs
    if ends:
        excess = np.maximum(scaling[:, None] * size - l1, 0.0)
        excess[unbounded] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(excess > 0, excess / l2, 0.0)  # inf where l2 = 0: the bound ends it
        reach = np.minimum(reach, np.where(counted > 0, upper, -lower))
        terms += 0.5 * l2 * coefs * coefs + (excess - 0.5 * l2 * reach) * reach
    return np.maximum(loss.gap(scaling) + terms.sum(axis=1), 0.0)
