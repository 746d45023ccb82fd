"""How well a network names what it did not learn: loss, top-1 and top-5 over a whole set."""

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
    """Means over a set; top-k is the share of clips, or steps of streams, whose label is among the k likeliest."""

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
    """Score a network on this process's share of a set, together with the others; None when told to stop.

    All score the network that the first process saves: batch norm's statistics are each process's own until here.
    """
    net.eval()
    processes.share(net.buffers())
    sums = [0.0] * 4
    for clips, labels in batches:
        if stop.asked:
            break
        with precision.autocast():
            answer = net(clips.to(processes.device, non_blocking=True), lag_divisor=every)
        logits, wanted = scored_logits(answer.logits.float(), labels.to(processes.device))
        sure = wanted < logits.shape[1]  # where either of two is right, being right says little
        logits, wanted = logits[sure], wanted[sure]
        likeliest = logits.topk(min(5, logits.shape[1])).indices == wanted[:, None]
        counts = (total_loss(logits, wanted), likeliest[:, 0].sum(), likeliest.sum())
        sums = [total + value for total, value in zip(sums, [c.item() for c in counts] + [len(wanted)], strict=True)]
    loss, top1, top5, scored, stopped = processes.sum([*sums, stop.asked])
    scored = max(1, scored)
    return None if stopped else Scores(loss / scored, top1 / scored, top5 / scored)
