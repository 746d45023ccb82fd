"""A batch of streams: each is independent of the others and has its own times."""

import numpy as np
import pytest
from fakes import LABELS, ScriptedEngine
from fakes import recognizer as recognizing

from models.batch_recognizer import BatchRecognizer
from models.errors import CameraError, FrameError
from models.frame import Frame
from models.networks import networks_of
from models.region import WHOLE, Region
from models.vocabulary import Group, Vocabulary

RATE_HZ = 12
THUMB_UP, LEFT, NOTHING = LABELS.index("Thumb Up"), LABELS.index("Swiping Left"), LABELS.index("No gesture")


def frame(tick, label=NOTHING, late_s=0.0):
    return Frame(np.full((8, 8, 3), label, np.uint8), tick / RATE_HZ + late_s, tick)


def label_of(picture):
    return picture.flat[0]


@pytest.fixture
def batch():
    return ScriptedEngine(label_of, streams=2)


def of(batch, head=None):
    """A recogniser of the batch's streams."""
    return BatchRecognizer(networks_of(batch, head))


def see(recognizer, frames):
    """Show frames by row, step, and read every row; return the recognitions by row."""
    for row, new in frames.items():
        recognizer.show(row, new)
    recognizer.step()
    seen = {row: recognizer.read(row) for row in range(recognizer.streams)}
    return {row: recognition for row, recognition in seen.items() if recognition}


def test_a_vocabulary_is_every_rows(batch):
    swipe = Vocabulary((Group("swipe", ("Swiping Left", "Swiping Right")),))
    recognizer = BatchRecognizer(networks_of(batch, vocabulary=swipe))
    events = []
    for tick in range(12):
        label = LEFT + tick % 2  # a swipe to the left, or to the right
        seen = see(recognizer, {0: frame(tick, THUMB_UP), 1: frame(tick, label)})
        events += [(row, each.event.group) for row, each in seen.items() if each.event]
        assert seen[1].lasting == ("swipe" if events else None)
    assert events == [(1, "swipe")]


def step_times(seen):
    return [step.time_s for step in seen.steps]


def test_frames_at_the_models_rate_are_read_as_a_single_camera_reads_them(batch):
    together = of(batch)
    alone = recognizing(ScriptedEngine(label_of))
    labels = [NOTHING] * 3 + [THUMB_UP] * 8 + [NOTHING] * 8
    for tick, label in enumerate(labels):
        seen = see(together, {0: frame(tick), 1: frame(tick, label)})
        expected = alone.see(frame(tick, label))
        np.testing.assert_array_equal(seen[1].smoothed, expected.smoothed)
        assert (seen[1].event, seen[1].lasting) == (expected.event, expected.lasting)
        assert step_times(seen[1]) == step_times(expected)
        assert seen[0].event is None


def test_a_frame_carries_its_own_time_wherever_the_tick_is(batch):
    recognizer = of(batch)
    for tick in range(4):
        seen = see(recognizer, {0: frame(tick, late_s=-0.02), 1: frame(tick, late_s=3.0)})
        assert step_times(seen[0]) == [tick / RATE_HZ - 0.02]
        assert step_times(seen[1]) == [tick / RATE_HZ + 3.0]


def test_a_silent_stream_repeats_its_picture_and_is_read_with_its_next_frame(batch):
    recognizer = of(batch)
    see(recognizer, {0: frame(0, LEFT), 1: frame(0)})
    assert see(recognizer, {1: frame(1)}).keys() == {1}
    assert see(recognizer, {1: frame(2)}).keys() == {1}
    seen = see(recognizer, {0: frame(3, THUMB_UP), 1: frame(3)})[0]
    assert [row for row, _ in batch.seen] == [LEFT, LEFT, LEFT, THUMB_UP]
    assert step_times(seen) == pytest.approx([1 / 12, 2 / 12, 3 / 12])
    assert [int(step.probabilities.argmax()) for step in seen.steps] == [LEFT, LEFT, THUMB_UP]


