"""Website: what is found at which path of the server."""

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
"""How often a client is asked whether it is still there."""
STALL_S = 10.0
"""How long a watcher may take for one picture."""
FAREWELL_S = 1.0
"""How long the last words of a stream may take to arrive."""
BOUNDARY = "mstnet-picture"


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What the page knows before it hears anything."""

    source: str = ""
    """The camera's or file's name."""
    mirror: bool = False
    """Show the picture like a mirror."""


def sign_in() -> str:
    """The page that asks a browser for the token."""
    return (PAGE / "sign_in.html").read_text(encoding="utf-8")


class Website:
    """Answers requests. There are a few fixed paths and no folder behind them.

    Args:
        hub: whose messages go out at `/events`; without a page also at `/`.
        pictures: what goes out at `/video`; without them there is no page either.
    """

    def __init__(self, hub: Hub, pictures: Pictures | None = None) -> None:
        self._hub, self._pictures = hub, pictures
        self.options = PageOptions()

    def application(self, guard: Guard) -> web.Application:
        """The site behind its guard."""
        # Only `/` and the icons and scripts beside it are ever fetched; nobody has anything large to say.
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
            await asyncio.wait_for(self._hub.finish(), FAREWELL_S)

    async def _page(self, request: web.Request) -> web.Response:
        del request
        text = (PAGE / "index.html").read_text(encoding="utf-8")
        text = text.replace("{source}", html.escape(self.options.source))
        text = text.replace("{mirror}", "mirrored" if self.options.mirror else "")
        return web.Response(text=text, content_type="text/html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket of messages; `?steps` adds every step, `?history` begins with recent gestures."""
        if self._hub.full:
            return web.Response(status=503, text="Too many are connected; try again later.\n")
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
                pass  # nothing that a client says matters; reading shows when it leaves
        finally:
            sender.cancel()
            if isinstance(socket.exception(), asyncio.TimeoutError):  # it did not answer the heartbeat
                self._hub.give_up(client)

    async def _video(self, request: web.Request) -> web.StreamResponse:
        """Pictures, one replacing the other (MJPEG)."""
        assert self._pictures
        if self._pictures.full:
            return web.Response(status=503, text="Too many are watching; try again later.\n")
        response = web.StreamResponse(headers={"Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}"})
        await response.prepare(request)
        mark = f"\r\n--{BOUNDARY}\r\n".encode()
        await response.write(mark)
        # The mark goes after each picture: a browser shows a part when it sees that it is over.
        async with aclosing(self._pictures.watch()) as jpegs:
            async for jpeg in jpegs:
                part = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg) + jpeg + mark
                try:
                    await asyncio.wait_for(response.write(part), STALL_S)
                except asyncio.TimeoutError:
                    log.warning("%s took no picture for %g s; cut off", request.remote, STALL_S)
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
        # Not a polite close: that would wait for the other side to read.
        if request.transport:
            request.transport.abort()

    return abort


def _fixed(text: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        del request
        return web.Response(text=text, content_type=kind)

    return answer
