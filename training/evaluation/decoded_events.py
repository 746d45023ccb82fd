"""Decoding of a stream's probabilities to events."""

from common.arrays import Floats
from models.decoder import Decoder, GestureEvent
from models.spec import Decoding


def events(probabilities: Floats, labels: tuple[str, ...], decoding: Decoding, rate_hz: float) -> list[GestureEvent]:
    """Decode a stream's probabilities [T, classes], as the app does."""
    decoder = Decoder(labels, decoding)
    fired = (decoder.update(row, step / rate_hz) for step, row in enumerate(probabilities))
    return [event for event in fired if event]
