"""Hub: sends each message to all connected clients; a client that does not read is disconnected."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from app.events import Message, to_line
from common.log import log

MAX_WAITING_MESSAGES = 256
"""Maximum number of messages that wait for one client; with every step, those of twenty seconds."""
N_RECENT_GESTURES = 100
"""Number of past gestures that a new client can request."""
MAX_CLIENTS = 32


class Client:
    """A connected client and the messages that wait for it.

    Args:
        name: its name in messages.
        steps: whether it wants every step of the networks.
        cut: closes the connection immediately; called if the client does not read.
    """

    def __init__(self, name: str, steps: bool, cut: Callable[[], None]) -> None:
        self.name, self.steps, self.cut = name, steps, cut
        self.waiting: asyncio.Queue[str | None] = asyncio.Queue(MAX_WAITING_MESSAGES)
        """Lines to send; None ends the connection."""


class Hub:
    """A sink that forwards messages to its clients.

    `take` may be called from any thread and never blocks; all other methods belong to the event loop's thread.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients: set[Client] = set()
        self._header: str | None = None
        self._gestures: deque[str] = deque(maxlen=N_RECENT_GESTURES)
        self.wants_steps = False
        """Whether a client wants every step."""
        self.cut_off = 0
        """Number of clients that were disconnected because they did not read."""

    def start(self) -> None:
        """Start to forward messages, in the running event loop."""
        self._loop = asyncio.get_running_loop()

    def take(self, message: Message) -> None:
        if self._loop:
            with suppress(RuntimeError):  # the server has stopped
                self._loop.call_soon_threadsafe(self._forward, message["type"], to_line(message))

    @property
    def listeners(self) -> int:
        """Number of connected clients."""
        return len(self._clients)

    @property
    def full(self) -> bool:
        """Whether no more clients may connect."""
        return self.listeners >= MAX_CLIENTS

    @contextmanager
    def joined(self, client: Client, history: bool) -> Iterator[None]:
        """A context in which a client gets all messages, first the header and, if wanted, recent gestures."""
        for line in ([self._header] if self._header else []) + (list(self._gestures) if history else []):
            client.waiting.put_nowait(line)
        self._clients.add(client)
        self._count_steps()
        try:
            yield
        finally:
            self._clients.discard(client)
            self._count_steps()

    def disconnect(self, client: Client) -> None:
        """Disconnect a client that does not read, and log it."""
        self._clients.discard(client)
        self.cut_off += 1
        unsent = client.waiting.qsize()
        log.warning(
            "%s does not read; disconnected with %d messages unsent (%d so far)", client.name, unsent, self.cut_off
        )
        client.cut()

    async def finish(self) -> None:
        """Send every client the end, and wait until all are disconnected."""
        for client in tuple(self._clients):
            self._send(client, None)
        while self._clients:
            await asyncio.sleep(0.01)

    def _forward(self, kind: str, line: str) -> None:
        if kind == "header":
            self._header = line
            self._gestures.clear()
        elif kind == "gesture":
            self._gestures.append(line)
        for client in tuple(self._clients):
            if client.steps or kind != "step":
                self._send(client, line)

    def _send(self, client: Client, line: str | None) -> None:
        try:
            client.waiting.put_nowait(line)
        except asyncio.QueueFull:
            self.disconnect(client)

    def _count_steps(self) -> None:
        self.wants_steps = any(client.steps for client in self._clients)
