"""Running a pipeline behind the window or the overlay."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.control.control import Control
from app.overlay import application
from app.overlay.view import ViewOptions
from app.pipeline import Pipeline
from app.recording.recorder import Recorder
from app.replay import Replay
from app.settings import ViewSettings
from app.status import StatusRelay
from app.worker import Worker
from models.region import Region

if TYPE_CHECKING:
    from app.overlay.bridge import Bridge

TIMEOUT_S = 5.0
"""How long a closed window waits for its worker to finish a frame."""


def run_in_window(
    pipeline: Pipeline,
    view: ViewSettings,
    status: StatusRelay,
    control: Control | None = None,
    recorder: Recorder | None = None,
    replay: Replay | None = None,
    draw_region: Callable[[Region | None], None] | None = None,
) -> None:
    """Run in a thread of its own while the window, in this one, shows what happens; return when it is closed.

    Args:
        pipeline: what to run.
        view: what to show.
        status: the camera's messages, which go to the window from here on.
        control: the window shows whether it acts, and turns it on and off.
        recorder: the window shows what it asks for.
        replay: the window shows its last seconds.
        draw_region: takes the region that a person draws on the picture.
    """
    workers: list[Worker] = []

    def start(bridge: "Bridge") -> None:
        status.listener = bridge.say
        if control:
            control.arming.listen(lambda armed, _why: bridge.arm(armed))
        if recorder:
            recorder.listener = bridge.guide
        bridge.meter = pipeline.meter
        workers.append(Worker(partial(pipeline.run, bridge), on_end=bridge.end, on_error=bridge.fail))
        workers[0].start()

    options = ViewOptions(
        labels=pipeline.recognizer.labels,
        model=pipeline.recognizer.spec.name,
        engine=pipeline.recognizer.networks.stream.engine.name,
        source=pipeline.camera.name,
        mirror=view.mirrored(pipeline.camera.live),
        overlay=view.overlay,
        guided=recorder is not None,
        replay=replay,
        draw_region=draw_region,
        vocabulary=pipeline.recognizer.networks.stream.vocabulary,
    )
    switches, toggle_control = pipeline.switches, control.arming.toggle if control else None
    try:
        application.run(options, start, switches.stop.set, switches.set_paused, toggle_control)
    finally:
        for worker in workers:
            worker.join(TIMEOUT_S)
