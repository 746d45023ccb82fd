"""Opening a recogniser as the app does: model, profile, vocabulary and framing."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.chosen_networks import open_networks
from app.settings import ModelSettings
from common.errors import UserError
from models.framing.opening import open_framing, parse_framing
from models.recognizer import Recognizer


@contextmanager
def open_recognizer(settings: ModelSettings | None = None, framing: str = "auto") -> Iterator[Recognizer]:
    """A recogniser of one stream, as `python main.py` uses it; closed at the end of the `with` block.

    Args:
        settings: the model and its options; None for the shipped model as the app runs it.
        framing: as `--framing`: `auto`, `full`, or `X,Y,W,H` as fractions of the frame.

    Raises:
        UserError: a file or an option cannot be used; the message states which, and what to do.
    """
    if not isinstance(settings, ModelSettings | None):
        raise UserError(f"open_recognizer takes ModelSettings; got {settings!r}; give ModelSettings(path=Path(...))")
    chosen = open_framing(parse_framing(framing))
    with open_networks(settings or ModelSettings()) as networks:
        yield Recognizer(networks, chosen)
