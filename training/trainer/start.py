"""The network that a run starts from."""

from pathlib import Path

import torch
from torch import nn

from models.errors import ModelFileError
from models.nets.checkpoint import FORMAT, read_whole
from models.nets.mstnet import MSTNet, load_imagenet
from training.trainer.config import Config
from training.trainer.config_file import ConfigError


def starting_net(config: Config, labels: tuple[str, ...]) -> MSTNet:
    """Build the network of a config, from its seed and from the checkpoint that `init` names.

    Raises:
        ConfigError: the data has another number of classes.
        ModelFileError: the checkpoint is missing or of another network.
    """
    if len(labels) != config.net.classes:
        raise ConfigError(
            f"net.classes is {config.net.classes} and the data has {len(labels)} labels; "
            f"prepare the data again if labels are missing, or give net.classes={len(labels)}"
        )
    torch.manual_seed(config.seed)
    net = new_net(config)
    if config.init:
        load_start(net, Path(config.init))
    return net


def new_net(config: Config) -> MSTNet:
    """The network with random weights; its classifier is nearly silent, as TSN's starts.

    Raises:
        ConfigError: its parts do not fit together.
    """
    try:
        net = MSTNet(config.net)
    except ValueError as error:
        raise ConfigError(f"[net] {error}") from error
    nn.init.normal_(net.classifier.weight, std=0.001)
    nn.init.zeros_(net.classifier.bias)
    return net


def load_start(net: MSTNet, path: Path) -> None:
    """Load a plain backbone's checkpoint, or one of ours, whose classifier may be for other classes.

    Raises:
        ModelFileError: it is missing or of another network; says where it differs.
    """
    if not path.is_file():
        raise ModelFileError(f"no checkpoint {path}; docs/training.md says where to get it, or give init= for none")
    checkpoint = read_whole(path)
    try:
        if checkpoint.get("format") == FORMAT:
            _load_ours(net, checkpoint["weights"])
        else:
            load_imagenet(net, checkpoint)
    except (ValueError, KeyError, AttributeError) as error:
        raise ModelFileError(f"{path} does not fit this network: {error}; give another init=") from error


def _load_ours(net: MSTNet, theirs: dict[str, torch.Tensor]) -> None:
    ours = net.state_dict()
    if theirs["classifier.weight"].shape != ours["classifier.weight"].shape:
        theirs = {**theirs, "classifier.weight": ours["classifier.weight"], "classifier.bias": ours["classifier.bias"]}
    shapes, wanted = ({key: tuple(value.shape) for key, value in state.items()} for state in (theirs, ours))
    wrong = sorted(key for key in shapes.keys() | wanted.keys() if shapes.get(key) != wanted.get(key))
    if wrong:
        raise ValueError(
            f"{len(wrong)} weights differ, such as {wrong[0]}, {shapes.get(wrong[0], 'missing')} there and "
            f"{wanted.get(wrong[0], 'missing')} here"
        )
    net.load_state_dict(theirs)
