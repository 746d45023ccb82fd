"""Server: a site on a port, in a thread of its own."""

import asyncio
import logging
import socket
import threading
from contextlib import suppress

from aiohttp import web

from app.outputs.address import Address
from app.shutdown import join
from common.errors import UserError

SEND_BUFFER = 128 * 1024
"""Bytes that the system may hold for one client; what lies there is old when it arrives."""
MOST_CONNECTIONS = 200
"""About so many; whoever opens one after another, and says nothing, cannot use up the files that the app may open."""
PATIENCE_S = 5.0


class Server:
    """Serves a site from the moment it is made until it is closed.

    Raises:
        UserError: the address cannot be listened on.
    """

    def __init__(self, address: Address, site: web.Application) -> None:
        self._sockets = _listen(address)
        self.address = Address(address.host, self._sockets[0].getsockname()[1])
        self._site = site
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="web server", daemon=True)
        self._thread.start()
        self._ready.wait(PATIENCE_S)

    def close(self) -> None:
        """Say goodbye to who is connected, and stop. It may be closed twice."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        join(self._thread, PATIENCE_S)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        # Who hangs up while there are no pictures, as in a pause, would else be waited for until there are some.
        runner = web.AppRunner(
            self._site, access_log=None, logger=_quiet(), shutdown_timeout=1.0, handler_cancellation=True
        )
        await runner.setup()
        handler = runner.server
        assert handler
        servers = [
            await self._loop.create_server(
                lambda: handler() if len(handler.connections) < MOST_CONNECTIONS else Refusal(), sock=listening
            )
            for listening in self._sockets
        ]
        self._ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        await runner.cleanup()


class Refusal(asyncio.Protocol):
    """Hangs up at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hang up."""
        transport.close()


def _listen(address: Address) -> list[socket.socket]:
    """Listen on an address; on each of a name's, such as localhost's ::1 and 127.0.0.1, of those that are there."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        families = sorted({each[0] for each in found})  # the older kind first
        listening = [_listen_on(address, address.port, families[0])]
        port = listening[0].getsockname()[1]
        for family in families[1:]:
            with suppress(OSError):
                listening.append(_listen_on(address, port, family))
        return listening
    except OSError as error:
        raise UserError(
            f"cannot listen on {address} ({error.strerror or error}); name another port, or an address of this machine"
        ) from error


def _listen_on(address: Address, port: int, family: int) -> socket.socket:
    both = family == socket.AF_INET6 and address.everywhere and socket.has_dualstack_ipv6()
    listening = socket.create_server((address.host, port), family=family, dualstack_ipv6=both)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # its connections inherit it
    return listening


def _quiet() -> logging.Logger:
    """A log for the server library, which writes a traceback for every stray byte that anybody sends."""
    quiet = logging.getLogger("mstnet.web")
    quiet.addFilter(_without_traceback)
    return quiet


def _without_traceback(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    record.msg, record.args = "web server: %s (%s)", (record.getMessage(), error)
    record.exc_info = None
    return True
