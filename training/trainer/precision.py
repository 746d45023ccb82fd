"""Automatic mixed precision, with a fallback for formats that a device does not support."""

from dataclasses import dataclass
from typing import Literal

import torch

PrecisionName = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True, slots=True)
class Precision:
    """The format of the activations; weights and gradients stay in fp32."""

    got: PrecisionName
    device: torch.device
    note: str = ""
    """Why it is not the requested format."""

    def __str__(self) -> str:
        return f"{self.got} ({self.note})" if self.note else self.got

    def autocast(self) -> torch.autocast:
        """The context to run the network in."""
        dtype = torch.float16 if self.got == "fp16" else torch.bfloat16
        return torch.autocast(self.device.type, dtype, enabled=self.got != "fp32")

    def scaler(self) -> torch.amp.GradScaler:
        """The gradient scaler for fp16; it is disabled for other formats."""
        return torch.amp.GradScaler(self.device.type, enabled=self.got == "fp16")


def choose_precision(asked: PrecisionName, device: torch.device) -> Precision:
    """The requested format if the device supports it, else the other 16-bit one with a note."""
    if device.type == "cpu" and asked == "fp16":
        return Precision("bf16", device, "a CPU does not train in fp16")
    if device.type == "cuda" and asked == "bf16" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return Precision("fp16", device, "this GPU has no bf16")
    return Precision(asked, device)
