"""Print the paper's complexity table, counted from the modules here, next to the values in the paper.

    python -m training.tables            a table
    python -m training.tables --json     a list of objects: row, gflops, mparams, paper_gflops, ...

Multiply-adds are counted as in the paper (arXiv 2001.06769), which calls them GFLOPs.
"""

import json
import sys
from collections.abc import Iterator

from common.arguments import CommandParser
from common.command import command
from training.complexity import count
from training.paper import ROWS, PaperNetwork


def counted(rows: tuple[PaperNetwork, ...] = ROWS) -> Iterator[dict[str, object]]:
    """Yield each row with counted and published figures; `over_tsn` is the cost of the temporal operation."""
    for row in rows:
        cost = count(row.network(), row.frames, row.size)
        plain = count(PaperNetwork("", "none", backbone=row.backbone).network(), row.frames, row.size)
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
    """Print the table as Markdown or JSON."""
    parser = CommandParser(prog="python -m training.tables", description=__doc__.splitlines()[0])
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
