from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_datasets import FRAMES, frame_of, index_of
from torch.utils.data import DataLoader

from training.datasets.base import Index
from training.datasets.loading import ClipSet, StreamSet, start_worker
from training.datasets.sampling import Segments
from training.datasets.step_labels import either
from training.datasets.transforms import Augment, Centre, mirror_labels
from training.errors import DataError

CLIPS = 7


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Index:
    return index_of(tmp_path_factory.mktemp("clips"), CLIPS)


def broken(index: Index, *numbers: int) -> Index:
    clips = (replace(clip, path=clip.path / "gone") if n in numbers else clip for n, clip in enumerate(index.clips))
    return replace(index, clips=tuple(clips))


def augmented(index: Index, seed: int = 0) -> ClipSet:
    return ClipSet(index, Segments(4), Augment(16, mirror=mirror_labels(index.labels)), seed)


def streams(index: Index, seed: int = 0, steps: int = 30) -> StreamSet:
    return StreamSet(index, Augment(16), steps, 12.0, seed)


def plain(index: Index) -> ClipSet:
    return ClipSet(index, Segments(4, views=1), Centre(16))


def test_a_clip_is_its_sampled_frames_and_its_label(index: Index) -> None:
    pictures, label = plain(index)[4]
    assert (pictures.shape, pictures.dtype) == ((4, 3, 16, 16), torch.uint8)
    assert (label.shape, label.dtype, int(label)) == ((), torch.int64, 1)
    assert [frame_of(picture.numpy()) for picture in pictures] == [1, 4, 7, 10]
    assert len(plain(index)) == CLIPS


def test_views_and_crops_come_one_behind_the_other(index: Index) -> None:
    pictures, _ = ClipSet(index, Segments(4, views=2), Centre(16, crops=3))[0]
    shown = [frame_of(picture.numpy()) for picture in pictures]
    assert shown == 3 * [0, 3, 6, 9, 2, 5, 8, 11]


@pytest.mark.parametrize("make", [augmented, streams])
def test_drawn_by_seed_epoch_and_item(index: Index, make) -> None:
    def draw(seed: int, epoch: int, item: int) -> bytes:
        data = make(index, seed)
        data.set_epoch(epoch)
        return data[item][0].numpy().tobytes()

    assert draw(1, 2, 1) == draw(1, 2, 1)
    assert len({draw(1, 2, 1), draw(3, 2, 1), draw(1, 4, 1), draw(1, 2, 2)}) == 4


