"""Plots of `benchmarks.scaling` and `benchmarks.latency`, small enough to keep."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from benchmarks.markdown import Row

# Text stays text, and the same figures make the same file.
plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "benchmarks", "axes.grid": True, "grid.alpha": 0.3})

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
    _save(figure, path)


def draw_latency(rows: list[Row], path: Path) -> None:
    """A dot per network at the median, on a logarithmic scale, with a line to the 95 % quantile."""
    figure, axes = plt.subplots(figsize=(7, 0.8 + 0.22 * len(rows)), layout="constrained")
    names, middles = [row["name"] for row in rows], [row["p50_ms"] for row in rows]
    axes.hlines(names, middles, [row["p95_ms"] for row in rows], color="tab:blue", alpha=0.4, label="to p95")
    axes.plot(middles, names, "o", color="tab:blue", label="median")
    for name, middle in zip(names, middles, strict=True):
        axes.annotate(f"{middle:.3g}", (middle, name), (-5, 0), textcoords="offset points", ha="right", va="center")
    axes.set(xlabel="ms for each new picture", xscale="log", xlim=(min(middles) / 2, None))
    axes.invert_yaxis()
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)
