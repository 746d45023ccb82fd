"""What `python -m calibration fit` and `record` do."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from calibration.diagram import draw
from calibration.errors import TakeError
from calibration.fit_report import report, unfound, warnings
from calibration.fitting import fit
from calibration.retake import shown_to
from calibration.take import Kind, Take
from calibration.take_folder import TakeFolder
from calibration.thresholds import Target
from calibration.user_profile import UserProfile, profile_path
from common.whole_file import write_whole
from models.engines import load_engine
from models.spec import ModelSpec

MAIN = Path(__file__).resolve().parent.parent / "main.py"


def record(profile: str, rest: Sequence[str]) -> int:
    """Become `main.py --record`: the camera and the window are its business."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, str(MAIN), "--record", profile, *rest])


def fit_profile(name: str, model: Path | None, target: Target, diagram: Path | None, anyway: Sequence[str] = ()) -> int:
    """Fit a profile to what was recorded, save it, and print what came of it; return the exit status.

    Args:
        name: the profile's.
        model: shown all takes first; None where one model saw them all.
        target: how many false events are tolerable.
        diagram: where the reliability diagram is drawn, if anywhere.
        anyway: gestures of the person's own that are saved although their takes differ or none is found.

    Raises:
        TakeError: nothing was recorded, or none of the gestures can be learnt; then nothing is saved.
    """
    recordings, path = TakeFolder(name), profile_path(name)
    spec, takes = _of_one_model([take for _, take in recordings.takes()], model, recordings.folder)
    done = fit(_before(path, name, spec), spec, takes, target, anyway)
    if done.refused and len(done.refused) == len({take.label for take in takes if take.kind is Kind.GESTURE}):
        raise TakeError(f"nothing is saved, for no gesture could be learnt: {done.refused[0]}")
    done.profile.save(path)
    print(report(done, target))
    if diagram and done.before and done.after:
        text = draw({"the model": done.before, "fitted": done.after})
        write_whole(diagram, text.encode(), private=True)
    print(f"saved {path}; use it with: python main.py --profile {name}")
    for error in done.refused:
        print(f"mstnet: not learnt, the rest is saved: {error}", file=sys.stderr)
    for line in (*warnings(done, target), *unfound(done)):
        print(f"mstnet: {line}", file=sys.stderr)
    return 0


def _before(path: Path, name: str, spec: ModelSpec) -> UserProfile:
    """The profile so far; a new one where there is none for this model."""
    old = UserProfile.load(path) if path.is_file() else None
    return old if old and old.weights_sha256 == spec.weights_sha256 else UserProfile.of(name, spec)


def _of_one_model(takes: list[Take], model: Path | None, folder: Path) -> tuple[ModelSpec, list[Take]]:
    """All takes as one model sees them: the model named, or the one that saw them all."""
    if not takes:
        raise TakeError(f"nothing is recorded in {folder}; begin with python -m calibration record")
    if model is None:
        if len({take.spec.weights_sha256 for take in takes}) > 1:
            raise TakeError(f"the takes in {folder} were seen by several models; say which to fit: --model FILE")
        return takes[0].spec, takes
    with closing(load_engine(model)) as engine:
        spec = engine.spec
        if rates := {take.spec.rate_hz for take in takes} - {spec.rate_hz}:
            raise TakeError(
                f"takes of {rates.pop():g} steps a second do not fit {model}, {spec.rate_hz:g}; record anew"
            )
        seen = [t if t.spec.weights_sha256 == spec.weights_sha256 else shown_to(engine, t) for t in takes]
    return spec, seen
