"""Listing the cameras of this machine."""

import logging

from app.camera.devices import list_devices

log = logging.getLogger("mstnet")


def print_cameras() -> None:
    """Print the cameras there are, one a line."""
    devices = list_devices()
    for device in devices:
        print(device)
    if not devices:
        log.warning("no camera found. Plug one in, or try --demo, or --camera with a file or a URL.")
