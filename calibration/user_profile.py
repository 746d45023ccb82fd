"""UserProfile: one user's settings for one model, and their file."""

import dataclasses
import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.errors import ProfileError
from calibration.packing import packed_gesture, unpacked_gesture
from calibration.person_files import person_file
from calibration.personal_gesture import PersonalGesture
from calibration.thresholds import Threshold
from common.nearest import nearest
from common.user_folders import data_folder
from common.whole_file import write_whole
from models.spec import Decoding, ModelSpec, Rule

VERSION = 1
SUFFIX = ".json"
DEFAULT_NAME = "me"
"""Name of the profile if none is given."""


@dataclass(frozen=True, slots=True, eq=False)
class UserProfile:
    """One user's temperature, rules and own gestures for one model."""

    name: str
    model: str
    """Name of the model."""
    weights_sha256: str
    """Hash of the model's weights; a profile is not valid for others."""
    temperature: float
    decoding: Decoding
    gestures: tuple[PersonalGesture, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    """How each rule was chosen, for reports only."""

    @classmethod
    def of(cls, name: str, spec: ModelSpec) -> "UserProfile":
        """A profile with the model's own settings."""
        return cls(name, spec.name, spec.weights_sha256, spec.temperature, spec.decoding)

    def check_fits(self, spec: ModelSpec) -> None:
        """Check that the profile belongs to a model.

        Raises:
            ProfileError: it belongs to another, or an own gesture has the name of one of the model's labels.
        """
        if self.weights_sha256 != spec.weights_sha256:
            raise ProfileError(
                f"profile {self.name!r} was made for model {self.model} ({self.weights_sha256[:8]}); this is "
                f"{spec.name} ({spec.weights_sha256[:8]}). Fit it again: "
                f"python -m calibration fit --profile {shlex.quote(self.name)} --model FILE"
            )
        if taken := {gesture.label for gesture in self.gestures} & set(spec.labels):
            raise ProfileError(
                f"profile {self.name!r} has a gesture {min(taken)!r}, which the model has too; rename it"
            )

    def save(self, path: Path) -> None:
        """Write the profile atomically, readable by its owner only.

        Raises:
            WriteError: it cannot be written.
        """
        fields = {
            "version": VERSION,
            "name": self.name,
            "model": self.model,
            "weights_sha256": self.weights_sha256,
            "temperature": self.temperature,
            "decoding": dataclasses.asdict(self.decoding),
            "thresholds": [dataclasses.asdict(each) for each in self.thresholds],
            "gestures": [packed_gesture(each) for each in self.gestures],
        }
        text = json.dumps(fields, ensure_ascii=False, indent=1)
        write_whole(path, text.encode(), private=True)

    @classmethod
    def load(cls, path: Path) -> "UserProfile":
        """Read a profile.

        Raises:
            ProfileError: there is no file, or it is not a profile of this version.
        """
        try:
            data = json.loads(path.read_bytes())
            if data["version"] != VERSION:
                raise ProfileError(f"{path} is a profile of version {data['version']}; this program reads {VERSION}")
            return cls(
                data["name"],
                data["model"],
                data["weights_sha256"],
                float(data["temperature"]),
                _decoding(data["decoding"]),
                tuple(unpacked_gesture(each) for each in data["gestures"]),
                tuple(Threshold(**each) for each in data["thresholds"]),
            )
        except OSError as error:
            raise ProfileError(f"cannot read profile {path} ({error.strerror}); see {profiles_folder()}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProfileError(f"{path} is not a profile ({type(error).__name__}: {error}); fit it again") from error


def profiles_folder() -> Path:
    """The folder of profiles that are given by name."""
    return data_folder() / "profiles"


def profile_path(name: str) -> Path:
    """The file of a profile: the argument itself if it is a path, else a file in `profiles_folder`."""
    looks_like_file = name.endswith(SUFFIX) or Path(name).name != name
    return Path(name) if looks_like_file else profiles_folder() / f"{person_file(name)}{SUFFIX}"


def find_profile(name: str) -> UserProfile:
    """Read a profile by name or path.

    Raises:
        ProfileError: it does not exist, or is damaged.
    """
    path = profile_path(name)
    if not path.is_file():
        there = sorted(each.stem for each in profiles_folder().glob(f"*{SUFFIX}"))
        known = nearest(name, there) if there else ""
        raise ProfileError(f"no profile {name!r} ({path}); make one with python -m calibration fit{known}")
    return UserProfile.load(path)


def _decoding(data: dict[str, Any]) -> Decoding:
    rules = {label: Rule(**rule) for label, rule in data["per_label"].items()}
    return Decoding(float(data["smooth_s"]), Rule(**data["rule"]), rules)
