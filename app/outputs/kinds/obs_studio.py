"""`--obs`, `--obs-scene`: scenes of OBS Studio."""

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from app.outputs.address import ADDRESS, Address
from app.outputs.kind import OpenedOutput, OutputKind, RunFacts
from app.outputs.option_types import address
from app.outputs.packages import need
from common.errors import UserError
from common.folded import folded

PASSWORD = "MSTNET_OBS_PASSWORD"
"""Environment variable of the password, because other users of a machine can read command lines."""


@dataclass(frozen=True, slots=True)
class ObsOutput:
    """An OBS Studio and the gestures that switch its scenes."""

    address: Address
    """Address of its WebSocket server."""
    scenes: tuple[tuple[str, str], ...]
    """Pairs of a gesture and the scene that it switches to."""

    def open(self, run: RunFacts) -> OpenedOutput:
        """Start to connect; OBS may be unreachable at first.

        Raises:
            UserError: a gesture cannot fire, or websockets is not installed.
        """
        scenes = {known_gesture(name, run.gestures): scene for name, scene in self.scenes}
        need("websockets", "websockets", "--obs")
        from app.outputs.obs import Obs

        obs = Obs(self.address, os.environ.get(PASSWORD, ""), scenes)
        return OpenedOutput(obs, obs.close, undelivered=obs.undelivered)


def known_gesture(name: str, gestures: Sequence[str]) -> str:
    """The gesture with a name, in any case: a label of the model, or a group of the vocabulary.

    Raises:
        UserError: there is none; the message names the nearest one.
    """
    known = {folded(gesture): gesture for gesture in gestures}
    if folded(name) not in known:
        near = get_close_matches(name, gestures, n=1, cutoff=0.0)
        raise UserError(f"no gesture is called '{name}'; did you mean '{near[0]}'?")
    return known[folded(name)]


def scene(text: str) -> tuple[str, str]:
    """Parse a gesture and the OBS scene that it switches to."""
    label, _, name = text.partition("=")
    if not (label.strip() and name.strip()):
        raise ValueError(text)
    return label.strip(), name.strip()


scene.__name__ = "GESTURE=SCENE"  # argparse prints it


def _add_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--obs", type=address, metavar=ADDRESS, help="OBS Studio's WebSocket server, usually port 4455")
    group.add_argument(
        "--obs-scene",
        type=scene,
        action="append",
        default=[],
        metavar="GESTURE=SCENE",
        help="switch to a scene on a gesture (may be repeated)",
    )


def _read(options: argparse.Namespace) -> Iterator[ObsOutput]:
    if options.obs:
        yield ObsOutput(options.obs, tuple(options.obs_scene))


OBS = OutputKind(("obs", "obs_scene"), _add_options, _read)
