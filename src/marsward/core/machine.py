"""What this machine has."""

import os

__all__ = ["machine_memory"]


def machine_memory() -> int:
    """Memory of the machine [byte]; the largest number where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 2**63 - 1
