"""Which networks a run uses, and what is said of those that it does without."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np

from app.settings import ModelSettings
from app.vocabulary_file import read_vocabulary
from calibration.personal_head import PersonalHead
from calibration.user_profile import find_profile
from models.engines import ClipEngine, Engine, load_clip_engine, load_engine
from models.errors import ModelFileError
from models.networks import Networks, networks_of

SUFFIX = ".clip.onnx"
"""What the clip network of a model is called that lies beside it."""
SLOWEST_MS = 40.0
"""A clip network that takes longer to answer is left out, unless it is asked for: gestures would come late."""
TRIES = 3

log = logging.getLogger("mstnet")


@contextmanager
def open_networks(settings: ModelSettings) -> Iterator[Networks]:
    """The networks of a model, loaded; closed at the end of the `with` block.

    Raises:
        UserError: the model, the profile, the vocabulary or the clip network cannot be used.
    """
    with ExitStack() as stack:
        engine = stack.enter_context(closing(load_engine(settings.path, settings.engine)))
        yield choose_networks(settings, engine, stack)


def choose_networks(settings: ModelSettings, engine: Engine, stack: ExitStack) -> Networks:
    """What is run over each stream.

    Args:
        settings: which networks, for which person, with which vocabulary.
        engine: runs the stream network.
        stack: closes what is opened here.

    Raises:
        UserError: the profile, the vocabulary, the clip network or the thresholds cannot be used.
    """
    profile = find_profile(settings.profile) if settings.profile else None
    head = PersonalHead(profile, engine.spec) if profile else None
    labels = head.labels if head else engine.spec.labels
    vocabulary = read_vocabulary(settings.vocabulary, labels) if settings.vocabulary else None
    clip = chosen_clip(settings.path, settings.networks, settings.clip_model)
    if clip:
        stack.enter_context(closing(clip))
    decoding = profile.decoding if profile else None
    return networks_of(engine, head, decoding, settings.fast_pass, clip, vocabulary).with_decoding(settings.decoding)


def chosen_clip(model: Path, wanted: str | None, clip_model: Path | None) -> ClipEngine | None:
    """The clip network to run beside a model, if there is one and this machine is fast enough.

    Args:
        model: the stream network's file.
        wanted: `stream`, `both` or `auto`; None is both where a clip network is named, else the stream network.
        clip_model: the clip network's file; None for the one beside the model.

    Raises:
        ModelFileError: it is asked for and is not there, or its file cannot be used.
    """
    wanted = wanted or ("both" if clip_model else "stream")
    path = clip_model or model.with_suffix(SUFFIX)
    if wanted == "stream" or (wanted == "auto" and not clip_model and not path.is_file()):
        return None
    if not path.is_file():
        raise ModelFileError(f"no clip network {path}; give --clip-model a .onnx file, or leave --networks out")
    engine = load_clip_engine(path)
    if wanted == "auto" and (slowest_ms := answer_ms(engine)) > SLOWEST_MS:
        log.info(
            "%s takes %.0f ms of processor time to answer here and is left out; --networks both runs it",
            path.name,
            slowest_ms,
        )
        engine.close()
        return None
    return engine


def answer_ms(engine: ClipEngine) -> float:
    """Processor time of a clip network's answers at one step, in milliseconds: the best of a few tries.

    Not by the clock: whether a network runs must not depend on what else the machine is doing.
    """
    clip, times_s = np.zeros(engine.spec.clip_shape, np.uint8), []
    for _ in range(TRIES):
        began_s = time.thread_time()
        engine.answer(clip)
        times_s.append(time.thread_time() - began_s)
    return 1000 * min(times_s) * (len(engine.spec.windows_s) + bool(engine.spec.fusion.quick))


def note_what_is_missing(networks: Networks, asked_for_less: bool) -> None:
    """Say on standard error when the stream network runs by itself, unless that was asked for."""
    if not (networks.fast or networks.clip or asked_for_less):
        name = networks.stream.engine.spec.name
        log.info("%s has no fast pass and no clip network: fast and repeated gestures are recognised less well", name)
