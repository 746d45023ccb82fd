"""The names of the public API, imported from the modules that define them."""

from app.camera import open_camera
from app.chosen_networks import open_networks
from app.settings import ModelSettings
from common.errors import UserError
from common.version import __version__
from models.decoder import GestureEvent
from models.decoding_change import DecodingChange, RuleChange
from models.engines import Engine, load_engine
from models.frame import Frame
from models.framing.opening import open_framing
from models.networks import Networks, networks_of
from models.recognition import Recognition, Step
from models.recognizer import Recognizer
from models.shipped import SHIPPED_MODEL
from mstnet.opening import open_recognizer

__all__ = [
    "SHIPPED_MODEL",
    "DecodingChange",
    "Engine",
    "Frame",
    "GestureEvent",
    "ModelSettings",
    "Networks",
    "Recognition",
    "Recognizer",
    "RuleChange",
    "Step",
    "UserError",
    "__version__",
    "load_engine",
    "networks_of",
    "open_camera",
    "open_framing",
    "open_networks",
    "open_recognizer",
]
