"""What `python -m calibration thresholds` does: print and change how a model file's output is read."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.clip_fusion import BOTH
from models.clip_spec import ClipSpec
from models.decoding_change import DecodingChange
from models.engines.fastest_form import FORMS
from models.errors import DecodingError
from models.networks import FAST, STREAM
from models.spec import Decoding, idle_labels

if TYPE_CHECKING:
    from calibration.described_file import DescribedFile, Spec


@dataclass(frozen=True, slots=True)
class Reading:
    """How one answer of a model becomes gestures."""

    temperature: float
    decoding: Decoding | None
    """None where that is left to the stream network."""

    def changed(self, change: DecodingChange) -> "Reading":
        """The reading with new values.

        Raises:
            DecodingError: thresholds do not go together, or are another file's business.
        """
        if self.decoding is None:
            raise DecodingError("this clip network is read as the stream network beside it is; change that file")
        return Reading(change.temperature or self.temperature, change.of(self.decoding))


def readings(spec: "Spec") -> dict[str, Reading]:
    """How each answer of a model is read, by the names that the header of events has, the first one first."""
    if isinstance(spec, ClipSpec):
        return {BOTH: Reading(spec.temperature, spec.fusion.decoding)}
    main = {STREAM: Reading(spec.temperature, spec.decoding)}
    fast = spec.fast_pass
    return main | ({FAST: Reading(fast.temperature, fast.decoding)} if fast else {})


def with_reading(spec: "Spec", name: str, reading: Reading) -> "Spec":
    """The description with another reading of one answer."""
    temperature, decoding = reading.temperature, reading.decoding
    if isinstance(spec, ClipSpec):
        return replace(spec, temperature=temperature, fusion=replace(spec.fusion, decoding=decoding))
    if name == STREAM or not spec.fast_pass:
        return replace(spec, temperature=temperature, decoding=decoding or spec.decoding)
    fast = replace(spec.fast_pass, temperature=temperature, decoding=decoding or spec.fast_pass.decoding)
    return replace(spec, fast_pass=fast)


def thresholds(
    path: Path, change: DecodingChange, as_all: Collection[str] = (), of: str | None = None, out: Path | None = None
) -> None:
    """Print how a model file's output is read; change it first where something is to be changed.

    Args:
        path: the file.
        change: new values.
        as_all: gestures that lose the rule of their own.
        of: which answer is changed, by its name; None for the first that the file has.
        out: where the changed file is written; None for the file itself and its other forms beside it.

    Raises:
        UserError: the file cannot be used or written, or the change makes no sense for it. Then no file is changed.
    """
    from calibration.described_file import DescribedFile

    file = DescribedFile(path)
    if change == DecodingChange() and not as_all:
        if of or out:
            raise DecodingError("nothing is to be changed; give a value such as --enter 0.7, or only the file")
        print("\n".join(described(path, file.spec)))
        return
    files = {path: file} if out else {path: file, **_other_forms(path, file.spec)}
    specs = {each: _changed(each, opened.spec, change, as_all, of) for each, opened in files.items()}
    for each, spec in specs.items():
        files[each].save(spec, out or each)
        print("\n".join([*described(out or each, spec), f"wrote {out or each}"]))


def _changed(path: Path, spec: "Spec", change: DecodingChange, as_all: Collection[str], of: str | None) -> "Spec":
    there = readings(spec)
    name = of or next(iter(there))
    if name not in there:
        raise DecodingError(f"{path} has no {name!r} to change; it has: {', '.join(there)}")
    idle = idle_labels(spec.labels)
    change.check_names([label for k, label in enumerate(spec.labels) if k not in idle])
    reading = there[name]
    if reading.decoding:
        own = reading.decoding.per_label
        if strange := set(as_all) - set(own):
            told = ", ".join(own) or "none"
            raise DecodingError(f"{min(strange)!r} has no thresholds of its own in {path}; those that have: {told}")
        left = {label: rule for label, rule in own.items() if label not in as_all}
        reading = replace(reading, decoding=replace(reading.decoding, per_label=left))
    return with_reading(spec, name, reading.changed(change))


def _other_forms(path: Path, spec: "Spec") -> "dict[Path, DescribedFile]":
    """The forms of the same weights beside a file, one of which the app may run in its place."""
    from calibration.described_file import DescribedFile

    beside = [form for name in FORMS if (form := path.with_suffix(f".{name}.onnx")).is_file()]
    opened = {form: DescribedFile(form) for form in beside}
    return {form: each for form, each in opened.items() if each.spec.weights_sha256 == spec.weights_sha256 != ""}


def described(path: Path, spec: "Spec") -> Iterator[str]:
    """How a file's output is read, line by line."""
    yield f"{path}: {spec.name}, weights {spec.weights_sha256[:8]}, {len(spec.labels)} labels"
    for name, reading in readings(spec).items():
        if reading.decoding is None:
            yield f"{name}: temperature {reading.temperature:g}, else as the stream network beside it"
            continue
        yield f"{name}: temperature {reading.temperature:g}, smooth {reading.decoding.smooth_s:g}"
        yield f"  {'gesture':30} {'enter':>6} {'exit':>6} {'hold':>6} {'rest':>6}"
        for label, rule in {"all": reading.decoding.rule, **reading.decoding.per_label}.items():
            yield f"  {label:30} {rule.enter:6g} {rule.exit:6g} {rule.hold_s:6g} {rule.rest_s:6g}"
