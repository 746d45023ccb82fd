import pytest
import torch
from networks import small_net, small_spec

from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint, save_checkpoint, weights_hash
from training.average import averaged, main


def test_the_ends_are_the_two_networks_and_the_middle_is_between() -> None:
    one, other = small_net(seed=0), small_net(seed=1)
    for share, wanted in ((0.0, one), (1.0, other)):
        torch.testing.assert_close(averaged(one, other, share).state_dict(), wanted.state_dict())
    between = averaged(one, other, 0.25).classifier.weight
    torch.testing.assert_close(between, 0.75 * one.classifier.weight + 0.25 * other.classifier.weight)


def test_networks_of_two_shapes_are_refused() -> None:
    with pytest.raises(ModelFileError, match="different configs"):
        averaged(small_net(), small_net(operation="shift"), 0.5)


@pytest.mark.parametrize("assigned", [False, True])
def test_channels_with_other_kernels_are_refused(assigned: bool) -> None:
    with pytest.raises(ModelFileError, match="temporal kernels to different channels"):
        averaged(small_net(seed=0, assigned=True), small_net(seed=1, assigned=assigned), 0.5)


def test_the_command_records_the_share(tmp_path) -> None:
    for seed, name in enumerate(("a.pt", "b.pt")):
        net = small_net(seed=seed)
        save_checkpoint(tmp_path / name, net, small_spec(net))
    assert main([*(str(tmp_path / name) for name in ("a.pt", "b.pt", "c.pt")), "--share", "0.7"]) == 0
    net, spec = load_checkpoint(tmp_path / "c.pt")
    assert spec.weights_sha256 == weights_hash(net)
    assert "0.7" in spec.trained
