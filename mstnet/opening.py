"""Opening: a recogniser with all that the app itself uses."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.chosen_networks import open_networks
from app.settings import ModelSettings
from models.framing.opening import open_framing, parse_framing
from models.recognizer import Recognizer


@contextmanager
def open_recognizer(settings: ModelSettings | None = None, framing: str = "auto") -> Iterator[Recognizer]:
    """A recogniser of one stream, as `python main.py` makes it; closed at the end of the `with` block.

    Args:
        settings: the model, and what goes with it; None for the shipped one with its fast pass.
        framing: as `--framing`: `auto`, `full`, or `X,Y,W,H` in shares of the picture.

    Raises:
        UserError: something of it cannot be used; one line says what, and what to do.
    """
    chosen = open_framing(parse_framing(framing))
    with open_networks(settings or ModelSettings()) as networks:
        yield Recognizer(networks, chosen)
