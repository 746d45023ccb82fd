"""The configuration of a training run, read from a TOML file. training/configs holds those of the paper's tables."""

from dataclasses import dataclass, field
from typing import Literal

from models.nets.mstnet import MSTNetConfig

SetName = Literal["jester", "something_v1", "something_v2", "ucf101", "kinetics400", "motions", "folders"]


@dataclass(frozen=True, slots=True)
class DataConfig:
    """The data."""

    set: SetName
    folder: str = "indexes"
    """Folder of the indexes that `training.prepare` wrote; not used by the generated data set `motions`."""
    train: str = "train"
    """The split to train on."""
    val: str = "validation"
    """The split to validate on. For streams, temperature and thresholds are chosen on it as well."""
    test: str = "test"
    """The split whose streams are evaluated at the end, if it exists and has labels."""
    sampling: Literal["segments", "dense", "streams"] = "segments"
    """`segments`: one picture of each of `frames` equal parts (TSN). `dense`: pictures `stride` apart. `streams`:
    successive clips with a label per step, for causal networks."""
    frames: int = 8
    """Pictures per clip, or steps per stream."""
    stride: int = 8
    """Frames between the pictures of dense sampling."""
    size: int = 224
    """Side of the square picture in pixels."""
    flip: bool = False
    """Mirror half of the clips; labels that name a side are swapped."""
    rate_hz: float = 12.0
    """Steps per second of a stream; written into the checkpoint."""
    every: int = 1
    """2 trains on every second step of a stream with all lags halved, in half the time."""
    rest_s: float = 1.5
    """Longest rest before and after a gesture in a stream."""
    streams: int = 0
    """Minimum number of streams per epoch of training; few clips are used several times."""
    tempo: float = 1.0
    """Largest factor by which clips are played faster or slower in streams of training."""
    clips: int = 1600
    """Clips per epoch of the generated data set."""
    val_clips: int = 320
    """Clips of its validation."""

    def __post_init__(self) -> None:
        _at_least(1, frames=self.frames, stride=self.stride, size=self.size, clips=self.clips, val_clips=self.val_clips)
        _at_least(1, every=self.every, tempo=self.tempo)
        _at_least(0, rest_s=self.rest_s, streams=self.streams)
        if self.rate_hz <= 0:
            raise ValueError(f"rate_hz must be above 0; got {self.rate_hz}")


@dataclass(frozen=True, slots=True)
class OptimConfig:
    """The optimiser. The defaults are the paper's recipe for Something-Something v1."""

    kind: Literal["sgd", "adam"] = "sgd"
    """Stochastic gradient descent with momentum, or Adam with decoupled weight decay (AdamW)."""
    batch: int = 64
    """Clips per update, over all processes and accumulated parts."""
    accumulate: int = 1
    """Number of successive parts of a process's share of a batch; more need less memory."""
    lr: float = 0.01
    momentum: float = 0.9
    """Decay of the running mean of gradients."""
    weight_decay: float = 5e-4
    policy: Literal["tsn", "uniform"] = "tsn"
    """`tsn`: five times the learning rate for the classifier, twice for biases, no decay of biases and batch norm.
    `uniform`: the same for all."""
    clip: float = 20.0
    """Maximum norm of the gradient; 0 does not clip."""
    batch_norm: Literal["local", "synced", "frozen"] = "local"
    """Statistics of each process's part of the batch, of all processes (CUDA only), or the initial ones."""
    frozen: tuple[str, ...] = ()
    """Modules that are not trained, such as "backbone.layer1"."""
    ema: float = 0.0
    """Decay of the running average of the weights; 0 keeps none. Validation uses the average."""

    def __post_init__(self) -> None:
        _at_least(1, batch=self.batch, accumulate=self.accumulate)
        _at_least(0, weight_decay=self.weight_decay, clip=self.clip)
        if self.lr <= 0:
            raise ValueError(f"lr must be above 0; got {self.lr}")
        for name, value in (("momentum", self.momentum), ("ema", self.ema)):
            if not 0 <= value < 1:
                raise ValueError(f"{name} must be from 0 to below 1; got {value}")


@dataclass(frozen=True, slots=True)
class ScheduleConfig:
    """The schedule of the learning rate."""

    kind: Literal["step", "cosine"] = "step"
    epochs: int = 50
    milestones: tuple[int, ...] = (30, 40, 45)
    """Epochs after which a step schedule multiplies the rate by `factor`."""
    factor: float = 0.1
    warm_up: float = 0.0
    """Epochs over which the rate first rises linearly."""

    def __post_init__(self) -> None:
        _at_least(1, epochs=self.epochs)
        if self.factor <= 0:
            raise ValueError(f"factor must be above 0; got {self.factor}")
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError(f"milestones must ascend; got {list(self.milestones)}")
        if not 0 <= self.warm_up < self.epochs:
            raise ValueError(f"warm_up must be from 0 to below the {self.epochs} epochs; got {self.warm_up}")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """How a run is executed. Except for rounding, the result does not depend on it; it may change on resuming."""

    folder: str = ""
    """Folder of its files; empty is runs/ with the folder and name of the config."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    workers: int = 4
    """Processes per training process that read clips."""
    save_every: int = 500
    """Updates between saves; the end of an epoch is always saved."""
    log_every: int = 20
    """Updates between rows of the log."""

    def __post_init__(self) -> None:
        _at_least(0, workers=self.workers)
        _at_least(1, save_every=self.save_every, log_every=self.log_every)


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of a run."""

    data: DataConfig
    net: MSTNetConfig
    optim: OptimConfig = field(default_factory=OptimConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    run: RunConfig = field(default_factory=RunConfig)
    init: str = ""
    """Initial weights: a checkpoint of a plain backbone (torchvision's keys) or of this project, or an exported
    ShuffleNet, .onnx. Empty starts at random."""
    seed: int = 0

    def __post_init__(self) -> None:
        _at_least(0, seed=self.seed)
        if self.data.sampling == "streams" and not self.net.temporal.causal:
            raise ValueError("sampling = 'streams' needs net.temporal.causal = true")


def _at_least(least: int, **values: float) -> None:
    for name, value in values.items():
        if value < least:
            raise ValueError(f"{name} must be at least {least}; got {value}")
