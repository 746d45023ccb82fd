"""Streams in step: each read as if alone, with its own times, whatever the others do."""

import numpy as np
import pytest
from fakes import LABELS, ScriptedBatch, ScriptedEngine

from models.batch_recognizer import BatchRecognizer
from models.engines.base import Output, PassingEngine
from models.errors import CameraError
from models.frame import Frame
from models.recognizer import Recognizer
from models.region import Region

RATE_HZ = 12
THUMB_UP, LEFT, NOTHING = LABELS.index("Thumb Up"), LABELS.index("Swiping Left"), LABELS.index("No gesture")


def frame(tick, label=NOTHING, late_s=0.0):
    return Frame(np.full((8, 8, 3), label, np.uint8), tick / RATE_HZ + late_s, tick)


@pytest.fixture
def batch():
    return ScriptedBatch(2)


def see(recognizer, frames):
    """Show frames by row, step, and read every row; by row, what was understood."""
    for row, new in frames.items():
        recognizer.show(row, new)
    recognizer.step()
    seen = {row: recognizer.read(row) for row in range(recognizer.streams)}
    return {row: recognition for row, recognition in seen.items() if recognition}


def step_times(seen):
    return [step.time_s for step in seen.steps]


def test_frames_at_the_models_rate_are_read_as_a_single_camera_reads_them(batch):
    together = BatchRecognizer(batch)
    alone = Recognizer(ScriptedEngine(lambda picture: picture.flat[0]))
    labels = [NOTHING] * 3 + [THUMB_UP] * 8 + [NOTHING] * 8
    for tick, label in enumerate(labels):
        seen = see(together, {0: frame(tick), 1: frame(tick, label)})
        expected = alone.see(frame(tick, label))
        np.testing.assert_array_equal(seen[1].smoothed, expected.smoothed)
        assert (seen[1].event, seen[1].lasting) == (expected.event, expected.lasting)
        assert step_times(seen[1]) == step_times(expected)
        assert seen[0].event is None


def test_a_frame_carries_its_own_time_wherever_the_tick_is(batch):
    recognizer = BatchRecognizer(batch)
    for tick in range(4):
        seen = see(recognizer, {0: frame(tick, late_s=-0.02), 1: frame(tick, late_s=3.0)})
        assert step_times(seen[0]) == [tick / RATE_HZ - 0.02]
        assert step_times(seen[1]) == [tick / RATE_HZ + 3.0]


def test_a_silent_stream_repeats_its_picture_and_is_read_with_its_next_frame(batch):
    recognizer = BatchRecognizer(batch)
    see(recognizer, {0: frame(0, LEFT), 1: frame(0)})
    assert see(recognizer, {1: frame(1)}).keys() == {1}
    assert see(recognizer, {1: frame(2)}).keys() == {1}
    seen = see(recognizer, {0: frame(3, THUMB_UP), 1: frame(3)})[0]
    assert [row for row, _ in batch.seen] == [LEFT, LEFT, LEFT, THUMB_UP]
    assert step_times(seen) == pytest.approx([1 / 12, 2 / 12, 3 / 12])
    assert [int(step.probabilities.argmax()) for step in seen.steps] == [LEFT, LEFT, THUMB_UP]


def test_after_a_long_gap_a_row_starts_anew_and_no_other(batch):
    recognizer = BatchRecognizer(batch)
    see(recognizer, {0: frame(0, THUMB_UP), 1: frame(0)})
    for tick in range(1, 20):
        see(recognizer, {1: frame(tick)})
    assert batch.emptied == [0, 1]
    seen = see(recognizer, {0: frame(20, LEFT), 1: frame(20)})
    assert batch.emptied == [0, 1, 0]
    assert step_times(seen[0]) == [20 / 12]
    assert seen[0].smoothed.argmax() == LEFT


@pytest.mark.parametrize("to_tick", [3, 30])
def test_a_frame_of_another_time_starts_a_row_anew(batch, to_tick):
    recognizer = BatchRecognizer(batch)
    see(recognizer, {0: frame(10)})
    see(recognizer, {0: frame(to_tick)})
    assert batch.emptied == [0, 0]


