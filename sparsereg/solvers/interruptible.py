"""Long calls into LAPACK that Ctrl-C can still interrupt."""

import threading

# Multiply-adds from which a call takes longer than about 0.1 s: below, a thread is not worth starting.
LONG = 2e9
# Seconds between two looks for an interrupt.
PATIENCE = 0.1


def call_interruptibly(function, *arguments, cost):
    """function(*arguments), in a thread of its own if it is long, so that Ctrl-C is answered at once.

    Python handles a signal only between two of its own instructions, and a factorisation is one instruction
    of many seconds. After an interrupt the thread ends unseen when its call does; nothing waits for it.

    Parameters
    ----------
    function : callable     releases the GIL while it works, as those of numpy.linalg do; changes no argument
    cost : float            about how many multiply-adds the call takes
    """
    if cost < LONG:
        return function(*arguments)
    result, failure = [], []

    def run():
        try:
            result.append(function(*arguments))
        except BaseException as error:  # handed to the caller, who is waiting for it
            failure.append(error)

    # a daemon: leaving the program must not wait for it either
    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(PATIENCE)
    if failure:
        raise failure[0]
    return result[0]
