"""A larger student to be distilled: an MSTNet of MobileNetV2 that knows ImageNet and, so far, no gesture.

    python -m training.larger mobilenet_v2_imagenet.pth OUT.pt

It sees what the shipped network sees, 112 px at 12 steps a second, and looks an even number of steps back, as
`training.distill` needs it.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from common.command import command
from models.errors import ModelFileError
from models.nets.checkpoint import describe, read_whole, save_checkpoint
from models.nets.mstnet import MSTNet, MSTNetConfig, load_imagenet
from models.nets.temporal import TemporalConfig
from models.spec import ModelSpec
from training.jester import LABELS, RATE_HZ, SIZE

TEMPORAL = TemporalConfig(kernels=(1, 3, 5, 7), dilations=(2,))
"""The paper's kernels; a tap every second step, so up to a second back in each of ten layers."""


def larger(checkpoint: Mapping[str, Tensor], seed: int = 0, name: str = "the checkpoint") -> tuple[MSTNet, ModelSpec]:
    """Build the network from a plain MobileNetV2's state dict with torchvision's keys.

    Args:
        checkpoint: weights of width 1.0.
        seed: of the classifier's weights.
        name: what error messages call the checkpoint.

    Raises:
        ModelFileError: it is of another network.
    """
    torch.manual_seed(seed)
    net = MSTNet(MSTNetConfig(len(LABELS), "mobilenet_v2", temporal=TEMPORAL)).eval()
    try:
        load_imagenet(net, checkpoint)
    except ValueError as error:
        raise ModelFileError(f"{name}: {error}; give torchvision's MobileNetV2") from error
    trained = "MobileNetV2 trained on ImageNet"
    return net, describe(net, name="larger", labels=LABELS, height=SIZE, width=SIZE, rate_hz=RATE_HZ, trained=trained)


@command("larger")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.larger", description="A larger student, untaught.")
    parser.add_argument("checkpoint", type=Path, help="MobileNetV2's ImageNet weights, torchvision's keys")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    net, spec = larger(read_whole(given.checkpoint), given.seed, str(given.checkpoint))
    save_checkpoint(given.out, net, spec)
    print(f"{given.out}: {sum(p.numel() for p in net.parameters())} weights, looks {spec.receptive_field} steps back")
    return 0


if __name__ == "__main__":
    sys.exit(main())
