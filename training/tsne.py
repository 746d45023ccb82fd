"""Draw the features before the classifier in the plane, one network beside another: the paper's figure.

    python -m training.tsne TSN.pt MSTNET.pt INDEX --classes 10 --out tsne.png

t-SNE (van der Maaten and Hinton, 2008) keeps neighbours together; distances between clusters mean nothing. The
silhouette above each panel is of the features themselves, -1..1: how much nearer a clip is to its class than to others.
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
from training.evaluation.inference import Views, answer_clips, labelled
from training.evaluation.metrics import Ints

PERPLEXITY = 30.0
"""About how many neighbours count; fewer where there are few clips."""


def choose(index: Index, classes: int, most: int) -> list[Clip]:
    """The first clips of the classes that have the most, in order of class.

    Raises:
        DataError: there are fewer than two classes with clips, or too few clips to lay out.
    """
    by_class: dict[int, list[Clip]] = {}
    for clip in index.clips:
        if clip.label is not None:
            by_class.setdefault(clip.label, []).append(clip)
    largest = sorted(by_class, key=lambda label: (-len(by_class[label]), label))[:classes]
    chosen = [clip for label in sorted(largest) for clip in by_class[label][:most]]
    if len(largest) < 2 or len(chosen) < 2 * len(largest):
        raise DataError(
            f"{len(chosen)} clips of {len(largest)} classes do not make a picture; it takes two classes, and two clips "
            f"of each on average. Give an index with more, or a larger --clips"
        )
    return chosen


def features(checkpoint: Path, index: Index, clips: Sequence[Clip], given: argparse.Namespace) -> tuple[Floats, Ints]:
    """A network's features of clips, float32 [N, width], and which clips they are of."""
    net, spec = load_checkpoint(checkpoint)
    labelled(index, spec.labels)  # a network that was trained on something else would draw nonsense
    views = Views(clips, Segments(given.frames, 1), given.frames, Centre(spec.height))
    answers = answer_clips(net, views, given.batch)
    return answers.embeddings, answers.numbers


def check_enough(checkpoint: Path, truth: Ints) -> None:
    """See that what could be read, [N] by class, can be laid out.

    Raises:
        DataError: it is one class, or no more clips than classes.
    """
    classes = len(np.unique(truth))
    if not 2 <= classes < len(truth):
        raise DataError(
            f"{checkpoint}: {len(truth)} clips of {classes} classes could be read; it takes two classes, and more "
            f"clips than classes. Prepare the data set anew"
        )


def check_place(out: Path) -> None:
    """See that a picture can be written there, before minutes of work.

    Raises:
        DataError: it is a folder.
        WriteError: it is in one that cannot be written.
    """
    if out.is_dir():
        raise DataError(f"{out} is a folder; give --out the name of a picture in it, such as {out / 'tsne.png'}")
    trial = out.with_name(out.name + ".part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise WriteError.of(out, error) from error


def in_the_plane(points: Floats, seed: int) -> NDArray[np.float64]:
    """Lay points [N, width] out in two dimensions, [N, 2]; the same for the same seed."""
    perplexity = min(PERPLEXITY, (len(points) - 1) / 3)
    laid: NDArray[np.float64] = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=1).fit_transform(
        points
    )
    return laid


def draw(given: argparse.Namespace) -> str:
    """Draw what the command line names; say what was drawn."""
    index = read_index(given.index)
    clips = choose(index, given.classes, given.clips)
    check_place(given.out)
    panels, told = {}, []
    for checkpoint in given.checkpoint:
        points, numbers = features(checkpoint, index, clips, given)
        kinds = np.array([clips[number].label for number in numbers])
        classes, truth = np.unique(kinds, return_inverse=True)
        check_enough(checkpoint, truth)
        score = silhouette_score(points, truth)
        panels[f"{checkpoint}: silhouette {score:.2f}"] = in_the_plane(points, given.seed)
        told.append(f"{checkpoint}: {len(points)} clips of {len(classes)} classes, silhouette {score:.3f}")
    draw_clusters(given.out, panels, truth, [index.labels[kind] for kind in classes])
    return "\n".join(told)


@command("tsne")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.tsne", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", type=Path, nargs="+", help="one panel each, such as a TSN and an MSTNet")
    parser.add_argument("index", type=Path, help="what `python -m training.prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    parser.add_argument("--classes", type=positive, default=10, help="those with the most clips (default: %(default)s)")
    parser.add_argument("--clips", type=positive, default=50, help="of each class at most (default: %(default)s)")
    parser.add_argument("--frames", type=positive, default=8, help="segments of a clip (default: %(default)s)")
    parser.add_argument("--batch", type=positive, default=8, help="clips at once (default: %(default)s)")
    parser.add_argument("--seed", type=natural, default=0, help="of the layout (default: %(default)s)")
    given = parser.parse_args(arguments)
    print(draw(given))
    print(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
