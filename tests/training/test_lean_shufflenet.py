"""The lean form of a ShuffleNet: the same output on a stream with fewer operations."""

import collections
import copy

import onnx
import pytest
import torch
from networks import small_net, small_spec

from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.nets.mstnet import MSTNet
from models.nets.shufflenet import ChannelShuffle
from training.export.lean_shufflenet import GatheredShuffle, make_lean
from training.export.stacking import stack_layers


def lean(net: MSTNet) -> MSTNet:
    net = copy.deepcopy(net)
    make_lean(net)
    return net


def test_it_has_the_output_of_the_network():
    net = small_net("shufflenet", kernels=(3,))
    clip = torch.randint(0, 256, (1, 40, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        expected, got = net(clip), lean(net)(clip)
    assert torch.allclose(got.logits, expected.logits, atol=1e-4)
    assert expected.logits.std(1).min() > 1e-2, "the output depends on the clip"
    assert got.past.keys() == expected.past.keys()


@pytest.mark.parametrize(("channels", "groups"), [(30, 3), (8, 2)])
def test_gathered_channels_are_shuffled_channels(channels, groups):
    x, shuffle = torch.randn(2, channels, 3, 5), ChannelShuffle(groups)
    assert torch.equal(GatheredShuffle(shuffle, channels)(x), shuffle(x))


def test_the_exported_file_has_its_operations_and_the_same_contract(exported_net):
    path = exported_net("shufflenet", "mixtconv", kernels=(3,))
    count = collections.Counter(node.op_type for node in onnx.load(path).graph.node)
    assert (count["Gather"], count["Reshape"], count["Transpose"]) == (16, 0, 1), "only the picture is turned"
    net = small_net("shufflenet", kernels=(3,))
    memories = OnnxRuntimeEngine(path).spec.memories
    assert memories[0] == small_spec(net).memories[0], "what is remembered of the pictures stays as it was"


def test_a_network_is_untouched_by_its_export():
    net = small_net("shufflenet", kernels=(3,))
    before = str(net)
    make_lean(stack_layers(net, small_spec(net))[0])
    assert str(net) == before


def test_another_backbone_is_left_alone():
    net = small_net("resnet18")
    before = str(net)
    make_lean(net)
    assert str(net) == before