def test_after_a_long_gap_a_row_starts_again_and_no_other(batch):
    recognizer = of(batch)
    see(recognizer, {0: frame(0, THUMB_UP), 1: frame(0)})
    for tick in range(1, 20):
        see(recognizer, {1: frame(tick)})
    assert batch.forgotten == [0, 1]
    seen = see(recognizer, {0: frame(20, LEFT), 1: frame(20)})
    assert batch.forgotten == [0, 1, 0]
    assert step_times(seen[0]) == [20 / 12]
    assert seen[0].smoothed.argmax() == LEFT


def test_a_frame_after_a_gap_restarts_a_row(batch):
    recognizer = of(batch)
    see(recognizer, {0: frame(10)})
    see(recognizer, {0: frame(30)})
    assert batch.forgotten == [0, 0]


def test_a_frame_out_of_order_is_refused_until_the_row_is_reset(batch):
    recognizer = of(batch)
    see(recognizer, {0: frame(10), 1: frame(10)})
    with pytest.raises(FrameError, match="runs backwards"):
        recognizer.show(0, frame(3))
    assert see(recognizer, {1: frame(3 + 8)}).keys() == {1}
    recognizer.reset(0)
    assert see(recognizer, {0: frame(3)}).keys() == {0}


def test_a_gap_that_a_repeat_may_bridge_restarts_nothing(batch):
    recognizer = of(batch)
    see(recognizer, {0: frame(0)})
    for _ in range(11):
        see(recognizer, {})
    assert len(see(recognizer, {0: frame(12)})[0].steps) == 12
    assert batch.forgotten == [0]


def test_nothing_is_computed_for_streams_that_are_all_gone(batch):
    recognizer = of(batch)
    see(recognizer, {})
    assert not batch.seen
    see(recognizer, {0: frame(0)})
    for _ in range(100):
        see(recognizer, {})
    assert len(batch.seen) == 1 + RATE_HZ


def test_another_stream_in_the_same_row_knows_nothing_of_the_first(batch):
    recognizer = of(batch)
    for tick in range(3):
        see(recognizer, {0: frame(tick, THUMB_UP)})
    recognizer.reset(0)
    seen = see(recognizer, {0: frame(3, LEFT)})[0]
    assert batch.forgotten == [0, 0]
    assert len(seen.steps) == 1
    assert seen.smoothed[THUMB_UP] < 0.01


class CountingHead:
    """Its confidence in a picture's label increases with its steps."""

    labels = LABELS

    def start(self):
        return 0

    def read(self, logits, embedding, steps):
        probabilities = np.zeros(len(LABELS), np.float32)
        probabilities[logits.argmax()] = (steps + 1) / 10
        return probabilities, steps + 1


def test_each_row_has_a_head_of_its_own(batch):
    recognizer = of(batch, CountingHead())
    see(recognizer, {0: frame(0, LEFT)})
    see(recognizer, {0: frame(1, LEFT)})
    seen = see(recognizer, {0: frame(2, LEFT), 1: frame(2, THUMB_UP)})
    assert seen[0].probabilities[LEFT] == pytest.approx(0.3)
    assert seen[1].probabilities[THUMB_UP] == pytest.approx(0.1)


def test_a_row_whose_frame_or_head_is_bad_says_so_and_the_other_goes_on(batch):
    class Failing(CountingHead):
        def read(self, logits, embedding, steps):
            if logits.argmax() == THUMB_UP:
                raise RuntimeError("no thumbs")
            return super().read(logits, embedding, steps)

    recognizer = of(batch, Failing())
    with pytest.raises(CameraError, match="at least one pixel"):
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


def unsure_of_left(picture):
    """The main pass reads the left as no gesture."""
    return NOTHING if picture.flat[0] == LEFT else picture.flat[0]


