"""ObsSession: one connection to OBS Studio by the obs-websocket 5 protocol, with the one request that is needed.

Existing libraries log the password, or leave sockets open if it is wrong. The needed part of the protocol is short:
Hello, Identify, Identified, then requests with their responses (operations 0, 1, 2, 6 and 7).
"""

import base64
import hashlib
import itertools
import json
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from app.outputs.address import Address

HELLO, IDENTIFY, IDENTIFIED, REQUEST, RESPONSE = 0, 1, 2, 6, 7
TIMEOUT_S = 3.0
CONNECTION_ERRORS = (OSError, WebSocketException, EOFError, ValueError, KeyError, TypeError)
"""Errors of a connection that cannot be opened, is lost, or is not to OBS."""


class RefusedError(Exception):
    """OBS refused a request."""


class ObsSession:
    """An open connection to OBS.

    Raises:
        CONNECTION_ERRORS: it cannot be opened. All methods may raise them as well.
    """

    def __init__(self, address: Address, password: str) -> None:
        self._numbers = itertools.count()
        with ExitStack() as stack:
            opening = connect(f"ws://{address}", open_timeout=TIMEOUT_S, close_timeout=1, proxy=None)
            self._socket = stack.enter_context(opening)
            asked = self._receive(HELLO).get("authentication")
            proof = {"authentication": prove(password, asked["salt"], asked["challenge"])} if asked else {}
            self._send(IDENTIFY, {"rpcVersion": 1, "eventSubscriptions": 0, **proof})
            self._receive(IDENTIFIED)
            self._stack = stack.pop_all()

    def switch(self, scene: str) -> None:
        """Switch to a scene.

        Raises:
            RefusedError: there is no such scene, or OBS cannot switch now; with OBS's message.
        """
        number = str(next(self._numbers))
        wanted = {"requestType": "SetCurrentProgramScene", "requestData": {"sceneName": scene}}
        self._send(REQUEST, {"requestId": number, **wanted})
        while (response := self._receive(RESPONSE))["requestId"] != number:
            pass
        status = response["requestStatus"]
        if not status["result"]:
            raise RefusedError(status.get("comment") or f"code {status['code']}")

    def close(self) -> None:
        self._stack.close()

    def _send(self, operation: int, data: dict[str, Any]) -> None:
        self._socket.send(json.dumps({"op": operation, "d": data}))

    def _receive(self, operation: int) -> dict[str, Any]:
        while (message := json.loads(self._socket.recv(TIMEOUT_S)))["op"] != operation:
            pass
        data: dict[str, Any] = message["d"]
        return data


def prove(password: str, salt: str, challenge: str) -> str:
    """The response to OBS's challenge, which does not reveal the password."""
    return _digest(_digest(password + salt) + challenge)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
