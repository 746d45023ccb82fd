"""Convert an exported ShuffleNet MSTNet back into a checkpoint, to train it further.

python -m training.from_onnx models/weights/mstnet_small.onnx OUT.pt
"""

import sys
from pathlib import Path

from common.arguments import CommandParser
from common.command import command
from models.nets.checkpoint import save_checkpoint
from training.export.recovery import from_onnx


@command("from_onnx")
def main(arguments: list[str] | None = None) -> int:
    """Write the checkpoint of an exported model."""
    parser = CommandParser(prog="python -m training.from_onnx", description="ONNX back to a checkpoint.")
    parser.add_argument("model", type=Path, help="an exported ShuffleNet MSTNet, .onnx")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    given = parser.parse_args(arguments)
    net, spec = from_onnx(given.model)
    save_checkpoint(given.out, net, spec)
    print(f"{given.out}: {sum(p.numel() for p in net.parameters())} weights, same output as {given.model}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
