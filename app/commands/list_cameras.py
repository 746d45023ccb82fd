"""Lists the cameras of this machine."""

from app.camera.devices import list_devices
from common.log import log


def print_cameras() -> None:
    """Print the cameras of this machine, one per line."""
    devices = list_devices()
    for device in devices:
        print(device)
    if not devices:
        log.warning("no camera found. Plug one in, or try --demo, or --camera with a file or a URL.")
