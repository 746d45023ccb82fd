"""PyTorch: the reference for the other engines, and the way to run a checkpoint without export."""

from typing import NamedTuple

import torch

from models.engines.base import Output, check_picture, in_step
from models.errors import EngineError
from models.frame import Image
from models.nets.mstnet import MSTNet
from models.nets.timeline import Past
from models.spec import ModelSpec
from models.state import StreamState


class _Memory(NamedTuple):
    past: Past
    lag_divisor: int


class TorchEngine:
    """A network in PyTorch, on the CPU or a GPU.

    Args:
        net: a causal network in evaluation mode.
        spec: its description; `training.export` makes it for a checkpoint.
        device: a torch device, such as `cpu` or `cuda`.
        streams: number of streams.
    """

    def __init__(self, net: MSTNet, spec: ModelSpec, device: str = "cpu", streams: int = 1) -> None:
        if not net.causal:
            raise EngineError(f"{spec.name} reads future frames and cannot run on a stream; use a causal network")
        self._net = net.to(device).eval()
        self._device = torch.device(device)
        self.spec, self.streams = spec, streams

    @property
    def name(self) -> str:
        """Runtime and device, such as `torch:cpu`, and the number of streams."""
        return f"torch:{self._device}{in_step(self.streams)}"

    def start(self, lag_divisor: int = 1) -> StreamState:
        return StreamState(_Memory({}, lag_divisor))

    def forget(self, row: int, state: StreamState) -> StreamState:
        """Fill one row of every past slice with zeros."""
        memory: _Memory = state.take()
        past = {layer: slices.index_fill(0, torch.tensor([row]), 0) for layer, slices in memory.past.items()}
        return StreamState(_Memory(past, memory.lag_divisor), state.steps)

    @torch.inference_mode()
    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Run a picture for each stream, uint8 [streams, H, W, 3]."""
        check_picture(picture, self.spec, self.streams)
        memory: _Memory = state.take()
        result = self._net.step(torch.from_numpy(picture).to(self._device), memory.past, memory.lag_divisor)
        output = Output(result.logits[:, 0].cpu().numpy(), result.embedding[:, 0].cpu().numpy())
        return output, StreamState(_Memory(result.past, memory.lag_divisor), state.steps + 1)

    def close(self) -> None:
        """Do nothing."""
