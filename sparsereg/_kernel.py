"""The one place that knows Numba's flags and its cache on disk."""

import hashlib
from pathlib import Path

import numba

# Reassociation lets loops vectorise. NaN and infinity keep their meaning: with "nnan" checks vanish.
_FLAGS = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"reassoc", "contract", "nsz", "arcp"},
}


def _fingerprint():
    """A digest of all kernel sources, the flags and Numba's version."""
    digest = hashlib.sha256(numba.__version__.encode())
    for name, value in sorted(_FLAGS.items()):
        digest.update(f"{name}={sorted(value) if isinstance(value, set) else value};".encode())
    for source in sorted((Path(__file__).parent / "kernels").glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


_FINGERPRINT = _fingerprint()


def kernel(function):
    """Compile a function of the kernels package on its first call; keep the machine code on disk if possible.

    Numba names a cached file after the function and looks only at the function's own source file for changes.
    With the fingerprint in its name, an edited helper in any other kernel file makes it a new function.

    Parameters
    ----------
    function : function
        Takes arrays, scalars and NamedTuples of arrays; calls only other kernels.

    Returns
    -------
    callable
        The compiled function; `function` itself where NUMBA_DISABLE_JIT is set.
    """
    return _compile(function)


def inlined(function):
    """A kernel that another kernel takes over statement by statement, instead of calling it.

    For a helper that is called in one place: every call is code that is optimised again in the caller's module, and
    in the module of whoever calls that. Arguments and result as of `kernel`.
    """
    return _compile(function, inline="always")


def _compile(function, **options):
    function.__qualname__ = f"{function.__qualname__}_{_FINGERPRINT}"
    try:
        return numba.njit(cache=True, **_FLAGS, **options)(function)
    except RuntimeError:
        # Numba found no writable folder for its cache: each process compiles anew, which costs time only.
        return numba.njit(**_FLAGS, **options)(function)
