"""OBS Studio: a gesture switches the scene, over OBS's own WebSocket (version 5, in OBS 28 and later).

A scene is switched now or not at all: a gesture made while OBS was away switches nothing when it is back.
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
from app.outputs.obs_session import TIMEOUT_S, TROUBLE, ObsSession, RefusedError
from app.shutdown import join
from common.log import log

WRONG_PASSWORD = 4009
"""OBS's own code for it."""
RETRY_S = 5.0
"""How often OBS is looked for while it is away."""
FRESH_S = 2.0
"""A gesture older than this switches nothing any more."""


class Obs:
    """A sink that switches scenes in a thread of its own.

    Args:
        address: where OBS listens.
        password: its WebSocket server's; empty where it asks for none.
        scenes: the scene for each gesture that switches one.
    """

    wants_steps = False

    def __init__(self, address: Address, password: str, scenes: Mapping[str, str]) -> None:
        self._address, self._password, self._scenes = address, password, scenes
        self._wanted: queue.SimpleQueue[tuple[str, float] | None] = queue.SimpleQueue()
        self._session: ObsSession | None = None
        self._told_away = False
        self.missed = 0
        """Gestures that switched nothing."""
        self._thread = threading.Thread(target=self._work, name="obs", daemon=True)
        self._thread.start()

    def take(self, message: Message) -> None:
        """Switch to the scene of a gesture, if it has one."""
        if message["type"] == "gesture" and (scene := self._scenes.get(fired_name(message))):
            self._wanted.put((scene, time.monotonic()))

    def close(self) -> None:
        """Finish what was asked for, and hang up."""
        self._wanted.put(None)
        join(self._thread, 2 * TIMEOUT_S)

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
        self._hang_up()
        if self.missed:
            log.warning("%d gestures switched no scene in OBS", self.missed)

    def _switch(self, scene: str, at_s: float) -> None:
        for _ in range(2):  # a second time, because that OBS was restarted shows only when it is asked for something
            if time.monotonic() - at_s < FRESH_S and (self._session or self._connect()) and self._ask(scene):
                return
        self.missed += 1

    def _ask(self, scene: str) -> bool:
        """Ask for a scene; False when nobody answered."""
        assert self._session
        try:
            self._session.switch(scene)
        except RefusedError as error:
            log.warning("OBS does not switch to the scene '%s' (%s)", scene, error)
            self.missed += 1
        except TROUBLE:
            self._hang_up()
            return False
        return True

    def _connect(self) -> bool:
        try:
            self._session = ObsSession(self._address, self._password)
        except TROUBLE as error:
            if not self._told_away:
                cause = _cause(error, self._address)
                log.warning("OBS at %s is away (%s); looking for it every %g s", self._address, cause, RETRY_S)
            self._told_away = True
            return False
        log.info("OBS at %s is there", self._address)
        self._told_away = False
        return True

    def _hang_up(self) -> None:
        if self._session:
            with suppress(*TROUBLE):  # it may be gone already
                self._session.close()
            self._session = None


def _cause(error: BaseException, address: Address) -> str:
    if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.code == WRONG_PASSWORD:
        return "it wants another password; give it as MSTNET_OBS_PASSWORD"
    if isinstance(error, WebSocketException):
        return f"what answers there is not OBS's WebSocket server: {error}"
    return network_cause(error, address.host)
