"""`python -m calibration thresholds`: prints and changes the temperature and decoding in a model file."""

import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.clip_fusion import BOTH
from models.clip_spec import CLIP_SUFFIX, ClipSpec
from models.decoding_change import DecodingChange
from models.engines.fastest_form import FORMS
from models.errors import DecodingError
from models.networks import FAST, STREAM
from models.spec import Decoding, idle_labels

if TYPE_CHECKING:
    from calibration.described_file import DescribedFile, Spec


@dataclass(frozen=True, slots=True)
class OutputDecoding:
    """The temperature and decoding of one output of a model."""

    temperature: float
    decoding: Decoding | None
    """None if the stream network's decoding applies."""

    def changed(self, change: DecodingChange) -> "OutputDecoding":
        """A copy with new values.

        Raises:
            DecodingError: the thresholds contradict each other, or belong to the stream network's file.
        """
        if self.decoding is None:
            raise DecodingError("this clip network uses the thresholds of its stream network; change that file")
        return OutputDecoding(change.temperature or self.temperature, change.of(self.decoding))


def output_decodings(spec: "Spec") -> dict[str, OutputDecoding]:
    """The temperature and decoding of each output, by its name in the header of the events; the main one first."""
    if isinstance(spec, ClipSpec):
        return {BOTH: OutputDecoding(spec.temperature, spec.fusion.decoding)}
    main = {STREAM: OutputDecoding(spec.temperature, spec.decoding)}
    fast = spec.fast_pass
    return main | ({FAST: OutputDecoding(fast.temperature, fast.decoding)} if fast else {})


def with_output_decoding(spec: "Spec", name: str, output: OutputDecoding) -> "Spec":
    """A description with another temperature and decoding for one output."""
    temperature, decoding = output.temperature, output.decoding
    if isinstance(spec, ClipSpec):
        return replace(spec, temperature=temperature, fusion=replace(spec.fusion, decoding=decoding))
    if name == STREAM or not spec.fast_pass:
        return replace(spec, temperature=temperature, decoding=decoding or spec.decoding)
    fast = replace(spec.fast_pass, temperature=temperature, decoding=decoding or spec.fast_pass.decoding)
    return replace(spec, fast_pass=fast)


def thresholds(
    path: Path, change: DecodingChange, as_all: Collection[str] = (), of: str | None = None, out: Path | None = None
) -> None:
    """Print the temperature and decoding in a model file, after changing them if a change is given.

    Args:
        path: the file.
        change: new values.
        as_all: gestures whose own rule is removed.
        of: name of the output to change; None for the first in the file.
        out: where to write the changed file; None for the file itself and its other forms in the same folder.

    Raises:
        UserError: the file cannot be read or written, or the change does not fit it. Then no file is changed.
    """
    from calibration.described_file import DescribedFile

    file = DescribedFile(path)
    if change == DecodingChange() and not as_all:
        if of or out:
            raise DecodingError("no value to change; give one such as --enter 0.7, or only the file to print it")
        print("\n".join([*described(path, file.spec), *_deciding_file(path)]))
        return
    files = {path: file} if out else {path: file, **_other_forms(path, file.spec)}
    specs = {each: _changed(each, opened.spec, change, as_all, of) for each, opened in files.items()}
    for each, spec in specs.items():
        files[each].save(spec, out or each)
        print("\n".join([*described(out or each, spec), f"wrote {out or each}", *_deciding_file(out or each)]))


def _deciding_file(path: Path) -> Iterator[str]:
    """That the clip network's file decides with both networks, if there is one for this stream network."""
    clip = path.with_suffix(CLIP_SUFFIX)
    if clip.is_file() and clip != path:
        yield (
            f"where both networks run, the default, the thresholds in {clip} decide, if it has its own: "
            f"python -m calibration thresholds {shlex.quote(str(clip))}"
        )


def _changed(path: Path, spec: "Spec", change: DecodingChange, as_all: Collection[str], of: str | None) -> "Spec":
    outputs = output_decodings(spec)
    name = of or next(iter(outputs))
    if name not in outputs:
        raise DecodingError(f"{path} has no {name!r} to change; it has: {', '.join(outputs)}")
    idle = idle_labels(spec.labels)
    change.check_names([label for k, label in enumerate(spec.labels) if k not in idle])
    output = outputs[name]
    if output.decoding:
        own = output.decoding.per_label
        if strange := set(as_all) - set(own):
            known = ", ".join(own) or "none"
            raise DecodingError(f"{min(strange)!r} has no own thresholds in {path}; gestures that have: {known}")
        left = {label: rule for label, rule in own.items() if label not in as_all}
        output = replace(output, decoding=replace(output.decoding, per_label=left))
    return with_output_decoding(spec, name, output.changed(change))


def _other_forms(path: Path, spec: "Spec") -> "dict[Path, DescribedFile]":
    """The other forms of the same weights in the file's folder: the app may choose one of them."""
    from calibration.described_file import DescribedFile

    beside = [form for name in FORMS if (form := path.with_suffix(f".{name}.onnx")).is_file()]
    opened = {form: DescribedFile(form) for form in beside}
    return {form: each for form, each in opened.items() if each.spec.weights_sha256 == spec.weights_sha256 != ""}


def described(path: Path, spec: "Spec") -> Iterator[str]:
    """Yield the lines that describe a file's temperatures and thresholds."""
    yield f"{path}: {spec.name}, weights {spec.weights_sha256[:8]}, {len(spec.labels)} labels"
    for name, output in output_decodings(spec).items():
        if output.decoding is None:
            yield f"{name}: temperature {output.temperature:g}, thresholds of the stream network"
            continue
        yield f"{name}: temperature {output.temperature:g}, smooth {output.decoding.smooth_s:g}"
        yield f"  {'gesture':30} {'enter':>6} {'exit':>6} {'hold':>6} {'rest':>6}"
        for label, rule in {"all": output.decoding.rule, **output.decoding.per_label}.items():
            yield f"  {label:30} {rule.enter:6g} {rule.exit:6g} {rule.hold_s:6g} {rule.rest_s:6g}"