@pytest.mark.parametrize("make", [augmented, streams])
def test_any_number_of_workers_gives_the_same(index: Index, make) -> None:
    def gone_through(workers: int) -> tuple[list[torch.Tensor], list[torch.Tensor], list[list[str]]]:
        data = make(broken(index, 2, 5))
        loader = DataLoader(data, 2, num_workers=workers, worker_init_fn=start_worker, persistent_workers=bool(workers))
        batches, skipped = [], []
        for epoch in (0, 1):
            data.set_epoch(epoch)
            batches += list(loader)
            skipped.append([clip.id for clip in data.broken])
        return [pictures for pictures, _ in batches], [labels for _, labels in batches], skipped

    alone, shared = gone_through(0), gone_through(2)
    assert all(torch.equal(a, b) for a, b in zip(alone[0] + alone[1], shared[0] + shared[1], strict=True))
    assert alone[2] == shared[2] == 2 * [["2", "5"]]
    first, second = alone[0][: len(alone[0]) // 2], alone[0][len(alone[0]) // 2 :]
    assert not all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_broken_clip_gives_way_to_the_next_and_is_counted(index: Index) -> None:
    data = plain(broken(index, 2, 3, 6))
    assert data.broken == ()
    assert [int(data[item][1]) for item in range(CLIPS)] == [0, 1, 1, 1, 1, 2, 0]
    assert [clip.id for clip in data.broken] == ["2", "3", "6"]
    data.set_epoch(1)
    assert data.broken == ()


@pytest.mark.parametrize("make", [augmented, streams])
def test_if_every_clip_is_broken_an_error_is_raised(index: Index, make) -> None:
    with pytest.raises(DataError, match="every clip of tiny is broken"):
        make(broken(index, *range(CLIPS)))[0]


@pytest.mark.parametrize("make", [augmented, streams])
def test_no_clip_at_all(index: Index, make) -> None:
    with pytest.raises(DataError, match="no clip in the train split of tiny"):
        make(replace(index, clips=()))


@pytest.mark.parametrize("make", [augmented, streams])
def test_iteration_ends(index: Index, make) -> None:
    data = make(index)
    assert len(list(data)) == len(data)


def test_a_clip_without_label_is_not_scored(index: Index) -> None:
    unlabelled = replace(index, clips=tuple(replace(clip, label=None) for clip in index.clips))
    assert int(plain(unlabelled)[0][1]) == -1
    assert (streams(unlabelled)[0][1] == -1).all()


def of_label(index: Index, label: int | None) -> Index:
    return replace(index, clips=tuple(replace(clip, label=label) for clip in index.clips))


def test_a_stream_is_successive_clips_with_one_label_per_step(index: Index) -> None:
    """Grey that grows evenly: half of the movement is done in the middle, all of it at the end."""
    left = 1
    pictures, labels = StreamSet(of_label(index, left), Centre(16), 2 * FRAMES + 5, 12.0)[0]
    assert (pictures.shape, pictures.dtype) == ((29, 3, 16, 16), torch.uint8)
    assert (labels.shape, labels.dtype) == ((29,), torch.int64)
    assert [frame_of(picture.numpy()) for picture in pictures] == [*range(FRAMES), *range(FRAMES), *range(5)]
    unsure = either(left, index.labels.index("No gesture"), len(index.labels))
    assert labels.tolist() == 2 * (6 * [unsure] + 6 * [left]) + 5 * [unsure]


def test_between_gestures_a_still_picture_rests(index: Index) -> None:
    left, rest = 1, index.labels.index("No gesture")
    unsure = either(left, rest, len(index.labels))
    pictures, labels = (
        torch.cat(parts)
        for parts in zip(*StreamSet(of_label(index, left), Centre(16), 600, 12.0, rest_s=4.0), strict=True)
    )
    shown = [frame_of(picture.numpy()) for picture in pictures]
    steps = list(zip(shown, labels.tolist(), strict=True))
    assert all(frame in (0, FRAMES - 1) for frame, label in steps if label == rest)
    assert {label for frame, label in steps if frame in range(7, FRAMES - 1)} == {left}
    assert {label for frame, label in steps if frame in range(1, 5)} == {unsure}
    after = [label for frame, label in steps if frame == FRAMES - 1]
    assert {left, unsure, rest} == set(after)
    assert after.index(rest) - after.index(unsure) <= 12  # a second of grace
    assert any(shown[k] == 0 and shown[k - 1] == FRAMES - 1 for k in range(1, 600))  # some rests are left out


def test_without_a_label_for_rest_it_is_not_scored(index: Index) -> None:
    nothing = replace(of_label(index, 1), labels=("Thumb Up", "Swiping Left", "Swiping Right"))
    _, labels = StreamSet(nothing, Centre(16), 200, 12.0, rest_s=2.0)[0]
    assert set(labels.tolist()) == {-1, 1}


def test_a_piece_of_a_long_clip_without_a_gesture_is_used(tmp_path) -> None:
    (clip,) = index_of(tmp_path, 1).clips
    index = Index("tiny", "train", ("No gesture", "Swiping Left"), (replace(clip, label=0, fps=1.0),))  # 12 s
    starts = set()
    for epoch in range(6):
        data = StreamSet(index, Centre(16), 4, 1.0)
        data.set_epoch(epoch)
        pictures, labels = data[0]
        assert labels.tolist() == 4 * [0]
        shown = [frame_of(picture.numpy()) for picture in pictures]
        assert np.diff(shown).tolist() == [1, 1, 1]
        starts.add(shown[0])
    assert len(starts) > 1


def test_clips_are_played_faster_and_slower(index: Index) -> None:
    data = StreamSet(of_label(index, 1), Centre(16), 400, 12.0, tempo=2.0)
    shown = [frame_of(picture.numpy()) for picture in data[0][0]]
    lengths = np.diff([k for k, frame in enumerate(shown) if frame == 0 and (k == 0 or shown[k - 1] != 0)])
    assert min(lengths) < 0.8 * FRAMES < 1.25 * FRAMES < max(lengths)
    assert min(lengths) >= FRAMES / 2 - 1
    assert max(lengths) <= 2 * FRAMES + 1


def test_an_epoch_of_streams_shows_every_clip(index: Index) -> None:
    """Each clip is as long as a stream: seven streams, of which each shows another clip."""
    distinct = replace(index, clips=tuple(replace(clip, label=n) for n, clip in enumerate(index.clips)))
    distinct = replace(distinct, labels=tuple("abcdefg"))
    data = StreamSet(distinct, Centre(16), FRAMES, 12.0)
    for epoch in (0, 1):
        data.set_epoch(epoch)
        assert sorted(int(labels[-1]) for _, labels in data) == list(range(CLIPS))


def test_an_epoch_has_the_requested_minimum_of_streams(index: Index) -> None:
    data = StreamSet(index, Augment(16), FRAMES, 12.0, least=20)
    assert len(data) == 20
    assert len({pictures.numpy().tobytes() for pictures, _ in data}) == 20
    assert len(StreamSet(index, Augment(16), FRAMES, 12.0, least=3)) == CLIPS


@pytest.mark.parametrize(("rate_hz", "frames"), [(12.0, range(12)), (6.0, range(0, 12, 2)), (24.0, np.arange(23) / 2)])
def test_a_stream_is_resampled_by_time(index: Index, rate_hz: float, frames) -> None:
    pictures, _ = StreamSet(index, Centre(16), len(frames), rate_hz)[0]
    shown = np.array([frame_of(picture.numpy()) for picture in pictures])
    assert (np.abs(shown - np.array(frames)) <= 0.5).all()


def test_a_stream_without_a_broken_clip(index: Index) -> None:
    data = streams(broken(index, 1, 4), steps=CLIPS * FRAMES)
    _, labels = data[0]
    assert {clip.id for clip in data.broken} == {"1", "4"}
    assert not (labels == 1).any()
