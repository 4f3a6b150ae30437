"""The command `sparsereg`, or `python -m sparsereg`: from a table to the features chosen, and to predictions."""

import io
import sys
import warnings
from importlib import import_module

from ._cli.arguments import parse
from ._cli.errors import CommandError
from ._cli.streams import say, write

# Exit statuses: anything the user can put right; those of a process ended by SIGINT and by SIGPIPE.
FAILED, INTERRUPTED, BROKEN_PIPE = 2, 130, 141
# What does each job; imported when it is wanted, which takes a second, and where Ctrl-C is heeded.
MODULES = {"analyse": "analysis", "predict": "prediction"}


def main(argv=None):
    """Run the command.

    Parameters
    ----------
    argv : list of str, or None     None: the arguments of this process

    Returns
    -------
    int                             the exit status
    """
    # A name that the terminal cannot show is better escaped than fatal.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        options = parse(sys.argv[1:] if argv is None else argv)
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            job = import_module(f"._cli.{MODULES[options.job]}", __package__)
            write(job.run(options))
    except (CommandError, MemoryError) as error:
        say(error)
        return FAILED
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE
    return 0


def _show_warning(message, category, filename, lineno, file=None, line=None):
    say(f"warning: {message}")


if __name__ == "__main__":
    sys.exit(main())
