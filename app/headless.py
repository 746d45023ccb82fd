"""Runs a pipeline without a window."""

from app.control.control import Control
from app.pipeline import Pipeline
from app.signals import stop_on_signals


def run_headless(pipeline: Pipeline, control: Control | None = None) -> None:
    """Run in this thread until the source ends or a signal comes.

    Args:
        pipeline: what to run.
        control: finishes its current actions when the source has ended.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the pipeline has ended cleanly.
    """
    with stop_on_signals(pipeline.switches.stop) as received:
        pipeline.run()
        if control and not received:
            control.finish()
