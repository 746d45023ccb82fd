"""The streams of a data folder that networks are evaluated or tuned on; none of them is used for training."""

from pathlib import Path

from common.video_list import read_video_list
from models.spec import ModelSpec
from training.errors import DataError
from training.evaluation.idle_recordings import idle_for_test, idle_for_tuning
from training.evaluation.labelled_streams import LabelledStream, to_stream, video_stream
from training.evaluation.stream_metrics import Truth
from training.recording_list import Recording, decode, read_recordings


def clip_streams(folder: Path, spec: ModelSpec) -> list[LabelledStream]:
    """Clips of one gesture each, listed in `labels.csv` (path, label, fps)."""
    streams = []
    for listed in read_video_list(folder / "labels.csv", spec.labels, ("path", "label", "fps")):
        pictures, fps = decode(listed.path), listed.row.number_in("fps")
        streams.append(to_stream(pictures, fps, "clips", [Truth(listed.label, 0, len(pictures) / fps)], spec))
    return streams


def recording_stream(recording: Recording, group: str, spec: ModelSpec) -> LabelledStream:
    """A recording of a list as a stream."""
    fps = recording.fps
    truths = [Truth(recording.label, start / fps, end / fps) for start, end in recording.spans]
    return to_stream(decode(recording.path), fps, group, truths, spec)


def test_streams(data: Path, spec: ModelSpec) -> list[LabelledStream]:
    """All streams of a data folder for evaluation.

    Raises:
        DataError: a list is missing or invalid.
    """
    recordings = read_recordings(data)
    labelled = [r for r in recordings if r.split == "val"]
    try:
        return [
            *clip_streams(data / "jester_val", spec),
            _stream(data / "streams/desk.mp4", 30, 28, spec),
            _stream(data / "streams/sense.mp4", 16, 0, spec),
            *(recording_stream(r, f"{r.source} val", spec) for r in labelled),
            *(recording_stream(r, f"{r.source} held out", spec) for r in idle_for_test(recordings)),
        ]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{data} lacks recordings for evaluation ({error}); give the folder that has them") from error


def _stream(video: Path, fps: float, top: int, spec: ModelSpec) -> LabelledStream:
    return video_stream(video, video.with_name(f"{video.stem}_events.csv"), fps, top, spec)


def tuning_streams(data: Path, spec: ModelSpec) -> list[LabelledStream]:
    """Real recordings for tuning, which are not used for evaluation."""
    recordings = read_recordings(data)
    gestures = [r for r in recordings if r.source == "nvgesture" and r.split == "train"]
    return [
        *(recording_stream(r, "nvgesture train", spec) for r in gestures),
        *(recording_stream(r, "quiet", spec) for r in idle_for_tuning(recordings)),
    ]


def listed_streams(folder: Path, spec: ModelSpec) -> list[LabelledStream]:
    """The recordings of a folder, each as a stream."""
    return [recording_stream(recording, folder.name, spec) for recording in read_recordings(folder)]
