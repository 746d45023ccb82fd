"""The output of an evaluation: a table, and a folder of metrics and figures."""

import csv
import json
import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from calibration.diagram import draw
from common.whole_file import WriteError
from training.errors import DataError
from training.evaluation.figures import draw_confusion
from training.evaluation.metrics import PerClass
from training.evaluation.scoring import Evaluation

METRICS = "metrics.json"
FILES = {METRICS, "per_class.csv", "confusion.png", "reliability.svg"}
"""The files of an evaluation's folder; a folder with other files is not replaced."""


def table(evaluation: Evaluation) -> Iterator[str]:
    """The metrics as lines of a Markdown table."""
    yield "| metric | value |"
    yield "|---|---|"
    for name, value in evaluation.values.items():
        yield f"| {name} | {value if isinstance(value, int) else '-' if math.isnan(value) else f'{value:.3f}'} |"


def check_replaceable(folder: Path) -> None:
    """Check that a folder does not exist or holds only an evaluation.

    Raises:
        DataError: the folder holds other files.
    """
    if folder.exists() and not (folder / METRICS).is_file():
        raise DataError(f"{folder} exists and holds no evaluation; give --out a new folder")
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in FILES) if folder.exists() else []
    if foreign:
        raise DataError(
            f"{folder} holds {foreign[0]!r} in addition to an evaluation and would be replaced; move that file, or "
            "give --out another folder"
        )


def write(folder: Path, evaluation: Evaluation, about: dict[str, object]) -> None:
    """Write metrics.json, per_class.csv and the figures; an earlier evaluation is replaced atomically.

    Args:
        folder: the folder.
        evaluation: the results.
        about: network, data and options, for metrics.json.

    Raises:
        DataError: the folder holds other files.
        WriteError: the folder cannot be written.
    """
    check_replaceable(folder)
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
        _fill(unfinished, evaluation, about)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(unfinished, folder)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise WriteError.of(folder, error) from error


def _fill(folder: Path, evaluation: Evaluation, about: dict[str, object]) -> None:
    numbers = {name: None if math.isnan(value) else round(value, 5) for name, value in evaluation.values.items()}
    text = json.dumps(about | {"metrics": numbers}, indent=1, ensure_ascii=False)
    with open(folder / "per_class.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("label", "count", "precision", "recall"), *_classes(evaluation)])
    draw_confusion(folder / "confusion.png", evaluation.confused, evaluation.labels)
    if evaluation.reliability:
        (folder / "reliability.svg").write_text(draw({"confidence": evaluation.reliability}), encoding="utf-8")
    (folder / METRICS).write_text(text + "\n", encoding="utf-8")


def _classes(evaluation: Evaluation) -> Iterator[tuple[object, ...]]:
    """One row per class; undefined shares are empty."""
    classes = PerClass.of(evaluation.confused)
    rows = zip(evaluation.labels, classes.count, classes.precision, classes.recall, strict=True)
    for label, count, *shares in rows:
        yield (label, count, *("" if math.isnan(share) else f"{share:.4f}" for share in shares))