@pytest.mark.parametrize("seed", range(4))
def test_with_a_fast_pass_a_row_reads_as_the_same_stream_alone(seed):
    """Short gestures, long ones and rests in any order, so that the fast pass starts, decides and stops."""
    rng = np.random.default_rng(seed)
    lengths, labels = rng.integers(1, 14, 60), rng.choice([NOTHING, NOTHING, LEFT, THUMB_UP], 60)
    script = [int(label) for label, length in zip(labels, lengths, strict=True) for _ in range(length)]
    batch = ScriptedEngine(unsure_of_left, 4.0, streams=2, fast_label_of=label_of)
    together = of(batch)
    alone = recognizing(ScriptedEngine(unsure_of_left, 4.0, fast_label_of=label_of))
    networks = set()
    for tick, label in enumerate(script):
        seen = see(together, {0: frame(tick, LEFT), 1: frame(tick, label)})[1]
        expected = alone.see(frame(tick, label))
        assert (seen.event, seen.lasting, seen.network) == (expected.event, expected.lasting, expected.network)
        assert [step.network for step in seen.steps] == [step.network for step in expected.steps]
        np.testing.assert_array_equal(seen.smoothed, expected.smoothed)
        networks.add(seen.network)
    assert networks == {"stream", "fast"}


def test_a_row_that_wakes_its_fast_pass_starts_from_an_empty_past():
    batch = ScriptedEngine(label_of, streams=2, fast_label_of=label_of)
    recognizer = of(batch)
    for tick in range(40):
        see(recognizer, {0: frame(tick, THUMB_UP), 1: frame(tick, THUMB_UP if tick >= 30 else NOTHING)})
    assert batch.forgotten == [0, 1, 0, 1]  # both rows of the main pass, then each row of the fast one when it wakes
    assert batch.steps == {1: 40, 4: 40}


def test_the_fast_pass_of_a_batch_sleeps_while_no_row_wants_it():
    batch = ScriptedEngine(label_of, streams=2, fast_label_of=label_of)
    recognizer = of(batch)
    for tick in range(20):
        see(recognizer, {0: frame(tick), 1: frame(tick)})
    assert batch.steps == {1: 20, 4: 0}


def test_a_silent_row_is_stepped_by_both_passes(batch):
    batch = ScriptedEngine(label_of, 4.0, streams=1, fast_label_of=label_of)
    recognizer = of(batch)
    see(recognizer, {0: frame(0, LEFT)})
    for _ in range(2):
        see(recognizer, {})
    seen = see(recognizer, {0: frame(3, LEFT)})[0]
    assert [step.network for step in seen.steps] == ["stream", "fast"] * 3
    assert [step.time_s for step in seen.steps[::2]] == pytest.approx([1 / 12, 2 / 12, 3 / 12])


def test_each_row_has_a_framing_of_its_own_and_forgets_where_its_region_moves(batch):
    left, right = Region(0, 0, 0.5, 1), Region(0.5, 0, 0.5, 1)
    scripts = iter([[left, right, right], [left, left, left]])

    class FixedRegions:
        name, bounds = "fixed", WHOLE

        def __init__(self):
            self._regions = iter(next(scripts))

        def region(self, image, time_s, idle):
            return next(self._regions)

        def reset(self):
            pass

    recognizer = BatchRecognizer(networks_of(batch), FixedRegions)
    image = np.full((8, 16, 3), LEFT, np.uint8)
    image[:, 8:] = THUMB_UP
    seen = [see(recognizer, {row: Frame(image, tick / RATE_HZ, tick) for row in range(2)}) for tick in range(3)]
    assert [(rows[0].region, rows[1].region) for rows in seen] == [(left, left), (right, left), (right, left)]
    assert batch.seen == [[LEFT, LEFT], [THUMB_UP, LEFT], [THUMB_UP, LEFT]]
    assert batch.forgotten == [0, 1, 0]
    assert recognizer.framing == "fixed"
