"""What this package sets out to reach, row by row, and what the results say of it.

A ratio to peers is their time over this package's; a peer counts from the loosest tolerance at which its recomputed gap
is small enough. Where no run of a peer got there, its longest run is a lower bound.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .contenders import OURS

DEFAULT_TOL = {"glmnet": 1e-7, "adelie": 1e-7}
MAY_LEAD = ("celer", "skglm", "adelie", "glmnet")  # scikit-learn has rows of its own, on part of the path


class NotMeasured(Exception):
    """A result that a figure needs is not there."""


def first(found):
    """The first of the results."""
    for each in found:
        return each
    raise NotMeasured


class Measured:
    """The results of one machine, of this package its newest version only."""

    def __init__(self, results):
        newest = {(each.task, each.threads): each.version for each in results if each.contender == OURS}
        self.results = [
            each for each in results if each.contender != OURS or newest[each.task, each.threads] == each.version
        ]

    def of(self, task, contender=None):
        """The results of a task, of one contender or of all."""
        return [each for each in self.results if each.task == task and contender in (None, each.contender)]

    def ours(self, task, threads=1):
        """The result of this package at its default tolerance."""
        return first(each for each in self.of(task, OURS) if each.threads == threads and each.ended)

    def default(self, task, contender):
        """A peer's result at its own default tolerance."""
        wanted = DEFAULT_TOL.get(contender, 1e-4)
        return first(each for each in self.of(task, contender) if each.tol == wanted)

    def peers(self, task):
        """Names of the contenders that measured this task beside this package."""
        return sorted({each.contender for each in self.of(task)} - {OURS, "BLAS"})

    def fastest(self, task, gap):
        """(cost, is a lower bound, name) of the fastest peer whose gap is at most this."""
        bounds = []
        for name in self.peers(task):
            runs = [each for each in self.of(task, name) if each.ended or each.note.startswith("ended after")]
            reached = [each.cost for each in runs if each.gap <= gap and each.ended]
            if reached:
                bounds.append((min(reached), False, name))
            elif runs:
                bounds.append((max(each.cost for each in runs), True, name))
        return first(sorted(bounds))


@dataclass(frozen=True)
class Figure:
    """A number, whether it is only a lower bound, and the peer that it is about."""

    number: float
    bound: bool = False
    peer: str = ""


@dataclass(frozen=True)
class Aim:
    """Text, function (Measured) -> Figure, and the number that it should have at the least, or at the most."""

    regime: str
    text: str
    figure: Callable
    number: float
    least: bool = True

    def met(self, figure):
        """True where the figure reaches the aim."""
        return figure.number >= self.number if self.least else figure.number <= self.number


def passes(task):
    return lambda measured: Figure(measured.ours(task).passes)


def fastest(task, gap):
    """Cost of the fastest peer with this gap over ours."""

    def figure(measured):
        cost, bound, name = measured.fastest(task, gap)
        return Figure(cost / measured.ours(task).cost, bound, name)

    return figure


def fastest_default(task, peers=None):
    """Cost of the fastest peer, of some or of all, at its default tolerance over ours."""

    def figure(measured):
        runs = [measured.default(task, name) for name in measured.peers(task) if name in (peers or MAY_LEAD)]
        best = first(sorted((each for each in runs if each.ended), key=lambda each: each.cost))
        return Figure(best.cost / measured.ours(task).cost, False, best.contender)

    return figure


def scikit_learn(task, inverse=False):
    """Cost of scikit-learn at its default tolerance over ours, or ours over it."""

    def figure(measured):
        ours, theirs = measured.ours(task), measured.default(task, "scikit-learn")
        ratio = theirs.cost / ours.cost
        return Figure(
            1 / ratio if inverse else ratio, not theirs.ended or theirs.n_alphas < ours.n_alphas, "scikit-learn"
        )

    return figure


