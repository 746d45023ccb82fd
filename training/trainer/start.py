"""The network that a run starts from."""

import os
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.errors import ModelFileError
from models.nets.checkpoint import FORMAT, read_whole
from models.nets.mstnet import MSTNet, MSTNetConfig, load_imagenet
from models.nets.temporal import TemporalConfig
from models.spec import ModelSpec
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
        load_start(net, Path(os.path.expanduser(config.init)), labels)
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


def load_start(net: MSTNet, path: Path, labels: tuple[str, ...]) -> None:
    """Load a plain backbone's checkpoint, or one of ours, whose classifier is kept where its labels are the same.

    Raises:
        ModelFileError: it is missing or of another network; says where it differs.
    """
    if not path.is_file():
        raise ModelFileError(f"no checkpoint {path}; docs/training.md says where to get it, or give init= for none")
    checkpoint = read_whole(path)
    try:
        if checkpoint.get("format") == FORMAT:
            _load_ours(net, checkpoint, labels, path)
        else:
            load_imagenet(net, checkpoint)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileError(f"{path} does not fit this network: {error}; give another init=") from error


def _load_ours(net: MSTNet, checkpoint: dict[str, Any], labels: tuple[str, ...], path: Path) -> None:
    before, now = MSTNetConfig.from_dict(checkpoint["config"]).temporal, net.config.temporal
    if before.operation != "none" and _looks(before) != _looks(now):
        raise ValueError(f"it looks at other frames by {_looks(before)}, this network by {_looks(now)}")
    theirs, ours = checkpoint["weights"], net.state_dict()
    if ModelSpec.from_json(checkpoint["spec"], str(path)).labels != labels:
        theirs = {**theirs, "classifier.weight": ours["classifier.weight"], "classifier.bias": ours["classifier.bias"]}
    shapes, wanted = ({key: tuple(value.shape) for key, value in state.items()} for state in (theirs, ours))
    wrong = sorted(key for key in shapes.keys() | wanted.keys() if shapes.get(key) != wanted.get(key))
    if wrong:
        raise ValueError(
            f"{len(wrong)} weights differ, such as {wrong[0]}, {shapes.get(wrong[0], 'missing')} there and "
            f"{wanted.get(wrong[0], 'missing')} here"
        )
    net.load_state_dict(theirs)


def _looks(temporal: TemporalConfig) -> str:
    """Everything that says how a network looks at other frames, in words; what its operation does not read is left out.

    Many networks that look elsewhere have weights of the same shapes.
    """
    operation, kernels, dilations = temporal.operation, temporal.kernels, temporal.dilations
    form = "causal" if temporal.causal else "centred"
    if operation == "none":
        return "none"
    if operation == "shift":
        return f"{form} shift"
    if operation == "conv1d":
        return f"{form} conv1d {list(kernels)}"
    each = dilations * len(kernels) if len(dilations) == 1 else dilations
    return f"{form} {operation} {list(kernels)} dilated {list(each)}"
