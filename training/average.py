"""Average the weights of two checkpoints of one network, one trained on from the other.

    python -m training.average BEFORE.pt AFTER.pt OUT.pt --share 0.7

Training on other video than the first pulls a network away from what it knew; the straight line between the two holds
networks that do both better than either end (Wortsman et al., arXiv 2109.01903).
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from common.arguments import share
from common.command import command
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint, save_checkpoint, weights_hash
from models.nets.mstnet import MSTNet


def averaged(before: MSTNet, after: MSTNet, share: float) -> MSTNet:
    """The network between two: at share 0 the first one, at 1 the second.

    Raises:
        ModelFileError: they are not of one shape.
    """
    if before.config != after.config:
        raise ModelFileError("only checkpoints of the same network can be averaged; give one and what it became")
    net, first, second = MSTNet(before.config), before.state_dict(), after.state_dict()
    assigned = {key for state in (first, second) for key in state if key.endswith("kernel_of")}
    if any(key not in first or key not in second or not torch.equal(first[key], second[key]) for key in assigned):
        raise ModelFileError(
            "the channels of the two checkpoints have other temporal kernels; give one and what it became"
        )
    net.load_state_dict(
        {key: torch.lerp(v, second[key], share) if v.is_floating_point() else v for key, v in first.items()}
    )
    return net.eval()


@command("average")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.average", description="Average two checkpoints.")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=share, default=0.5, help="of the second one, 0..1 (default: %(default)s)")
    given = parser.parse_args(arguments)
    (before, _), (after, spec) = load_checkpoint(given.before), load_checkpoint(given.after)
    net = averaged(before, after, given.share)
    trained = f"{spec.trained}; {given.share:g} of it and the rest of what it was trained on from"
    save_checkpoint(given.out, net, replace(spec, trained=trained, weights_sha256=weights_hash(net)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
