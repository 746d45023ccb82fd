"""Recognise hand gestures in front of a camera: `python main.py --camera 0`.

Reads the command line, builds the pieces and runs them. The only file that knows every room.
"""

# ruff: noqa: E402
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in the first imports ends the process without a traceback

from app import dependencies

dependencies.require()  # before anything imports them, so that one that is missing is told in one line

import argparse
import logging
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from app import combinations, doctor
from app.batch import Batch
from app.camera import open_camera
from app.camera.base import Camera, OnStatus
from app.camera.devices import list_devices
from app.chosen_networks import chosen_clip, note_what_is_missing
from app.command_line import parser
from app.control.control import Control
from app.control.opening import Wishes, open_control
from app.ending import ending_signals, leave, told_to_end
from app.events import Events
from app.loop import Limits, Switches, run
from app.many import Line, Streams, turns
from app.meters import Meter
from app.observer import Observer
from app.outputs.opening import Outputs
from app.overlay import application
from app.overlay.display import choose_platform
from app.overlay.view import ViewOptions
from app.recording.plan import Plan
from app.recording.prompt import Printer
from app.recording.recorder import Recorder
from app.replay import Replay
from app.stderr_handler import StderrHandler
from app.vocabulary import read_vocabulary
from app.worker import Worker
from calibration.errors import TakeError
from calibration.personal_head import PersonalHead
from calibration.recordings import Recordings
from calibration.user_profile import NOBODY, find_profile
from common.command import output_flushed
from common.errors import UserError
from common.version import __version__
from models.batch_recognizer import BatchRecognizer
from models.engines import Engine, load_batch_engine, load_engine
from models.engines.cores import cores
from models.engines.turns import TurnsEngine
from models.errors import CameraError
from models.framing.choice import open_framing
from models.framing.manual import ManualFraming
from models.networks import Networks, networks_of
from models.recognizer import Recognizer

if TYPE_CHECKING:
    from app.overlay.bridge import Bridge

HERE = Path(__file__).resolve().parent
MODEL = HERE / "models" / "weights" / "mstnet_small.onnx"
DEMO = HERE / "app" / "demo" / "demo.mp4"
PATIENCE_S = 5.0
"""How long a closed window waits for its worker to finish a frame."""

log = logging.getLogger("mstnet")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    line = parser()
    given = line.parse_args(arguments)
    combinations.check(line, given)
    logging.basicConfig(level=given.log_level.upper(), format="mstnet: %(message)s", handlers=[StderrHandler()])
    try:
        dependencies.loaded()  # not before: from here on, Ctrl-C is caught below
        with output_flushed():
            return do(given)
    except UserError as error:
        log.error("%s", error)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0  # whoever read standard output has had enough


def do(given: argparse.Namespace) -> int:
    """Do what the command line says; return the exit status."""
    if given.list_cameras:
        print_cameras()
    elif given.doctor:
        return doctor.examine(given.model or MODEL, choose_platform)
    elif given.batch or len(given.camera or ()) > 1:
        recognise_many(given)
    elif given.record:
        record(given)
    else:
        recognise(given)
    return 0


def recognise(given: argparse.Namespace) -> None:
    """Build the line from camera to gesture and run it, without a window or with one."""
    with ExitStack() as stack:
        engine = stack.enter_context(closing(load_engine(given.model or MODEL, given.engine)))
        networks = chosen_networks(given, engine, stack)
        framing = ManualFraming(open_framing(given.framing))
        recognizer = Recognizer(networks, framing)
        outputs = stack.enter_context(closing(Outputs(given, networks.gestures, __version__)))
        events = Events(outputs.sinks)
        control = opened_control(given, networks, stack)
        told = Told()
        # The camera comes last: what it delivers while the rest is built would count as dropped.
        camera = stack.enter_context(closing(opened(given, told)))
        outputs.describe(camera.name, mirrored(given, camera))
        note_what_is_missing(networks, given.calm)
        observers: list[Observer] = [*([control] if control else []), *outputs.observers]
        meter, limits = Meter(camera), Limits(given.max_frames, given.duration)
        line = partial(run, camera, recognizer, events, limits=limits, meter=meter)
        if control:
            tell_armed(control, events)
        if given.headless:
            run_headless(partial(line, observers=observers), control)
        else:
            replay = Replay(networks, Recordings(given_person(given)))
            options = replace(view_options(given, camera, recognizer), replay=replay, draw_region=framing.draw)
            run_in_window(line, [*observers, replay], options, meter, told, control=control)


