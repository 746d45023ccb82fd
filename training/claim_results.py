"""The results of training/claim.py: a file, tables of means and spreads, and a picture."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import mean, stdev

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from common.whole_file import whole_file
from models.nets.taps import AS_USUAL
from training.datasets.motions import GESTURES, ORDERLESS_ACCURACY
from training.errors import DataError

FORMS = {False: "centred", True: "causal"}


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """The scores of one trained network."""

    row: str
    """Its operation, by the name in training/tables.py."""
    causal: bool
    start: str
    """Of its taps, as `models.nets.taps.Start` prints it; empty for operations without a choice."""
    clips: int
    """Number of clips that it was trained on."""
    seed: int
    parameters: int
    multiply_adds: int
    """Of one clip."""
    circle: float
    """Top-1, 0..1, on the clips of this gesture in the validation set of its seed; and so on."""
    swipe: float
    push: float
    tap: float

    @property
    def by_gesture(self) -> tuple[float, ...]:
        """Top-1 of each of `motions.GESTURES`."""
        return (self.circle, self.swipe, self.push, self.tap)

    @property
    def top1(self) -> float:
        """On all clips; each gesture has the same number of them."""
        return mean(self.by_gesture)


def write_results(path: Path, results: Iterable[ClaimResult]) -> None:
    """Write results as CSV, atomically.

    Raises:
        WriteError: it cannot be written.
    """
    with whole_file(path) as unfinished, open(unfinished, "w", newline="") as file:
        writer = csv.DictWriter(file, [*(field.name for field in fields(ClaimResult)), "top1"])
        writer.writeheader()
        writer.writerows({**asdict(result), "top1": result.top1} for result in results)


def read_results(path: Path) -> list[ClaimResult]:
    """Read the file of `write_results`.

    Raises:
        DataError: it is another file.
    """
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return [_result(row) for row in csv.DictReader(file)]
    except (KeyError, ValueError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DataError(f"{path} holds no results of training.claim ({reason}); give its results.csv") from error


def _result(row: Mapping[str, str]) -> ClaimResult:
    scores = [float(row[gesture.__name__]) for gesture in GESTURES]
    numbers = [int(row[name]) for name in ("clips", "seed", "parameters", "multiply_adds")]
    return ClaimResult(row["row"], row["causal"] == "True", row["start"], *numbers, *scores)


def as_usual(results: Iterable[ClaimResult]) -> list[ClaimResult]:
    """The results of the main tables: each form's usual start with the smallest budget."""
    usual = [each for each in results if each.start in ("", str(AS_USUAL.resolved(each.causal)))]
    budget = min((each.clips for each in usual), default=0)
    return [each for each in usual if each.clips == budget]


def by_operation(results: Iterable[ClaimResult]) -> dict[str, dict[bool, list[ClaimResult]]]:
    """The results by operation and form, in their order."""
    groups: dict[str, dict[bool, list[ClaimResult]]] = {}
    for result in results:
        groups.setdefault(result.row, {}).setdefault(result.causal, []).append(result)
    return groups


def table(results: Iterable[ClaimResult]) -> str:
    """Markdown: mean and standard deviation over the seeds of the top-1 in per cent."""
    lines = ["| operation | parameters | M multiply-adds | centred | causal |", "|---|---|---|---|---|"]
    for row, forms in by_operation(results).items():
        one = next(iter(forms.values()))[0]
        cells = [row, f"{one.parameters:,}", f"{one.multiply_adds / 1e6:.2f}"]
        lines.append(f"| {' | '.join([*cells, *(spread(forms.get(causal, ())) for causal in FORMS)])} |")
    return "\n".join(lines)


def gesture_table(results: Iterable[ClaimResult]) -> str:
    """Markdown: mean over the seeds of the top-1 in per cent on each gesture."""
    names = [gesture.__name__ for gesture in GESTURES]
    lines = [f"| operation | form | {' | '.join(names)} |", "|---" * (2 + len(names)) + "|"]
    for row, forms in by_operation(results).items():
        for causal, group in forms.items():
            means = [f"{100 * mean(column):.0f}" for column in zip(*(r.by_gesture for r in group), strict=True)]
            lines.append(f"| {' | '.join([row, FORMS[causal], *means])} |")
    return "\n".join(lines)


def variant_table(results: Iterable[ClaimResult]) -> str:
    """Markdown: the top-1 of every operation and form that was trained with several starts or budgets."""
    tried: dict[tuple[str, bool], dict[tuple[int, str], list[ClaimResult]]] = {}
    for each in results:
        tried.setdefault((each.row, each.causal), {}).setdefault((each.clips, each.start), []).append(each)
    lines = ["| operation | form | start | clips | top-1, % |", "|---|---|---|---|---|"]
    for (row, causal), variants in tried.items():
        for (clips, start), group in sorted(variants.items()) if len(variants) > 1 else ():
            lines.append(f"| {row} | {FORMS[causal]} | {start or '-'} | {clips} | {spread(group)} |")
    return "\n".join(lines)


def spread(results: Sequence[ClaimResult]) -> str:
    """Mean ± standard deviation in per cent (number of seeds); one result has no deviation, none is a -."""
    scores = [100 * result.top1 for result in results]
    if len(scores) > 1:
        return f"{mean(scores):.1f} ± {stdev(scores):.1f} ({len(scores)})"
    return f"{scores[0]:.1f}" if scores else "-"


def draw(path: Path, results: Sequence[ClaimResult]) -> None:
    """Draw every result as a dot and each mean as a bar, as SVG; the same results give the same file.

    Raises:
        WriteError: it cannot be written.
    """
    figure = Figure((9, 4.2), layout="constrained")
    axes = figure.subplots()
    groups = by_operation(results)
    for causal, (shift, colour) in {False: (-0.15, "tab:blue"), True: (0.15, "tab:orange")}.items():
        _draw_form(axes, [groups[row].get(causal, []) for row in groups], shift, colour, FORMS[causal])
    axes.axhline(100 * ORDERLESS_ACCURACY, color="grey", linestyle="--", linewidth=1, label="limit without order")
    axes.set(ylabel="top-1, %", ylim=(0, 102))
    axes.set_xticks(range(len(groups)), list(groups))
    axes.legend(loc="lower right")
    # No date and no random ids, so that the same data give the same file.
    with whole_file(path) as unfinished, matplotlib.rc_context({"svg.hashsalt": "claim"}):
        figure.savefig(unfinished, format="svg", metadata={"Date": None})


def _draw_form(axes: Axes, columns: Sequence[Sequence[ClaimResult]], shift: float, colour: str, label: str) -> None:
    for x, column in enumerate(columns):
        scores = [100 * result.top1 for result in column]
        axes.plot([x + shift] * len(scores), scores, "o", color=colour, alpha=0.6, markersize=4)
        if scores:
            axes.hlines(mean(scores), x + shift - 0.12, x + shift + 0.12, color=colour)
    axes.plot([], [], "o-", color=colour, label=label)
