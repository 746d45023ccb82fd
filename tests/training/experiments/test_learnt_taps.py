"""The energy of temporal taps, as a table and a plot."""

import pytest
import torch
from networks import small_net, small_spec

from models.nets.checkpoint import save_checkpoint
from models.nets.temporal import MixTConv
from training.experiments.learnt_taps import main, taps_by_kernel


def written(path, seed: int = 0, **options):
    net = small_net("resnet18", seed=seed, **options)
    save_checkpoint(path, net, small_spec(net))
    return net


def test_shares_are_of_one_stage_and_kernel():
    net = small_net("resnet18", kernels=(1, 3), assigned=True)
    found = {each.stage: each for each in taps_by_kernel(net)}
    assert sorted(found) == ["layer1", "layer2", "layer3", "layer4"]
    layers = [m for name, m in net.named_modules() if isinstance(m, MixTConv) and "layer2." in name]
    energy = sum((layer.taps[1].detach() ** 2).sum(0) for layer in layers)
    assert found["layer2"].shares == pytest.approx((energy / energy.sum()).tolist())
    assert found["layer2"].channels == sum(len(layer.taps[1]) for layer in layers)


def test_the_table_has_both_and_the_plot_is_reproducible(tmp_path, capsys):
    net = written(tmp_path / "a.pt")
    for layer in net.modules():
        if isinstance(layer, MixTConv):
            layer.taps[1].data = torch.tensor([[3.0, 0.0, 4.0]]).repeat(len(layer.taps[1]), 1)
    save_checkpoint(tmp_path / "b.pt", net, small_spec(net))
    command = [str(tmp_path / "a.pt"), str(tmp_path / "b.pt"), "--out"]
    assert main([*command, str(tmp_path / "one.svg")]) == main([*command, str(tmp_path / "two.svg")]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| layer1 | 3 |")]
    assert rows[0].endswith("| 0 64 |")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [({"operation": "shift"}, "no temporal kernels"), ({"kernels": (1, 5)}, "has other kernels than")],
)
def test_unusable_checkpoints_are_one_line(options, said, tmp_path, capsys):
    written(tmp_path / "a.pt")
    written(tmp_path / "b.pt", **options)
    assert main([str(tmp_path / "a.pt"), str(tmp_path / "b.pt"), "--out", str(tmp_path / "c.svg")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / "c.svg").exists()
