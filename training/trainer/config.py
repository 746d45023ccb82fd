"""What a training run is made of. One TOML file names all of it; training/configs holds those of the paper's rows."""

from dataclasses import dataclass, field
from typing import Literal

from models.nets.mstnet import MSTNetConfig

SetName = Literal["jester", "something_v1", "something_v2", "ucf101", "kinetics400", "motions", "folders"]


@dataclass(frozen=True, slots=True)
class DataConfig:
    """What is learnt from."""

    set: SetName
    folder: str = "indexes"
    """Where `training.prepare` wrote its indexes; the generated set `motions` has none."""
    train: str = "train"
    """The split to learn."""
    val: str = "validation"
    """The split to validate on. Of streams, temperature and thresholds are chosen on it, too."""
    test: str = "test"
    """The split whose streams are watched at the end, where it is there and has labels."""
    sampling: Literal["segments", "dense", "streams"] = "segments"
    """`segments`: one picture of each of `frames` equal parts (TSN). `dense`: pictures `stride` apart. `streams`: clips
    one after another, every step labelled: for causal networks."""
    frames: int = 8
    """Pictures a clip, or steps a stream."""
    stride: int = 8
    """Frames between the pictures of dense sampling."""
    size: int = 224
    """Pixels of a side of the square picture."""
    flip: bool = False
    """Mirror half of the clips; labels that name a side swap."""
    rate_hz: float = 12.0
    """Steps a second of a stream, written into the checkpoint."""
    every: int = 1
    """2 learns every second step of a stream, in half the time; all layers look half as many steps back meanwhile."""
    rest_s: float = 1.5
    """The longest rest before and after a gesture in a stream."""
    streams: int = 0
    """Streams that an epoch of training has at the least; few clips are played several times in it."""
    tempo: float = 1.0
    """In streams, clips are played up to so many times faster or slower to be learnt."""
    clips: int = 1600
    """Clips an epoch of the generated set."""
    val_clips: int = 320
    """Clips of its validation."""

    def __post_init__(self) -> None:
        _at_least(1, frames=self.frames, stride=self.stride, size=self.size, clips=self.clips, val_clips=self.val_clips)
        _at_least(1, every=self.every, tempo=self.tempo)
        _at_least(0, rest_s=self.rest_s, streams=self.streams)
        if self.rate_hz <= 0:
            raise ValueError(f"rate_hz is above 0; got {self.rate_hz}")


@dataclass(frozen=True, slots=True)
class OptimConfig:
    """How weights change. The defaults are the paper's recipe for Something-Something v1."""

    kind: Literal["sgd", "adam"] = "sgd"
    """Stochastic gradient descent with momentum, or Adam with decoupled weight decay."""
    batch: int = 64
    """Clips an update, over all processes and accumulated parts."""
    accumulate: int = 1
    """Parts that a process takes its share of a batch in, one after another; more need less memory."""
    lr: float = 0.01
    momentum: float = 0.9
    """How much of the running mean of gradients stays at each update."""
    weight_decay: float = 5e-4
    policy: Literal["tsn", "uniform"] = "tsn"
    """`tsn`: the classifier learns five times as fast, biases twice as fast as weights, and neither biases nor batch
    norm decay. `uniform`: all alike."""
    clip: float = 20.0
    """Largest norm of the gradient; 0 does not clip."""
    batch_norm: Literal["local", "synced", "frozen"] = "local"
    """Whose statistics normalise: each process's own part of the batch, all processes' (CUDA only), or those that the
    network started with."""
    frozen: tuple[str, ...] = ()
    """Parts of the network that stay as they start, such as "backbone.layer1"."""
    ema: float = 0.0
    """How much of the weights' running average stays at each update; 0 keeps none. Validation uses the average."""

    def __post_init__(self) -> None:
        _at_least(1, batch=self.batch, accumulate=self.accumulate)
        _at_least(0, weight_decay=self.weight_decay, clip=self.clip)
        if self.lr <= 0:
            raise ValueError(f"lr is above 0; got {self.lr}")
        for name, value in (("momentum", self.momentum), ("ema", self.ema)):
            if not 0 <= value < 1:
                raise ValueError(f"{name} is from 0 to below 1; got {value}")


@dataclass(frozen=True, slots=True)
class ScheduleConfig:
    """How the learning rate goes."""

    kind: Literal["step", "cosine"] = "step"
    epochs: int = 50
    milestones: tuple[int, ...] = (30, 40, 45)
    """Epochs after which a step schedule multiplies the rate by `factor`."""
    factor: float = 0.1
    warm_up: float = 0.0
    """Epochs over which the rate first rises, in a straight line."""

    def __post_init__(self) -> None:
        _at_least(1, epochs=self.epochs)
        if self.factor <= 0:
            raise ValueError(f"factor is above 0; got {self.factor}")
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError(f"milestones ascend; got {list(self.milestones)}")
        if not 0 <= self.warm_up < self.epochs:
            raise ValueError(f"warm_up is from 0 to below the {self.epochs} epochs; got {self.warm_up}")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Where and how a run happens. Nothing here changes what is learnt, up to rounding: a stopped run may change it."""

    folder: str = ""
    """Where its files go; empty is runs/ and the config's own folder and name."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    workers: int = 4
    """Processes that read clips ahead, beside each training process."""
    save_every: int = 500
    """Updates between two savings; the end of an epoch is always saved."""
    log_every: int = 20
    """Updates between two rows of the log."""

    def __post_init__(self) -> None:
        _at_least(0, workers=self.workers)
        _at_least(1, save_every=self.save_every, log_every=self.log_every)


@dataclass(frozen=True, slots=True)
class Config:
    """A whole run."""

    data: DataConfig
    net: MSTNetConfig
    optim: OptimConfig = field(default_factory=OptimConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    run: RunConfig = field(default_factory=RunConfig)
    init: str = ""
    """What to start from: a checkpoint of a plain backbone (torchvision's keys) or of ours, or an exported ShuffleNet,
    .onnx. Empty starts at random."""
    seed: int = 0

    def __post_init__(self) -> None:
        _at_least(0, seed=self.seed)
        if self.data.sampling == "streams" and not self.net.temporal.causal:
            raise ValueError("a stream has no future: sampling = 'streams' needs net.temporal.causal = true")


def _at_least(least: int, **values: float) -> None:
    for name, value in values.items():
        if value < least:
            raise ValueError(f"{name} is at least {least}; got {value}")
