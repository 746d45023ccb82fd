"""The commands of an installation: `mstnet`, `mstnet-calibrate`, `mstnet-train`."""

import sys
from typing import NoReturn


def app() -> NoReturn:
    """Recognise gestures: `main.py`."""
    from app.shutdown import leave
    from main import main

    leave(main())


def calibrate() -> NoReturn:
    """Calibrate the model for a user: `python -m calibration`."""
    from app import dependencies

    dependencies.require()
    from calibration.__main__ import main

    dependencies.loaded()
    sys.exit(main())


def train() -> NoReturn:
    """Train a network: `python -m training.train`."""
    from training import packages

    packages.require("mstnet-train")
    from training.train import main

    sys.exit(main())
