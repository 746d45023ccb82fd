"""The names of the public API, from where they are defined."""

from common.errors import UserError
from common.version import __version__
from models.decoder import GestureEvent
from models.engines import Engine, load_engine
from models.frame import Frame
from models.networks import Networks, networks_of
from models.recognition import Recognition, Step
from models.recognizer import Recognizer
from models.shipped import SHIPPED_MODEL

__all__ = [
    "SHIPPED_MODEL",
    "Engine",
    "Frame",
    "GestureEvent",
    "Networks",
    "Recognition",
    "Recognizer",
    "Step",
    "UserError",
    "__version__",
    "load_engine",
    "networks_of",
]
