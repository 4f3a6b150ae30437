"""Sums and sums of squares of the columns of a dense matrix, about zero and about an origin in one read."""

from .._kernel import kernel

# Rows added up together where X is read by rows.
ROWS = 4


@kernel
def sum_down(X, weights, columns, first, last, origin, sums):
    """Add the weighted sums over the rows first to last of x, x^2, x - origin and (x - origin)^2, column by column.

    Parameters
    ----------
    X : float32 or float64 array (p, n), C order, read-only     a column of the matrix is a row here
    weights : float64 array (n,)
    columns : int64 array (b,)
    origin : float64 array (b,)
    sums : float64 array (4, b), C order                        added to
    """
    for m in range(columns.shape[0]):
        x = X[columns[m]][first:last]
        s = weights[first:last]
        center = origin[m]
        sum_zero = square_zero = sum_origin = square_origin = 0.0
        for i in range(x.shape[0]):
            value = x[i]
            away = value - center
            weighted = s[i] * value
            weighted_away = s[i] * away
            sum_zero += weighted
            square_zero += weighted * value
            sum_origin += weighted_away
            square_origin += weighted_away * away
        sums[0, m] += sum_zero
        sums[1, m] += square_zero
        sums[2, m] += sum_origin
        sums[3, m] += square_origin


@kernel
def sum_across(X, weights, start, stop, first, last, origin, sums):
    """Add the weighted sums over the rows first to last of x, x^2, x - origin and (x - origin)^2, a row at a time.

    Parameters
    ----------
    X : float32 or float64 array (n, p), C order, read-only
    weights : float64 array (m,)            m >= n + ROWS - 1, zero beyond n
    start, stop : int                       the columns
    first, last : int                       last = n, or a multiple of ROWS after first
    origin : float64 array (stop - start,)
    sums : float64 array (4, stop - start), C order             added to
    """
    sum_zero, square_zero, sum_origin, square_origin = sums[0], sums[1], sums[2], sums[3]
    end = X.shape[0] - 1
    for i in range(first, last, 4):
        x0 = X[i][start:stop]
        x1 = X[min(i + 1, end)][start:stop]
        x2 = X[min(i + 2, end)][start:stop]
        x3 = X[min(i + 3, end)][start:stop]
        s0, s1, s2, s3 = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
        for j in range(x0.shape[0]):
            a, b, c, d = x0[j], x1[j], x2[j], x3[j]
            wa, wb, wc, wd = s0 * a, s1 * b, s2 * c, s3 * d
            sum_zero[j] += wa + wb + wc + wd
            square_zero[j] += wa * a + wb * b + wc * c + wd * d
            away_a, away_b, away_c, away_d = a - origin[j], b - origin[j], c - origin[j], d - origin[j]
            wa, wb, wc, wd = s0 * away_a, s1 * away_b, s2 * away_c, s3 * away_d
            sum_origin[j] += wa + wb + wc + wd
            square_origin[j] += wa * away_a + wb * away_b + wc * away_c + wd * away_d
