"""Streams made of clips: a pause, then the clip, at the model's rate."""

from pathlib import Path

import numpy as np
from coloured import COLOURS, FPS, FRAMES, SIZE, coloured_index, picture
from networks import small_net, small_spec

from training.datasets.base import read_index
from training.evaluation.montage import Montage, montages

SHOWN = ["Swiping Left", "Thumb Up", "Swiping Right"]


def made(folder: Path, montage: Montage, rate_hz: float = FPS):
    index = read_index(coloured_index(folder, SHOWN))
    clips = [(clip, index.labels[clip.label]) for clip in index.clips]
    broken: list[str] = []
    spec = small_spec(small_net("mobilenet_v2", "none"), SIZE, rate_hz)
    return list(montages(clips, spec, montage, broken)), broken


def close(shown: np.ndarray, label: str) -> bool:
    return bool((np.abs(shown.astype(int) - picture(label)) < 15).all())


def test_each_clip_is_at_the_steps_of_its_truth(tmp_path):
    takes, broken = made(tmp_path / "clips", Montage(clips=2, quiet_s=1.0))
    assert broken == []
    assert [len(take.truths) for take in takes] == [2, 1]
    assert sorted(truth.label for take in takes for truth in take.truths) == sorted(SHOWN)
    for take in takes:
        assert len(take.pictures) == len(take.truths) * (FRAMES + FPS) + FPS
        for truth in take.truths:
            start, end = round(truth.start_s * FPS), round(truth.end_s * FPS)
            assert end - start == FRAMES
            assert all(close(shown, "No gesture") for shown in take.pictures[start - int(FPS) : start + 1])
            assert all(close(shown, truth.label) for shown in take.pictures[start + 1 : end])


def test_a_slower_model_gets_fewer_pictures_of_the_same_seconds(tmp_path):
    (take,), _ = made(tmp_path / "clips", Montage(quiet_s=0.0), rate_hz=FPS / 2)
    assert len(take.pictures) == 3 * FRAMES / 2
    assert take.truths[1].start_s == FRAMES / FPS


def test_the_order_depends_on_the_seed(tmp_path):
    order = [
        [truth.label for truth in made(tmp_path / str(k), Montage(seed=seed))[0][0].truths]
        for k, seed in enumerate((0, 0, 1, 2, 3))
    ]
    assert order[0] == order[1]
    assert any(other != order[0] for other in order[2:])


def test_a_broken_clip_leaves_no_gap(tmp_path):
    index = read_index(coloured_index(tmp_path / "clips", list(COLOURS)))
    (index.clips[1].path / "00002.jpg").unlink()
    broken: list[str] = []
    spec = small_spec(small_net("mobilenet_v2", "none"), SIZE, FPS)
    clips = [(clip, index.labels[clip.label]) for clip in index.clips]
    (take,) = montages(clips, spec, Montage(quiet_s=0.5), broken)
    assert broken == ["1"]
    assert len(take.pictures) == 3 * (FRAMES + 6) + 6
