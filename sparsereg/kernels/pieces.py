"""The pieces of one coefficient's penalty: where each ends, and how strongly a coefficient wants to leave where it is.

A piece is an interval on which l1|w| is linear: sign +1 is [max(lower, 0), upper], sign -1 is [lower, min(upper, 0)],
and sign 0 (no kink, l1 = 0) is the whole of [lower, upper].
"""

from .._kernel import kernel


@kernel
def piece_end(side, sign, lower, upper):
    """The end of the piece `sign` on the side `side` (+1 above, -1 below)."""
    if side > 0.0:
        return min(upper, 0.0) if sign < 0.0 else upper
    return max(lower, 0.0) if sign > 0.0 else lower


@kernel
def violation(slope, l1, l2, lower, upper, coef):
    """How much the objective falls per unit when a fixed coefficient moves off its value.

    Parameters
    ----------
    slope : float        q_j - (G w)_j, without the ridge term
    l1, l2, lower, upper, coef : float

    Returns
    -------
    amount : float       > 0 where moving pays, else 0
    side : float         +1 to grow, -1 to shrink
    sign : float         of the piece that it moves into (0 where l1 = 0)
    """
    gradient = slope - l2 * coef
    if coef < upper:
        sign = -1.0 if coef < 0.0 else 1.0
        amount = gradient - l1 * sign
        if amount > 0.0:
            return amount, 1.0, (sign if l1 > 0.0 else 0.0)
    if coef > lower:
        sign = 1.0 if coef > 0.0 else -1.0
        amount = l1 * sign - gradient
        if amount > 0.0:
            return amount, -1.0, (sign if l1 > 0.0 else 0.0)
    return 0.0, 0.0, 0.0


@kernel
def slopes(gram, linear, coef, slope):
    """slope = q - G w, by the rows of the non-zero coefficients, four at a time.

    Parameters
    ----------
    gram : float64 array (p, p), C order    symmetric
    linear, coef : float64 array (p,)
    slope : float64 array (p,)              overwritten
    """
    n_features = linear.shape[0]
    for j in range(n_features):
        slope[j] = linear[j]
    a = b = c = d = 0
    wa = wb = wc = wd = 0.0
    waiting = 0
    for k in range(n_features):
        if coef[k] != 0.0:
            a, wa = b, wb
            b, wb = c, wc
            c, wc = d, wd
            d, wd = k, coef[k]
            waiting += 1
        if waiting == 4 or (waiting > 0 and k == n_features - 1):
            for j in range(n_features):
                slope[j] -= wa * gram[a, j] + wb * gram[b, j] + wc * gram[c, j] + wd * gram[d, j]
            wa = wb = wc = wd = 0.0
            waiting = 0
