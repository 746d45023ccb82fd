"""The network in training, its optimiser and its running average. One call of `learn` is one update."""

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.nets.mstnet import MSTNet
from training.datasets.step_labels import correct_classes
from training.trainer.config import OptimConfig
from training.trainer.config_file import ConfigError
from training.trainer.distributed import Processes
from training.trainer.optimizer import make_optimizer, set_learning_rate
from training.trainer.precision import Precision

Batch = tuple[Tensor, Tensor]
"""Clips uint8 [N, T, 3, H, W] and labels int64, [N], or [N, T] with one per step, as in `step_labels`."""


class DivergedError(ArithmeticError):
    """The loss or the gradient is not finite; the weights were not updated."""


@dataclass(frozen=True, slots=True)
class Update:
    """The loss and the gradient of an update, over all processes."""

    loss: float
    gradient: float
    """Norm before clipping."""


class Learner:
    """Trains a network on batches, in one process or several.

    Args:
        net: the network to train; it is changed.
        config: of the optimiser.
        processes: the processes that train it.
        precision: of the activations.
        seed: of the random numbers in the network.
        every: divisor of the lags, for streams of every N-th step.
    """

    def __init__(
        self,
        net: MSTNet,
        config: OptimConfig,
        processes: Processes,
        precision: Precision,
        seed: int,
        every: int = 1,
    ) -> None:
        self.net = prepared(net, config, processes.device)
        self.average = averaged(self.net, config.ema)
        self._config, self._processes, self._precision, self._seed = config, processes, precision, seed
        self._every = every
        self._parallel = DistributedDataParallel(self.net) if processes.count > 1 else self.net
        self._optimizer = make_optimizer(self.net, config)
        self._scaler = precision.scaler()

    @property
    def best_net(self) -> MSTNet:
        """The network to validate and save: the running average if there is one."""
        return cast(MSTNet, self.average.module) if self.average else self.net

    def learn(self, batches: Sequence[Batch], lr: float, step: int) -> Update:
        """Update the weights by this process's part of a batch, given in pieces.

        Random numbers (dropout) depend on seed, step and rank only, so that a resumed run needs no generator's state.

        Args:
            batches: the pieces.
            lr: the learning rate.
            step: updates before this one.

        Raises:
            DivergedError: the loss or the gradient is not finite.
        """
        torch.manual_seed(seed_of(self._seed, step, self._processes.rank))
        set_training(self.net, self._config)
        set_learning_rate(self._optimizer, lr)
        self._optimizer.zero_grad()
        (scored,) = self._processes.sum([sum(int((labels >= 0).sum()) for _, labels in batches)])
        loss = 0.0
        for k, batch in enumerate(batches):
            with nullcontext() if k == len(batches) - 1 else self._unsynced():
                loss += self._backward(batch, max(1.0, scored))
        (loss,) = self._processes.sum([loss])
        gradient = self._gradient()
        if not math.isfinite(loss) or not (math.isfinite(gradient) or self._scaler.is_enabled()):
            # The gradient scaler of fp16 skips updates with infinite gradients and reduces its scale.
            raise DivergedError(f"loss {loss} and gradient {gradient} at update {step + 1}, learning rate {lr:g}")
        self._update_weights()
        return Update(loss, gradient)

    def _unsynced(self) -> Any:
        """A context in which gradients are accumulated without synchronisation."""
        return self._parallel.no_sync() if isinstance(self._parallel, DistributedDataParallel) else nullcontext()

    def _backward(self, batch: Batch, scored: float) -> float:
        """Add the gradient of a piece; returns its share of the batch's mean loss."""
        clips, labels = (tensor.to(self._processes.device, non_blocking=True) for tensor in batch)
        with self._precision.autocast():
            logits, wanted = scored_logits(self._parallel(clips, lag_divisor=self._every).logits, labels)
        loss = total_loss(logits.float(), wanted) / scored
        # DistributedDataParallel averages gradients over processes; this makes it the sum.
        self._scaler.scale(loss * self._processes.count).backward()
        return loss.item()

    def _gradient(self) -> float:
        """Clip the gradient; returns the norm before."""
        self._scaler.unscale_(self._optimizer)
        return nn.utils.clip_grad_norm_(self.net.parameters(), self._config.clip or math.inf).item()

    def _update_weights(self) -> None:
        self._scaler.step(self._optimizer)
        self._scaler.update()
        if self.average:
            self.average.update_parameters(self.net)

    def state(self) -> dict[str, Any]:
        """Everything that the next update depends on, under the keys of saved runs."""
        return {
            "net": self.net.state_dict(),
            "average": self.average.state_dict() if self.average else {},
            "optimizer": self._optimizer.state_dict(),
            "scaler": self._scaler.state_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Resume from what `state` returned."""
        self.net.load_state_dict(state["net"])
        if self.average:
            self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        if state["scaler"]:
            self._scaler.load_state_dict(state["scaler"])


def scored_logits(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The logits that are scored, and their labels.

    Args:
        logits: [N, T, classes].
        labels: [N], compared with the mean over time (TSN's consensus), or [N, T], compared step by step.

    Returns:
        Logits [M, classes] and labels [M], without those of label -1.
    """
    scored = logits.mean(1) if labels.dim() == 1 else logits
    return scored[labels >= 0], labels[labels >= 0]


def total_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Sum of the cross-entropies of logits [M, classes], by the total probability of all correct classes."""
    right = correct_classes(labels, logits.shape[1])
    return (logits.logsumexp(1) - logits.masked_fill(~right, -math.inf).logsumexp(1)).sum()


def prepared(net: MSTNet, config: OptimConfig, device: torch.device) -> MSTNet:
    """The network on its device in channels-last format, with frozen modules and batch norm as configured."""
    if config.batch_norm == "synced":
        if device.type != "cuda":
            raise ConfigError('optim.batch_norm="synced" needs CUDA; give optim.batch_norm=frozen or local')
        net = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    for part in frozen(net, config):
        part.requires_grad_(False)
    return net.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def frozen(net: MSTNet, config: OptimConfig) -> list[nn.Module]:
    """The modules of a network that are not trained.

    Raises:
        ConfigError: there is no module of a name.
    """
    parts = dict(net.named_modules())
    unknown = next((name for name in config.frozen if name not in parts), None)
    if unknown is not None:
        near = ", ".join(name for name, _ in net.backbone.named_children())
        raise ConfigError(f"optim.frozen names {unknown!r}, which the network does not have; its backbone has {near}")
    return [parts[name] for name in config.frozen]


def averaged(net: MSTNet, keep: float) -> AveragedModel | None:
    """The running average of the weights and of the batch norm statistics; None for a decay of 0."""
    if keep == 0:
        return None
    return AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(keep), use_buffers=True)


def set_training(net: MSTNet, config: OptimConfig) -> None:
    """Put a network into training mode, except frozen modules and batch norms."""
    net.train()
    for part in frozen(net, config):
        part.eval()
    if config.batch_norm == "frozen":
        for module in net.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()


def seed_of(*numbers: int) -> int:
    """One seed from several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])
