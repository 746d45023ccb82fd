"""The initial network of a run."""

import os
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from models.errors import ModelFileError
from models.nets.checkpoint import FORMAT, read_whole
from models.nets.mstnet import MSTNet, MSTNetConfig, load_imagenet
from models.nets.temporal import TemporalConfig
from models.spec import ModelSpec
from training.export.recovery import from_onnx
from training.trainer.config import Config
from training.trainer.config_file import ConfigError

CLASSIFIER = ("classifier.weight", "classifier.bias")


def initial_net(config: Config, labels: tuple[str, ...]) -> MSTNet:
    """Build the network of a config, from its seed and the checkpoint in `init`.

    Raises:
        ConfigError: the data has another number of classes, or a lag is no multiple of `data.every`.
        ModelFileError: the checkpoint is missing or of another network.
    """
    if len(labels) != (config.net.classes or len(labels)):
        raise ConfigError(
            f"net.classes is {config.net.classes} and the data has {len(labels)} labels; "
            f"prepare the data again if labels are missing, or give net.classes={len(labels)}"
        )
    torch.manual_seed(config.seed)
    net = new_net(replace(config.net, classes=len(labels)))
    _check_lags(net, config.data.every)
    if config.init:
        load_initial_weights(net, Path(os.path.expanduser(config.init)), labels)
    return net


def new_net(config: MSTNetConfig) -> MSTNet:
    """The network with random weights, those of the classifier near 0, as in TSN.

    Raises:
        ConfigError: the config is inconsistent.
    """
    try:
        net = MSTNet(config)
    except ValueError as error:
        raise ConfigError(f"[net] {error}") from error
    nn.init.normal_(net.classifier.weight, std=0.001)
    nn.init.zeros_(net.classifier.bias)
    return net


def _check_lags(net: MSTNet, every: int) -> None:
    for name, layer in net.temporal_layers.items():
        if any(lag % every for lag in layer.lags):
            raise ConfigError(f"data.every={every} must divide all lags; {name} has {layer.lags}; give data.every=1")


def load_initial_weights(net: MSTNet, path: Path, labels: tuple[str, ...]) -> None:
    """Load a checkpoint of a plain backbone or of this project, or an exported file.

    Of networks of this project, the classifier's rows of labels that both have are used; other rows stay random.

    Raises:
        ModelFileError: the file is missing or of another network.
    """
    if not path.is_file():
        raise ModelFileError(f"no checkpoint {path}; docs/training.md says where to get it, or give init= for none")
    try:
        if path.suffix == ".onnx":
            other, spec = from_onnx(path)
            _load_mstnet(net, other.config, other.state_dict(), spec.labels, labels)
            return
        checkpoint = read_whole(path)
        if checkpoint.get("format") == FORMAT:
            config, spec = MSTNetConfig.from_dict(checkpoint["config"]), checkpoint["spec"]
            theirs = ModelSpec.from_json(spec, str(path)).labels
            _load_mstnet(net, config, checkpoint["weights"], theirs, labels)
        else:
            load_imagenet(net, checkpoint)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileError(f"{path} does not fit this network: {error}; give another init=") from error


def _load_mstnet(
    net: MSTNet, config: MSTNetConfig, weights: dict[str, Tensor], theirs: tuple[str, ...], labels: tuple[str, ...]
) -> None:
    before, now = config.temporal, net.config.temporal
    if before.operation != "none" and _operation(before) != _operation(now):
        raise ValueError(f"its temporal operation is {_operation(before)}, this network's {_operation(now)}")
    ours = net.state_dict()
    weights = weights | {name: _rows(weights[name], ours[name], theirs, labels) for name in CLASSIFIER}
    shapes, wanted = ({key: tuple(value.shape) for key, value in state.items()} for state in (weights, ours))
    wrong = sorted(key for key in shapes.keys() | wanted.keys() if shapes.get(key) != wanted.get(key))
    if wrong:
        raise ValueError(
            f"{len(wrong)} weights differ, such as {wrong[0]}, {shapes.get(wrong[0], 'missing')} there and "
            f"{wanted.get(wrong[0], 'missing')} here"
        )
    net.load_state_dict(weights)


def _rows(before: Tensor, start: Tensor, theirs: tuple[str, ...], labels: tuple[str, ...]) -> Tensor:
    """A classifier's initial weights [labels, ...], with the rows of another's [theirs, ...] for common labels."""
    if before.shape[1:] != start.shape[1:]:
        return before  # of another width, which is reported with other differences
    rows = [before[theirs.index(label)] if label in theirs else row for label, row in zip(labels, start, strict=True)]
    return torch.stack(rows)


def _operation(temporal: TemporalConfig) -> str:
    """A description of the temporal operation: different ones may have weights of the same shapes."""
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
