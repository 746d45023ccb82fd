"""Opening: the outputs that the command line asks for. What an output needs is imported when it is asked for."""

import argparse
import os
import signal
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol, TypeVar

from app.ending import signals_noted
from app.events import Sink
from app.observer import Observer
from app.outputs.json_lines import STDOUT, JsonLines
from app.outputs.osc import Osc
from app.outputs.packages import need
from app.worker import Worker
from common.errors import UserError

if TYPE_CHECKING:
    from app.outputs.mqtt import Mqtt
    from app.outputs.obs import Obs
    from app.outputs.web.opening import Web

MQTT_PASSWORD, OBS_PASSWORD = "MSTNET_MQTT_PASSWORD", "MSTNET_OBS_PASSWORD"
"""Environment variables, because every user of a machine can read its command lines."""


class Closable(Protocol):
    """What is to be closed at the end."""

    def close(self) -> None:
        """Close it."""
        ...


Opened = TypeVar("Opened", bound=Closable)


class Outputs:
    """All outputs of a run, open until closed.

    Args:
        given: the command line.
        gestures: the names under which they fire.
        version: this program's.

    Raises:
        UserError: one of them cannot be opened; those before it are closed again.
    """

    def __init__(self, given: argparse.Namespace, gestures: Sequence[str], version: str) -> None:
        self.sinks: list[Sink] = []
        self.observers: list[Observer] = []
        self._page: Web | None = None
        self._opened: list[Closable] = []
        try:
            self._open(given, gestures, version)
        except BaseException:
            self.close()
            raise

    def describe(self, source: str, mirror: bool) -> None:
        """Tell the page what became known after it was opened: the source's name, and whether to show a mirror."""
        if self._page:
            self._page.describe(source, mirror)

    def close(self) -> None:
        """Close all of them at once, so that none waits for another; Ctrl-C and SIGTERM make it short.

        Raises:
            UserError: a file could not be written to its end.
            BrokenPipeError: nobody reads standard output any more.
            KeyboardInterrupt: Ctrl-C came meanwhile.
        """
        opened, self._opened = self._opened, []
        with signals_noted() as came:
            errors = close_all(opened)
        if signal.SIGINT in came:
            raise KeyboardInterrupt
        if errors:
            raise errors[0]

    def _open(self, given: argparse.Namespace, gestures: Sequence[str], version: str) -> None:
        if given.serve:
            self._page = self._kept(_web(given, page=True))
            self.sinks.append(self._page.hub)
            self.observers.append(self._page.pictures)
        if given.websocket:
            self.sinks.append(self._kept(_web(given, page=False)).hub)
        if given.mqtt:
            self.sinks.append(self._kept(_mqtt(given, version)))
        if given.osc:
            self.sinks.append(self._kept(Osc(given.osc)))
        if given.obs or given.obs_scene:
            self.sinks.append(self._kept(_obs(given, gestures)))
        # Files come last: when one cannot be written any more, the others have heard what it could not hold.
        files = list(wanted_files(given))
        refuse_same_files([file for file, _ in files], given.camera or ())
        self.sinks += [self._kept(JsonLines(file, steps)) for file, steps in files]

    def _kept(self, output: Opened) -> Opened:
        self._opened.append(output)
        return output


def close_all(opened: Sequence[Closable]) -> list[BaseException]:
    """Close everything at the same time; what went wrong."""
    errors: list[BaseException] = []
    workers = [Worker(each.close, on_end=lambda: None, on_error=errors.append) for each in opened]
    for worker in workers:
        worker.start()
    for worker in workers:
        while not worker.join(0.1):
            pass
    return errors


def wanted_files(given: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    """The files to write and whether each is a trace; headless without any writes events to standard output."""
    if given.events or (given.headless and not given.trace):
        yield given.events or STDOUT, False
    if given.trace:
        yield given.trace, True


def refuse_same_files(files: Sequence[str], cameras: Sequence[str]) -> None:
    """See that no two outputs write one file, and none a film that is read.

    Raises:
        UserError: they do.
    """
    paths = [_real(file) for file in files]
    if len(set(paths)) < len(paths):
        raise UserError(f"--events and --trace both go to {files[0]}; a trace holds the events, so --trace is enough")
    for camera in cameras:
        if _real(camera) in paths:
            raise UserError(f"{camera} is read as the camera and cannot be written; name another file")


def _real(file: str) -> str:
    """Where a path really leads; itself where it means none, or where the working folder is gone."""
    try:
        return file if file == STDOUT else os.path.realpath(file)
    except OSError:
        return file


def _web(given: argparse.Namespace, page: bool) -> "Web":
    need("aiohttp", "aiohttp", "--serve" if page else "--websocket")
    from app.outputs.web.opening import Web

    address = given.serve if page else given.websocket
    return Web(address, page, given.token_file, given.allow_origin, given.allow_host)


def _mqtt(given: argparse.Namespace, version: str) -> "Mqtt":
    need("paho.mqtt.client", "paho-mqtt", "--mqtt")
    from app.outputs.mqtt import Mqtt

    return Mqtt(given.mqtt.with_password(os.environ.get(MQTT_PASSWORD)), version)


def _obs(given: argparse.Namespace, gestures: Sequence[str]) -> "Obs":
    if not (given.obs and given.obs_scene):
        raise UserError(
            "--obs and --obs-scene go together: where OBS listens, and which gesture switches to which scene"
        )
    for name, _ in given.obs_scene:
        check_gesture(name, gestures)
    need("websockets", "websockets", "--obs")
    from app.outputs.obs import Obs

    return Obs(given.obs, os.environ.get(OBS_PASSWORD, ""), dict(given.obs_scene))


def check_gesture(name: str, gestures: Sequence[str]) -> None:
    """See that a gesture can fire: the model, or the vocabulary if one was given, knows it.

    Raises:
        UserError: it cannot; names the nearest that can.
    """
    if name not in gestures:
        near = get_close_matches(name, gestures, n=1, cutoff=0.0)
        raise UserError(f"no gesture is called '{name}'; the nearest that there is is '{near[0]}'")
