"""Opening the outputs that the settings name. The packages of an output are imported when it is opened."""

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
        settings: which outputs there are.
        sources: what is read as a camera, so that no output writes over it.
        gestures: the names under which gestures fire.

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
        # Files come last: when one cannot be written any more, the others have heard what it could not hold.
        files = [(file, steps) for file, steps in ((settings.events, False), (settings.trace, True)) if file]
        refuse_same_files([file for file, _ in files], sources)
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


def refuse_same_files(files: Sequence[str], sources: Sequence[str]) -> None:
    """See that no two outputs write one file, and none a film that is read.

    Raises:
        UserError: they do.
    """
    paths = [_real(file) for file in files]
    if len(set(paths)) < len(paths):
        raise UserError(f"--events and --trace both go to {files[0]}; a trace holds the events, so --trace is enough")
    for source in sources:
        if _real(source) in paths:
            raise UserError(f"{source} is read as the camera and cannot be written; name another file")


def _real(file: str) -> str:
    """Where a path really leads; itself where it means none, or where the working folder is gone."""
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
    """See that a gesture can fire: the model, or the vocabulary if one was given, knows it.

    Raises:
        UserError: it cannot; names the nearest that can.
    """
    if name not in gestures:
        near = get_close_matches(name, gestures, n=1, cutoff=0.0)
        raise UserError(f"no gesture is called '{name}'; the nearest that there is is '{near[0]}'")
