"""Which reader takes a file."""

from functools import partial
from pathlib import Path

from .csv_file import SEPARATORS, read_csv
from .errors import CommandError
from .frames import FORMATS, read_frame


def read_table(path, separator=None, decimal=None):
    """The table in a file. The extension says what reads it; with a separator given, the csv reader does.

    Raises
    ------
    CommandError
        If there is no such file, it is empty or cannot be read as what its extension says.
    """
    try:
        reader = _reader(Path(path), separator, decimal)
        return reader(path)
    except OSError as error:
        raise CommandError(f"{str(path)[:60]} cannot be read: {error.strerror or error}") from error


def _reader(path, separator, decimal):
    extension = path.suffix.lower()
    if not path.exists():
        raise CommandError(f"{path}: no such file")
    if not path.is_file():
        raise CommandError(f"{path} is {'a directory' if path.is_dir() else 'no regular file'}")
    if extension in FORMATS and separator is None:
        if decimal is not None:
            raise CommandError(f"--decimal is for files of text, but {path} has numbers of its own; leave it out")
        return read_frame
    if extension in SEPARATORS or separator is not None:
        separator = separator or SEPARATORS[extension]
        if separator == (decimal or "."):
            raise CommandError(
                f"{separator!r} cannot be both the separator and the decimal point; give a --separator, as ';'"
            )
        return partial(read_csv, separator=separator, decimal=decimal or ".")
    raise CommandError(
        f"{path} has the unknown extension {extension!r}; known are {', '.join([*SEPARATORS, *FORMATS])}. "
        "Any other file of separated values is read with --separator"
    )
