"""The lean form of a ShuffleNet: the same output on a stream with fewer operations."""

import collections

import onnx
import pytest
import torch
from networks import small_net, small_spec

from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.nets.shufflenet import ChannelShuffle
from training.export.lean_shufflenet import Gathered, lean, shuffle_order
from training.export.stacking import StackedMixTConv


@pytest.mark.parametrize("kernels", [(3,), (1, 3, 5, 7)])
def test_it_has_the_output_of_the_network(kernels):
    net = small_net("shufflenet", kernels=kernels, assigned=len(kernels) > 1)
    clip = torch.randint(0, 256, (1, 40, 3, 32, 32), dtype=torch.uint8)
    leaner, spec = lean(net, small_spec(net))
    with torch.no_grad():
        expected, got = net(clip), leaner(clip)
    assert torch.allclose(got.logits, expected.logits, atol=1e-4)
    assert expected.logits.std(1).min() > 1e-2, "the output depends on the clip"
    assert got.past.keys() == expected.past.keys() == {memory.layer for memory in spec.memories}


def test_its_temporal_and_spatial_convolutions_have_full_blocks():
    net = small_net("shufflenet", kernels=(1, 3))
    leaner, spec = lean(net, small_spec(net))
    layers = [m for name, m in leaner.backbone.named_modules() if name.endswith(".temporal")]
    assert len(layers) == 16
    assert all(isinstance(layer, StackedMixTConv) for layer in layers)
    channels = [memory.shape[1] for memory in spec.memories if memory.layer.endswith(".temporal")]
    assert channels == [32] * 4 + [64] * 8 + [120] * 4


def test_a_layer_too_large_to_be_stacked_keeps_its_channels(monkeypatch):
    monkeypatch.setattr("training.export.stacking.MAX_STACK_BYTES", 0)
    net = small_net("shufflenet", kernels=(3,))
    spec = small_spec(net)
    leaner, lean_spec = lean(net, spec)
    assert lean_spec == spec
    assert not any(isinstance(module, StackedMixTConv) for module in leaner.modules())


@pytest.mark.parametrize(("channels", "groups"), [(30, 3), (8, 2)])
def test_gathered_channels_are_shuffled_channels(channels, groups):
    x, shuffle = torch.randn(2, channels, 3, 5), ChannelShuffle(groups)
    assert torch.equal(Gathered(shuffle_order(shuffle, channels))(x), shuffle(x))


def test_the_exported_file_has_its_operations_and_the_same_contract(exported_net):
    path = exported_net("shufflenet", "mixtconv", kernels=(3,))
    count = collections.Counter(node.op_type for node in onnx.load(path).graph.node)
    assert (count["Gather"], count["Reshape"], count["Transpose"]) == (32, 0, 1), "only the picture is turned"
    memories = OnnxRuntimeEngine(path).spec.memories
    before = small_spec(small_net("shufflenet", kernels=(3,))).memories
    assert memories[0] == before[0], "what is remembered of the pictures stays as it was"


def test_the_network_itself_is_untouched():
    net = small_net("shufflenet", kernels=(3,))
    before = str(net)
    lean(net, small_spec(net))
    assert str(net) == before


def test_another_backbone_is_left_alone():
    net = small_net("resnet18")
    spec = small_spec(net)
    leaner, lean_spec = lean(net, spec)
    assert (str(leaner), lean_spec) == (str(net), spec)
