"""`python -m calibration fit` and `record`."""

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from calibration.diagram import draw
from calibration.errors import TakeError
from calibration.fit_report import report, warnings
from calibration.fitting import fit
from calibration.recomputation import recomputed
from calibration.take import Kind, Take
from calibration.take_folder import TakeFolder
from calibration.thresholds import Target
from calibration.user_profile import UserProfile, profile_path
from common.whole_file import write_whole
from models.engines import load_engine
from models.spec import ModelSpec

MAIN = Path(__file__).resolve().parent.parent / "main.py"


def record(profile: str, rest: Sequence[str]) -> int:
    """Replace this process by `main.py --record`, which has the camera and the window."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, str(MAIN), "--record", profile, *rest])


def fit_profile(name: str, model: Path | None, target: Target, diagram: Path | None, keep: Sequence[str] = ()) -> int:
    """Fit a profile to the recorded takes, save it, and print the result; return the exit status.

    Args:
        name: of the profile.
        model: run all takes through this model first; None if all takes come from one model.
        target: the accepted rate of false events.
        diagram: file for the reliability diagram, or None.
        keep: own gestures that are saved although their takes differ or none is recognised.

    Raises:
        TakeError: there is no take, or no gesture can be learnt; then nothing is saved.
    """
    recordings, path = TakeFolder(name), profile_path(name)
    spec, takes = _of_one_model([take for _, take in recordings.takes()], model, recordings.folder)
    done = fit(_before(path, name, spec), spec, takes, target, keep)
    if done.refused and len(done.refused) == len({take.label for take in takes if take.kind is Kind.GESTURE}):
        raise TakeError(f"no gesture could be learnt, so nothing is saved: {done.refused[0]}")
    done.profile.save(path)
    print(report(done, target))
    if diagram and done.before and done.after:
        text = draw({"model": done.before, "fitted": done.after})
        write_whole(diagram, text.encode(), private=True)
    print(f"saved {path}; use it with: python main.py --profile {shlex.quote(name)}")
    for error in done.refused:
        print(f"mstnet: not learnt (other gestures are saved): {error}", file=sys.stderr)
    for line in (*warnings(done, target), *done.never_firing):
        print(f"mstnet: {line}", file=sys.stderr)
    return 0


def _before(path: Path, name: str, spec: ModelSpec) -> UserProfile:
    """The saved profile if it belongs to this model, else an empty one."""
    old = UserProfile.load(path) if path.is_file() else None
    return old if old and old.weights_sha256 == spec.weights_sha256 else UserProfile.of(name, spec)


def _of_one_model(takes: list[Take], model: Path | None, folder: Path) -> tuple[ModelSpec, list[Take]]:
    """All takes with the output of one model: `model`, or the one they were recorded with."""
    if not takes:
        raise TakeError(f"nothing is recorded in {folder}; begin with python -m calibration record")
    if model is None:
        if len({take.spec.weights_sha256 for take in takes}) > 1:
            raise TakeError(f"the takes in {folder} come from several models; choose the one to fit with --model FILE")
        return takes[0].spec, takes
    with closing(load_engine(model)) as engine:
        spec = engine.spec
        if rates := {take.spec.rate_hz for take in takes} - {spec.rate_hz}:
            raise TakeError(
                f"the takes have {rates.pop():g} steps per second and {model} has {spec.rate_hz:g}; record them again"
            )
        seen = [t if t.spec.weights_sha256 == spec.weights_sha256 else recomputed(engine, t) for t in takes]
    return spec, seen
