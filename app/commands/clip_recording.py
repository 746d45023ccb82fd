"""Takes from ready clips: one clip is one take, without a camera and without a window."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.camera import open_configured
from app.camera.base import Camera
from app.camera.settings import CameraSettings
from app.chosen_networks import open_networks
from app.recording.clip_take import clip_take
from app.recording.spelling import check_spelling
from app.settings import RecordingSettings, Settings
from app.status import StatusRelay
from calibration.errors import TakeError
from calibration.person_files import normalized_name
from calibration.take import Kind, Take
from calibration.take_folder import TakeFolder
from common.errors import UserError
from common.log import log
from common.video import VIDEOS
from models.frame import Frame
from models.framing.opening import open_framing
from models.recognizer import Recognizer


def record(settings: Settings, recording: RecordingSettings) -> None:
    """Save a take of each clip; clips that cannot be used are reported, one line each, and left out.

    Raises:
        TakeError: there is not exactly one gesture for the clips, or no clip can be used.
        UserError: a file is missing, or takes cannot be saved.
    """
    gestures = recording.plan.gestures
    recording.plan.check()
    if len(gestures) != (1 if recording.clips else 0):
        raise TakeError("--clip needs one --gesture, which all clips show; record other gestures with another command")
    label = normalized_name(gestures[0]) if gestures else ""
    wanted = [(Kind.GESTURE, label, path) for path in _videos(recording.clips)]
    wanted += [(Kind.WORK, "", path) for path in _videos(recording.work_clips)]
    recordings, saved = TakeFolder(recording.person), 0
    recordings.check()
    with open_networks(settings.model) as networks:
        recognizer = Recognizer(networks, open_framing(settings.framing))
        before = [take for _, take in recordings.takes()]
        if not recording.new_gesture:
            check_spelling(gestures, [*recognizer.spec.labels, *recordings.gestures()])
        for kind, name, path in wanted:
            try:
                take = _take(kind, name, path, settings.camera, recognizer)
                _check_new(take, before)
            except UserError as error:
                log.warning("%s is left out: %s", path, error)
                continue
            log.info("%s: %s", path, recordings.add(take))
            before.append(take)
            saved += 1
    if not saved:
        raise TakeError("nothing is recorded: none of the clips can be used")
    next_step = f"Next: python -m calibration fit --profile {shlex.quote(recording.person)}"
    log.info("%d of %d clips saved in %s. %s", saved, len(wanted), recordings.folder, next_step)


def _videos(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, and the videos in the folders, by name.

    Raises:
        TakeError: a path does not exist, or a folder contains no video.
    """
    for path in paths:
        if path.is_dir():
            videos = sorted(each for each in path.iterdir() if each.suffix.lower() in VIDEOS)
            if not videos:
                raise TakeError(f"{path} contains no video; give a folder of clips, or a file")
            yield from videos
        elif path.is_file():
            yield path
        else:
            raise TakeError(f"{path} does not exist; give a video file, or a folder of them")


def _take(kind: Kind, label: str, path: Path, camera: CameraSettings, recognizer: Recognizer) -> Take:
    source = replace(camera, sources=(str(path.resolve()),), realtime=False)
    with closing(open_configured(source, StatusRelay())) as opened:
        return clip_take(kind, label, _frames(opened), recognizer)


def _frames(camera: Camera) -> Iterator[Frame]:
    while not camera.ended:
        frame = camera.next(timeout_s=0.2)
        if frame is not None:
            yield frame


def _check_new(take: Take, before: Sequence[Take]) -> None:
    """Check that a clip was not recorded before.

    Raises:
        TakeError: there is a take of the same gesture with the same pictures.
    """
    for other in before:
        if (other.kind, other.label) == (take.kind, take.label) and np.array_equal(other.pictures, take.pictures):
            raise TakeError("it is recorded already, as another take with the same pictures")
