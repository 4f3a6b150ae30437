"""Which features need a closer look, from the correlations of all of them: one comparison each."""

from .._kernel import kernel


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
def mark_unsafe(size, norm, along, apart, alphas, l1, most, marked):
    """Mark the features that a residual r = along r0 + e may correlate with beyond l1, at any alpha.

    |x_j'r| <= |along| |x_j'r0| + ||x_j|| ||e||.

    Parameters
    ----------
    size, norm : float64 arrays (p,)            |x_j'r0|, ||x_j||
    along, apart : float64 arrays (k,)          |along|, ||e|| of each residual
    alphas : float64 array (k,)
    l1 : float64 array (p,)                     per unit of alpha, inf where a feature is excluded
    most : int                                  give up beyond so many
    marked : bool array (p,)                    set, but True is kept

    Returns
    -------
    count : int                                 the marked ones; > most: given up
    """
    count = 0
    for j in range(size.shape[0]):
        found = marked[j]
        for k in range(alphas.shape[0]):
            found = found or along[k] * size[j] + norm[j] * apart[k] >= alphas[k] * l1[j]
        marked[j] = found
        if found:
            count += 1
            if count > most:
                return count
    return count
