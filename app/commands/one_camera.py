"""Recognises the gestures of one camera, with or without a window."""

from contextlib import ExitStack, closing

from app.camera import open_configured
from app.chosen_networks import log_missing_networks, open_networks
from app.control.control import Control
from app.control.opening import open_control
from app.events import Events
from app.headless import run_headless
from app.meters import Meter
from app.outputs.kind import RunFacts
from app.outputs.opening import Outputs
from app.pipeline import Pipeline
from app.replay import Replay
from app.settings import Settings
from app.status import StatusRelay
from app.windowed import run_in_window
from calibration.take_folder import TakeFolder
from calibration.user_profile import DEFAULT_NAME, find_profile
from common.log import log
from models.framing.manual import ManualFraming
from models.framing.opening import open_framing
from models.recognizer import Recognizer


def recognise(settings: Settings) -> None:
    """Build the pipeline from camera to gesture and run it."""
    with ExitStack() as stack:
        networks = stack.enter_context(open_networks(settings.model))
        framing = ManualFraming(open_framing(settings.framing))
        recognizer = Recognizer(networks, framing)
        facts = RunFacts(settings.camera.sources, networks.gestures)
        outputs = Outputs(settings.outputs, facts)
        stack.push(outputs.check_delivery)  # after they are closed
        stack.callback(outputs.close)
        events = Events(outputs.sinks)
        control = stack.enter_context(closing(open_control(settings.control, networks))) if settings.control else None
        status = StatusRelay()
        # The camera is opened last: frames that it delivers during set-up would count as dropped.
        camera = stack.enter_context(closing(open_configured(settings.camera, status)))
        outputs.describe(camera.name, settings.view.mirrored(camera.live))
        log_missing_networks(networks, main_pass_only=not settings.model.fast_pass)
        replay = Replay(networks, TakeFolder(person(settings.model.profile))) if settings.view.window else None
        observers = [*([control] if control else []), *outputs.observers, *([replay] if replay else [])]
        pipeline = Pipeline(
            camera,
            recognizer,
            events,
            observers,
            settings.limits,
            Meter.of_steps(camera, recognizer.spec.rate_hz),
        )
        if control:
            report_armed(control, events)
        if settings.view.window:
            run_in_window(pipeline, settings.view, status, control, replay=replay, draw_region=framing.draw)
        else:
            run_headless(pipeline, control)


def person(profile: str | None) -> str:
    """Name of the user whose takes receive the moments that are marked as wrong."""
    return find_profile(profile).name if profile else DEFAULT_NAME


def report_armed(control: Control, events: Events) -> None:
    """Log and emit an event when control is armed or disarmed."""

    def report(armed: bool, why: str) -> None:
        words = f"control is {'on' if armed else 'off'}"
        if why:
            words += f" ({why})"
        elif control.arming.keys and not armed:
            words += f"; press {' or '.join(control.arming.keys)} to turn it on"
        log.info("%s", words)
        events.arm(armed)

    control.arming.listen(report)
