"""How much memory a solver may plan for."""

import os
from pathlib import Path

# The part of the available memory that a Gram and its factor may take.
FRACTION = 0.25
# Not worth asking the operating system, which takes 0.1 ms: any machine has it.
SMALL = 2**26
# Where the operating system does not say: what any machine of the last ten years has.
ASSUMED = 4 * 2**30


def available_memory():
    """Bytes that can be taken without swapping, as the operating system and a memory limit on this process say."""
    found = ASSUMED
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                found = int(line.split()[1]) * 1024
    elif hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists():
        text = limit.read_text().strip()
        if text.isdigit():
            found = min(found, int(text))
    return found


def is_within_budget(n_bytes):
    """Whether so much may be planned for."""
    return n_bytes <= SMALL or n_bytes <= FRACTION * available_memory()


def check_memory(n_bytes, what, remedy):
    """Raise MemoryError before an allocation that would not fit the budget."""
    if not is_within_budget(n_bytes):
        raise MemoryError(
            f"{what} needs {n_bytes / 2**30:.1f} GiB, more than the budget of "
            f"{FRACTION * available_memory() / 2**30:.1f} GiB (a quarter of the available memory); {remedy}"
        )
