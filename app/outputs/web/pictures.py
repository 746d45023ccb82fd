"""Pictures: the newest camera picture as JPEG, for as many as watch and only while somebody does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import cv2
import numpy as np

from models.frame import Image
from models.recognition import Recognition
from models.region import WHOLE, Region

RATE_HZ = 15.0
WIDEST = 640
"""Pixels; enough for a phone, and a third of a megabyte a second at most."""
QUALITY = 80
MOST_WATCHERS = 8
CORNER = 0.12
"""Length of the lines at a frame's corners, in shares of its shorter side."""
FRAME_COLOUR = (189, 224, 79)
"""Blue, green and red, as the page's accent."""


class Pictures:
    """An observer that keeps the newest picture and encodes it off the line's thread.

    `see` may be called from any thread and never waits; everything else belongs to the event loop's thread.
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
        """Pictures that were made into JPEG."""

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._loop = asyncio.get_running_loop()

    def see(self, seen: Recognition) -> None:
        """Keep this picture instead of the one before."""
        self._image, self._region = seen.frame.image, seen.region
        if self._watchers and self._loop:
            with suppress(RuntimeError):  # the server has stopped; nobody is left to watch
                self._loop.call_soon_threadsafe(self._arrived.set)

    @property
    def watched(self) -> bool:
        """Whether anybody watches."""
        return self._watchers > 0

    @property
    def full(self) -> bool:
        """Whether no more may watch."""
        return self._watchers >= MOST_WATCHERS

    async def watch(self) -> AsyncGenerator[bytes, None]:
        """Yield the newest JPEG again and again; whoever is slow misses those in between."""
        self._join()
        seen = self._number  # what was encoded for earlier watchers is old
        try:
            while True:
                seen = await self._newer_than(seen)
                if self._ended:
                    return
                yield self._jpeg
        finally:
            self._leave()

    async def finish(self) -> None:
        """Let every watcher go."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    async def _newer_than(self, number: int) -> int:
        """Wait for the end, or for a picture newer than one; the number of the newest."""
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
    """Encode a picture, uint8 [H, W, 3] RGB, no wider than `WIDEST`, with the frame of a region on it."""
    height, width = image.shape[:2]
    if width > WIDEST:
        size = (WIDEST, max(1, round(height * WIDEST / width)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
    coloured = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if region is not None and region != WHOLE:
        _draw_corners(coloured, region)
    _, jpeg = cv2.imencode(".jpg", coloured, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    return jpeg.tobytes()


def _draw_corners(picture: cv2.typing.MatLike, region: Region) -> None:
    """Draw the four corners of a region on a picture, light on a dark line."""
    rows, columns = picture.shape[:2]
    left, top = region.left * columns, region.top * rows
    right, bottom = left + region.width * columns, top + region.height * rows
    length = CORNER * min(right - left, bottom - top)
    for colour, thickness in ((0, 0, 0), 4), (FRAME_COLOUR, 2):
        for x, across in ((left + 2, length), (right - 3, -length)):
            for y, down in ((top + 2, length), (bottom - 3, -length)):
                line = np.array([(x + across, y), (x, y), (x, y + down)]).round().astype(np.int32)
                cv2.polylines(picture, [line], False, colour, thickness, cv2.LINE_AA)