def chosen_networks(given: argparse.Namespace, engine: Engine, stack: ExitStack) -> Networks:
    """What is run over each stream, for the person of `--profile` if one is named."""
    profile = find_profile(given.profile) if given.profile else None
    head = PersonalHead(profile, engine.spec) if profile else None
    labels = head.labels if head else engine.spec.labels
    vocabulary = read_vocabulary(given.vocabulary, labels) if given.vocabulary else None
    alone = given.calm or given.record
    clip = None if alone else chosen_clip(given.model or MODEL, given.networks, given.clip_model)
    if clip:
        stack.enter_context(closing(clip))
    return networks_of(engine, head, profile.decoding if profile else None, not alone, clip, vocabulary)


def given_person(given: argparse.Namespace) -> str:
    """Whose recordings moments are added to that are marked as wrong."""
    return find_profile(given.profile).name if given.profile else NOBODY


def recognise_many(given: argparse.Namespace) -> None:
    """Run a line for each camera through one engine, and print what happens as JSON lines."""
    check_many(given)
    with ExitStack() as stack:
        networks, line = (batched if given.batch else taking_turns)(given, stack)
        outputs = stack.enter_context(closing(Outputs(given, networks.gestures, __version__)))
        note_what_is_missing(networks, given.calm)
        streams = Streams(line, outputs.sinks, Limits(given.max_frames, given.duration))
        switches = Switches()
        with stopping_on_signals(switches) as received:
            for number, source in enumerate(given.camera):
                streams.join(partial(opened, given, Told(f"stream {number}: "), source))
            streams.wait(switches.stop)
    if signal.SIGINT in received:
        raise KeyboardInterrupt
    if streams.failed:
        raise CameraError(f"{streams.failed} of {len(given.camera)} cameras could not be used; see above")


def taking_turns(given: argparse.Namespace, stack: ExitStack) -> tuple[Networks, Line]:
    """The networks, and a line whose streams take turns at their engine, a step a core at once."""
    engine = load_engine(given.model or MODEL, given.engine)
    at_once = cores() if engine.name.endswith(":CPUExecutionProvider") else 1
    networks = chosen_networks(given, stack.enter_context(closing(TurnsEngine(engine, at_once))), stack)
    return networks, turns(networks, partial(open_framing, given.framing))


def batched(given: argparse.Namespace, stack: ExitStack) -> tuple[Networks, Line]:
    """The networks, and a line whose streams step together."""
    engine = load_batch_engine(given.model or MODEL, len(given.camera), cores(), given.engine)
    networks = chosen_networks(given, stack.enter_context(closing(engine)), stack)
    recognizer = BatchRecognizer(networks, partial(open_framing, given.framing))
    log.info("stepping on %s", engine.name)
    batch = stack.enter_context(closing(Batch(recognizer)))
    batch.start()
    return recognizer.networks, batch.run


def check_many(given: argparse.Namespace) -> None:
    """See that nothing is asked for that only one camera can do."""
    if len(given.camera or ()) < 2:
        raise UserError("--batch is for several cameras; leave it out, or give another --camera")
    for_one = ("overlay", "control", "record", "serve", "websocket", "mqtt", "osc", "obs")
    if asked := [name for name in for_one if getattr(given, name)]:
        raise UserError(f"--{asked[0]} is for one camera; give one --camera, or start a process for each")
    if not given.headless:
        raise UserError("several cameras have no window; add --headless, or give one --camera")


def record(given: argparse.Namespace) -> None:
    """Record a person as `--gesture`, `--takes` and `--work` say, without a window or with one."""
    plan = Plan(tuple(given.gesture), given.takes, given.take_seconds, given.work)
    plan.check()
    with ExitStack() as stack:
        engine = stack.enter_context(closing(load_engine(given.model or MODEL, given.engine)))
        recognizer = Recognizer(chosen_networks(given, engine, stack), open_framing(given.framing))
        switches, recordings, told = Switches(), Recordings(given.record), Told()
        recordings.check()
        recorder = Recorder(plan, recordings, engine.spec, switches.stop.set)
        camera = stack.enter_context(closing(opened(given, told)))
        meter, limits = Meter(camera), Limits(given.max_frames, given.duration)
        line = partial(run, camera, recognizer, limits=limits, meter=meter)
        if given.headless:
            recorder.listener = Printer(partial(log.info, "%s"))
            run_headless(partial(line, observers=[recorder]), switches=switches)
        else:
            options = replace(view_options(given, camera, recognizer), guided=True)
            run_in_window(line, [recorder], options, meter, told, switches, recorder=recorder)
        if camera.ended and not recorder.finished:
            raise TakeError(
                f"{camera.name} ended after {recorder.done} of {recorder.scenes} recordings, which are saved; "
                "ask for fewer or shorter ones, or give a longer video"
            )
    told_fit = f"Next: python -m calibration fit --profile {given.record}"
    log.info("%d of %d recordings saved in %s. %s", recorder.done, recorder.scenes, recordings.folder, told_fit)


