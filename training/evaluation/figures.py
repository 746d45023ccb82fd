"""Figures of evaluations, drawn without a display and without pyplot's global state."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from common.whole_file import whole_file
from training.evaluation.metrics import Ints

MAX_LABELLED_CLASSES = 60
"""Number of classes above which their names are omitted."""
MAX_NUMBERED_CLASSES = 30
"""Number of classes above which the numbers in the cells are omitted."""


def draw_confusion(path: Path, confused: Ints, labels: Sequence[str]) -> None:
    """Draw a confusion matrix as a PNG: one row per true class, predictions in percent.

    Args:
        path: the file.
        confused: [classes, classes], from `metrics.confusion`.
        labels: the names of the classes.
    """
    side = min(20.0, 4.0 + 0.3 * len(labels))
    figure = Figure((side, side), layout="constrained")
    axes = figure.subplots()
    shares = 100 * confused / np.maximum(confused.sum(axis=1, keepdims=True), 1)
    drawn = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    axes.set(xlabel="predicted", ylabel="true")
    if len(labels) <= MAX_LABELLED_CLASSES:
        axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=8)
        axes.set_yticks(range(len(labels)), labels, fontsize=8)
    if len(labels) <= MAX_NUMBERED_CLASSES:
        _number(axes, shares)
    figure.colorbar(drawn, ax=axes, label="% of the class", shrink=0.6)
    _save(figure, path)


def _number(axes: Axes, shares: NDArray[np.float64]) -> None:
    """Write the percentages into the cells."""
    for row, column in np.argwhere(shares >= 0.5):
        share = shares[row, column]
        axes.text(column, row, f"{share:.0f}", ha="center", va="center", fontsize=7, color="w" if share > 50 else "k")


def draw_clusters(path: Path, panels: dict[str, NDArray[np.float64]], truth: Ints, labels: Sequence[str]) -> None:
    """Draw panels of points side by side as a PNG, coloured by class.

    Args:
        path: the file.
        panels: by title, points [N, 2].
        truth: int [N], the class of each point, the same in all panels.
        labels: the names of the classes.
    """
    figure = Figure((5.0 * len(panels), 5.8), layout="constrained")
    colours = colormaps["tab20" if len(labels) <= 20 else "nipy_spectral"]
    for axes, (title, points) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        for k, label in enumerate(labels):
            colour = colours(k if len(labels) <= 20 else k / len(labels))
            axes.scatter(*points[truth == k].T, s=10, color=colour, label=label, linewidths=0)
        axes.set(title=title, xticks=[], yticks=[])
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=min(5, len(labels)), fontsize=8, markerscale=2)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG, atomically.

    Raises:
        WriteError: the file cannot be written.
    """
    with whole_file(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=120)
