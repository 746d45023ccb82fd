"""Plots of `benchmarks.scaling`, small enough to keep."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

Row = dict[str, Any]

AXES = {
    "frames": ("frames", "frames seen", "ms of processor a step"),
    "resolution": ("pixels", "side of the picture, pixels", "ms of processor a step"),
    "streams": ("streams", "streams in one process", "ms of processor a stream's step"),
    "full": ("streams", "streams in one process", "steps a second, all cores"),
}
"""Of each part: the column along the bottom, and what the two axes are called."""
LINES = ("cpu_ms", "_per_s")
"""How the columns end that are drawn."""


def draw(rows: list[Row], folder: Path) -> None:
    """Write `scaling-PART.svg` for each part that there are rows of."""
    folder.mkdir(parents=True, exist_ok=True)
    # Words stay words and the same figures make the same file.
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "scaling", "axes.grid": True, "grid.alpha": 0.3})
    for part, (across, along, up) in AXES.items():
        own = [row for row in rows if row["part"] == part]
        if own:
            _draw(own, across, (along, up), folder / f"scaling-{part}.svg")


def _draw(rows: list[Row], across: str, names: tuple[str, str], path: Path) -> None:
    figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
    for column in rows[0]:
        if column.endswith(LINES):
            label = column.removesuffix("_cpu_ms").removesuffix("_steps_per_s").replace("_", " ")
            axes.plot([row[across] for row in rows], [row[column] for row in rows], marker="o", label=label)
    axes.set(xlabel=names[0], ylabel=names[1], ylim=(0, None))
    if len(axes.lines) > 1:
        axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
