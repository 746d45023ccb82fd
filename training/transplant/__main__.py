"""Convert a 3D-ShuffleNet that was trained on Jester into an MSTNet, without training.

python -m training.transplant CHECKPOINT.pth OUT.pt [--centred [--ranks 2]]
"""

import sys
from pathlib import Path

from common.arguments import CommandParser
from common.command import command
from models.nets.checkpoint import read_whole, save_checkpoint
from training.transplant.shufflenet3d import transplant


@command("transplant")
def main(arguments: list[str] | None = None) -> int:
    """Write the converted checkpoint."""
    parser = CommandParser(prog="python -m training.transplant", description="Convert a 3D-ShuffleNet to an MSTNet.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--centred", action="store_true", help="convert to a clip network: keep strides in time and future taps"
    )
    parser.add_argument("--ranks", type=int, choices=(1, 2, 3), default=1, help="products of time and space per kernel")
    given = parser.parse_args(arguments)
    net, spec = transplant(read_whole(given.checkpoint), str(given.checkpoint), given.centred, given.ranks)
    save_checkpoint(given.out, net, spec)
    print(f"{given.out}: {sum(p.numel() for p in net.parameters())} weights, {len(spec.memories)} memories")
    return 0


if __name__ == "__main__":
    sys.exit(main())
