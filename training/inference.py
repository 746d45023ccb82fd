"""What a network answers: to a stream step by step, to the clips of an index."""

import numpy as np
import torch

from calibration.take import Floats
from models.frame import Image
from models.nets.mstnet import MSTNet

CHUNK = 32
"""Steps of a stream that are computed at once."""


@torch.inference_mode()
def stream_logits(net: MSTNet, pictures: Image) -> Floats:
    """Run a causal network along a stream uint8 [T, H, W, 3], from an empty past; its logits [T, classes]."""
    past, parts = None, []
    for first in range(0, len(pictures), CHUNK):
        chunk = torch.from_numpy(pictures[first : first + CHUNK]).permute(0, 3, 1, 2)
        answer = net(chunk[None].to(net.mean.device), past)
        past = answer.past
        parts.append(answer.logits[0].cpu().numpy())
    return np.concatenate(parts)


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Logits [..., classes] to probabilities."""
    raised = np.exp((logits - logits.max(axis=-1, keepdims=True)) / np.float32(temperature))
    probabilities: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return probabilities
