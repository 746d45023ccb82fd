"""Guided recording of a user's gestures, with or without a window."""

import shlex
from contextlib import ExitStack, closing
from functools import partial

from app.camera import open_configured
from app.chosen_networks import open_networks
from app.events import Events
from app.headless import run_headless
from app.loop import Switches
from app.meters import Meter
from app.pipeline import Pipeline
from app.recording.prompt import Printer
from app.recording.recorder import Recorder
from app.recording.spelling import check_spelling
from app.settings import RecordingSettings, Settings
from app.status import StatusRelay
from app.windowed import run_in_window
from calibration.errors import TakeError
from calibration.take_folder import TakeFolder
from common.log import log
from models.framing.opening import open_framing
from models.recognizer import Recognizer


def record(settings: Settings, recording: RecordingSettings) -> None:
    """Run a recording plan and save its takes.

    Raises:
        TakeError: the plan is empty, nothing was recorded, or the source ended too early.
    """
    recording.plan.check()
    with ExitStack() as stack:
        networks = stack.enter_context(open_networks(settings.model))
        recognizer = Recognizer(networks, open_framing(settings.framing))
        switches, recordings, status = Switches(), TakeFolder(recording.person), StatusRelay()
        recordings.check()
        if not recording.new_gesture:
            check_spelling(recording.plan.gestures, [*recognizer.spec.labels, *recordings.gestures()])
        recorder = Recorder(recording.plan, recordings, recognizer.spec, switches.stop.set)
        camera = stack.enter_context(closing(open_configured(settings.camera, status)))
        pipeline = Pipeline(
            camera,
            recognizer,
            Events(),
            [recorder],
            settings.limits,
            Meter.of_steps(camera, recognizer.spec.rate_hz),
            switches,
        )
        if settings.view.window:
            run_in_window(pipeline, settings.view, status, recorder=recorder)
        else:
            recorder.listener = Printer(partial(log.info, "%s"))
            run_headless(pipeline)
        if not recorder.done:
            raise TakeError(
                f"nothing was recorded: it ended before the first of {recorder.tasks} recordings was complete; begin "
                "again, and let the count-down and the recording run to their end"
            )
        if camera.ended and not recorder.finished:
            raise TakeError(
                f"{camera.name} ended after {recorder.done} of {recorder.tasks} recordings, which are saved; "
                "ask for fewer or shorter ones, or give a longer video"
            )
    next_step = f"Next: python -m calibration fit --profile {shlex.quote(recording.person)}"
    log.info("%d of %d recordings saved in %s. %s", recorder.done, recorder.tasks, recordings.folder, next_step)
