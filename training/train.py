"""Train a network with the settings of a config file.

    python -m training.train training/configs/something_v1/ks1357.toml data.folder=indexes
    torchrun --nproc-per-node 4 -m training.train CONFIG [key=value ...]

The same command continues a run that was stopped or killed, with the same result as without a stop. The run's folder
holds last.pt (to resume from), best.pt (the network of the best validation, to export and evaluate), metrics.csv,
config.json and tensorboard/.
"""

import os
import sys
from contextlib import closing
from pathlib import Path

from common.arguments import CommandParser
from common.command import command
from training.trainer.config import Config
from training.trainer.config_file import ConfigError, read_config
from training.trainer.distributed import join
from training.trainer.stopping import Stop, Stopped
from training.training_run import train


@command("train")
def main(arguments: list[str] | None = None) -> int:
    """Train, or continue a run; returns 130 when stopped by a signal."""
    parser = CommandParser(
        prog="python -m training.train", description="Train a network with the settings of a config."
    )
    parser.add_argument("config", type=Path, help="a TOML file, such as one of training/configs")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="such as optim.lr=0.02 run.folder=runs/mine")
    given = parser.parse_args(arguments)
    if "=" in str(given.config) and not given.config.exists():
        raise ConfigError(f"the first argument is the config, then key=value; got {str(given.config)!r} first")
    try:
        with Stop() as stop:
            config = read_config(Config, given.config, given.overrides)
            folder = Path(
                os.path.expanduser(config.run.folder) or f"runs/{given.config.parent.name}/{given.config.stem}"
            )
            with closing(join(config.run.device)) as processes:
                if not train(config, folder, processes, stop) and processes.is_first:
                    print("to train again, give another run.folder")
    except Stopped:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
