"""The public data sets in their publishers' form, made small: real pictures and videos, real lists.

A frame's colour encodes its clip and its number, so that a test can check what was read.
"""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.datasets.base import Clip, Index
from training.jester import LABELS

FRAMES = 12
SIZE = (48, 32)
"""Width and height."""
CODECS = {".avi": "XVID", ".mp4": "mp4v", ".webm": "VP80"}
STEP = 20
"""Grey levels from one frame to the next."""


def picture(frame: int) -> np.ndarray:
    """Grey that grows lighter, uint8 [H, W, 3]."""
    return np.full((SIZE[1], SIZE[0], 3), frame * STEP, np.uint8)


def frame_of(shown: np.ndarray) -> int:
    """Which frame a picture shows."""
    return round(float(shown.mean()) / STEP)


def write_pictures(folder: Path, frames: int = FRAMES) -> None:
    folder.mkdir(parents=True)
    for frame in range(frames):
        assert cv2.imwrite(str(folder / f"{frame + 1:05d}.jpg"), picture(frame))


def write_video(path: Path, frames: int = FRAMES, fps: float = 12.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*CODECS[path.suffix]), fps, SIZE)
    if not video.isOpened():
        pytest.skip(f"this OpenCV writes no {path.suffix}")
    for frame in range(frames):
        video.write(picture(frame))
    video.release()


def index_of(folder: Path, clips: int, frames: int = FRAMES, fps: float = 12.0) -> Index:
    """An index of clips as folders of pictures, with labels in turn."""
    for number in range(clips):
        write_pictures(folder / str(number), frames)
    made = (Clip(str(number), folder / str(number), number % 3, frames, fps) for number in range(clips))
    return Index("tiny", "train", ("No gesture", "Swiping Left", "Swiping Right"), tuple(made))


def jester(root: Path) -> Path:
    """Three clips for training, one to validate, one to test; returns the folder of the lists."""
    lists = twenty_bn(root, "jester-v1", LABELS, ("Swiping Left", "Thumb Up", "No gesture"))
    for id_ in ("34870", "56557", "129112", "9223", "109621"):
        write_pictures(root / "20bn-jester-v1" / id_)
    return lists


def something_v1(root: Path) -> Path:
    labels = ("Holding something", "Moving something up", "Throwing something")
    lists = twenty_bn(root, "something-something-v1", labels, labels)
    for id_ in ("34870", "56557", "129112", "9223", "109621"):
        write_pictures(root / "20bn-something-something-v1" / id_)
    return lists


def twenty_bn(root: Path, start: str, labels: tuple[str, ...], used: tuple[str, str, str]) -> Path:
    lists = root / "labels"
    lists.mkdir(parents=True)
    (lists / f"{start}-labels.csv").write_text("".join(f"{label}\n" for label in reversed(labels)))
    (lists / f"{start}-train.csv").write_text(f"34870;{used[0]}\n56557;{used[1]}\n129112;{used[2]}\n")
    (lists / f"{start}-validation.csv").write_text(f"9223;{used[1]}\n")
    (lists / f"{start}-test.csv").write_text("109621\n")
    return lists


def something_v2(root: Path) -> Path:
    lists = root / "labels"
    lists.mkdir(parents=True)
    numbers = {"Holding something next to something": "0", "Approaching something with your camera": "1"}
    clips = {
        "train": [
            something("78687", "Holding [something] next to [something]", "potato", "vicks vaporub bottle"),
            something("42326", "Approaching [something] with your camera", "a bottle"),
        ],
        "validation": [something("74225", "Approaching [something] with your camera", "cup")],
        "test": [{"id": "1420"}],
    }
    (lists / "something-something-v2-labels.json").write_text(json.dumps(numbers))
    for split, entries in clips.items():
        (lists / f"something-something-v2-{split}.json").write_text(json.dumps(entries, indent=1))
        for entry in entries:
            write_video(root / "20bn-something-something-v2" / f"{entry['id']}.webm")
    return lists


def something(id_: str, template: str, *placeholders: str) -> dict[str, object]:
    label = template.lower()
    for word in placeholders:
        label = label.replace("[something]", word, 1)
    return {"id": id_, "label": label, "template": template, "placeholders": list(placeholders)}


def ucf101(root: Path) -> Path:
    lists = root / "ucfTrainTestlist"
    lists.mkdir(parents=True)
    (lists / "classInd.txt").write_text("1 ApplyEyeMakeup\n2 Archery\n")
    train = ["ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1", "Archery/v_Archery_g08_c01.avi 2"]
    test = ["ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi"]
    for split in ("01", "02", "03"):
        (lists / f"trainlist{split}.txt").write_text("".join(f"{line}\r\n" for line in train))
        (lists / f"testlist{split}.txt").write_text("".join(f"{line}\r\n" for line in test))
    for line in (*train, *test):
        write_video(root / "UCF-101" / line.split()[0], fps=25.0)
    return lists


def kinetics400(root: Path) -> Path:
    """The training clips lie in class folders, the others flat, as mirrors have them."""
    lists = root / "annotations"
    lists.mkdir(parents=True)
    head = "label,youtube_id,time_start,time_end,split\n"
    (lists / "train.csv").write_text(
        head + '"dancing, ballet",--07WQ2iBlw,1,11,train\nair drumming,-0-9X_yS_IU,20,30,train\n'
    )
    (lists / "val.csv").write_text(head + "air drumming,abc_DEF-123,0,10,val\n")
    (lists / "test.csv").write_text("youtube_id,time_start,time_end,split\n-test_clip0,7,17,test\n")
    videos = root / "kinetics400"
    write_video(videos / "train" / "dancing, ballet" / "--07WQ2iBlw_000001_000011.mp4", fps=30.0)
    write_video(videos / "train" / "air drumming" / "-0-9X_yS_IU_000020_000030.mp4", fps=30.0)
    write_video(videos / "abc_DEF-123_000000_000010.mp4", fps=30.0)
    write_video(videos / "test" / "-test_clip0_000007_000017.mp4", fps=30.0)
    return lists


MAKERS: dict[str, Callable[[Path], Path]] = {
    "jester": jester,
    "something_v1": something_v1,
    "something_v2": something_v2,
    "ucf101": ucf101,
    "kinetics400": kinetics400,
}
