"""Server: serves a site on a port, in a separate thread."""

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
"""Size of the system's send buffer for one client, in bytes; small, because data in it becomes out of date."""
MAX_CONNECTIONS = 200
"""Approximate limit, so that idle connections cannot use up the process's file descriptors."""
THREAD_TIMEOUT_S = 5.0


class Server:
    """Serves a site from its construction until it is closed.

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
        self._ready.wait(THREAD_TIMEOUT_S)

    def close(self) -> None:
        """Disconnect all clients and stop. It may be closed twice."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        join(self._thread, THREAD_TIMEOUT_S)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        # handler_cancellation: else the handler of a client that left in a pause would wait for the next picture.
        runner = web.AppRunner(
            self._site, access_log=None, logger=_quiet(), shutdown_timeout=1.0, handler_cancellation=True
        )
        await runner.setup()
        handler = runner.server
        assert handler
        servers = [
            await self._loop.create_server(
                lambda: handler() if len(handler.connections) < MAX_CONNECTIONS else Refusal(), sock=listening
            )
            for listening in self._sockets
        ]
        self._ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        await asyncio.sleep(0)  # connections that were just accepted get their handler
        open_ones = [each.transport for each in handler.connections if each.transport]
        await runner.cleanup()
        for transport in open_ones:  # closed by now, but one whose client does not read waits until its data is sent
            transport.abort()
        await asyncio.sleep(0)  # the loop closes their sockets


class Refusal(asyncio.Protocol):
    """Closes a connection immediately."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _listen(address: Address) -> list[socket.socket]:
    """Listen on an address; for a name such as localhost, on all of its addresses that are available."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        families = sorted({each[0] for each in found})  # IPv4 first
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
    """A logger for aiohttp without tracebacks, which it writes for every malformed request."""
    quiet = logging.getLogger("mstnet.web")
    quiet.addFilter(_without_traceback)
    return quiet


def _without_traceback(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    record.msg, record.args = "web server: %s (%s)", (record.getMessage(), error)
    record.exc_info = None
    return True
