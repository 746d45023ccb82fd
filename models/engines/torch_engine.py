"""PyTorch: the reference that the other engines are held against, and the way to run a checkpoint as it is."""

import torch

from models.engines.base import Output, check_picture
from models.errors import EngineError
from models.frame import Image
from models.nets.mstnet import MSTNet
from models.spec import ModelSpec
from models.state import StreamState


class TorchEngine:
    """A network in PyTorch, on the CPU or a GPU.

    Args:
        net: a causal network in evaluation mode.
        spec: what it is; `training.export` makes it for a checkpoint.
        device: a torch device, such as `cpu` or `cuda`.
    """

    def __init__(self, net: MSTNet, spec: ModelSpec, device: str = "cpu") -> None:
        if not net.causal:
            raise EngineError(f"{spec.name} looks into the future and cannot run on a stream; use a causal network")
        self._net = net.to(device).eval()
        self._device = torch.device(device)
        self.spec = spec

    @property
    def name(self) -> str:
        """Runtime and device, such as `torch:cpu`."""
        return f"torch:{self._device}"

    def start(self) -> StreamState:
        """The empty past."""
        return StreamState({})

    @torch.inference_mode()
    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Run one picture, uint8 `spec.picture_shape`."""
        check_picture(picture, self.spec)
        answer = self._net.step(torch.from_numpy(picture).to(self._device), state.take())
        output = Output(answer.logits[:, 0].cpu().numpy(), answer.embedding[:, 0].cpu().numpy())
        return output, StreamState(answer.past, state.steps + 1)

    def close(self) -> None:
        """Nothing to give back."""
