"""A clip network over a stream: its input, and that skipped pictures are kept."""

import numpy as np
import pytest

from models.clip_network import ClipNetwork, ClipStream
from models.clip_spec import ClipSpec
from models.engines.base import Output
from models.heads import SoftmaxHead
from models.recognition import Step
from models.region import WHOLE, Region

SPEC = ClipSpec(
    name="reader",
    labels=("No gesture", "Thumb Up"),
    pictures=16,
    height=4,
    width=6,
    mean=(0.0, 0.0, 0.0),
    std=(1.0, 1.0, 1.0),
    rate_hz=6.0,
    windows_s=(8 / 3, 1.0),
    embedding_width=480,
)


class Reader:
    """A clip engine whose output is the mean brightness of a clip, and which keeps its clips."""

    name = "reader"

    def __init__(self) -> None:
        self.spec = SPEC
        self.shown: list[np.ndarray] = []

    def run(self, clip: np.ndarray) -> Output:
        self.shown.append(clip)
        return Output(np.full((1, 2), clip.mean(), np.float32), np.full((1, 480), clip[0].mean(), np.float32))

    def close(self) -> None:
        pass


def stream(engine: Reader) -> ClipStream:
    return ClipNetwork("clip", engine, SoftmaxHead(SPEC.labels, 1.0), 12.0, SPEC.fusion).open()


def picture(number: int) -> np.ndarray:
    return np.full((8, 12, 3), number, np.uint8)


def skip(network: ClipStream, number: int, time_s: float) -> None:
    network.show(picture(number), None)
    network.skip(time_s)


def step(network: ClipStream, number: int, time_s: float, bounds: Region | None = None) -> Step:
    network.show(picture(number), bounds)
    return network.step(time_s)


def test_it_returns_the_mean_over_its_windows():
    engine = Reader()
    network = stream(engine)
    for k in range(40):
        skip(network, k, k / 12)
    assert engine.shown == []
    answer = step(network, 40, 40 / 12)
    assert [clip.shape for clip in engine.shown] == [SPEC.clip_shape] * 2
    means = [clip.mean() for clip in engine.shown]
    assert means[1] > means[0]  # the shorter window is the newer one
    np.testing.assert_allclose(answer.logits, np.full(2, np.mean(means)), rtol=1e-6)
    assert answer.logits.dtype == np.float32
    assert answer.embedding.shape == (480,)
    assert (answer.network, answer.time_s) == ("clip", 40 / 12)
    assert answer.probabilities.sum() == pytest.approx(1)
    assert (answer.picture == 40).all()


def test_stepping_and_skipping_remember_alike():
    one, other = stream(Reader()), stream(Reader())
    for k in range(20):
        step(one, k, k / 12)
        skip(other, k, k / 12)
    np.testing.assert_array_equal(step(one, 20, 20 / 12).logits, step(other, 20, 20 / 12).logits)


def test_where_no_new_frame_came_the_last_one_is_seen_again():
    engine = Reader()
    network = stream(engine)
    step(network, 1, 0.0)
    network.skip(1.0)
    network.step(4.0)
    assert (engine.shown[-1] == 1).all()


def test_after_a_reset_it_knows_nothing_of_before():
    network, new = stream(Reader()), stream(Reader())
    for k in range(20):
        skip(network, 200, 10 + k / 12)
    network.reset()
    np.testing.assert_array_equal(step(network, 3, 0.0).logits, step(new, 3, 0.0).logits)


def test_it_sees_what_moves_within_its_bounds():
    """A dim light on the left goes on and off all the time, a bright one on the right, too."""
    engine = Reader()
    network = stream(engine)
    for bounds, brightest in ((WHOLE, 250), (Region(0, 0, 0.5, 1), 90)):
        for k in range(20):
            image = np.zeros((48, 144, 3), np.uint8)
            image[10:40, 10:40] = 90 * (k % 2)
            image[10:40, 110:140] = 250 * (k % 2)
            network.show(image, bounds)
            network.step(k / 12)
        assert engine.shown[-1].max() == pytest.approx(brightest, abs=2)


def test_other_bounds_are_another_stream():
    engine = Reader()
    network = stream(engine)
    for k in range(20):
        skip(network, 200, k / 12)
    step(network, 3, 20 / 12, Region(0, 0, 0.5, 0.5))
    assert (engine.shown[-1] == 3).all()


def test_time_does_not_run_backwards():
    network = stream(Reader())
    skip(network, 0, 1.0)
    with pytest.raises(ValueError, match="backwards"):
        step(network, 0, 0.0)
