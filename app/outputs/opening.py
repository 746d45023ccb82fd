"""Opens the outputs of the settings. The packages of an output are imported when it is opened."""

import os
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol, TypeVar

from app.events import Sink
from app.observer import Observer
from app.outputs.address import Address
from app.outputs.broker import Broker
from app.outputs.json_lines import STDOUT, JsonLines
from app.outputs.osc import Osc
from app.outputs.packages import need
from app.outputs.settings import OutputSettings
from app.signals import defer_signals
from app.worker import Worker
from common.errors import UserError
from common.version import __version__

if TYPE_CHECKING:
    from app.outputs.mqtt import Mqtt
    from app.outputs.obs import Obs
    from app.outputs.web.opening import Web

MQTT_PASSWORD, OBS_PASSWORD = "MSTNET_MQTT_PASSWORD", "MSTNET_OBS_PASSWORD"
"""Environment variables of passwords, because other users of a machine can read command lines."""


class Closable(Protocol):
    """An object with a `close` method."""

    def close(self) -> None:
        """Close it."""
        ...


Opened = TypeVar("Opened", bound=Closable)


class Outputs:
    """All outputs of a run, open until closed.

    Args:
        settings: the outputs to open.
        sources: the sources that are read as cameras, so that no output overwrites one.
        gestures: the labels or groups that can fire.

    Raises:
        UserError: one of them cannot be opened; those before it are closed again.
    """

    def __init__(self, settings: OutputSettings, sources: Sequence[str], gestures: Sequence[str]) -> None:
        self.sinks: list[Sink] = []
        self.observers: list[Observer] = []
        self._page: Web | None = None
        self._opened: list[Closable] = []
        try:
            self._open(settings, sources, gestures)
        except BaseException:
            self.close()
            raise

    def describe(self, source: str, mirror: bool) -> None:
        """Set the source's name and whether the page mirrors the picture; known only after the outputs are opened."""
        if self._page:
            self._page.describe(source, mirror)

    def close(self) -> None:
        """Close all outputs at the same time, so that none waits for another; Ctrl-C and SIGTERM shorten the wait.

        Raises:
            UserError: a file could not be written to its end.
            BrokenPipeError: the reader of standard output has closed it.
            KeyboardInterrupt: Ctrl-C was pressed while closing.
        """
        opened, self._opened = self._opened, []
        with defer_signals():
            errors = close_all(opened)
        if errors:
            raise errors[0]

    def _open(self, settings: OutputSettings, sources: Sequence[str], gestures: Sequence[str]) -> None:
        if settings.serve:
            self._page = self._kept(_web(settings.serve, settings, page=True))
            self.sinks.append(self._page.hub)
            self.observers.append(self._page.pictures)
        if settings.websocket:
            self.sinks.append(self._kept(_web(settings.websocket, settings, page=False)).hub)
        if settings.mqtt:
            self.sinks.append(self._kept(_mqtt(settings.mqtt, sources)))
        if settings.osc:
            self.sinks.append(self._kept(Osc(settings.osc)))
        if settings.obs:
            self.sinks.append(self._kept(_obs(settings.obs, settings.obs_scenes, gestures)))
        # Files come last: if one cannot be written any more, the other sinks have already received the message.
        files = [(file, steps) for file, steps in ((settings.events, False), (settings.trace, True)) if file]
        refuse_same_files([file for file, _ in files], sources)
        self.sinks += [self._kept(JsonLines(file, steps)) for file, steps in files]

    def _kept(self, output: Opened) -> Opened:
        self._opened.append(output)
        return output


def close_all(opened: Sequence[Closable]) -> list[BaseException]:
    """Close all objects at the same time; return the errors."""
    errors: list[BaseException] = []
    workers = [Worker(each.close, on_end=lambda: None, on_error=errors.append) for each in opened]
    for worker in workers:
        worker.start()
    for worker in workers:
        while not worker.join(0.1):
            pass
    return errors


def refuse_same_files(files: Sequence[str], sources: Sequence[str]) -> None:
    """Check that no two outputs write to one file, and none to a video that is read.

    Raises:
        UserError: they do.
    """
    paths = [_real(file) for file in files]
    if len(set(paths)) < len(paths):
        raise UserError(f"--events and --trace both write to {files[0]}; a trace has the events, so --trace is enough")
    for source in sources:
        if _real(source) in paths:
            raise UserError(f"{source} is read as the camera and cannot be written; name another file")


def _real(file: str) -> str:
    """The real path of a file; the name itself for standard output, or if the working folder no longer exists."""
    try:
        return file if file == STDOUT else os.path.realpath(file)
    except OSError:
        return file


def _web(address: Address, settings: OutputSettings, page: bool) -> "Web":
    need("aiohttp", "aiohttp", "--serve" if page else "--websocket")
    from app.outputs.web.opening import Web

    return Web(address, page, settings.token_file, settings.allowed_origins, settings.allowed_hosts)


def _mqtt(broker: Broker, sources: Sequence[str]) -> "Mqtt":
    need("paho.mqtt.client", "paho-mqtt", "--mqtt")
    from app.outputs.mqtt import Mqtt

    return Mqtt(broker.with_password(os.environ.get(MQTT_PASSWORD)), __version__, sources)


def _obs(address: Address, scenes: Sequence[tuple[str, str]], gestures: Sequence[str]) -> "Obs":
    for name, _ in scenes:
        check_gesture(name, gestures)
    need("websockets", "websockets", "--obs")
    from app.outputs.obs import Obs

    return Obs(address, os.environ.get(OBS_PASSWORD, ""), dict(scenes))


def check_gesture(name: str, gestures: Sequence[str]) -> None:
    """Check that a gesture can fire: that it is a label of the model, or a group of the vocabulary.

    Raises:
        UserError: it cannot; the message names the nearest one that can.
    """
    if name not in gestures:
        near = get_close_matches(name, gestures, n=1, cutoff=0.0)
        raise UserError(f"no gesture is called '{name}'; did you mean '{near[0]}'?")
