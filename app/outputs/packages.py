"""Packages that only some outputs need; asked for when such an output is."""

import importlib
import sys

from common.errors import UserError


def need(module: str, package: str, option: str) -> None:
    """See that a package is there.

    Raises:
        UserError: it is not; says how to get it.
    """
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise UserError(
            f"{option} needs the package {package} ({error}); "
            f"run `{sys.executable} -m pip install -r requirements-outputs.txt`"
        ) from error
