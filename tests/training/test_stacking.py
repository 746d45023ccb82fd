"""Stacked MixTConv: same output, used only where it is faster; the given network is not changed."""

import math
from collections.abc import Sequence

import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import small_net, small_spec

from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.nets.temporal import MixTConv
from models.nets.timeline import Chunk
from models.spec import MemorySpec
from training.export.stacking import SplitMixTConv, StackedMixTConv, fastest_layer, stack_layers, stacking_pays
from training.export.stream_export import export

kernel_lists = st.lists(st.integers(1, 7), min_size=1, max_size=4, unique=True)


def layer_with_taps(channels=16, kernels=(1, 3, 5, 7), dilations=(1, 1, 1, 1), assigned=False) -> MixTConv:
    layer = MixTConv(channels, kernels, dilations, causal=True)
    if assigned:
        layer.assign(torch.randint(len(kernels), (channels,)))
    for taps in layer.taps:
        taps.data.normal_()
    return layer


@settings(max_examples=20, deadline=None)
@given(kernel_lists, st.integers(1, 3), st.integers(0, 99), st.booleans())
def test_it_sums_what_mixtconv_sums(kernels, dilation, seed, assigned):
    torch.manual_seed(seed)
    layer = layer_with_taps(16, sorted(kernels), [dilation] * len(kernels), assigned)
    now, lagged = torch.randn(2, 16, 3, 5), [torch.randn(2, 16, 3, 5) for _ in layer.lags]
    with torch.no_grad():
        expected = layer.combine(now, [frame[:, layer.remembered] for frame in lagged])
        assert torch.allclose(StackedMixTConv(layer).combine(now, lagged), expected, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(kernel_lists, st.integers(1, 3), st.integers(0, 99), st.booleans())
def test_split_by_kernel_it_says_the_same_over_a_stream(kernels, dilation, seed, assigned):
    torch.manual_seed(seed)
    layer = layer_with_taps(16, sorted(kernels), [dilation] * len(kernels), assigned)
    clip = torch.randn(25, 16, 3, 5)
    with torch.no_grad():
        assert torch.allclose(SplitMixTConv(layer)(clip, Chunk(25)), layer(clip, Chunk(25)), atol=1e-5)


def test_split_by_kernel_it_reads_only_the_lags_of_each(tmp_path, monkeypatch):
    monkeypatch.setattr("training.export.stacking.MAX_STACK_BYTES", 0)
    net = small_net()
    spec = small_spec(net)
    export(net, spec, tmp_path / "model.onnx")
    memories = OnnxRuntimeEngine(tmp_path / "model.onnx").spec.memories
    assert [memory.lags for memory in memories] == [(1, 2), (1, 2, 3, 4), (1, 2, 3, 4, 5, 6)] * len(spec.memories)
    assert floats_read(memories) * 3 == floats_read(spec.memories) * 2, (
        "three quarters of 6 lags, now 2 + 4 + 6 quarters"
    )


@pytest.mark.parametrize("largest", [0, 10**9], ids=["split", "stacked"])
def test_channels_with_kernels_of_their_own_are_exported(tmp_path, monkeypatch, largest):
    """The export compares the output of the file with that of the network."""
    monkeypatch.setattr("training.export.stacking.MAX_STACK_BYTES", largest)
    for backbone, kernels in (("shufflenet", (1, 3)), ("resnet18", (1, 3, 5, 7))):  # a short ring for the first
        net = small_net(backbone, kernels=kernels, assigned=True)
        export(net, small_spec(net), tmp_path / f"{backbone}.onnx")
    read = floats_read(OnnxRuntimeEngine(tmp_path / "resnet18.onnx").spec.memories)
    layers = [net.temporal_layers[memory.layer] for memory in small_spec(net).memories]
    needed = [
        (taps.shape[1] - 1) * len(taps) * math.prod(memory.shape[2:])
        for layer, memory in zip(layers, small_spec(net).memories, strict=True)
        for taps in layer.taps
    ]
    assert (read == sum(needed)) == (largest == 0)
    assert read >= sum(needed)


def floats_read(memories: Sequence[MemorySpec]) -> int:
    return sum(len(memory.lags) * math.prod(memory.shape) for memory in memories)


@pytest.mark.parametrize("kernels", [(3,), (1, 3)], ids=["one kernel", "two kernels"])
def test_a_single_kernel_has_nothing_to_split(kernels):
    layer = layer_with_taps(12, kernels, [1] * len(kernels))
    memory = MemorySpec("temporal", (1, 12 - layer.first, 7, 7), layer.lags)
    assert isinstance(fastest_layer(layer, memory), SplitMixTConv) == (len(kernels) > 1)
    layer.assign(torch.zeros(12, dtype=torch.int64))
    assert fastest_layer(layer, memory) is layer, "the other kernels have no channels"


@pytest.mark.parametrize(
    ("channels", "size", "expected"),
    [(160, 7, True), (24, 56, True), (12, 7, False), (64, 56, False)],
    ids=["small map", "large map", "channels that fill no block", "more than a cache holds"],
)
def test_only_where_it_pays(channels, size, expected):
    layer = layer_with_taps(channels)
    memory = MemorySpec("temporal", (1, channels - layer.first, size, size), layer.lags)
    assert stacking_pays(layer, memory) is expected


def test_the_exported_file_holds_it_and_the_network_does_not(small_model):
    net = small_net()
    spec = small_spec(net)
    graph = onnx.load(small_model).graph
    tall = [node for node in graph.node if node.op_type == "Conv" and kernel_of(node) == [7, 1]]
    assert len(tall) == len(spec.memories)
    memories = OnnxRuntimeEngine(small_model).spec.memories
    assert memories == stack_layers(net, spec)[1].memories
    assert not any(isinstance(module, StackedMixTConv) for module in net.modules())
    channels = [(memory.shape[1], before.shape[1]) for memory, before in zip(memories, spec.memories, strict=True)]
    assert all(3 * grown == 4 * before for grown, before in channels), "the channels of the kernel 1 are remembered too"


def kernel_of(node: onnx.NodeProto) -> list[int]:
    return next(list(attribute.ints) for attribute in node.attribute if attribute.name == "kernel_shape")
