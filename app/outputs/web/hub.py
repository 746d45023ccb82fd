"""Hub: hands each message to everyone who is connected; a client that does not read is cut off."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from app.events import Message, to_line
from common.log import log

WAITING = 256
"""Messages that may wait for one client; with every step of the network, twenty seconds of them."""
REMEMBERED = 100
"""Gestures that a new client may ask to be told at once."""
MOST_CLIENTS = 32


class Client:
    """Somebody connected: what waits to be sent to them.

    Args:
        name: who it is, for people to read.
        steps: whether they want every step of the network.
        cut: hangs up at once; called when they do not read.
    """

    def __init__(self, name: str, steps: bool, cut: Callable[[], None]) -> None:
        self.name, self.steps, self.cut = name, steps, cut
        self.waiting: asyncio.Queue[str | None] = asyncio.Queue(WAITING)
        """Lines to send; None is the end."""


class Hub:
    """A sink of messages and the clients who hear them.

    `take` may be called from any thread and never waits; everything else belongs to the event loop's thread.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients: set[Client] = set()
        self._header: str | None = None
        self._gestures: deque[str] = deque(maxlen=REMEMBERED)
        self.wants_steps = False
        """Whether a client wants every step now."""
        self.cut_off = 0
        """Clients that were hung up on because they did not read."""

    def start(self) -> None:
        """Begin to hand on messages, in the running event loop."""
        self._loop = asyncio.get_running_loop()

    def take(self, message: Message) -> None:
        """Hand on one message."""
        if self._loop:
            with suppress(RuntimeError):  # the server has stopped; nobody is left to hear
                self._loop.call_soon_threadsafe(self._spread, message["type"], to_line(message))

    @property
    def listeners(self) -> int:
        """How many are connected."""
        return len(self._clients)

    @property
    def full(self) -> bool:
        """Whether no more clients may come."""
        return self.listeners >= MOST_CLIENTS

    @contextmanager
    def joined(self, client: Client, history: bool) -> Iterator[None]:
        """Keep a client told while this lasts, beginning with the header and, if wanted, recent gestures."""
        for line in ([self._header] if self._header else []) + (list(self._gestures) if history else []):
            client.waiting.put_nowait(line)
        self._clients.add(client)
        self._count_steps()
        try:
            yield
        finally:
            self._clients.discard(client)
            self._count_steps()

    def give_up(self, client: Client) -> None:
        """Hang up on a client that does not read, and say so."""
        self._clients.discard(client)
        self.cut_off += 1
        unsent = client.waiting.qsize()
        log.warning("%s does not read; cut off with %d messages unsent (%d so far)", client.name, unsent, self.cut_off)
        client.cut()

    async def finish(self) -> None:
        """Tell every client that this was all, and wait until they are gone."""
        for client in tuple(self._clients):
            self._send(client, None)
        while self._clients:
            await asyncio.sleep(0.01)

    def _spread(self, kind: str, line: str) -> None:
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
            self.give_up(client)

    def _count_steps(self) -> None:
        self.wants_steps = any(client.steps for client in self._clients)
