import copy

import numpy as np
import pytest
import torch

from models.errors import ModelFileError
from models.nets.mstnet import BackboneName, MSTNet, MSTNetConfig
from models.nets.temporal import TemporalConfig
from training.distillation.student import Recipe, StreamBatch, StreamStudent, at_half_rate, feature_loss
from training.distillation.targets import Targets

CLASSES, CHANNELS = 5, 480
RECIPE = Recipe(streams=2, chunk=6, chunks=2, first_window=2, every=2, lr=2e-3, warm_up=2, average=0.9)


def small_net(seed: int = 0) -> MSTNet:
    torch.manual_seed(seed)
    return MSTNet(MSTNetConfig(CLASSES, "shufflenet", temporal=TemporalConfig(kernels=(3,)))).eval()


def batch(number: int) -> StreamBatch:
    random = np.random.default_rng(number)
    ends = tuple(range(2, 12, 2))
    wanted = np.repeat(random.dirichlet(np.ones(CLASSES), (2, 1)), len(ends), 1).astype(np.float32)
    maps = random.random((2, len(ends), CHANNELS, 1, 1), np.float32)
    targets = Targets(wanted, maps, np.ones((2, len(ends)), np.float32))
    return StreamBatch(random.integers(0, 256, (2, 12, 32, 32, 3), dtype=np.uint8), ends, targets)


@torch.no_grad()
@pytest.mark.parametrize("backbone", ["shufflenet", "mobilenet_v2"])
def test_half_the_pictures_with_halved_lags_is_the_same_network(backbone: BackboneName) -> None:
    temporal = TemporalConfig(kernels=(1, 3, 5), dilations=(2,))
    net = MSTNet(MSTNetConfig(CLASSES, backbone, temporal=temporal)).eval()
    clip = torch.randint(0, 256, (1, 60, 3, 32, 32))
    half = at_half_rate(net).eval()
    for phase in (0, 1):
        torch.testing.assert_close(half(clip[:, phase::2]).logits, net(clip).logits[:, phase::2], rtol=1e-4, atol=1e-4)


def test_a_network_with_odd_lags_is_refused() -> None:
    with pytest.raises(ModelFileError, match=r"even lags; features\.3\.temporal has the lags"):
        at_half_rate(MSTNet(MSTNetConfig(CLASSES, "mobilenet_v2")))


def test_the_losses_fall_and_the_average_follows() -> None:
    student = StreamStudent(small_net(), RECIPE, CHANNELS)
    losses = [student.learn(batch(0)) for _ in range(8)]
    assert losses[-1].divergence < 0.8 * losses[0].divergence
    assert losses[-1].features < losses[0].features
    for name, value in student.net.named_parameters():
        assert not torch.equal(student.average[name], value), name
    averaged = StreamStudent(student.averaged(small_net(1)), RECIPE, CHANNELS)
    assert averaged.learn(batch(0)).divergence < 0.9 * losses[0].divergence


def test_batch_norm_statistics_and_the_given_network_do_not_change() -> None:
    net = small_net()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    student = StreamStudent(net, RECIPE, CHANNELS)
    student.learn(batch(0))
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name
    statistics = [name for name, _ in net.named_buffers() if "running" in name]
    assert statistics
    for name in statistics:
        assert torch.equal(student.net.state_dict()[name], before[name]), name


def test_a_later_chunk_starts_from_the_state_of_the_one_before() -> None:
    recipe = Recipe(**{**{f: getattr(RECIPE, f) for f in RECIPE.__dataclass_fields__}, "lr": 0.0})
    single = Recipe(**{**{f: getattr(recipe, f) for f in RECIPE.__dataclass_fields__}, "chunk": 12, "chunks": 1})
    in_chunks, in_one = StreamStudent(small_net(), recipe, CHANNELS), StreamStudent(small_net(), single, CHANNELS)
    all_of_it = batch(3).targets
    some = Targets(all_of_it.soft[:, :4], all_of_it.maps[:, :4], all_of_it.feature_weight[:, :4])
    one = StreamBatch(batch(3).pictures, (2, 4, 8, 10), some)  # two judged steps a chunk
    assert in_chunks.learn(one) == pytest.approx(in_one.learn(one), rel=1e-4)


def test_features_of_another_width_are_mixed_and_the_mix_is_saved() -> None:
    temporal = TemporalConfig(kernels=(3,), dilations=(2,))
    wide = MSTNet(MSTNetConfig(CLASSES, "mobilenet_v2", width=0.25, temporal=temporal)).eval()
    student = StreamStudent(wide, RECIPE, CHANNELS)
    losses = [student.learn(batch(0)) for _ in range(6)]
    assert losses[-1].features < 0.9 * losses[0].features
    resumed = StreamStudent(wide, RECIPE, CHANNELS)
    resumed.restore(copy.deepcopy(student.state()))
    assert resumed.learn(batch(1)) == student.learn(batch(1))


def test_the_feature_loss_is_weighted_and_relative() -> None:
    wanted = torch.rand(1, 2, 3, 1, 1) + 1
    maps = wanted.expand(-1, -1, -1, 4, 4).clone()
    assert feature_loss(maps, wanted, torch.ones(1, 2)) < 1e-12
    maps[:, 1] = 0
    error = feature_loss(maps, wanted, torch.ones(1, 2))
    assert error > 0
    assert feature_loss(maps, wanted, torch.tensor([[1.0, 0.5]])) == pytest.approx(error.item() / 2)
    assert feature_loss(3 * maps, 3 * wanted, torch.ones(1, 2)) == pytest.approx(error.item())
