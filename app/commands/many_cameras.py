"""Recognises the gestures of several cameras, without a window: one model, one thread per camera."""

from contextlib import ExitStack, closing
from functools import partial
from threading import Event

from app.batch import Batch
from app.camera import open_configured
from app.camera.source import shown
from app.chosen_networks import choose_networks, log_missing_networks
from app.outputs.kind import RunFacts
from app.outputs.opening import Outputs
from app.settings import Settings
from app.signals import stop_on_signals
from app.status import StatusRelay
from app.streams import RunStream, Streams, separate_steps
from common.log import log
from models.batch_recognizer import BatchRecognizer
from models.engines import load_batch_engine, load_engine
from models.engines.cores import cores
from models.engines.shared_engine import SharedEngine
from models.errors import CameraError
from models.framing.opening import open_framing
from models.networks import Networks


def recognise(settings: Settings) -> None:
    """Run one stream per camera until all have ended.

    Raises:
        CameraError: some of the cameras could not be used; all others ran to their end.
    """
    sources = settings.camera.sources
    with ExitStack() as stack:
        networks, run_stream = (batched if settings.batch else unbatched)(settings, stack)
        outputs = stack.enter_context(closing(Outputs(settings.outputs, RunFacts(sources, networks.gestures))))
        log_missing_networks(networks, main_pass_only=not settings.model.fast_pass)
        streams, stop = Streams(run_stream, outputs.sinks, settings.limits), Event()
        with stop_on_signals(stop):
            for number, source in enumerate(sources):
                status = StatusRelay(f"stream {number}: ")
                streams.join(partial(open_configured, settings.camera, status, number), shown(source))
            streams.wait(stop)
    if streams.failed:
        raise CameraError(f"{streams.failed} of {len(sources)} cameras could not be used; see above")


def unbatched(settings: Settings, stack: ExitStack) -> tuple[Networks, RunStream]:
    """The networks, and a function that runs one stream; streams step separately, at most one step per core."""
    engine = load_engine(settings.model.path, settings.model.engine)
    max_concurrent = cores() if engine.name.endswith(":CPUExecutionProvider") else 1
    shared = stack.enter_context(closing(SharedEngine(engine, max_concurrent)))
    networks = choose_networks(settings.model, shared, stack)
    return networks, separate_steps(networks, partial(open_framing, settings.framing))


def batched(settings: Settings, stack: ExitStack) -> tuple[Networks, RunStream]:
    """The networks, and a function that runs one stream; all streams step together in a batch."""
    engine = load_batch_engine(settings.model.path, len(settings.camera.sources), cores(), settings.model.engine)
    networks = choose_networks(settings.model, stack.enter_context(closing(engine)), stack)
    recognizer = BatchRecognizer(networks, partial(open_framing, settings.framing))
    log.info("stepping on %s", engine.name)
    batch = stack.enter_context(closing(Batch(recognizer)))
    batch.start()
    return recognizer.networks, batch.run
