"""The events that a stream's probabilities become."""

from common.arrays import Floats
from models.decoder import Decoder, GestureEvent
from models.spec import Decoding


def events(answers: Floats, labels: tuple[str, ...], decoding: Decoding, rate_hz: float) -> list[GestureEvent]:
    """Decode a stream's probabilities [T, classes], as the app does."""
    decoder = Decoder(labels, decoding)
    fired = (decoder.update(answer, step / rate_hz) for step, answer in enumerate(answers))
    return [event for event in fired if event]
