"""Products of matrices by BLAS without the interpreter's lock: SciPy's own wrappers hold it, so threads would wait.

The functions are those that SciPy gives to Cython. They take rows with gaps between them: a part of a matrix is
multiplied where it lies.
"""

import ctypes

from numba.extending import get_cython_function_address


def fortran(name, n_arguments, library="blas"):
    """A function of BLAS, or of LAPACK, that works in place; it takes what `by_reference` makes of its arguments."""
    address = get_cython_function_address(f"scipy.linalg.cython_{library}", name)
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * n_arguments)(address)


def by_reference(*arguments):
    """Numbers and letters (bytes) by reference, arrays by where they begin."""
    kinds = {int: ctypes.c_int, float: ctypes.c_double, bytes: ctypes.c_char}
    return [ctypes.byref(kinds[type(each)](each)) if type(each) in kinds else each.ctypes.data for each in arguments]


_dsyrk, _ssyrk, _dgemm = fortran("dsyrk", 10), fortran("ssyrk", 10), fortran("dgemm", 13)
_LOWER, _AS_IT_IS, _TRANSPOSED, _ONE = ctypes.c_char(b"L"), ctypes.c_char(b"N"), ctypes.c_char(b"T"), ctypes.c_double(1)
_SINGLE_ONE = ctypes.c_float(1)


def add_square(gram, block):
    """Upper triangle of gram += block' block.

    Parameters
    ----------
    gram : float64 array (m, m), rows without gaps between their elements
    block : float64 array (h, m), rows or columns without gaps
    """
    _add_square(_dsyrk, _ONE, gram, block)


def add_single_square(gram, block):
    """The same for float32 arrays."""
    _add_square(_ssyrk, _SINGLE_ONE, gram, block)


def _add_square(syrk, one, gram, block):
    # BLAS thinks in columns: it sees transposes, hence the other triangle
    height, width = block.shape
    by_rows, distance = _layout(block)
    _, stride = _layout(gram)
    trans = _AS_IT_IS if by_rows else _TRANSPOSED
    sizes = [ctypes.c_int(size) for size in (width, height, distance, stride)]
    n, k, lda, ldc = map(ctypes.byref, sizes)
    one = ctypes.byref(one)
    lower, trans = ctypes.byref(_LOWER), ctypes.byref(trans)
    syrk(lower, trans, n, k, one, block.ctypes.data, lda, one, gram.ctypes.data, ldc)


def add_product(gram, left, right):
    """gram += left' right; layouts as for `add_square`, and rows of `gram` may lie apart.

    Parameters
    ----------
    gram : float64 array (m, k); left : (h, m); right : (h, k)
    """
    right_by_rows, right_distance = _layout(right)
    left_by_rows, left_distance = _layout(left)
    _, stride = _layout(gram)
    first = ctypes.byref(_AS_IT_IS if right_by_rows else _TRANSPOSED)
    second = ctypes.byref(_TRANSPOSED if left_by_rows else _AS_IT_IS)
    height, width = right.shape
    sizes = [ctypes.c_int(size) for size in (width, left.shape[1], height, right_distance, left_distance, stride)]
    m, n, k, lda, ldb, ldc = map(ctypes.byref, sizes)
    one, (a, b, c) = ctypes.byref(_ONE), (array.ctypes.data for array in (right, left, gram))
    _dgemm(first, second, m, n, k, one, a, lda, b, ldb, one, c, ldc)


def _layout(array):
    """Whether the elements of a row are next to each other, and the distance of rows (else of columns)."""
    single = array.shape[1] == 1 and array.strides[0] != array.itemsize
    by_rows = single or array.strides[1] == array.itemsize
    length = array.shape[1] if by_rows else array.shape[0]
    return by_rows, max(array.strides[0 if by_rows else 1] // array.itemsize, length, 1)
