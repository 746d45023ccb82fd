"""Average the weights of two checkpoints of one network, where the second was trained from the first.

    python -m training.average BEFORE.pt AFTER.pt OUT.pt --share 0.7

Fine-tuning on new data makes a network worse on the old data. A linear interpolation between both checkpoints can be
better on both than either (Wortsman et al., arXiv 2109.01903).
"""

import sys
from dataclasses import replace
from pathlib import Path

import torch

from common.arguments import CommandParser, share
from common.command import command
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint, save_checkpoint, weights_hash
from models.nets.mstnet import MSTNet


def averaged(before: MSTNet, after: MSTNet, share: float) -> MSTNet:
    """Interpolate linearly: share 0 gives the first network, 1 the second.

    Raises:
        ModelFileError: the configs or the temporal kernels differ.
    """
    if before.config != after.config:
        raise ModelFileError("the checkpoints have different configs; give one and another trained from it")
    net, first, second = MSTNet(before.config), before.state_dict(), after.state_dict()
    assigned = {key for state in (first, second) for key in state if key.endswith("kernel_of")}
    if any(key not in first or key not in second or not torch.equal(first[key], second[key]) for key in assigned):
        raise ModelFileError(
            "the two checkpoints assign temporal kernels to different channels; give one and another trained from it"
        )
    net.load_state_dict(
        {key: torch.lerp(v, second[key], share) if v.is_floating_point() else v for key, v in first.items()}
    )
    return net.eval()


@command("average")
def main(arguments: list[str] | None = None) -> int:
    """Write the average of two checkpoints."""
    parser = CommandParser(prog="python -m training.average", description="Average two checkpoints.")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=share, default=0.5, help="weight of AFTER, 0..1")
    given = parser.parse_args(arguments)
    (before, _), (after, spec) = load_checkpoint(given.before), load_checkpoint(given.after)
    net = averaged(before, after, given.share)
    trained = f"{spec.trained}; {given.share:g} of it and the rest of what it was trained on from"
    save_checkpoint(given.out, net, replace(spec, trained=trained, weights_sha256=weights_hash(net)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
