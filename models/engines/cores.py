"""Cores: how many steps can run at once on the CPU."""

import os
import sys


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
