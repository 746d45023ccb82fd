import pytest
import torch
from clip_networks import random_checkpoint

from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.nets.mstnet import MSTNet, MSTNetConfig
from training.kernels import by_reach, main, with_kernels
from training.transplant.shufflenet3d import transplant

CLIP = torch.randint(0, 256, (1, 6, 3, 32, 32), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


@pytest.fixture(scope="module")
def net() -> MSTNet:
    return transplant(random_checkpoint(rank_1=True))[0]


@torch.no_grad()
@pytest.mark.parametrize("kernels", [(3,), (5,), (3, 5, 7)])
def test_longer_kernels_change_nothing_before_training(net: MSTNet, kernels: tuple[int, ...]) -> None:
    other, kept = with_kernels(net, kernels)
    assert kept == pytest.approx(1)
    assert other.config.temporal.kernels == kernels
    torch.testing.assert_close(other(CLIP).logits, net(CLIP).logits, rtol=1e-4, atol=1e-4)


def test_shorter_kernels_lose_part_of_the_past(net: MSTNet) -> None:
    _, some = with_kernels(net, (1, 3, 5, 7))
    other, none = with_kernels(net, (1,))
    assert 0.5 < some < 1
    assert none == 0
    assert not any(name.endswith("temporal") for name in other.temporal_layers)


def test_the_channels_that_look_back_least_get_the_shortest_kernels() -> None:
    taps = torch.ones(30, 3)
    taps[[6, 7, 8, 26], 1:] = 0
    order = by_reach(taps, 3).tolist()
    assert {order[0], order[1], order[2]} == {6, 7, 8}  # moved to the front of their third
    assert order.index(26) == 20  # the front of its own third, for it may not leave it
    assert sorted(order) == list(range(30))


def test_the_command_writes_a_checkpoint_that_loads(net: MSTNet, tmp_path, capsys) -> None:
    _, spec = transplant(random_checkpoint(rank_1=True))
    save_checkpoint(tmp_path / "a.pt", net, spec)
    assert main([str(tmp_path / "a.pt"), str(tmp_path / "b.pt"), "--kernels", "1,3,5,7"]) == 0
    assert "energy" in capsys.readouterr().out
    other, described = load_checkpoint(tmp_path / "b.pt")
    assert other.config.temporal.kernels == (1, 3, 5, 7)
    assert "given kernels of 1, 3, 5, 7" in described.trained


def test_another_network_is_refused() -> None:
    with pytest.raises(ModelFileError, match="shufflenet"):
        with_kernels(MSTNet(MSTNetConfig(3, "mobilenet_v2", 0.25)), (3,))


@pytest.mark.parametrize("sizes", ["3,1", "0", "x"])
def test_kernel_sizes_that_make_no_sense_are_refused(sizes: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["a.pt", "b.pt", "--kernels", sizes])
    assert ended.value.code == 2
