"""OBS Studio: gestures switch scenes, over the obs-websocket protocol (version 5, in OBS 28 and later).

A gesture made while OBS is unreachable switches nothing later.
"""

import queue
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from websockets.exceptions import ConnectionClosed, WebSocketException

from app.events import Message, fired_name
from app.network_cause import network_cause
from app.outputs.address import Address
from app.outputs.obs_session import CONNECTION_ERRORS, TIMEOUT_S, ObsSession, RefusedError
from app.shutdown import join
from common.log import log

WRONG_PASSWORD_CODE = 4009
"""OBS's close code for a wrong password."""
RETRY_S = 5.0
"""Interval of connection attempts while OBS is unreachable."""
MAX_AGE_S = 2.0
"""A gesture older than this switches nothing."""


class Obs:
    """A sink that switches scenes, in a separate thread.

    Args:
        address: the address of OBS's WebSocket server.
        password: the server's password; empty if it has none.
        scenes: scene by gesture.
    """

    wants_steps = False

    def __init__(self, address: Address, password: str, scenes: Mapping[str, str]) -> None:
        self._address, self._password, self._scenes = address, password, scenes
        self._wanted: queue.SimpleQueue[tuple[str, float] | None] = queue.SimpleQueue()
        self._session: ObsSession | None = None
        self._reported_away = False
        self._unreachable_because = "it does not answer"
        self._reached = False
        self.missed = 0
        """Number of gestures that switched nothing."""
        self._thread = threading.Thread(target=self._work, name="obs", daemon=True)
        self._thread.start()

    def take(self, message: Message) -> None:
        """Switch to the scene of a gesture, if it has one."""
        if message["type"] == "gesture" and (scene := self._scenes.get(fired_name(message))):
            self._wanted.put((scene, time.monotonic()))

    def close(self) -> None:
        """Finish the requested switches, and disconnect."""
        self._wanted.put(None)
        join(self._thread, 2 * TIMEOUT_S)

    def undelivered(self) -> str:
        """Why OBS was never reached; empty if it was."""
        return "" if self._reached else f"OBS at {self._address} was never reached: {self._unreachable_because}"

    def _work(self) -> None:
        self._connect()
        while True:
            try:
                wanted = self._wanted.get(timeout=None if self._session else RETRY_S)
            except queue.Empty:
                self._connect()
                continue
            if wanted is None:
                break
            self._switch(*wanted)
        self._disconnect()
        if self.missed:
            log.warning("%d gestures switched no scene in OBS", self.missed)

    def _switch(self, scene: str, at_s: float) -> None:
        for _ in range(2):  # twice, because a restart of OBS is noticed only by a failing request
            if time.monotonic() - at_s < MAX_AGE_S and (self._session or self._connect()) and self._request(scene):
                return
        self.missed += 1

    def _request(self, scene: str) -> bool:
        """Request a scene; False if the connection failed."""
        assert self._session
        try:
            self._session.switch(scene)
        except RefusedError as error:
            log.warning("OBS does not switch to the scene '%s' (%s)", scene, error)
            self.missed += 1
        except CONNECTION_ERRORS:
            self._disconnect()
            return False
        return True

    def _connect(self) -> bool:
        try:
            self._session = ObsSession(self._address, self._password)
        except CONNECTION_ERRORS as error:
            self._unreachable_because = _cause(error, self._address)
            if not self._reported_away:
                log.warning(
                    "OBS at %s is unreachable (%s); trying again every %g s",
                    self._address,
                    self._unreachable_because,
                    RETRY_S,
                )
            self._reported_away = True
            return False
        log.info("connected to OBS at %s", self._address)
        self._reported_away, self._reached = False, True
        return True

    def _disconnect(self) -> None:
        if self._session:
            with suppress(*CONNECTION_ERRORS):  # it may be gone already
                self._session.close()
            self._session = None


def _cause(error: BaseException, address: Address) -> str:
    if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.code == WRONG_PASSWORD_CODE:
        return "it refuses the password; set MSTNET_OBS_PASSWORD to its password"
    if isinstance(error, WebSocketException):
        return f"the server at that address is not OBS's WebSocket server: {error}"
    return network_cause(error, address.host)
