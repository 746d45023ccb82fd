"""Recognizer: recognises gestures in one stream with one or several networks."""

from models.errors import FrameError
from models.frame import Frame, Image
from models.frame_times import FrameTimes
from models.framing.base import Framing
from models.networks import Networks
from models.preprocess import to_picture
from models.recognition import Recognition
from models.step_grid import StepGrid
from models.stream_decider import StreamDecider


class Recognizer:
    """Runs the networks over one stream. Call `see` with every frame; steps are taken by the times of the frames.

    Args:
        networks: from `networks_of`.
        framing: chooses the region of the frame; None for the largest centred window.
    """

    def __init__(self, networks: Networks, framing: Framing | None = None) -> None:
        self.networks = networks
        self.spec = networks.stream.engine.spec
        self.labels = networks.labels
        self._times, self._grid = FrameTimes(), StepGrid(self.spec.rate_hz)
        self._passes = [network.open() for network in networks.passes]
        self._clip = networks.clip.open() if networks.clip else None
        self._decider = StreamDecider(networks, framing)
        self.framing = self._decider.framing
        """The name of the framing in the header of the events; None without a framing."""
        self._shape: tuple[int, ...] | None = None

    def reset(self) -> None:
        """Forget the stream; the next frame is the first of another, and may have any time."""
        self._times.reset()
        self._restart()

    def _restart(self) -> None:
        """Forget the stream's steps and decisions."""
        self._grid.reset()
        self._decider.reset()
        self._forget_past()
        if self._clip:
            self._clip.reset()
        self._shape = None

    def _forget_past(self) -> None:
        """Forget what the stream network saw through a region."""
        for stream in self._passes:
            stream.reset()

    def see(self, frame: Frame) -> Recognition:
        """Take one frame: step the networks at each time that is due on it, and decide, until a gesture fires.

        Raises:
            FrameError: it is no `Frame`, its time is before the last one, or the times of the stream are not seconds.
        """
        if not isinstance(frame, Frame):
            raise FrameError(f"see takes a Frame; got {type(frame).__name__}; give Frame(image, time_s, index)")
        if self._times.breaks(frame.time_s) or self._shape not in (None, frame.image.shape):
            self._restart()
        self._shape = frame.image.shape
        if not (times := self._grid.due(frame)):
            return self._decider.recognition(frame)
        picture = self._picture(frame)
        for time_s in times:
            for stream in self._passes:
                if self._decider.wants(stream.name):
                    self._decider.note(stream.step(picture, time_s))
                else:
                    stream.skip()
            self._ask_clip(time_s)
            if self._decider.decide(time_s):
                break
        return self._decider.recognition(frame)

    def _ask_clip(self, time_s: float) -> None:
        """Step the clip network if there is one and it is wanted."""
        if self._clip and self._decider.wants(self._clip.name):
            self._decider.note(self._clip.step(time_s))
        elif self._clip:
            self._clip.skip(time_s)

    def _picture(self, frame: Frame) -> Image:
        """The input picture of a frame. If the region moves, the past, which shows the old region, is dropped."""
        if self._decider.choose_region(frame):
            self._forget_past()
        if self._clip:
            self._clip.show(frame.image, self._decider.bounds)
        return to_picture(frame.image, self.spec.height, self.spec.width, self._decider.region)[None]
