"""One connection to OBS Studio: obs-websocket 5, of which one request is needed.

Written here because the two libraries for it log the password or leave sockets open when it is wrong, and because it is
short: Hello, Identify, Identified, then requests with their responses (the protocol's operations 0, 1, 2, 6 and 7).
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
TROUBLE = (OSError, WebSocketException, EOFError, ValueError, KeyError, TypeError)
"""What is raised when OBS is away, goes away, or is something else."""


class RefusedError(Exception):
    """OBS heard the request, and cannot do it."""


class ObsSession:
    """An open connection.

    Raises:
        TROUBLE: it cannot be opened. All methods may raise it as well.
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
        """Show a scene.

        Raises:
            RefusedError: there is no such scene, or OBS cannot switch now; in OBS's words.
        """
        number = str(next(self._numbers))
        wanted = {"requestType": "SetCurrentProgramScene", "requestData": {"sceneName": scene}}
        self._send(REQUEST, {"requestId": number, **wanted})
        while (answer := self._receive(RESPONSE))["requestId"] != number:
            pass
        status = answer["requestStatus"]
        if not status["result"]:
            raise RefusedError(status.get("comment") or f"code {status['code']}")

    def close(self) -> None:
        """Hang up."""
        self._stack.close()

    def _send(self, operation: int, data: dict[str, Any]) -> None:
        self._socket.send(json.dumps({"op": operation, "d": data}))

    def _receive(self, operation: int) -> dict[str, Any]:
        while (message := json.loads(self._socket.recv(TIMEOUT_S)))["op"] != operation:
            pass
        data: dict[str, Any] = message["d"]
        return data


def prove(password: str, salt: str, challenge: str) -> str:
    """The answer to OBS's challenge, from which nobody can tell the password."""
    return _digest(_digest(password + salt) + challenge)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
