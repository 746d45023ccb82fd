"""The network that an exported file is compared with: it runs on a stream in long chunks."""

import torch

from common.arrays import Floats
from conversion.difference import StreamLogits
from models.frame import Image
from models.nets.mstnet import MSTNet
from models.nets.timeline import Past

CHUNK = 16
"""Pictures per call: much faster than single ones, and needs little memory."""


def in_chunks(net: MSTNet) -> StreamLogits:
    """Runs a causal network in evaluation mode on each stream."""

    @torch.inference_mode()
    def run(pictures: Image) -> Floats:
        past: Past = {}
        logits = []
        for chunk in torch.from_numpy(pictures).permute(0, 3, 1, 2).split(CHUNK):
            answer = net(chunk[None], past)
            past = answer.past
            logits.append(answer.logits[0])
        return torch.cat(logits).numpy()

    return run
