"""The networks of a run, chosen by the settings."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np

from app.settings import ModelSettings
from app.vocabulary_file import read_vocabulary
from calibration.personal_head import PersonalHead
from calibration.user_profile import find_profile
from common.log import log
from models.clip_spec import CLIP_SUFFIX
from models.engines import ClipEngine, Engine, load_clip_engine, load_engine
from models.errors import ModelFileError
from models.networks import Networks, networks_of

MAX_CLIP_MS = 40.0
"""With `auto`, a clip network that needs more processor time per step is not used: gestures would come late."""
N_TRIALS = 3


@contextmanager
def open_networks(settings: ModelSettings) -> Iterator[Networks]:
    """Load the networks of a model; they are closed at the end of the `with` block.

    Raises:
        UserError: the model, the profile, the vocabulary or the clip network cannot be used.
    """
    with ExitStack() as stack:
        engine = stack.enter_context(closing(load_engine(settings.path, settings.engine)))
        yield choose_networks(settings, engine, stack)


def choose_networks(settings: ModelSettings, engine: Engine, stack: ExitStack) -> Networks:
    """The networks to run over each stream.

    Args:
        settings: the networks, the user's profile and the vocabulary.
        engine: runs the stream network.
        stack: closes the clip network at its end.

    Raises:
        UserError: the profile, the vocabulary, the clip network or the thresholds cannot be used.
    """
    profile = find_profile(settings.profile) if settings.profile else None
    head = PersonalHead(profile, engine.spec) if profile else None
    labels = head.labels if head else engine.spec.labels
    vocabulary = read_vocabulary(settings.vocabulary, labels) if settings.vocabulary else None
    # A profile's thresholds are fitted to the stream network alone.
    wanted = "stream" if profile and settings.networks == "auto" else settings.networks
    clip = chosen_clip(settings.path, wanted, settings.clip_model)
    if clip:
        stack.enter_context(closing(clip))
    decoding = profile.decoding if profile else None
    return networks_of(engine, head, decoding, settings.fast_pass, clip, vocabulary).with_decoding(settings.decoding)


def chosen_clip(model: Path, wanted: str, clip_model: Path | None) -> ClipEngine | None:
    """The clip network to run with a stream network; None if not wanted, or, with `auto`, if missing or too slow.

    Args:
        model: the stream network's file.
        wanted: `stream`, `both` or `auto`.
        clip_model: the clip network's file; None for the one in the folder of the model.

    Raises:
        ModelFileError: it is wanted and missing, or its file cannot be used.
    """
    path = clip_model or model.with_suffix(CLIP_SUFFIX)
    if wanted == "stream" or (wanted == "auto" and not clip_model and not path.is_file()):
        return None
    if not path.is_file():
        raise ModelFileError(f"no clip network {path}; give its .onnx file, or choose the networks 'stream'")
    engine = load_clip_engine(path)
    if wanted == "auto" and (needed_ms := clip_step_ms(engine)) > MAX_CLIP_MS:
        log.info(
            "%s is not used: it takes %.0f ms of processor time per step here; the networks 'both' include it anyway",
            path.name,
            needed_ms,
        )
        engine.close()
        return None
    return engine


def clip_step_ms(engine: ClipEngine) -> float:
    """Processor time that a clip network takes per step, in milliseconds: the minimum of `N_TRIALS`.

    Processor time, not wall-clock time: the choice must not depend on the load of the machine.
    """
    clip, times_s = np.zeros(engine.spec.clip_shape, np.uint8), []
    for _ in range(N_TRIALS):
        began_s = time.thread_time()
        engine.run(clip)
        times_s.append(time.thread_time() - began_s)
    return 1000 * min(times_s) * len(engine.spec.windows_s)


def log_missing_networks(networks: Networks, main_pass_only: bool) -> None:
    """Log it if the stream network runs without a fast pass and a clip network, unless the settings want that."""
    if not (networks.fast or networks.clip or main_pass_only):
        name = networks.stream.engine.spec.name
        log.info("%s has no fast pass and no clip network: fast and repeated gestures are recognised less well", name)
