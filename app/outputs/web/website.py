"""Website: the paths of the server and their handlers."""

import asyncio
import html
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from app.outputs.web.guard import Guard, protect
from app.outputs.web.hub import Client, Hub
from app.outputs.web.pictures import Pictures
from common.log import log

PAGE = Path(__file__).resolve().parent / "page"
HEARTBEAT_S = 15.0
"""Interval of the pings by which lost clients are detected."""
SEND_TIMEOUT_S = 10.0
"""Limit for sending one picture to a watcher."""
CLOSE_TIMEOUT_S = 1.0
"""How long to wait for clients to receive the last messages."""
BOUNDARY = "mstnet-picture"


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Options of the page, known before the first message."""

    source: str = ""
    """Name of the camera or file."""
    mirror: bool = False
    """Whether to mirror the picture."""


def sign_in() -> str:
    """The page that asks a browser for the token."""
    return (PAGE / "sign_in.html").read_text(encoding="utf-8")


class Website:
    """Handles requests. All paths are fixed; no folder is served.

    Args:
        hub: its messages are sent at `/events`; without a page also at `/`.
        pictures: sent at `/video`; None for no page.
    """

    def __init__(self, hub: Hub, pictures: Pictures | None = None) -> None:
        self._hub, self._pictures = hub, pictures
        self.options = PageOptions()

    def application(self, guard: Guard) -> web.Application:
        """The application, with its guard."""
        # Clients send only short requests.
        site = web.Application(middlewares=[guard.check], client_max_size=1024)
        site.router.add_get("/events", self._events)
        if self._pictures:
            site.router.add_get("/", self._page)
            site.router.add_get("/video", self._video)
            for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript"), ("icon.svg", "image/svg+xml")):
                site.router.add_get(f"/{name}", _fixed((PAGE / name).read_text(encoding="utf-8"), kind))
        else:
            site.router.add_get("/", self._events)
        site.on_response_prepare.append(protect)
        site.on_startup.append(self._start)
        site.on_shutdown.append(self._finish)
        return site

    async def _start(self, site: web.Application) -> None:
        del site
        self._hub.start()
        if self._pictures:
            self._pictures.start()

    async def _finish(self, site: web.Application) -> None:
        del site
        if self._pictures:
            await self._pictures.finish()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._hub.finish(), CLOSE_TIMEOUT_S)

    async def _page(self, request: web.Request) -> web.Response:
        del request
        text = (PAGE / "index.html").read_text(encoding="utf-8")
        text = text.replace("{source}", html.escape(self.options.source))
        text = text.replace("{mirror}", "mirrored" if self.options.mirror else "")
        return web.Response(text=text, content_type="text/html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket of messages; `?steps` adds every step, `?history` starts with recent gestures."""
        if self._hub.full:
            return web.Response(status=503, text="Too many clients are connected; try again later.\n")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=1024, compress=False)
        if not socket.can_prepare(request):
            return web.Response(status=426, text="This is a WebSocket; connect with ws://.\n")
        await socket.prepare(request)
        client = Client(f"client {request.remote}", "steps" in request.query, _hang_up(request))
        with self._hub.joined(client, "history" in request.query):
            await self._talk(socket, client)
        return socket

    async def _talk(self, socket: web.WebSocketResponse, client: Client) -> None:
        sender = asyncio.create_task(_send(socket, client))
        try:
            async for _ in socket:
                pass  # messages of clients are ignored; reading detects when one leaves
        finally:
            sender.cancel()
            if isinstance(socket.exception(), asyncio.TimeoutError):  # no response to the heartbeat
                self._hub.disconnect(client)

    async def _video(self, request: web.Request) -> web.StreamResponse:
        """A stream of pictures (MJPEG)."""
        assert self._pictures
        if self._pictures.full:
            return web.Response(status=503, text="Too many clients watch the video; try again later.\n")
        response = web.StreamResponse(headers={"Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}"})
        await response.prepare(request)
        mark = f"\r\n--{BOUNDARY}\r\n".encode()
        await response.write(mark)
        # The boundary is sent right after each picture: a browser shows a part when it has received its end.
        async with aclosing(self._pictures.watch()) as jpegs:
            async for jpeg in jpegs:
                part = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg) + jpeg + mark
                try:
                    await asyncio.wait_for(response.write(part), SEND_TIMEOUT_S)
                except asyncio.TimeoutError:
                    log.warning("%s accepted no picture for %g s; disconnected", request.remote, SEND_TIMEOUT_S)
                    _hang_up(request)()
                    break
        return response


async def _send(socket: web.WebSocketResponse, client: Client) -> None:
    with suppress(ConnectionError):
        while (line := await client.waiting.get()) is not None:
            await socket.send_str(line)
        await socket.close(code=1001, message=b"the stream is over")


def _hang_up(request: web.Request) -> Callable[[], None]:
    def abort() -> None:
        # abort, not close: that would wait for the client to read.
        if request.transport:
            request.transport.abort()

    return abort


def _fixed(text: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def respond(request: web.Request) -> web.Response:
        del request
        return web.Response(text=text, content_type=kind)

    return respond