def run_headless(line: "partial[None]", control: Control | None = None, switches: Switches | None = None) -> None:
    """Run in this thread until the source ends or a signal comes; then Ctrl-C is handed on."""
    switches = switches or Switches()
    with stopping_on_signals(switches) as received:
        line(switches=switches)
        if control and not received:
            control.finish()
    if signal.SIGINT in received:
        raise KeyboardInterrupt


def run_in_window(
    line: "partial[None]",
    observers: Sequence[Observer],
    options: ViewOptions,
    meter: Meter,
    told: "Told",
    switches: Switches | None = None,
    control: Control | None = None,
    recorder: Recorder | None = None,
) -> None:
    """Run in a thread of its own while the window, beside other observers, shows what happens or what to do."""
    switches, workers = switches or Switches(), []

    def start(bridge: "Bridge") -> None:
        told.listener = bridge.say
        if control:
            control.arming.listen(lambda armed, _why: bridge.arm(armed))
        if recorder:
            recorder.listener = bridge.guide
        bridge.meter = meter
        job = partial(line, observers=[*observers, bridge], switches=switches)
        workers.append(Worker(job, on_end=bridge.end, on_error=bridge.fail))
        workers[0].start()

    try:
        toggle_control = control.arming.toggle if control else None
        application.run(options, start, switches.stop.set, switches.set_paused, toggle_control)
    finally:
        for worker in workers:
            worker.join(PATIENCE_S)


class Told:
    """Hands what the camera says to whoever listens now: standard error, then the window."""

    def __init__(self, whose: str = "") -> None:
        self.listener: OnStatus = lambda text: log.info("%s%s", whose, text) if text else None

    def __call__(self, text: str) -> None:
        """Hand on one line; an empty one means that the last no longer holds."""
        self.listener(text)


def opened(given: argparse.Namespace, told: OnStatus, source: str | None = None) -> Camera:
    """The camera, file or clip that the command line names; in a window or a batch, a file is paced like a camera."""
    source = source or (str(DEMO) if given.demo else (given.camera or ["0"])[0])
    realtime = given.realtime or given.batch or not given.headless
    camera = open_camera(source, realtime=realtime, flip=given.flip_input, fps=given.fps, on_status=told)
    if given.fps and camera.live:
        log.warning("--fps is for files; %s tells its own times", camera.name)
    return camera


def opened_control(given: argparse.Namespace, networks: Networks, stack: ExitStack) -> Control | None:
    """What acts on the desktop, if that was asked for."""
    if not given.control:
        return None
    wishes = Wishes(tuple(given.control), given.control_through, given.armed, given.dry_run, given.allow_commands)
    return stack.enter_context(closing(open_control(wishes, networks)))


def tell_armed(control: Control, events: Events) -> None:
    """Say whenever gestures begin to act, or no longer do: to people and to programs."""

    def tell(armed: bool, why: str) -> None:
        log.info("control is %s%s", "on" if armed else "off", f" ({why})" if why else "")
        events.arm(armed)

    control.arming.listen(tell)


def view_options(given: argparse.Namespace, camera: Camera, recognizer: Recognizer) -> ViewOptions:
    """What the window knows before the first frame."""
    return ViewOptions(
        labels=recognizer.labels,
        model=recognizer.spec.name,
        engine=recognizer.networks.stream.engine.name,
        source=camera.name,
        mirror=mirrored(given, camera),
        overlay=given.overlay,
        vocabulary=recognizer.networks.stream.vocabulary,
    )


def mirrored(given: argparse.Namespace, camera: Camera) -> bool:
    """Whether people see the picture as a mirror would show it: a live one, unless they say otherwise."""
    return camera.live if given.mirror is None else bool(given.mirror)


@contextmanager
def stopping_on_signals(switches: Switches) -> Iterator[list[int]]:
    """While this lasts, Ctrl-C and SIGTERM end the line in good order; yields the signals that came."""
    received: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        received.append(number)
        told_to_end.set()
        switches.stop.set()

    before = {number: signal.signal(number, stop) for number in ending_signals()}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def print_cameras() -> None:
    """Print the cameras there are, one a line."""
    devices = list_devices()
    for device in devices:
        print(device)
    if not devices:
        log.warning("no camera found. Plug one in, or try --demo, or --camera with a file or a URL.")


if __name__ == "__main__":
    leave(main())
