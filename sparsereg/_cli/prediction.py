"""`sparsereg predict`: the rows of a table, scored by a model that an analysis has written."""

from .errors import CommandError, listed
from .model_file import load_model
from .output import predictions_csv, write_predictions
from .reading import read_table
from .streams import say


def run(options):
    """Do what the options ask for.

    Returns
    -------
    str             what the command prints: csv, or nothing if that goes to a file

    Raises
    ------
    CommandError
    """
    model = load_model(options.model)
    table = read_table(options.data, options.separator, options.decimal)
    if not len(table.numbers):
        raise CommandError(f"{table.name} has no rows; there is nothing to score")
    predicted = model.predict(table)
    needed = set(model.columns.names)
    extra = [repr(name) for name in table.names if name not in needed]
    if extra:
        say(f"note: not used of {table.name}: {listed(extra)}")
    if options.out is None:
        return predictions_csv(predicted)
    write_predictions(options.out, predicted, options.overwrite)
    return ""
