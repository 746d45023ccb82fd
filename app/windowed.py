"""Runs a pipeline with the window or the overlay."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.control.control import Control
from app.overlay import application
from app.overlay.view import CONTROL_KEY, ViewOptions
from app.pipeline import Pipeline
from app.recording.recorder import Recorder
from app.replay import Replay
from app.settings import ViewSettings
from app.slowness import remedy
from app.status import StatusRelay
from app.worker import Worker
from models.region import Region

if TYPE_CHECKING:
    from app.overlay.bridge import Bridge

TIMEOUT_S = 5.0
"""How long a closed window waits for the worker thread to finish its frame."""


def run_in_window(
    pipeline: Pipeline,
    view: ViewSettings,
    status: StatusRelay,
    control: Control | None = None,
    recorder: Recorder | None = None,
    replay: Replay | None = None,
    draw_region: Callable[[Region | None], None] | None = None,
) -> None:
    """Run in a separate thread and show the window in this one; return when it is closed.

    Args:
        pipeline: the pipeline.
        view: how the stream is shown.
        status: the camera's status messages; the window shows them from here on.
        control: the window shows whether it is armed, arms and disarms it, and reports its focus to it.
        recorder: the window shows its prompts.
        replay: the window shows its moments.
        draw_region: called with the region that the user draws on the picture.
    """
    workers: list[Worker] = []

    def start(bridge: "Bridge") -> None:
        status.listener = bridge.show_message
        if control:
            control.arming.listen(lambda armed, _why: bridge.arm(armed))
            control.listen_to_hand_over(bridge.hand_over)
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
        armed=control.arming.on if control else None,
        control_key=control_key(control, view.overlay) if control else "",
        slow_remedy=remedy(pipeline.recognizer.networks.names),
        on_focus=control.own_window if control else None,
    )
    switches, toggle_control = pipeline.switches, control.arming.toggle if control else None
    try:
        application.run(options, start, switches.stop.set, switches.set_paused, toggle_control)
    finally:
        for worker in workers:
            worker.join(TIMEOUT_S)


def control_key(control: Control, overlay: bool) -> str:
    """The key that turns control on: one of the window, where there is a window that takes keys."""
    return next(iter(control.arming.keys), "") if overlay else CONTROL_KEY
