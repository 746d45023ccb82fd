"""The paper's complexity table, counted from the real modules and printed beside the paper's values.

    python -m training.tables            a table
    python -m training.tables --json     a list of objects: row, gflops, mparams, paper_gflops, ...

Multiply-adds are counted as the paper (arXiv 2001.06769) counts them; "GFLOPs" is its word for them.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from common.command import command
from models.nets.mstnet import BackboneName, MSTNet, MSTNetConfig
from models.nets.temporal import Operation, TemporalConfig
from training.complexity import count

CLASSES = 400
"""The paper's 24.3 M parameters are those of a network of Kinetics' 400 classes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One network of the table."""

    row: str
    operation: Operation
    kernels: tuple[int, ...] = (3,)
    dilations: tuple[int, ...] = (1,)
    causal: bool = False
    backbone: BackboneName = "resnet50"
    frames: int = 8
    size: int = 224
    paper_gflops: float | None = None
    paper_mparams: float | None = None
    note: str = ""

    def network(self) -> MSTNet:
        """The network of this row."""
        temporal = TemporalConfig(self.operation, self.kernels, self.dilations, self.causal)
        return MSTNet(MSTNetConfig(CLASSES, self.backbone, temporal=temporal))


ALL_KERNELS = (1, 3, 5, 7)
ROWS = (
    Row("tsn", "none", paper_gflops=33.0),
    Row("tsm", "shift", paper_gflops=33.0),
    Row("ks3", "mixtconv", (3,), paper_gflops=33.13),
    Row("ks5", "mixtconv", (5,), paper_gflops=33.23),
    Row("ks7", "mixtconv", (7,), paper_gflops=33.32),
    Row("ks13", "mixtconv", (1, 3), paper_gflops=33.09),
    Row("ks135", "mixtconv", (1, 3, 5), paper_gflops=33.13),
    Row("ks1357", "mixtconv", ALL_KERNELS, paper_gflops=33.18, paper_mparams=24.3),
    Row("ks3-dilated", "mixtconv", (3, 3, 3), (1, 2, 3), paper_gflops=33.13),
    Row(
        "conv1d",
        "conv1d",
        paper_gflops=43.0,
        note="the paper does not say where its ordinary 1D convolution sits; ours stands where MixTConv does, C to C",
    ),
    Row("ks1357-16f", "mixtconv", ALL_KERNELS, frames=16, paper_gflops=65.3),
    Row("ks1357-causal", "mixtconv", ALL_KERNELS, causal=True),
    Row("tsn-mobilenet_v2", "none", backbone="mobilenet_v2"),
    Row("ks1357-mobilenet_v2", "mixtconv", ALL_KERNELS, backbone="mobilenet_v2"),
    Row("ks1357-causal-mobilenet_v2", "mixtconv", ALL_KERNELS, causal=True, backbone="mobilenet_v2"),
)


def counted(rows: tuple[Row, ...] = ROWS) -> Iterator[dict[str, object]]:
    """Each row with its own and the paper's figures; `over_tsn` is what the temporal operation costs."""
    for row in rows:
        cost = count(row.network(), row.frames, row.size)
        plain = count(Row("", "none", backbone=row.backbone).network(), row.frames, row.size)
        yield {
            "row": row.row,
            "backbone": row.backbone,
            "frames": row.frames,
            "size": row.size,
            "gflops": round(cost.multiply_adds / 1e9, 4),
            "over_tsn": round((cost.multiply_adds - plain.multiply_adds) / 1e9, 4),
            "mparams": round(cost.parameters / 1e6, 3),
            "paper_gflops": row.paper_gflops,
            "paper_mparams": row.paper_mparams,
            "note": row.note,
        }


@command("tables")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.tables", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    rows = list(counted())
    if given.json:
        print(json.dumps(rows, indent=1))
        return 0
    columns = [name for name in rows[0] if name != "note"]
    print("| " + " | ".join(columns) + " |")
    print("|---" * len(columns) + "|")
    for fields in rows:
        print("| " + " | ".join("" if fields[c] is None else str(fields[c]) for c in columns) + " |")
    for fields in rows:
        if fields["note"]:
            print(f"\n{fields['row']}: {fields['note']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
