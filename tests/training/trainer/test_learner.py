"""One update: its effect on the weights, for any division of the batch into pieces, and what it does not change."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.temporal import TemporalConfig
from training.datasets.step_labels import either
from training.trainer.config import Config, DataConfig, OptimConfig, ScheduleConfig
from training.trainer.config_file import ConfigError
from training.trainer.data import piece_indices
from training.trainer.distributed import Processes
from training.trainer.learner import Batch, Learner, scored_logits, total_loss
from training.trainer.optimizer import FACTOR, parameter_groups
from training.trainer.precision import choose_precision
from training.trainer.schedule import rate_factor
from training.trainer.stopping import Stop
from training.trainer.validation import validate

CPU = torch.device("cpu")
ALONE = Processes(0, 1, CPU)
CLASSES = 5


def net(dropout: float = 0.0) -> MSTNet:
    torch.manual_seed(0)
    temporal = TemporalConfig(kernels=(1, 3), causal=False)
    return MSTNet(MSTNetConfig(CLASSES, "resnet18", 0.125, temporal, dropout=dropout))


def batch(clips: int = 4, steps: bool = False) -> Batch:
    random = np.random.default_rng(clips)
    pictures = random.integers(0, 256, (clips, 3, 3, 32, 32), dtype=np.uint8)
    labels = random.integers(-1 if steps else 0, CLASSES, (clips, 3) if steps else clips)
    return torch.from_numpy(pictures), torch.from_numpy(labels)


def learner(config: OptimConfig, precision: Any = "fp32", dropout: float = 0.0) -> Learner:
    return Learner(net(dropout), config, ALONE, choose_precision(precision, CPU), seed=0)


def weights(learner: Learner) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in learner.net.state_dict().items()}


@pytest.mark.parametrize("steps", [False, True], ids=["clips", "streams"])
def test_pieces_make_the_same_update_as_the_batch(steps: bool) -> None:
    config = OptimConfig(batch_norm="frozen")
    single, pieces = learner(config), learner(config)
    clips, labels = batch(4, steps)
    expected = single.learn([(clips, labels)], 0.1, 0)
    # The pieces of streams differ in scored steps; each step must have the same weight.
    update = pieces.learn([(clips[:1], labels[:1]), (clips[1:], labels[1:])], 0.1, 0)
    assert update.loss == pytest.approx(expected.loss, rel=1e-4)
    assert update.gradient == pytest.approx(expected.gradient, rel=1e-3)
    for name, value in weights(single).items():
        torch.testing.assert_close(weights(pieces)[name], value, rtol=1e-3, atol=1e-6)


def test_the_gradient_is_clipped() -> None:
    free, clipped = (learner(OptimConfig(clip=clip, weight_decay=0, policy="uniform")) for clip in (0.0, 0.01))
    before = weights(free)
    for one in (free, clipped):
        assert one.learn([batch()], 1.0, 0).gradient > 0.1
    moved = [
        sum(float((p.detach() - before[n]).square().sum()) for n, p in one.net.named_parameters()) ** 0.5
        for one in (free, clipped)
    ]
    assert moved[1] == pytest.approx(0.01, rel=1e-2)
    assert moved[0] > 0.1


def test_frozen_batch_norm_keeps_its_statistics_and_local_does_not() -> None:
    for how, stays in (("frozen", True), ("local", False)):
        one = learner(OptimConfig(batch_norm=how))  # type: ignore[arg-type]
        before = weights(one)
        one.learn([batch()], 0.1, 0)
        statistics = [torch.equal(weights(one)[n], before[n]) for n in before if "running" in n]
        assert statistics
        assert all(statistics) is stays
        assert any(statistics) is stays


def test_the_average_has_its_decay() -> None:
    one = learner(OptimConfig(ema=0.75))
    one.learn([batch()], 0.1, 0)
    first = weights(one)
    assert torch.equal(one.best_net.classifier.weight, first["classifier.weight"])  # it begins with the first update
    one.learn([batch()], 0.1, 1)
    expected = 0.75 * first["classifier.weight"] + 0.25 * weights(one)["classifier.weight"]
    torch.testing.assert_close(one.best_net.classifier.weight.data, expected)


def test_what_is_random_depends_on_the_step_alone() -> None:
    one, other = (learner(OptimConfig(), dropout=0.5) for _ in range(2))
    torch.rand(7)
    assert one.learn([batch()], 0.1, 3) == other.learn([batch()], 0.1, 3)
    third = learner(OptimConfig(), dropout=0.5)
    assert third.learn([batch()], 0.1, 4).loss != learner(OptimConfig(), dropout=0.5).learn([batch()], 0.1, 3).loss


def test_the_fallback_of_mixed_precision_is_reported() -> None:
    asked = choose_precision("fp16", CPU)
    assert str(asked) == "bf16 (a CPU does not train in fp16)"
    assert str(choose_precision("bf16", CPU)) == "bf16"
    exact, mixed = (learner(OptimConfig(), p).learn([batch()], 0.1, 0).loss for p in ("fp32", "bf16"))
    assert mixed == pytest.approx(exact, rel=0.05)
    assert mixed != exact


def test_clips_are_scored_by_the_mean_and_streams_step_by_step() -> None:
    logits = torch.arange(12.0).reshape(2, 3, 2)
    clips, wanted = scored_logits(logits, torch.tensor([1, -1]))
    assert clips.tolist() == [[2.0, 3.0]]
    assert wanted.tolist() == [1]
    steps, wanted = scored_logits(logits, torch.tensor([[-1, -1, 0], [-1, 1, -1]]))
    assert steps.tolist() == [[4.0, 5.0], [8.0, 9.0]]
    assert wanted.tolist() == [0, 1]


def test_the_probabilities_of_two_correct_classes_are_added() -> None:
    logits = torch.randn(3, CLASSES, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([2, either(4, 1, CLASSES), either(0, 3, CLASSES)])
    chances = logits.softmax(1)
    right = torch.stack([chances[0, 2], chances[1, 4] + chances[1, 1], chances[2, 0] + chances[2, 3]])
    torch.testing.assert_close(total_loss(logits, labels), -right.log().sum())
    torch.testing.assert_close(total_loss(logits[:1], labels[:1]), nn.functional.cross_entropy(logits[:1], labels[:1]))


def test_steps_with_two_correct_labels_are_not_validated() -> None:
    clips, labels = batch(4, steps=True)
    with_either = torch.where(labels < 0, either(1, 2, CLASSES), labels)
    precision = choose_precision("fp32", CPU)
    assert validate(net().eval(), [(clips, with_either)], ALONE, precision, Stop()) == validate(
        net().eval(), [(clips, labels)], ALONE, precision, Stop()
    )


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_frozen_modules_do_not_change(kind: Any) -> None:
    parts = ("backbone.conv1", "backbone.bn1", "backbone.layer1")
    one = learner(OptimConfig(kind=kind, frozen=parts, weight_decay=0.1))
    before = weights(one)
    one.learn([batch()], 0.1, 0)
    for name, value in weights(one).items():
        assert torch.equal(value, before[name]) == name.startswith((*parts, "mean", "std")), name


def test_an_unknown_module_cannot_be_frozen() -> None:
    with pytest.raises(ConfigError, match=r"optim.frozen names 'layer9', .*; its backbone has conv1, .*layer4"):
        learner(OptimConfig(frozen=("layer9",)))


def test_every_second_step_with_halved_lags_gives_the_same_output() -> None:
    """For even lags, the outputs at even steps are those of the full stream."""
    torch.manual_seed(0)
    one = MSTNet(MSTNetConfig(CLASSES, "resnet18", 0.125, TemporalConfig(kernels=(1, 3), dilations=(2,)))).eval()
    clips = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (2, 12, 3, 32, 32), dtype=np.uint8))
    labels = torch.randint(0, CLASSES, (2, 6))
    precision = choose_precision("fp32", CPU)
    scores = validate(one, [(clips[:, ::2], labels)], ALONE, precision, Stop(), every=2)
    assert scores is not None
    with torch.no_grad():
        wanted = nn.functional.cross_entropy(one(clips).logits[:, ::2].flatten(0, 1), labels.flatten())
    assert scores.loss == pytest.approx(float(wanted), rel=1e-4)


def test_validation_counts() -> None:
    one = net().eval()
    data = [batch(3), batch(2)]
    scores = validate(one, data, ALONE, choose_precision("fp32", CPU), Stop())
    assert scores is not None
    with torch.no_grad():
        logits = torch.cat([one(clips).logits.mean(1) for clips, _ in data])
    wanted = torch.cat([labels for _, labels in data])
    assert scores.top1 == pytest.approx(float((logits.argmax(1) == wanted).float().mean()))
    assert scores.top5 == 1.0
    assert scores.loss == pytest.approx(float(nn.functional.cross_entropy(logits, wanted)), rel=1e-5)


def test_the_policy_of_tsn() -> None:
    one = net()
    named = {id(p): name for name, p in one.named_parameters()}
    kinds = {
        named[id(p)]: (group[FACTOR], group["weight_decay"])
        for group in parameter_groups(one, OptimConfig(weight_decay=0.1))
        for p in group["params"]
    }
    assert kinds.keys() == set(named.values())
    assert kinds["classifier.weight"] == (5, 0.1)
    assert kinds["classifier.bias"] == (10, 0)
    assert kinds["backbone.bn1.weight"] == kinds["backbone.bn1.bias"] == (1, 0)
    assert kinds["backbone.conv1.weight"] == kinds["backbone.layer1.0.temporal.taps.1"] == (1, 0.1)
    (group,) = parameter_groups(one, OptimConfig(policy="uniform"))
    assert group[FACTOR] == 1


def test_the_step_schedule_is_the_papers() -> None:
    rates = [0.01 * rate_factor(ScheduleConfig(), epoch * 7, 7) for epoch in range(50)]
    expected = [0.01] * 30 + [0.001] * 10 + [0.0001] * 5 + [0.00001] * 5
    assert rates == pytest.approx(expected)


def test_the_cosine_rises_then_falls_to_0() -> None:
    schedule = ScheduleConfig("cosine", epochs=4, warm_up=1.0)
    rates = [rate_factor(schedule, step, 10) for step in range(40)]
    assert rates[:11] == sorted(rates[:11])
    assert 0 < rates[0] < 0.1
    assert rates[10] == 1
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[25] == pytest.approx(0.5)
    assert rates[-1] < 0.01


@pytest.mark.parametrize(("count", "accumulate"), [(1, 1), (2, 1), (1, 4), (2, 2)])
def test_a_batch_has_the_same_clips_for_any_division(count: int, accumulate: int) -> None:
    order = np.random.default_rng(0).permutation(27)
    config = Config(DataConfig("motions"), MSTNetConfig(16), OptimConfig(batch=8, accumulate=accumulate))
    parts = [piece_indices(order, config, Processes(rank, count, CPU), 0) for rank in range(count)]
    assert all(len(part) == 3 * accumulate for part in parts)
    for number in range(3):
        held = [c for part in parts for piece in part[number * accumulate : (number + 1) * accumulate] for c in piece]
        assert held == order[number * 8 : (number + 1) * 8].tolist()
    assert piece_indices(order, config, Processes(0, count, CPU), 2) == parts[0][2 * accumulate :]
