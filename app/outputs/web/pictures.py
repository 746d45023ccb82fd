"""Pictures: the newest frame as JPEG for all watchers, encoded only while there are any."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import cv2
import numpy as np

from models.frame import Image
from models.recognition import Recognition
from models.region import WHOLE, Region

RATE_HZ = 15.0
MAX_WIDTH = 640
"""Maximum width in pixels; enough for a phone, and at most a third of a megabyte per second."""
QUALITY = 80
MAX_WATCHERS = 8
CORNER = 0.12
"""Length of the lines at a region's corners, as a fraction of its shorter side."""
FRAME_COLOUR = (189, 224, 79)
"""The page's accent colour, as blue, green and red."""


class Pictures:
    """An observer that keeps the newest picture and encodes it in another thread than the loop's.

    `see` may be called from any thread and never blocks; all other methods belong to the event loop's thread.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._image: Image | None = None
        self._region: Region | None = None
        self._jpeg = b""
        self._number = 0
        self._watchers = 0
        self._encoder: asyncio.Task[None] | None = None
        self._ended = False
        self._arrived, self._changed = asyncio.Event(), asyncio.Condition()
        self.encoded = 0
        """Number of encoded pictures."""

    def start(self) -> None:
        """Start, in the running event loop."""
        self._loop = asyncio.get_running_loop()

    def see(self, seen: Recognition) -> None:
        """Replace the kept picture."""
        self._image, self._region = seen.frame.image, seen.region
        if self._watchers and self._loop:
            with suppress(RuntimeError):  # the server has stopped
                self._loop.call_soon_threadsafe(self._arrived.set)

    @property
    def watched(self) -> bool:
        """Whether there are watchers."""
        return self._watchers > 0

    @property
    def full(self) -> bool:
        """Whether no more watchers may connect."""
        return self._watchers >= MAX_WATCHERS

    async def watch(self) -> AsyncGenerator[bytes, None]:
        """Yield each newest JPEG; a slow watcher misses those in between."""
        self._join()
        seen = self._number  # a picture encoded for earlier watchers is out of date
        try:
            while True:
                seen = await self._newer_than(seen)
                if self._ended:
                    return
                yield self._jpeg
        finally:
            self._leave()

    async def finish(self) -> None:
        """End the streams of all watchers."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    async def _newer_than(self, number: int) -> int:
        """Wait for the end or for a picture newer than `number`; return the number of the newest."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._ended or self._number > number)
        return self._number

    def _join(self) -> None:
        self._watchers += 1
        if self._image is not None:
            self._arrived.set()
        if self._encoder is None:
            self._encoder = asyncio.create_task(self._encode())

    def _leave(self) -> None:
        self._watchers -= 1
        if not self._watchers and self._encoder:
            self._encoder.cancel()
            self._encoder = None

    async def _encode(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            due_s = loop.time() + 1 / RATE_HZ
            if self._image is not None:
                jpeg = await asyncio.to_thread(to_jpeg, self._image, self._region)
                self.encoded += 1
                async with self._changed:
                    self._jpeg, self._number = jpeg, self._number + 1
                    self._changed.notify_all()
            await asyncio.sleep(due_s - loop.time())


def to_jpeg(image: Image, region: Region | None = None) -> bytes:
    """Encode a picture, uint8 [H, W, 3] RGB, scaled to at most `MAX_WIDTH`, with the corners of a region."""
    height, width = image.shape[:2]
    if width > MAX_WIDTH:
        size = (MAX_WIDTH, max(1, round(height * MAX_WIDTH / width)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
    coloured = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if region is not None and region != WHOLE:
        _draw_corners(coloured, region)
    _, jpeg = cv2.imencode(".jpg", coloured, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    return jpeg.tobytes()


def _draw_corners(picture: cv2.typing.MatLike, region: Region) -> None:
    """Draw the four corners of a region on a picture, as light lines on dark ones."""
    rows, columns = picture.shape[:2]
    left, top = region.left * columns, region.top * rows
    right, bottom = left + region.width * columns, top + region.height * rows
    length = CORNER * min(right - left, bottom - top)
    for colour, thickness in ((0, 0, 0), 4), (FRAME_COLOUR, 2):
        for x, across in ((left + 2, length), (right - 3, -length)):
            for y, down in ((top + 2, length), (bottom - 3, -length)):
                line = np.array([(x + across, y), (x, y), (x, y + down)]).round().astype(np.int32)
                cv2.polylines(picture, [line], False, colour, thickness, cv2.LINE_AA)
