"""Products of a dense matrix, read where it lies, with a few right-hand sides held in registers."""

from .._kernel import kernel

# Columns and right-hand sides multiplied together: 24 sums fit the registers of AVX-512, and eight columns
# read at once keep the memory busy where there is a single right-hand side.
COLUMNS = 8
TARGETS = 3


@kernel
def dot_columns(X, columns, R, first, last, out):
    """Add to `out` the products of columns, rows first to last, with every right-hand side.

    A product is summed in the same order whatever the columns and the right-hand sides it is read with.

    Parameters
    ----------
    X : float32 or float64 array (p, n), C order, read-only     a column of the matrix is a row here
    columns : int64 array (b,)                                  b >= 1
    R : float64 array (k, n), C order                           k a multiple of TARGETS
    out : float64 array (c, k), C order     c = b rounded up to a multiple of COLUMNS; rows beyond b: to be ignored
    """
    end = columns.shape[0] - 1
    for m in range(0, end + 1, 8):
        x0 = X[columns[m]][first:last]
        x1 = X[columns[min(m + 1, end)]][first:last]
        x2 = X[columns[min(m + 2, end)]][first:last]
        x3 = X[columns[min(m + 3, end)]][first:last]
        x4 = X[columns[min(m + 4, end)]][first:last]
        x5 = X[columns[min(m + 5, end)]][first:last]
        x6 = X[columns[min(m + 6, end)]][first:last]
        x7 = X[columns[min(m + 7, end)]][first:last]
        for k in range(0, R.shape[0], 3):
            r0, r1, r2 = R[k][first:last], R[k + 1][first:last], R[k + 2][first:last]
            a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = 0.0
            e0 = e1 = e2 = f0 = f1 = f2 = g0 = g1 = g2 = h0 = h1 = h2 = 0.0
            for i in range(r0.shape[0]):
                u, v, w = r0[i], r1[i], r2[i]
                a, b, c, d, e, f, g, h = x0[i], x1[i], x2[i], x3[i], x4[i], x5[i], x6[i], x7[i]
                a0 += a * u
                a1 += a * v
                a2 += a * w
                b0 += b * u
                b1 += b * v
                b2 += b * w
                c0 += c * u
                c1 += c * v
                c2 += c * w
                d0 += d * u
                d1 += d * v
                d2 += d * w
                e0 += e * u
                e1 += e * v
                e2 += e * w
                f0 += f * u
                f1 += f * v
                f2 += f * w
                g0 += g * u
                g1 += g * v
                g2 += g * w
                h0 += h * u
                h1 += h * v
                h2 += h * w
            out[m, k] += a0
            out[m, k + 1] += a1
            out[m, k + 2] += a2
            out[m + 1, k] += b0
            out[m + 1, k + 1] += b1
            out[m + 1, k + 2] += b2
            out[m + 2, k] += c0
            out[m + 2, k + 1] += c1
            out[m + 2, k + 2] += c2
            out[m + 3, k] += d0
            out[m + 3, k + 1] += d1
            out[m + 3, k + 2] += d2
            out[m + 4, k] += e0
            out[m + 4, k + 1] += e1
            out[m + 4, k + 2] += e2
            out[m + 5, k] += f0
            out[m + 5, k + 1] += f1
            out[m + 5, k + 2] += f2
            out[m + 6, k] += g0
            out[m + 6, k + 1] += g1
            out[m + 6, k + 2] += g2
            out[m + 7, k] += h0
            out[m + 7, k + 1] += h1
            out[m + 7, k + 2] += h2
