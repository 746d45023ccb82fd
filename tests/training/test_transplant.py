import pytest
import torch
from clip_networks import STAGES, random_checkpoint
from torch import Tensor
from torch.nn import functional as F

from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from training.jester import LABELS, MEAN
from training.transplant.__main__ import main
from training.transplant.shufflenet3d import causal_taps, split, transplant

PACES = (4, 8, 16)


def causal_3d(weights: dict[str, Tensor], clip: Tensor) -> Tensor:
    """Logits [T, 27] of a clip [T, 3, H, W]: 3-D convolutions over the whole 3x3x3 kernels, with nothing before."""

    def norm(key: str, x: Tensor) -> Tensor:
        names = ("running_mean", "running_var", "weight", "bias")
        return F.batch_norm(x, *(weights[f"{key}.{name}"] for name in names))

    def with_past(x: Tensor, steps: int) -> Tensor:
        return F.pad(x, (0, 0, 0, 0, steps, 0))

    def unit(key: str, x: Tensor, first: bool, last_stage: bool, pace: int) -> Tensor:
        y = F.relu(norm(f"{key}.bn1", F.conv3d(x, weights[f"{key}.conv1.weight"], groups=3)))
        y = y.unflatten(1, (3, -1)).transpose(1, 2).flatten(1, 2)
        kernel, stride = weights[f"{key}.conv2.weight"].clone(), 2 if first else 1
        if first and last_stage:
            kernel[:, :, 0] = 0
        elif not first:  # the middle tap now, the past one two paces ago, nothing between
            nothing = torch.zeros_like(kernel[:, :, :1])
            kernel = torch.cat([nothing if last_stage else kernel[:, :, :1], nothing, kernel[:, :, 1:2]], 2)
        y = F.conv3d(
            with_past(y, 2 * pace), kernel, None, (1, stride, stride), (0, 1, 1), (pace, 1, 1), kernel.shape[0]
        )
        y = norm(f"{key}.bn3", F.conv3d(norm(f"{key}.bn2", y), weights[f"{key}.conv3.weight"], groups=3))
        if not first:
            return F.relu(x + y)
        both = (with_past(x, pace)[:, :, : x.shape[2]] + x) / 2
        pooled = F.avg_pool2d(both[0].transpose(0, 1), 3, 2, 1).transpose(0, 1)[None]
        return F.relu(torch.cat([y, pooled], 1))

    x = (clip - torch.tensor(MEAN)[:, None, None]).transpose(0, 1)[None]
    x = F.conv3d(with_past(x, 4), weights["conv1.0.weight"], None, (1, 2, 2), (0, 1, 1), (2, 1, 1))
    x = with_past(F.max_pool3d(F.relu(norm("conv1.1", x)), (1, 3, 3), (1, 2, 2), (0, 1, 1)), 4)
    x = torch.stack([x[:, :, k : k + len(clip)] for k in (0, 2, 4)]).amax(0)
    for stage, ((_, units), pace) in enumerate(zip(STAGES, PACES, strict=True), 1):
        for k in range(units):
            x = unit(f"layer{stage}.{k}", x, k == 0, stage == 3, pace)
    return F.linear(x.mean((3, 4))[0].T, weights["classifier.1.weight"], weights["classifier.1.bias"])


def whole_3d(weights: dict[str, Tensor], clips: Tensor) -> Tensor:
    """Logits [N, 27] of clips [N, 16, 3, H, W]: the 3-D network as its authors built it."""

    def norm(key: str, x: Tensor) -> Tensor:
        names = ("running_mean", "running_var", "weight", "bias")
        return F.batch_norm(x, *(weights[f"{key}.{name}"] for name in names))

    x = (clips - torch.tensor(MEAN)[:, None, None]).transpose(1, 2)
    x = F.relu(norm("conv1.1", F.conv3d(x, weights["conv1.0.weight"], None, (1, 2, 2), 1)))
    x = F.max_pool3d(x, 3, 2, 1)
    for stage, (_, units) in enumerate(STAGES, 1):
        for k in range(units):
            key, stride = f"layer{stage}.{k}", 2 if k == 0 else 1
            y = F.relu(norm(f"{key}.bn1", F.conv3d(x, weights[f"{key}.conv1.weight"], groups=3)))
            y = y.unflatten(1, (3, -1)).transpose(1, 2).flatten(1, 2)
            y = F.conv3d(y, weights[f"{key}.conv2.weight"], None, stride, 1, groups=y.shape[1])
            y = norm(f"{key}.bn3", F.conv3d(norm(f"{key}.bn2", y), weights[f"{key}.conv3.weight"], groups=3))
            shortcut = x if stride == 1 else F.avg_pool3d(x, (2, 3, 3), 2, (0, 1, 1))
            x = F.relu(x + y if stride == 1 else torch.cat([y, shortcut], 1))
    return F.linear(x.mean((2, 3, 4)), weights["classifier.1.weight"], weights["classifier.1.bias"])


def clip_of(steps: int, seed: int = 1, size: int = 32) -> Tensor:
    return torch.randint(0, 256, (steps, 3, size, size), generator=torch.Generator().manual_seed(seed)).float()


@pytest.fixture(scope="module")
def rank_1_checkpoint() -> dict[str, Tensor]:
    return random_checkpoint(rank_1=True)


@pytest.fixture(scope="module")
def net(rank_1_checkpoint: dict[str, Tensor]) -> MSTNet:
    return transplant(rank_1_checkpoint)[0]


