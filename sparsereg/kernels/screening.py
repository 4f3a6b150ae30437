"""Which features need a closer look, from the correlations of all of them: one comparison each."""

import numpy as np

from .._kernel import kernel

# Up to so many features of 256 are looked at one by one.
FEW = 48


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

    |x_j'r| <= |sum_m along_m x_j'q_m| + ||x_j|| ||e||. Most features are settled by one bound for all residuals, in
    which along_m / alpha is the middle of its range, give or take half of that.

    Parameters
    ----------
    products : float64 array (>= d, p), C order x_j'q_m
    along : float64 array (k, d), C order       of each residual
    norm : float64 array (p,)                   ||x_j||
    apart : float64 array (k,)                  ||e|| of each residual
    l1 : float64 array (p,)                     per unit of alpha, inf where a feature is excluded
    alphas : float64 array (k,)                 > 0
    most : int                                  give up beyond so many
    marked : bool array (p,)                    set

    Returns
    -------
    count : int                                 the marked ones; > most: given up
    """
    n_residuals, n_directions = along.shape
    middle, spread, far = np.zeros(n_directions), np.zeros(n_directions), 0.0
    for k in range(n_residuals):
        far = max(far, apart[k] / alphas[k])
    for m in range(n_directions):
        low = high = along[0, m] / alphas[0]
        for k in range(n_residuals):
            low, high = min(low, along[k, m] / alphas[k]), max(high, along[k, m] / alphas[k])
        middle[m], spread[m] = 0.5 * (low + high), 0.5 * (high - low)
    sums, reach, left, count = np.empty(256), np.empty(256), np.empty(256, np.int64), 0
    for start in range(0, marked.shape[0], 256):
        stop = min(start + 256, marked.shape[0])
        size, level, found = norm[start:stop], l1[start:stop], marked[start:stop]
        n_here, n_left = stop - start, 0
        for j in range(n_here):
            sums[j] = 0.0
            reach[j] = size[j] * far
        for m in range(n_directions):
            a, b, p = middle[m], spread[m], products[m][start:stop]
            for j in range(n_here):
                sums[j] += a * p[j]
                reach[j] += b * abs(p[j])
        for j in range(n_here):
            left[n_left] = j
            n_left += np.int64(abs(sums[j]) + reach[j] >= level[j])
        found[:] = False
        if n_left > FEW:
            for k in range(n_residuals):
                sums[:] = 0.0
                for m in range(n_directions):
                    a, p = along[k, m], products[m][start:stop]
                    for j in range(n_here):
                        sums[j] += a * p[j]
                for j in range(n_here):
                    found[j] |= abs(sums[j]) + size[j] * apart[k] >= alphas[k] * level[j]
        else:
            for i in range(n_left):
                j = left[i]
                for k in range(n_residuals):
                    total = 0.0
                    for m in range(n_directions):
                        total += along[k, m] * products[m, start + j]
                    found[j] |= abs(total) + size[j] * apart[k] >= alphas[k] * level[j]
        for j in range(n_here):
            count += found[j]
        if count > most:
            break
    return count
