"""Arrays in the form that the kernels of sparse matrices take."""

import numpy as np


def frozen(array, dtype):
    """A read-only view, a copy only if dtype or order differ: one type for Numba, whatever the flags were."""
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.flags.writeable = False
    return view


def positions(index, size):
    """Array (size,) int32 with position[index[m]] = m and -1 elsewhere; read-only."""
    position = np.full(size, -1, dtype=np.int32)
    position[index] = np.arange(len(index), dtype=np.int32)
    position.flags.writeable = False
    return position