def gram(task, of):
    """Our cost over that of the bare Gram matrix."""
    return lambda measured: Figure(measured.ours(task).cost / first(measured.of(of, "BLAS")).cost)


def threads(task):
    """Seconds with one thread over those with two."""
    return lambda measured: Figure(measured.ours(task, 1).seconds / measured.ours(task, 2).seconds)


def more_alphas(task, than):
    return lambda measured: Figure(measured.ours(task).cost / measured.ours(than).cost)


def gigabytes(task):
    return lambda measured: Figure(measured.ours(task).memory / 1e3)


EQUAL, TIMES = 1e-9, "times the fastest peer"
AIMS = [
    Aim("wide", "500 x 10000, rho .5: passes over X, gap <= 1e-9", passes("rho-.5"), 70, least=False),
    Aim("wide", "500 x 10000, rho .95: passes over X, gap <= 1e-9", passes("rho-.95"), 110, least=False),
    *(
        Aim("wide", f"500 x 10000, rho {rho}: {TIMES} at any gap <= {gap:.0e}", fastest(f"rho-{rho}", gap), number)
        for rho in (".5", ".95")
        for gap, number in ((1e-3, 2), (1e-6, 15))
    ),
    Aim(
        "tall", "100000 x 100: time over that of the bare Gram", gram("tall-100000x100", "gram-100000x100"), 1.6, False
    ),
    Aim("tall", "10000 x 1000: time over that of the bare Gram", gram("tall-10000x1000", "gram-10000x1000"), 2, False),
    *(
        Aim("sparse", f"{data}: {TIMES} at its default tol, {which}", fastest_default(data, peers), number)
        for data, number in (("debian_size", 30), ("sentiment", 8))
        for which, peers in (("of celer and skglm", ("celer", "skglm")), ("of all", None))
    ),
    Aim("sparse", "debian_size: times scikit-learn", scikit_learn("debian_size"), 200),
    Aim("sparse", "sentiment: times scikit-learn", scikit_learn("sentiment"), 200),
    *(
        Aim("large", f"{task}: {TIMES} at gap <= 1e-9", fastest(task, EQUAL), 1)
        for task in (
            *("support-2000x20000", "support-sentiment", "elastic-net-.1", "support-1000x5000-.1"),
            *("support-5000x10000-.1", "support-20000x5000-.1", "support-2000x20000-.01"),
            *("sentiment-.1", "debian_size-.1", "flights-.1"),
        )
    ),
    Aim("fits", "Lasso.fit 2000 x 300: times scikit-learn", scikit_learn("fit-2000x300"), 2),
    Aim("fits", "Lasso.fit 300 x 8000: times scikit-learn", scikit_learn("fit-300x8000"), 2),
    Aim("fits", "Ridge.fit 10000 x 500: times scikit-learn", scikit_learn("ridge-10000x500"), 2),
    Aim("tiny", "Lasso.fit 50 x 5: time over scikit-learn's", scikit_learn("fit-50x5", inverse=True), 1.5, least=False),
    Aim("tiny", "LassoCV 50 x 5: times scikit-learn", scikit_learn("cv-50x5"), 10),
    Aim("threads", "500 x 10000, rho .5: one thread over two", threads("rho-.5-two-threads"), 1.4),
    Aim("threads", "LassoCV 10000 x 1000: one thread over two", threads("cv-10000x1000-two-threads"), 1.4),
    Aim("memory", "LassoCV 100000 x 1000000 sparse: GB beyond X", gigabytes("cv-100000x1000000"), 4, least=False),
    Aim("alphas", "500 x 10000: 1000 alphas over 100", more_alphas("rho-.5-1000-alphas", "rho-.5"), 2.5, least=False),
]


def judged(measured):
    """Yield (aim, Figure or None where it was not measured)."""
    for aim in AIMS:
        try:
            yield aim, aim.figure(measured)
        except NotMeasured:
            yield aim, None