def test_a_gap_that_a_repeat_may_bridge_starts_nothing_anew(batch):
    recognizer = BatchRecognizer(batch)
    see(recognizer, {0: frame(0)})
    for _ in range(11):
        see(recognizer, {})
    assert len(see(recognizer, {0: frame(12)})[0].steps) == 12
    assert batch.emptied == [0]


def test_nothing_is_computed_for_streams_that_are_all_gone(batch):
    recognizer = BatchRecognizer(batch)
    see(recognizer, {})
    assert not batch.seen
    see(recognizer, {0: frame(0)})
    for _ in range(100):
        see(recognizer, {})
    assert len(batch.seen) == 1 + RATE_HZ


def test_another_stream_in_the_same_row_knows_nothing_of_the_first(batch):
    recognizer = BatchRecognizer(batch)
    for tick in range(3):
        see(recognizer, {0: frame(tick, THUMB_UP)})
    recognizer.reset(0)
    seen = see(recognizer, {0: frame(3, LEFT)})[0]
    assert batch.emptied == [0, 0]
    assert len(seen.steps) == 1
    assert seen.smoothed[THUMB_UP] < 0.01


def test_what_is_personal_goes_around_each_row(batch):
    class Counting(PassingEngine):
        steps = 0

        def step(self, picture, state):
            output, state = super().step(picture, state)
            self.steps += 1
            logits = np.zeros_like(output.logits)
            logits[0, int(picture.flat[0])] = self.steps
            return Output(logits, output.embedding), state

    recognizer = BatchRecognizer(batch, Counting)
    see(recognizer, {0: frame(0, LEFT)})
    see(recognizer, {0: frame(1, LEFT)})
    seen = see(recognizer, {0: frame(2, LEFT), 1: frame(2, THUMB_UP)})
    assert seen[0].probabilities.argmax() == LEFT
    assert seen[1].probabilities.argmax() == THUMB_UP
    assert seen[0].probabilities.max() > seen[1].probabilities.max()


def test_a_row_whose_frame_or_engine_is_bad_says_so_and_the_other_goes_on(batch):
    class Failing(PassingEngine):
        def step(self, picture, state):
            if picture.flat[0] == THUMB_UP:
                raise RuntimeError("no thumbs")
            return super().step(picture, state)

    recognizer = BatchRecognizer(batch, Failing)
    with pytest.raises(CameraError, match="a picture of 0x0 pixels"):
        recognizer.show(0, Frame(np.zeros((0, 0, 3), np.uint8), 0.0, 0))
    assert see(recognizer, {1: frame(0)}).keys() == {1}
    for row, label in enumerate((THUMB_UP, LEFT)):
        recognizer.show(row, frame(1, label))
    recognizer.step()
    with pytest.raises(RuntimeError, match="no thumbs"):
        recognizer.read(0)
    assert recognizer.read(1).probabilities.argmax() == LEFT
    recognizer.reset(0)
    assert step_times(see(recognizer, {0: frame(2, LEFT)})[0]) == [2 / RATE_HZ]


def test_each_row_has_a_framing_of_its_own_and_forgets_where_its_region_moves(batch):
    left, right = Region(0, 0, 0.5, 1), Region(0.5, 0, 0.5, 1)
    scripts = iter([[left, right, right], [left, left, left]])

    class Told:
        name = "told"

        def __init__(self):
            self._regions = iter(next(scripts))

        def region(self, image, time_s, idle):
            return next(self._regions)

        def reset(self):
            pass

    recognizer = BatchRecognizer(batch, framing=Told)
    image = np.full((8, 16, 3), LEFT, np.uint8)
    image[:, 8:] = THUMB_UP
    seen = [see(recognizer, {row: Frame(image, tick / RATE_HZ, tick) for row in range(2)}) for tick in range(3)]
    assert [(rows[0].region, rows[1].region) for rows in seen] == [(left, left), (right, left), (right, left)]
    assert batch.seen == [[LEFT, LEFT], [THUMB_UP, LEFT], [THUMB_UP, LEFT]]
    assert batch.emptied == [0, 1, 0]
    assert recognizer.framing == "told"
