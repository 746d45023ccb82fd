"""The machine on which a figure was measured."""

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

OPTIONAL = ("torch", "mediapipe")
"""Packages whose versions are listed if they are installed."""


def describe_machine() -> dict[str, str]:
    """The date, the processor and the versions that a number depends on."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "load": _load(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
        "opencv": cv2.__version__,
        "numpy": np.__version__,
        **{name: version for name in OPTIONAL if (version := _version(name))},
    }


def machine_line() -> str:
    """The text of `describe_machine` on one line, for below a table."""
    return ", ".join(f"{key} {value}" for key, value in describe_machine().items())


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _load() -> str:
    """The load average of the last minute; if it is above the number of cores, times are not reliable."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
