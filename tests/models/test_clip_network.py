"""A clip network over a stream: its input, and that skipped pictures are kept."""

import numpy as np
import pytest

from models.clip_network import ClipNetwork, ClipStream
from models.clip_spec import ClipSpec
from models.engines.base import Output
from models.heads import SoftmaxHead

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
    return np.full((1, *SPEC.picture_shape), number, np.uint8)


def test_it_returns_the_mean_over_its_windows():
    engine = Reader()
    network = stream(engine)
    for k in range(40):
        network.skip(picture(k), k / 12)
    assert engine.shown == []
    output = network.step(picture(40), 40 / 12)
    assert [clip.shape for clip in engine.shown] == [SPEC.clip_shape] * 2
    means = [clip.mean() for clip in engine.shown]
    assert means[1] > means[0]  # the shorter window is the newer one
    np.testing.assert_allclose(output.logits, np.full(2, np.mean(means)), rtol=1e-6)
    assert output.logits.dtype == np.float32
    assert output.embedding.shape == (480,)
    assert (output.network, output.time_s) == ("clip", 40 / 12)
    assert output.probabilities.sum() == pytest.approx(1)


def test_stepping_and_skipping_remember_alike():
    one, other = Reader(), Reader()
    stepped, skipped = stream(one), stream(other)
    for k in range(20):
        stepped.step(picture(k), k / 12)
        skipped.skip(picture(k), k / 12)
    np.testing.assert_array_equal(stepped.step(picture(20), 20 / 12).logits, skipped.step(picture(20), 20 / 12).logits)


def test_after_a_reset_it_knows_nothing_of_before():
    network, new = stream(Reader()), stream(Reader())
    for k in range(20):
        network.skip(picture(200), 10 + k / 12)
    network.reset()
    np.testing.assert_array_equal(network.step(picture(3), 0.0).logits, new.step(picture(3), 0.0).logits)


def test_time_does_not_run_backwards():
    network = stream(Reader())
    network.skip(picture(0), 1.0)
    with pytest.raises(ValueError, match="backwards"):
        network.step(picture(0), 0.0)
