"""Time from the command to the first prediction, and the memory of the whole app without a window.

python -m benchmarks.startup
"""

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.machine import machine_line
from common.arguments import CommandParser, positive
from common.command import command

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, str(ROOT / "main.py"), "--demo", "--headless", "--trace", "-")


def seconds_to_first_step() -> float:
    """Start the app on the demo clip and wait for the first step's line."""
    began = time.perf_counter()
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        first = next((time.perf_counter() for line in process.stdout if '"type":"step"' in line), None)
        for _ in process.stdout:
            pass
    if first is None or process.returncode != 0:
        raise SystemExit(f"{' '.join(COMMAND)} made no step (exit {process.returncode})")
    return first - began


@command("startup")
def main(arguments: list[str] | None = None) -> int:
    """Start the app several times and print the medians."""
    parser = CommandParser(prog="python -m benchmarks.startup", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=positive, default=5, help="how often the app is started")
    given = parser.parse_args(arguments)
    seconds = [seconds_to_first_step() for _ in range(given.runs)]
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(f"first prediction after {statistics.median(seconds):.2f} s (median of {given.runs}, {min(seconds):.2f} to "
          f"{max(seconds):.2f}); peak memory {peak_mb:.0f} MB over the whole clip")  # fmt: skip
    print(machine_line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
