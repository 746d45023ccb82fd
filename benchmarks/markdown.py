"""Figures as Markdown."""

from typing import Any

from benchmarks.machine import machine_line

Row = dict[str, Any]


def print_table(rows: list[Row]) -> None:
    """The figures, with the machine below."""
    columns = list(rows[0])
    print("| " + " | ".join(columns) + " |")
    print("|---" * len(columns) + "|")
    for row in rows:
        print("| " + " | ".join(str(row[column]) for column in columns) + " |")
    print()
    print(machine_line())
