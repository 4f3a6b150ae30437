"""Files that are not csv, which pandas reads; it is imported on use."""

from functools import partial
from pathlib import Path

import numpy as np

from .errors import CommandError
from .table import Table

# Extension -> the function of pandas that reads it.
FORMATS = {
    ".parquet": "read_parquet",
    ".feather": "read_feather",
    ".orc": "read_orc",
    ".json": "read_json",
    ".dta": "read_stata",
}


def read_frame(path):
    """The table in a file that pandas reads.

    Raises
    ------
    CommandError
        If pandas, or what it needs for this format, is not installed; if the
        file is not what its extension says.
    """
    extension = Path(path).suffix.lower()
    try:
        import pandas

        frame = getattr(pandas, FORMATS[extension])(path)
    except ImportError as error:
        raise CommandError(
            f"reading {extension[1:]} needs pandas and pyarrow: pip install 'scikit-sparsereg[table]'"
        ) from error
    except Exception as error:
        # A damaged file makes these readers raise whatever they stumble over.
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise CommandError(f"{path} cannot be read as {extension[1:]}: {reason}") from error
    numbers, text = np.full(frame.shape, np.nan), {}
    n_missing = frame.isna().sum().to_numpy()
    for j in range(frame.shape[1]):
        column = frame.iloc[:, j]
        if pandas.api.types.is_numeric_dtype(column):
            numbers[:, j] = column.to_numpy(dtype=np.float64, na_value=np.nan)
        elif n_missing[j] < len(column):
            i = int(column.notna().to_numpy().argmax())
            text[j] = f"row {i + 1}: {str(column.iloc[i])[:40]!r}"
    names = tuple(str(name) for name in frame.columns)
    return Table(Path(path).name, names, numbers, n_missing, text, partial(_read_text, frame))


def _read_text(frame, columns):
    return frame.iloc[:, columns].astype(str).apply(lambda column: column.str.strip()).to_numpy(dtype=object)
