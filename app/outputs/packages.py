"""Packages that only some outputs need, checked when such an output is opened."""

import importlib
import sys

from common.errors import UserError


def need(module: str, package: str, option: str) -> None:
    """Check that a package can be imported.

    Raises:
        UserError: it cannot; the message states how to install it.
    """
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise UserError(
            f"{option} needs the package {package} ({error}); "
            f"run `{sys.executable} -m pip install -r requirements-outputs.txt`"
        ) from error
