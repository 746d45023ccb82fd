"""The networks of the paper's tables (arXiv 2001.06769), with the cost that the paper reports."""

from dataclasses import dataclass

from models.nets.mstnet import BackboneName, MSTNet, MSTNetConfig
from models.nets.temporal import Operation, TemporalConfig

CLASSES = 400
"""The paper's 24.3 M parameters are of a network with the 400 classes of Kinetics."""


@dataclass(frozen=True, slots=True)
class PaperNetwork:
    """One row of the table."""

    row: str
    operation: Operation
    kernels: tuple[int, ...] = (3,)
    dilations: tuple[int, ...] = (1,)
    causal: bool = False
    backbone: BackboneName = "resnet50"
    frames: int = 8
    size: int = 224
    paper_gflops: float | None = None
    paper_mparams: float | None = None
    note: str = ""

    def network(self) -> MSTNet:
        """Build the network of this row."""
        temporal = TemporalConfig(self.operation, self.kernels, self.dilations, self.causal)
        return MSTNet(MSTNetConfig(CLASSES, self.backbone, temporal=temporal))


ALL_KERNELS = (1, 3, 5, 7)
ROWS = (
    PaperNetwork("tsn", "none", paper_gflops=33.0),
    PaperNetwork("tsm", "shift", paper_gflops=33.0),
    PaperNetwork("ks3", "mixtconv", (3,), paper_gflops=33.13),
    PaperNetwork("ks5", "mixtconv", (5,), paper_gflops=33.23),
    PaperNetwork("ks7", "mixtconv", (7,), paper_gflops=33.32),
    PaperNetwork("ks13", "mixtconv", (1, 3), paper_gflops=33.09),
    PaperNetwork("ks135", "mixtconv", (1, 3, 5), paper_gflops=33.13),
    PaperNetwork("ks1357", "mixtconv", ALL_KERNELS, paper_gflops=33.18, paper_mparams=24.3),
    PaperNetwork("ks3-dilated", "mixtconv", (3, 3, 3), (1, 2, 3), paper_gflops=33.13),
    PaperNetwork(
        "conv1d",
        "conv1d",
        paper_gflops=43.0,
        note="the paper does not say where its ordinary 1D convolution is; here it replaces MixTConv, C to C channels",
    ),
    PaperNetwork("ks1357-16f", "mixtconv", ALL_KERNELS, frames=16, paper_gflops=65.3),
    PaperNetwork("ks1357-causal", "mixtconv", ALL_KERNELS, causal=True),
    PaperNetwork("tsn-mobilenet_v2", "none", backbone="mobilenet_v2"),
    PaperNetwork("ks1357-mobilenet_v2", "mixtconv", ALL_KERNELS, backbone="mobilenet_v2"),
    PaperNetwork("ks1357-causal-mobilenet_v2", "mixtconv", ALL_KERNELS, causal=True, backbone="mobilenet_v2"),
)
