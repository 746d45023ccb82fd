"""Plot the features before the classifier in two dimensions with t-SNE, one panel per network: the paper's figure.

    python -m training.tsne TSN.pt MSTNET.pt INDEX --classes 10 --out tsne.png

t-SNE (van der Maaten and Hinton, 2008) keeps neighbours together; distances between clusters have no meaning. The
silhouette above each panel, -1..1, is computed on the features: how much nearer a clip is to its class than to others.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_score

from common.arguments import CommandParser, natural, positive
from common.arrays import Floats
from common.command import command
from common.whole_file import WriteError
from models.nets.checkpoint import load_checkpoint
from training.datasets.base import Clip, Index, read_index
from training.datasets.sampling import Segments
from training.datasets.transforms import Centre
from training.errors import DataError
from training.evaluation.figures import draw_clusters
from training.evaluation.inference import Views, labelled, run_clips
from training.evaluation.metrics import Ints

PERPLEXITY = 30.0
"""Upper limit; lower for few clips."""


def choose_clips(index: Index, classes: int, per_class: int) -> list[Clip]:
    """The first clips of the largest classes, in order of class.

    Raises:
        DataError: there are fewer than two classes with clips, or too few clips.
    """
    by_class: dict[int, list[Clip]] = {}
    for clip in index.clips:
        if clip.label is not None:
            by_class.setdefault(clip.label, []).append(clip)
    largest = sorted(by_class, key=lambda label: (-len(by_class[label]), label))[:classes]
    chosen = [clip for label in sorted(largest) for clip in by_class[label][:per_class]]
    if len(largest) < 2 or len(chosen) < 2 * len(largest):
        raise DataError(
            f"{len(chosen)} clips of {len(largest)} classes are too few; t-SNE needs two classes, and two clips of "
            f"each on average. Give an index with more clips, or a larger --clips"
        )
    return chosen


def features(checkpoint: Path, index: Index, clips: Sequence[Clip], given: argparse.Namespace) -> tuple[Floats, Ints]:
    """Features of clips, float32 [N, width], and the index of the clip of each."""
    net, spec = load_checkpoint(checkpoint)
    labelled(index, spec.labels)  # raises if the network has other labels
    views = Views(clips, Segments(given.frames, 1), given.frames, Centre(spec.height))
    outputs = run_clips(net, views, given.batch)
    return outputs.embeddings, outputs.numbers


def check_enough(checkpoint: Path, truth: Ints) -> None:
    """Check that the clips that could be read, [N] by class, are enough for a silhouette.

    Raises:
        DataError: there is one class only, or not more clips than classes.
    """
    classes = len(np.unique(truth))
    if not 2 <= classes < len(truth):
        raise DataError(
            f"{checkpoint}: {len(truth)} clips of {classes} classes could be read; two classes, and more clips "
            f"than classes, are needed. Prepare the data set again"
        )


def check_writable(out: Path) -> None:
    """Check that the picture can be written, before minutes of work.

    Raises:
        DataError: it is a folder.
        WriteError: its folder is not writable.
    """
    if out.is_dir():
        raise DataError(f"{out} is a folder; give a file name in it, such as {out / 'tsne.png'}")
    trial = out.with_name(out.name + ".part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise WriteError.of(out, error) from error


def tsne_2d(points: Floats, seed: int) -> NDArray[np.float64]:
    """t-SNE of points [N, width] in two dimensions, [N, 2]; reproducible with the same seed."""
    perplexity = min(PERPLEXITY, (len(points) - 1) / 3)
    embedded: NDArray[np.float64] = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=1).fit_transform(
        points
    )
    return embedded


def draw(given: argparse.Namespace) -> str:
    """Plot the networks; returns one line per network."""
    index = read_index(given.index)
    clips = choose_clips(index, given.classes, given.clips)
    check_writable(given.out)
    panels, lines = {}, []
    for checkpoint in given.checkpoint:
        points, numbers = features(checkpoint, index, clips, given)
        kinds = np.array([clips[number].label for number in numbers])
        classes, truth = np.unique(kinds, return_inverse=True)
        check_enough(checkpoint, truth)
        score = silhouette_score(points, truth)
        panels[f"{checkpoint}: silhouette {score:.2f}"] = tsne_2d(points, given.seed)
        lines.append(f"{checkpoint}: {len(points)} clips of {len(classes)} classes, silhouette {score:.3f}")
    draw_clusters(given.out, panels, truth, [index.labels[kind] for kind in classes])
    return "\n".join(lines)


@command("tsne")
def main(arguments: list[str] | None = None) -> int:
    """Write the plot and print the silhouettes."""
    parser = CommandParser(prog="python -m training.tsne", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", type=Path, nargs="+", help="one panel each, such as a TSN and an MSTNet")
    parser.add_argument("index", type=Path, help="an index of `python -m training.prepare`")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    parser.add_argument("--classes", type=positive, default=10, help="number of classes, largest first")
    parser.add_argument("--clips", type=positive, default=50, help="clips of each class at most")
    parser.add_argument("--frames", type=positive, default=8, help="frames of each clip")
    parser.add_argument("--batch", type=positive, default=8, help="batch size")
    parser.add_argument("--seed", type=natural, default=0, help="seed of t-SNE")
    given = parser.parse_args(arguments)
    print(draw(given))
    print(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
