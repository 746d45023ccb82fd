"""OBS, simulated by a server with its protocol (obs-websocket 5) and its authentication."""

import base64
import hashlib
import json
import logging
from threading import Thread

import pytest
from streams import fired, header, until
from websockets.sync.server import serve

from app.outputs.address import Address
from app.outputs.kinds.obs_studio import known_gesture
from app.outputs.obs import Obs
from common.errors import UserError

SCENES = {"Swiping Left": "Close-up", "Swiping Right": "Desk", "Thumb Up": "Nowhere"}
PASSWORD, SALT, CHALLENGE = "stage-secret", "salt", "challenge"


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Studio:
    """A server that handles requests to switch the scene as OBS does."""

    def __init__(self, port=0):
        self.switched, self.connections = [], 0
        self._server = serve(self._talk, "127.0.0.1", port)
        self.port = self._server.socket.getsockname()[1]
        self._open = []
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def _talk(self, socket):
        self._open.append(socket)
        authentication = {"salt": SALT, "challenge": CHALLENGE}
        socket.send(json.dumps({"op": 0, "d": {"rpcVersion": 1, "authentication": authentication}}))
        if json.loads(socket.recv())["d"].get("authentication") != digest(digest(PASSWORD + SALT) + CHALLENGE):
            socket.close(4009, "Authentication failed.")
            return
        socket.send(json.dumps({"op": 2, "d": {"negotiatedRpcVersion": 1}}))
        self.connections += 1
        for text in socket:
            self._respond(socket, json.loads(text)["d"])

    def _respond(self, socket, asked):
        scene = asked["requestData"]["sceneName"]
        known = scene in ("Desk", "Close-up")
        if known:
            self.switched.append(scene)
        status = {"result": True, "code": 100} if known else {"result": False, "code": 600, "comment": "No source"}
        response = {"requestType": asked["requestType"], "requestId": asked["requestId"], "requestStatus": status}
        socket.send(json.dumps({"op": 7, "d": response}))

    def close(self):
        self._server.shutdown()
        for socket in self._open:
            socket.close()
        self._thread.join(10)


@pytest.fixture
def open_studio():
    """Starts servers and stops them."""
    made = []

    def start(port=0):
        made.append(Studio(port))
        return made[-1]

    yield start
    for studio in made:
        studio.close()


def control(studio, password=PASSWORD):
    return Obs(Address("127.0.0.1", studio.port), password, SCENES)


def test_gestures_switch_scenes_in_order(open_studio, caplog):
    caplog.set_level(logging.DEBUG)
    studio = open_studio()
    obs = control(studio)
    obs.take(header())
    for label in ("Swiping Left", "Swiping Right", "Stop Sign", "Swiping Left"):
        obs.take(fired(label))
    obs.close()
    assert studio.switched == ["Close-up", "Desk", "Close-up"]
    assert studio.connections == 1
    assert PASSWORD not in caplog.text  # the library would write it


def test_every_label_of_a_group_switches_the_scene(open_studio):
    studio = open_studio()
    obs = control(studio)
    obs.take(fired("Swiping Left", group="side"))
    obs.take(fired("Thumb Up", group="Swiping Right"))
    obs.close()
    assert studio.switched == ["Desk"]


def test_an_unknown_scene_is_logged_and_the_next_one_works(open_studio, caplog):
    studio = open_studio()
    obs = control(studio)
    obs.take(fired("Thumb Up"))
    obs.take(fired("Swiping Right"))
    obs.close()
    assert studio.switched == ["Desk"]
    assert "'Nowhere'" in caplog.text
    assert obs.missed == 1


def test_it_reconnects_after_a_restart_of_obs(open_studio):
    first = open_studio()
    obs = control(first)
    obs.take(fired("Swiping Left"))
    until(lambda: first.switched)
    first.close()
    second = open_studio(first.port)
    obs.take(fired("Swiping Right"))
    until(lambda: second.switched == ["Desk"])
    obs.close()
    assert obs.missed == 0
    assert obs.undelivered() == ""


def test_unreachable_obs_is_logged_once_and_missed_gestures_are_counted(open_studio, caplog):
    studio = open_studio()
    studio.close()
    obs = control(studio)
    for _ in range(3):
        obs.take(fired("Swiping Left"))
    obs.close()
    assert obs.missed == 3
    assert "was never reached" in obs.undelivered()
    assert caplog.text.count("is unreachable") == 1
    assert "3 gestures switched no scene" in caplog.text


def test_a_wrong_password_is_logged(open_studio, caplog):
    obs = control(open_studio(), "wrong-word")
    until(lambda: "is unreachable" in caplog.text)
    obs.close()
    assert "wrong-word" not in caplog.text


def test_a_gesture_may_be_written_in_any_case():
    gestures = ["Swiping Left", "Café"]
    assert known_gesture("swiping left", gestures) == "Swiping Left"
    assert known_gesture("cafe\u0301", gestures) == "Café"
    with pytest.raises(UserError, match="'Swiping Left'"):
        known_gesture("Swiping Lft", gestures)
