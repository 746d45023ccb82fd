"""The lean form of a ShuffleNet: the same answers over a stream by fewer operations, and nothing else changed."""

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
from training.export.stacking import stacked


def lean(net: MSTNet) -> MSTNet:
    net = copy.deepcopy(net)
    make_lean(net)
    return net


def test_it_answers_as_the_network_does():
    net = small_net("shufflenet", kernels=(3,))
    clip = torch.randint(0, 256, (1, 40, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        expected, got = net(clip), lean(net)(clip)
    assert torch.allclose(got.logits, expected.logits, atol=1e-4)
    assert expected.logits.std(1).min() > 1e-2, "the clip moves the answer, so equality says something"
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
    told = OnnxRuntimeEngine(path).spec.memories
    assert told[0] == small_spec(net).memories[0], "what is remembered of the pictures stays as it was"


def test_a_network_is_untouched_by_its_export():
    net = small_net("shufflenet", kernels=(3,))
    before = str(net)
    make_lean(stacked(net, small_spec(net))[0])
    assert str(net) == before


def test_another_backbone_is_left_alone():
    net = small_net("resnet18")
    before = str(net)
    make_lean(net)
    assert str(net) == before
