"""Validation: loss, top-1 and top-5 accuracy over a data set."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch

from models.nets.mstnet import MSTNet
from training.trainer.distributed import Processes
from training.trainer.learner import Batch, scored_logits, total_loss
from training.trainer.precision import Precision
from training.trainer.stopping import Stop


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over a data set; top-k is the share of clips, or of steps, whose label is among the k likeliest."""

    loss: float
    top1: float
    top5: float


@torch.no_grad()
def validate(
    net: MSTNet,
    batches: Iterable[Batch],
    processes: Processes,
    precision: Precision,
    stop: Stop,
    every: int = 1,
) -> Scores | None:
    """Evaluate a network on this process's share of a data set, together with the others; None when stopped.

    All processes use the batch norm statistics of the first, which saves the network.
    """
    net.eval()
    processes.broadcast(net.buffers())
    sums = [0.0] * 4
    for clips, labels in batches:
        if stop.requested:
            break
        with precision.autocast():
            output = net(clips.to(processes.device, non_blocking=True), lag_divisor=every)
        logits, wanted = scored_logits(output.logits.float(), labels.to(processes.device))
        single = wanted < logits.shape[1]  # steps with two correct labels are not counted
        logits, wanted = logits[single], wanted[single]
        likeliest = logits.topk(min(5, logits.shape[1])).indices == wanted[:, None]
        counts = (total_loss(logits, wanted), likeliest[:, 0].sum(), likeliest.sum())
        sums = [total + value for total, value in zip(sums, [c.item() for c in counts] + [len(wanted)], strict=True)]
    loss, top1, top5, scored, stopped = processes.sum([*sums, stop.requested])
    scored = max(1, scored)
    return None if stopped else Scores(loss / scored, top1 / scored, top5 / scored)
