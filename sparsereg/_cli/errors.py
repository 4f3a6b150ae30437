"""What the command says to a user who can put it right."""


class CommandError(Exception):
    """A mistake in the command or in the table, in one line: what is wrong, the rule, the way out."""


def listed(items, most=6):
    """The first few items as text, and how many more there are."""
    items = list(items)
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def counted(number, noun):
    """A number with its noun: '1 row', '2 rows'."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
