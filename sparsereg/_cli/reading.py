"""Which reader takes a file."""

from pathlib import Path

from .csv_file import SEPARATORS, read_csv
from .errors import CommandError, listed
from .frames import FORMATS, read_frame


def read_table(path, separator=None):
    """The table in a file. The extension says what reads it; with a separator given, the csv reader does.

    Raises
    ------
    CommandError
        If there is no such file, it is empty or cannot be read as what its extension says.
    """
    extension = Path(path).suffix.lower()
    if not Path(path).exists():
        raise CommandError(f"{path}: no such file")
    if not Path(path).is_file():
        raise CommandError(f"{path} is {'a directory' if Path(path).is_dir() else 'no regular file'}")
    try:
        if extension in FORMATS and separator is None:
            return read_frame(path)
        if extension in SEPARATORS or separator is not None:
            return read_csv(path, separator or SEPARATORS[extension])
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}") from error
    known = listed([*SEPARATORS, *FORMATS], most=99)
    raise CommandError(
        f"{path} has the unknown extension {extension!r}; known are {known}. "
        "Any other file of separated values is read with --separator"
    )
