"""What the command leaves to pandas, imported on use: columns of text, and files that are not csv."""

from pathlib import Path

import numpy as np
import scipy.sparse as sp

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
    pandas = _pandas(f"reading {extension[1:]}")
    try:
        frame = getattr(pandas, FORMATS[extension])(path)
    except ImportError as error:
        raise _missing_extra(f"reading {extension[1:]}") from error
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
    return Table(names, numbers, n_missing, text, lambda columns: frame.iloc[:, columns])


def read_text_columns(path, separator, columns):
    """Some columns of a csv file as text; the file was read before, so it is known to be in order."""
    pandas = _pandas("--one-hot")
    frame = pandas.read_csv(
        path, sep=separator, usecols=columns, dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )
    return frame.apply(lambda column: column.str.strip())


def one_hot(texts, names):
    """One column of 0 and 1 for every value of every column of text.

    Parameters
    ----------
    texts : pandas.DataFrame (n, t)
    names : list of str (t,)

    Returns
    -------
    csc_array (n, q), float64
    list of str (q,)                'column=value'
    """
    pandas = _pandas("--one-hot")
    encoded = pandas.get_dummies(
        texts.astype(str).set_axis(names, axis=1), prefix_sep="=", columns=names, dtype=float, sparse=True
    )
    return sp.csc_array(encoded.sparse.to_coo()), list(encoded.columns)


def _pandas(purpose):
    try:
        import pandas
    except ImportError as error:
        raise _missing_extra(purpose) from error
    return pandas


def _missing_extra(purpose):
    return CommandError(f"{purpose} needs pandas and pyarrow: pip install 'scikit-sparsereg[table]'")
