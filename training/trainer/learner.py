"""What a run changes: the network, its optimiser and its running average. One call of `learn` is one update."""

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
"""Clips uint8 [N, T, 3, H, W] and labels int64, [N], or [N, T] where every step has its own, as in `step_labels`."""


class DivergedError(ArithmeticError):
    """A loss or gradient is no finite number; the weights are still those from before the update."""


@dataclass(frozen=True, slots=True)
class Update:
    """What one update saw, over all processes."""

    loss: float
    gradient: float
    """Norm of the gradient before clipping."""


class Learner:
    """Learns batches, alone or in step with other processes.

    Args:
        net: the network to train; it is changed.
        config: how.
        processes: who else trains it.
        precision: of the activations.
        seed: of what is random in the network.
        every: steps of a stream from one that is learnt to the next.
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
        """The network to validate and to keep: the running average where there is one."""
        return cast(MSTNet, self.average.module) if self.average else self.net

    def learn(self, batches: Sequence[Batch], lr: float, step: int) -> Update:
        """Learn this process's part of a batch, handed in pieces.

        What is random (dropout) depends on seed, step and rank only: a resumed run has no generator to restore.

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
            # A scaler of fp16 skips updates of infinite gradients by itself, and scales the next ones less.
            raise DivergedError(f"loss {loss} and gradient {gradient} at update {step + 1}, learning rate {lr:g}")
        self._change()
        return Update(loss, gradient)

    def _unsynced(self) -> Any:
        """The context in which gradients gather without the other processes' being added."""
        return self._parallel.no_sync() if isinstance(self._parallel, DistributedDataParallel) else nullcontext()

    def _backward(self, batch: Batch, scored: float) -> float:
        """Add the gradient of a piece; its share of the batch's mean loss."""
        clips, labels = (tensor.to(self._processes.device, non_blocking=True) for tensor in batch)
        with self._precision.autocast():
            logits, wanted = scored_logits(self._parallel(clips, lag_divisor=self._every).logits, labels)
        loss = total_loss(logits.float(), wanted) / scored
        # DistributedDataParallel averages gradients over processes; the sum is wanted.
        self._scaler.scale(loss * self._processes.count).backward()
        return loss.item()

    def _gradient(self) -> float:
        """Clip the gradient; its norm before."""
        self._scaler.unscale_(self._optimizer)
        return nn.utils.clip_grad_norm_(self.net.parameters(), self._config.clip or math.inf).item()

    def _change(self) -> None:
        """Change the weights; the average follows."""
        self._scaler.step(self._optimizer)
        self._scaler.update()
        if self.average:
            self.average.update_parameters(self.net)

    def state(self) -> dict[str, Any]:
        """Everything that the next update depends on."""
        return {
            "net": self.net.state_dict(),
            "average": self.average.state_dict() if self.average else {},
            "optimizer": self._optimizer.state_dict(),
            "scaler": self._scaler.state_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        self.net.load_state_dict(state["net"])
        if self.average:
            self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        if state["scaler"]:
            self._scaler.load_state_dict(state["scaler"])


def scored_logits(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """What of a network's answers is scored against what.

    Args:
        logits: [N, T, classes].
        labels: [N], answered by the mean over time (TSN's consensus), or [N, T], answered step by step.

    Returns:
        Logits [M, classes] and labels [M], none of them -1.
    """
    answers = logits.mean(1) if labels.dim() == 1 else logits
    return answers[labels >= 0], labels[labels >= 0]


def total_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of logits [M, classes], summed: of the probability that all right answers have together."""
    right = correct_classes(labels, logits.shape[1])
    return (logits.logsumexp(1) - logits.masked_fill(~right, -math.inf).logsumexp(1)).sum()


def prepared(net: MSTNet, config: OptimConfig, device: torch.device) -> MSTNet:
    """The network on its device, in the layout that convolutions like, its batch norm synced where wanted."""
    if config.batch_norm == "synced":
        if device.type != "cuda":
            raise ConfigError('optim.batch_norm="synced" needs CUDA; give optim.batch_norm=frozen or local')
        net = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    for part in frozen(net, config):
        part.requires_grad_(False)
    return net.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def frozen(net: MSTNet, config: OptimConfig) -> list[nn.Module]:
    """The parts of a network that stay as they start.

    Raises:
        ConfigError: it has no part of this name.
    """
    parts = dict(net.named_modules())
    unknown = next((name for name in config.frozen if name not in parts), None)
    if unknown is not None:
        near = ", ".join(name for name, _ in net.backbone.named_children())
        raise ConfigError(
            f"optim.frozen names {unknown!r}, which the network does not have; of its backbone it has {near}"
        )
    return [parts[name] for name in config.frozen]


def averaged(net: MSTNet, keep: float) -> AveragedModel | None:
    """The running average of weights and batch norm's statistics."""
    if keep == 0:
        return None
    return AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(keep), use_buffers=True)


def set_training(net: MSTNet, config: OptimConfig) -> None:
    """Put a network into training mode, frozen batch norms excepted."""
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
