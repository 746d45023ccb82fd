import pytest
import torch
from clip_networks import random_checkpoint

from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.temporal import MixTConv
from training.kernels import by_need, by_share, main, with_kernels
from training.transplant.shufflenet3d import transplant

CLIP = torch.randint(0, 256, (1, 6, 3, 32, 32), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


@pytest.fixture(scope="module")
def net() -> MSTNet:
    return transplant(random_checkpoint(rank_1=True))[0]


@torch.no_grad()
@pytest.mark.parametrize(("kernels", "shares"), [((3,), ()), ((5,), ()), ((3, 5, 7), (0.4, 0.3, 0.3))])
def test_longer_kernels_change_nothing_before_training(
    net: MSTNet, kernels: tuple[int, ...], shares: tuple[float, ...]
) -> None:
    other, kept = with_kernels(net, kernels, shares)
    assert kept == pytest.approx(1)
    assert other.config.temporal.kernels == kernels
    torch.testing.assert_close(other(CLIP).logits, net(CLIP).logits, rtol=1e-4, atol=1e-4)


def test_equal_groups_lose_part_of_the_past_and_kernels_of_one_all_of_it(net: MSTNet) -> None:
    _, some = with_kernels(net, (1, 3, 5, 7), (0.25, 0.25, 0.25, 0.25))
    other, none = with_kernels(net, (1,))
    assert 0.5 < some < 1
    assert none == 0
    assert not any(name.endswith("temporal") for name in other.temporal_layers)


def test_by_default_each_layer_keeps_its_past_and_reads_no_more_of_it(net: MSTNet) -> None:
    for module in net.modules():
        if isinstance(module, MixTConv):
            module.taps[0].data[::3, 1:] *= 0.01  # a third of the channels hardly looks back
    other, kept = with_kernels(net, (1, 3, 5, 7))
    assert kept >= 0.99
    before, after = ([m for m in n.modules() if isinstance(m, MixTConv)] for n in (net, other))
    for old, new in zip(before, after, strict=True):
        assert past(new) >= 0.99 * past(old)
        assert sum(taps.numel() for taps in new.taps) <= old.taps[0].numel()
        assert min(map(len, new.taps)) > 0 or past(old) == 0


def past(layer: MixTConv) -> float:
    return float((layer.taps_by_lag().detach()[:, 1:] ** 2).sum())


def test_channels_that_hardly_look_back_are_shortened_and_the_others_get_their_slices() -> None:
    taps = torch.ones(12, 3)
    taps[:6, 1:] = torch.tensor([[0.0, 0.0], [0.5, 0.0], [0.0, 0.01], [0.0, 0.01], [0.0, 0.0], [0.0, 0.0]])
    taps[7, 1:] = 2
    taps[9, 1:] = 1.5
    one, two, three, five, seven = range(5)
    got = by_need(taps, (1, 2, 3, 5, 7), keep=0.99)
    # Channel 1 uses lag 1 alone. Five of kernel 1 and one of 2 free eleven slices; one of 5 and one of 7 cost six.
    expected = [one, two, one, one, one, one, three, seven, three, five, three, three]
    assert got.tolist() == expected


def test_with_shares_those_that_look_back_most_get_the_longest() -> None:
    taps = torch.zeros(8, 3)
    taps[:, 1] = torch.tensor([3.0, -4.0, 0.0, 1.0, 5.0, 2.0, 7.0, -6.0])
    assert by_share(taps, (1, 3, 5), (0.5, 0.25, 0.25)).tolist() == [0, 1, 0, 0, 1, 0, 2, 2]


def test_the_command_writes_a_checkpoint_that_loads(net: MSTNet, tmp_path, capsys) -> None:
    _, spec = transplant(random_checkpoint(rank_1=True))
    save_checkpoint(tmp_path / "a.pt", net, spec)
    shares = ["--kernels", "1,3,5,7", "--shares", "0.1,0.5,0.3,0.1"]
    assert main([str(tmp_path / "a.pt"), str(tmp_path / "b.pt"), *shares]) == 0
    assert "% of the energy of the taps into the past; channels by kernel: 1: 108, 3: 540, " in capsys.readouterr().out
    other, described = load_checkpoint(tmp_path / "b.pt")
    assert other.config.temporal.kernels == (1, 3, 5, 7)
    assert "given kernels of 1, 3, 5, 7" in described.trained


def test_another_network_is_refused() -> None:
    with pytest.raises(ModelFileError, match="shufflenet"):
        with_kernels(MSTNet(MSTNetConfig(3, "mobilenet_v2", 0.25)), (3,))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kernels", "1,3", "--shares", "0.5,0.4"], "add up to 1"),
        (["--kernels", "1,3", "--shares", "1"], "one per kernel"),
        (["--kernels", "1,3", "--shares", "0.01,0.99"], "0.01 of 30 channels leaves kernel 1 without a channel"),
        (["--kernels", "3,5,7"], r"no channel is left for 5 and 7"),
        (["--kernels", ",".join(map(str, range(1, 32)))], "31 kernel groups need as many channels at least: got 30"),
    ],
)
def test_groups_that_cannot_be_are_one_line(net: MSTNet, words: list[str], said: str, tmp_path, capsys) -> None:
    save_checkpoint(tmp_path / "a.pt", net, transplant(random_checkpoint(rank_1=True))[1])
    assert main([str(tmp_path / "a.pt"), str(tmp_path / "b.pt"), *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / "b.pt").exists()


@pytest.mark.parametrize("sizes", ["3,1", "0", "x"])
def test_kernel_sizes_that_make_no_sense_are_refused(sizes: str) -> None:
    assert main(["a.pt", "b.pt", "--kernels", sizes]) == 2
