"""What a caller asks of a solver."""

from dataclasses import dataclass, field

import numpy as np


def go_on():
    """Nothing ends the iterations."""


@dataclass(frozen=True)
class Options:
    """How long to iterate, in what order, and in what pieces.

    tol : float              a solution counts as converged when its gap is <= tol y'y/n
    max_iter : int
    selection : str          "cyclic" or "random"; only for coordinate descent
    rng : numpy.random.RandomState
    piece : int or None      at most so many alphas before the caller sees them; None: as the solver likes
    heed : callable          is called whenever some 0.1 s of iterations are over, and raises if they should end
    """

    tol: float = 1e-4
    max_iter: int = 1000
    selection: str = "cyclic"
    rng: object = field(default_factory=np.random.RandomState)
    piece: int | None = None
    heed: object = go_on


def pieces(alphas, options):
    """The alphas in pieces of at most options.piece."""
    size = len(alphas) if options.piece is None else options.piece
    return [alphas[start : start + size] for start in range(0, len(alphas), max(size, 1))]
