"""ManualFraming: the user may draw the region at any time, and remove it again."""

from models.frame import Image
from models.framing.base import Framing
from models.region import Region


class ManualFraming:
    """Uses another framing until the user draws a region; then that region until it is removed.

    `draw` may be called from any thread; the region is taken at the next step, also during a gesture.

    Args:
        framing: in use while no region is drawn.
    """

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._drawn: Region | None = None

    @property
    def name(self) -> str | list[float]:
        """The name of the other framing; a drawn region is not known when the header is written."""
        return self._framing.name

    def draw(self, region: Region | None) -> None:
        """Use this region from the next step on; None returns to the other framing."""
        self._drawn = region

    @property
    def bounds(self) -> Region:
        """The drawn region, or the framing's bounds."""
        return self._drawn or self._framing.bounds

    def region(self, image: Image, time_s: float, idle: bool) -> Region:
        """The drawn region, or the framing's."""
        return self._drawn or self._framing.region(image, time_s, idle)

    def reset(self) -> None:
        """Forget the stream; a drawn region stays."""
        self._framing.reset()
