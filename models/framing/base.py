"""Framing: the interface of what chooses the region of the frame."""

from typing import Protocol

from models.frame import Image
from models.region import WHOLE, Region

AUTO, FULL = "auto", "full"


class Framing(Protocol):
    """Chooses a region at each step of one stream."""

    @property
    def name(self) -> str | list[float]:
        """How the header of the events names it: `auto`, `full`, or left, top, width and height."""
        ...

    @property
    def bounds(self) -> Region:
        """Where its regions may lie: a clip network looks at what moves in there."""
        ...

    def region(self, image: Image, time_s: float, idle: bool) -> Region:
        """Return the region; it does not change during a gesture.

        Args:
            image: the newest picture, uint8 [H, W, 3] RGB.
            time_s: its time; not before the one before it.
            idle: whether no gesture is made, according to the network.
        """
        ...

    def reset(self) -> None:
        """Forget the stream, as if new."""
        ...


class FixedFraming:
    """A fixed region.

    Args:
        region: it.
    """

    def __init__(self, region: Region) -> None:
        self._region = region

    @property
    def name(self) -> str | list[float]:
        """`full`, or the region's numbers."""
        region = self._region
        return FULL if region == WHOLE else [region.left, region.top, region.width, region.height]

    @property
    def bounds(self) -> Region:
        """The region."""
        return self._region

    def region(self, image: Image, time_s: float, idle: bool) -> Region:  # noqa: ARG002 - a Framing's
        """The region."""
        return self._region

    def reset(self) -> None:
        """Do nothing."""