@torch.no_grad()
def test_equals_the_causal_3d_network_where_kernels_are_rank_1(
    net: MSTNet, rank_1_checkpoint: dict[str, Tensor]
) -> None:
    clip = clip_of(70)
    expected = causal_3d(rank_1_checkpoint, clip)
    assert expected.std(0).mean() > 0.01  # else everything would equal everything
    torch.testing.assert_close(net(clip[None]).logits[0], expected, rtol=1e-3, atol=1e-3)


@torch.no_grad()
def test_the_centred_form_equals_the_3d_network_where_kernels_are_rank_1(rank_1_checkpoint: dict[str, Tensor]) -> None:
    clips = torch.stack([clip_of(16, seed, 64) for seed in (1, 2)])
    expected = whole_3d(rank_1_checkpoint, clips)
    assert (expected[0] - expected[1]).abs().max() > 0.01
    net, spec = transplant(rank_1_checkpoint, centred=True)
    torch.testing.assert_close(net(clips).logits[:, 0], expected, rtol=1e-3, atol=1e-3)
    assert not net.causal
    assert spec.rate_hz == 6


@torch.no_grad()
def test_three_products_of_time_and_space_are_the_3d_network() -> None:
    checkpoint, clips = random_checkpoint(rank_1=False), clip_of(16, size=64)[None]
    expected = whole_3d(checkpoint, clips)
    errors = [
        (transplant(checkpoint, centred=True, ranks=ranks)[0](clips).logits[:, 0] - expected).abs().max()
        for ranks in (1, 2, 3)
    ]
    assert errors[2] < 1e-3 < errors[1] < errors[0]


@torch.no_grad()
def test_kernels_of_higher_rank_are_only_approximated() -> None:
    checkpoint, clip = random_checkpoint(rank_1=False), clip_of(20)
    difference = (transplant(checkpoint)[0](clip[None]).logits[0] - causal_3d(checkpoint, clip)).abs().max()
    assert difference > 1e-2


@torch.no_grad()
def test_a_stream_in_pieces_equals_the_clip(net: MSTNet) -> None:
    clip = clip_of(40)[None]
    first = net(clip[:, :7])
    second = net(clip[:, 7:8], first.past)
    third = net(clip[:, 8:], second.past)
    pieces = torch.cat([first.logits, second.logits, third.logits], 1)
    torch.testing.assert_close(pieces, net(clip).logits, rtol=1e-4, atol=1e-4)


def test_split_gives_back_a_rank_1_kernel() -> None:
    time, space = torch.randn(5, 3), torch.randn(5, 9)
    kernel = (time[:, :, None] * space[:, None]).reshape(5, 1, 3, 3, 3)
    [(taps, spatial)] = split(kernel)
    torch.testing.assert_close(taps[:, None, :, None, None] * spatial[:, :, None], kernel)


def test_a_strided_kernel_reads_the_same_clip_positions() -> None:
    pace, kernel = 4, torch.tensor([[2.0, 3.0, 5.0]])
    positions = torch.randn(1, 1, 8)  # a clip position is `pace` steps
    strided = F.conv1d(positions, kernel[None], stride=2, padding=1)
    stream = positions.repeat_interleave(pace, 2)
    taps = causal_taps(kernel, strided=True, last_stage=False)
    for k in range(1, 4):  # the first one reads padding
        now = pace * (2 * k + 1)
        ours = sum(taps[0, lag] * stream[0, 0, now - lag * pace] for lag in range(3))
        torch.testing.assert_close(ours, strided[0, 0, k])


def test_no_tap_is_in_the_future_and_the_middle_one_is_the_present() -> None:
    taps = torch.tensor([[2.0, 3.0, 5.0]])
    assert causal_taps(taps, strided=False, last_stage=False).tolist() == [[3, 0, 2]]
    assert causal_taps(taps, strided=False, last_stage=True).tolist() == [[3, 0, 0]]
    assert causal_taps(taps, strided=True, last_stage=True).tolist() == [[5, 3, 0]]


@pytest.mark.parametrize(("options", "rate_hz"), [([], 12), (["--centred"], 6)])
def test_the_command_writes_a_checkpoint_that_loads(
    tmp_path, rank_1_checkpoint: dict[str, Tensor], options: list[str], rate_hz: float
) -> None:
    torch.save(rank_1_checkpoint, tmp_path / "3d.pth")
    assert main([str(tmp_path / "3d.pth"), str(tmp_path / "out.pt"), *options]) == 0
    loaded, spec = load_checkpoint(tmp_path / "out.pt")
    assert spec.labels == LABELS
    assert spec.rate_hz == rate_hz
    made, _ = transplant(rank_1_checkpoint, centred=bool(options))
    for name, value in made.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value), name


@pytest.mark.parametrize("change", ["missing", "extra", "shape", "not a tensor"])
def test_refuses_another_network(rank_1_checkpoint: dict[str, Tensor], change: str) -> None:
    checkpoint = dict(rank_1_checkpoint)
    key = "layer2.3.conv2.weight"
    if change == "missing":
        del checkpoint[key]
    elif change == "extra":
        key = "layer4.0.conv1.weight"
        checkpoint[key] = torch.zeros(1)
    elif change == "shape":
        checkpoint[key] = checkpoint[key][:, :, :1]
    else:
        checkpoint[key] = "weights"
    with pytest.raises(ModelFileError, match=rf"^tiny is not a 3D-ShuffleNet.*{key}") as caught:
        transplant(checkpoint, "tiny")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"not a checkpoint", b""])
def test_an_invalid_checkpoint_is_one_line(tmp_path, capsys, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "3d.pth").write_bytes(content)
    assert main([str(tmp_path / "3d.pth"), str(tmp_path / "out.pt")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out.pt").exists()
