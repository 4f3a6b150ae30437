"""Which features need a closer look, from the correlations of all of them: one comparison each."""

import numpy as np

from .._kernel import kernel

# Directions multiplied together.
DIRECTIONS = 4


@kernel
def mark_beyond(correlations, alphas, l1, lower, upper, marked):
    """Mark the features whose correlation exceeds l1 at any alpha, on a side that their bounds leave open.

    Parameters
    ----------
    correlations : float64 array (b, k), C order
    alphas : float64 array (k,)
    l1, lower, upper : float64 arrays (b,)      l1 per unit of alpha
    marked : bool array (b,)                    set
    """
    for j in range(correlations.shape[0]):
        highest = l1[j] if upper[j] > 0.0 else float("inf")
        lowest = -l1[j] if lower[j] < 0.0 else -float("inf")
        found = False
        for k in range(alphas.shape[0]):
            value = correlations[j, k]
            found = found or value > highest * alphas[k] or value < lowest * alphas[k]
        marked[j] = found


@kernel
def mark_unsafe(products, along, norm, apart, l1, alphas, most, marked):
    """Mark the features that a residual r = sum_m along_m q_m + e may correlate with by l1 or more, at any alpha.

    |x_j'r| <= |sum_m along_m x_j'q_m| + ||x_j|| ||e||.

    Parameters
    ----------
    products : float64 array (d, p), C order    x_j'q_m; d a multiple of DIRECTIONS
    along : float64 array (k, d), C order       of each residual
    norm : float64 array (p,)                   ||x_j||
    apart : float64 array (k,)                  ||e|| of each residual
    l1 : float64 array (p,)                     per unit of alpha, inf where a feature is excluded
    alphas : float64 array (k,)
    most : int                                  give up beyond so many
    marked : bool array (p,)                    set

    Returns
    -------
    count : int                                 the marked ones; > most: given up
    """
    room, count = np.empty(256), 0
    for start in range(0, marked.shape[0], 256):
        stop = min(start + 256, marked.shape[0])
        size, level, found = norm[start:stop], l1[start:stop], marked[start:stop]
        sums = room[: stop - start]
        found[:] = False
        for k in range(alphas.shape[0]):
            sums[:] = 0.0
            for m in range(0, products.shape[0], 4):
                a, b, c, d = along[k, m], along[k, m + 1], along[k, m + 2], along[k, m + 3]
                p, q = products[m][start:stop], products[m + 1][start:stop]
                r, s = products[m + 2][start:stop], products[m + 3][start:stop]
                for j in range(sums.shape[0]):
                    sums[j] += a * p[j] + b * q[j] + c * r[j] + d * s[j]
            for j in range(sums.shape[0]):
                found[j] |= abs(sums[j]) + size[j] * apart[k] >= alphas[k] * level[j]
        for j in range(found.shape[0]):
            count += found[j]
        if count > most:
            break
    return count
