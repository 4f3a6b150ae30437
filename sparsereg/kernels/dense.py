"""Products of a dense matrix, read where it lies, with a few right-hand sides held in registers."""

from .._kernel import kernel

# Columns and right-hand sides multiplied together: 24 sums fit the registers of AVX-512.
COLUMNS = 8
TARGETS = 3
# Columns multiplied together with one right-hand side.
STREAMS = 4
# Rows and right-hand sides multiplied together where X is read by rows.
ROWS = 8
PAIR = 2


@kernel
def dot_columns(X, columns, R, first, last, out):
    """Add to `out` the products of columns, rows first to last, with every right-hand side.

    A product is summed in the same order whatever the columns it is read with, and for any three right-hand sides.

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


@kernel
def dot_each(X, columns, r, first, last, out):
    """As `dot_columns` for a single right-hand side: one column after the other, as they lie in memory.

    Parameters
    ----------
    X, columns, first, last : as for `dot_columns`
    r : float64 array (n,)
    out : float64 array (b,)
    """
    for m in range(columns.shape[0]):
        x, target, total = X[columns[m]][first:last], r[first:last], 0.0
        for i in range(x.shape[0]):
            total += x[i] * target[i]
        out[m] += total


@kernel
def dot_fours(X, columns, r, first, last, out):
    """As `dot_each`, four columns together: where r is too long for the first cache it is read a quarter as often.

    Parameters
    ----------
    X, columns, r, first, last : as for `dot_each`      b >= 1
    out : float64 array (c,)            c = b rounded up to a multiple of STREAMS; entries beyond b: to be ignored
    """
    end = columns.shape[0] - 1
    for m in range(0, end + 1, 4):
        x0 = X[columns[m]][first:last]
        x1 = X[columns[min(m + 1, end)]][first:last]
        x2 = X[columns[min(m + 2, end)]][first:last]
        x3 = X[columns[min(m + 3, end)]][first:last]
        target = r[first:last]
        a = b = c = d = 0.0
        for i in range(target.shape[0]):
            u = target[i]
            a += x0[i] * u
            b += x1[i] * u
            c += x2[i] * u
            d += x3[i] * u
        out[m] += a
        out[m + 1] += b
        out[m + 2] += c
        out[m + 3] += d


@kernel
def add_rows(X, R, start, stop, out):
    """Add to `out` the sums over the rows of (columns start to stop) times (each right-hand side).

    Parameters
    ----------
    X : float32 or float64 array (n, p), C order, read-only     n >= 1
    R : float64 array (m, k), C order       m = n rounded up to a multiple of ROWS, zero beyond n; k one of PAIR
    out : float64 array (k, stop - start), C order
    """
    end = X.shape[0] - 1
    for i in range(0, end + 1, 8):
        x0 = X[i][start:stop]
        x1 = X[min(i + 1, end)][start:stop]
        x2 = X[min(i + 2, end)][start:stop]
        x3 = X[min(i + 3, end)][start:stop]
        x4 = X[min(i + 4, end)][start:stop]
        x5 = X[min(i + 5, end)][start:stop]
        x6 = X[min(i + 6, end)][start:stop]
        x7 = X[min(i + 7, end)][start:stop]
        r0, r1, r2, r3, r4, r5, r6, r7 = R[i], R[i + 1], R[i + 2], R[i + 3], R[i + 4], R[i + 5], R[i + 6], R[i + 7]
        for k in range(0, R.shape[1], 2):
            u, v = out[k], out[k + 1]
            a0, b0, c0, d0, e0, f0, g0, h0 = r0[k], r1[k], r2[k], r3[k], r4[k], r5[k], r6[k], r7[k]
            m = k + 1
            a1, b1, c1, d1, e1, f1, g1, h1 = r0[m], r1[m], r2[m], r3[m], r4[m], r5[m], r6[m], r7[m]
            for j in range(u.shape[0]):
                a, b, c, d, e, f, g, h = x0[j], x1[j], x2[j], x3[j], x4[j], x5[j], x6[j], x7[j]
                u[j] += a0 * a + b0 * b + c0 * c + d0 * d + e0 * e + f0 * f + g0 * g + h0 * h
                v[j] += a1 * a + b1 * b + c1 * c + d1 * d + e1 * e + f1 * f + g1 * g + h1 * h
