"""Temporal layers compared with the plain formula, and the three properties of streaming on networks."""

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from networks import small_net

from models.nets.temporal import Conv1d, MixTConv, Shift, TemporalConfig, group_sizes
from models.nets.timeline import Chunk

TOLERANCE = 1e-4

kernel_sets = st.lists(st.integers(1, 7), min_size=1, max_size=4, unique=True).map(lambda ks: tuple(sorted(ks)))
odd_kernel_sets = st.sets(st.sampled_from((1, 3, 5, 7)), min_size=1).map(lambda ks: tuple(sorted(ks)))
UNEQUAL = {1: (1.0,), 2: (0.3, 0.7), 3: (0.2, 0.5, 0.3), 4: (0.4, 0.3, 0.17, 0.13)}
"""Shares by number of kernels."""
backbones = st.sampled_from(("resnet18", "resnet50", "mobilenet_v2", "shufflenet"))


@st.composite
def causal_networks(draw):
    """A causal network: any backbone, operation, kernel set, dilations and placement."""
    operation = draw(st.sampled_from(("none", "shift", "mixtconv", "conv1d")))
    kernels, dilations, shares, assigned = (3,), (1,), (), False
    if operation == "mixtconv":
        kernels = draw(kernel_sets)
        shares, assigned = draw(st.sampled_from(((), UNEQUAL[len(kernels)]))), draw(st.booleans())
        dilations = tuple(draw(st.lists(st.integers(1, 3), min_size=len(kernels), max_size=len(kernels))))
    elif operation == "conv1d":
        kernels = (draw(st.integers(1, 5)),)
    placement = draw(st.sampled_from(("inner", "head")))
    seed = draw(st.integers(0, 99))
    return small_net(
        draw(backbones), operation, kernels, dilations, placement=placement, seed=seed, shares=shares, assigned=assigned
    )


def clip_of(steps: int, size: int = 32, batch: int = 1, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (batch, steps, 3, size, size), generator=generator).float()


@st.composite
def chunkings(draw):
    """Lengths of the chunks that a clip is cut into."""
    return draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))


@torch.no_grad()
def outputs_in_chunks(net, clip, lengths):
    """Logits and embeddings of a clip given chunk by chunk."""
    past, logits, embeddings = {}, [], []
    for chunk in clip.split(lengths, 1):
        output = net(chunk, past)
        past = output.past
        logits.append(output.logits)
        embeddings.append(output.embedding)
    return torch.cat(logits, 1), torch.cat(embeddings, 1)


@settings(max_examples=25, deadline=None)
@given(causal_networks(), chunkings(), st.integers(1, 2), st.sampled_from((24, 32, 40)))
def test_any_chunking_equals_the_clip(net, lengths, batch, size):
    clip = clip_of(sum(lengths), size, batch)
    with torch.no_grad():
        whole = net(clip)
    logits, embeddings = outputs_in_chunks(net, clip, lengths)
    assert (logits - whole.logits).abs().max() <= TOLERANCE
    assert (embeddings - whole.embedding).abs().max() <= TOLERANCE


@settings(max_examples=10, deadline=None)
@given(causal_networks(), st.integers(2, 12))
def test_step_by_step_equals_the_clip(net, steps):
    clip = clip_of(steps)
    past, logits = None, []
    with torch.no_grad():
        whole = net(clip).logits
        for k in range(steps):
            output = net.step(clip[:, k].permute(0, 2, 3, 1).to(torch.uint8), past)
            past = output.past
            logits.append(output.logits)
    assert (torch.cat(logits, 1) - whole).abs().max() <= TOLERANCE


@settings(max_examples=15, deadline=None)
@given(causal_networks(), st.integers(1, 6), st.integers(1, 6))
def test_the_future_does_not_change_the_past(net, before, after):
    clip = clip_of(before + after)
    other = clip.clone()
    other[:, before:] = 255 - other[:, before:]
    with torch.no_grad():
        assert torch.equal(net(clip).logits[:, :before], net(other).logits[:, :before])


@settings(max_examples=15, deadline=None)
@given(causal_networks(), st.integers(1, 6))
def test_reset_equals_new(net, steps):
    clip = clip_of(steps)
    with torch.no_grad():
        first = net(clip).logits
        net(clip_of(3, seed=1), net(clip_of(2, seed=2)).past)  # another stream leaves nothing behind
        assert torch.equal(net(clip, {}).logits, first)


def test_the_past_matters_for_every_operation():
    """A stream whose past is thrown away gives other outputs, so the tests above compare something."""
    clip = clip_of(8)
    for operation in ("shift", "mixtconv", "conv1d"):
        for backbone in ("resnet18", "mobilenet_v2", "shufflenet"):
            net = small_net(backbone, operation)
            with torch.no_grad():
                difference = (net(clip).logits[:, -1] - net(clip[:, -1:]).logits[:, -1]).abs().max()
            assert difference > 10 * TOLERANCE, (backbone, operation)


def test_the_receptive_field_is_how_far_an_output_looks_back():
    net = small_net("resnet18", "mixtconv")
    field = net.receptive_field
    assert field == 49  # eight blocks, six steps back each, and now
    clip = clip_of(field + 1, size=32)
    changed = clip.clone()
    changed[:, 0] = 255 - changed[:, 0]
    with torch.no_grad():
        assert torch.equal(net(clip).logits[:, field], net(changed).logits[:, field])


@settings(max_examples=40, deadline=None)
@given(kernel_sets, st.integers(1, 3), st.integers(7, 16), st.integers(1, 9), st.booleans())
def test_causal_mixtconv_is_a_sum_over_lags(kernels, dilation, channels, steps, assigned):
    layer = MixTConv(channels, kernels, [dilation] * len(kernels), causal=True)
    layer.name = "layer"
    if assigned:
        layer.assign(torch.randint(len(kernels), (channels,)))
    for taps in layer.taps:
        taps.data.normal_()
    x = torch.randn(steps, channels, 2, 3)
    with torch.no_grad():
        got = layer(x, Chunk(steps))
    seen = []
    for k, taps in enumerate(layer.taps):
        for channel, row in zip(layer.channels_of(k).tolist(), taps.detach(), strict=True):
            for t in range(steps):
                expected = sum(
                    (weight * x[t - j * dilation, channel] for j, weight in enumerate(row) if t >= j * dilation),
                    torch.zeros(2, 3),
                )
                torch.testing.assert_close(got[t, channel], expected)
            seen.append(channel)
    assert sorted(seen) == list(range(channels))


@settings(max_examples=30, deadline=None)
@given(odd_kernel_sets, st.integers(1, 3), st.integers(7, 16), st.integers(1, 9))
def test_centred_mixtconv_is_a_padded_convolution(kernels, dilation, channels, steps):
    layer = MixTConv(channels, kernels, [dilation] * len(kernels), causal=False)
    layer.name = "layer"
    for taps in layer.taps:
        taps.data.normal_()
    x = torch.randn(steps, channels, 2, 3)
    with torch.no_grad():
        got = layer(x, Chunk(steps))
        parts = x.permute(2, 3, 1, 0).flatten(0, 1).split([len(taps) for taps in layer.taps], 1)  # [HW, C, T]
        expected = []
        for part, taps in zip(parts, layer.taps, strict=True):
            kernel = taps.flip(1)[:, None]  # tap 0 is farthest ahead; a correlation's tap 0 is farthest back
            reach = dilation * (taps.shape[1] - 1) // 2
            expected.append(
                torch.nn.functional.conv1d(part, kernel, padding=reach, dilation=dilation, groups=len(taps))
            )
    torch.testing.assert_close(got.flatten(2).permute(2, 1, 0), torch.cat(expected, 1))


def test_shift_moves_an_eighth_each_way():
    layer = Shift(16, causal=False)
    layer.name = "layer"
    x = torch.arange(4.0)[:, None, None, None].expand(4, 16, 1, 1) + 1
    got = layer(x, Chunk(4))[:, :, 0, 0]
    assert got[:, 0].tolist() == [2, 3, 4, 0]  # from the future
    assert got[:, 2].tolist() == [0, 1, 2, 3]  # from the past
    assert got[:, 4].tolist() == [1, 2, 3, 4]


def test_causal_shift_moves_an_eighth_from_the_past():
    layer = Shift(16, causal=True)
    layer.name = "layer"
    x = torch.arange(4.0)[:, None, None, None].expand(4, 16, 1, 1) + 1
    got = layer(x, Chunk(4))[:, :, 0, 0]
    assert got[:, 1].tolist() == [0, 1, 2, 3]
    assert got[:, 2].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("causal", [True, False])
def test_ordinary_convolution_equals_pytorchs(causal):
    layer = Conv1d(6, 3, causal)
    layer.name = "layer"
    layer.weight.data.normal_()
    x = torch.randn(5, 6, 2, 2)
    with torch.no_grad():
        got = layer(x, Chunk(5)).flatten(2).permute(2, 1, 0)  # [HW, C, T]
        by_lag = dict(zip((0, *layer.lags), layer.weight, strict=True))
        kernel = torch.stack([by_lag[lag] for lag in sorted(by_lag, reverse=True)], 2)  # oldest first, as conv1d has it
        padded = torch.nn.functional.pad(x.flatten(2).permute(2, 1, 0), (2, 0) if causal else (1, 1))
        torch.testing.assert_close(got, torch.nn.functional.conv1d(padded, kernel))


@given(st.integers(1, 300), st.integers(1, 4))
def test_groups_are_equal_without_shares_and_the_first_are_larger(channels, kernels):
    sizes = group_sizes(channels, range(1, kernels + 1), ())
    assert sum(sizes) == channels
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] - sizes[-1] <= 1


@given(st.integers(8, 300), st.lists(st.floats(0.2, 1), min_size=1, max_size=4))
@example(8, [0.4375, 0.4375, 0.25, 0.875])  # a share of exactly one channel
@example(8, [0.2, 1.0, 1.0, 0.9])  # one of half a channel
def test_each_kernel_gets_its_share(channels, weights):
    shares = [weight / sum(weights) for weight in weights]
    try:
        sizes = group_sizes(channels, range(1, len(shares) + 1), shares)
    except ValueError:
        assert min(shares) * channels < 1, "a share of a channel or more is not refused"
        return
    assert sum(sizes) == channels
    assert all(abs(size - share * channels) <= 1 for size, share in zip(sizes, shares, strict=True))


def test_a_layer_takes_its_shares():
    layer = TemporalConfig("mixtconv", (1, 3, 7), shares=(0.5, 0.25, 0.25)).build(16)
    assert [len(taps) for taps in layer.taps] == [8, 4, 4]
    assert layer.remembered == slice(8, None)


def test_who_has_which_kernel_goes_with_the_weights():
    """Into a new network of the same config; and one that has it already keeps its parameters, for an optimiser."""
    net, other = small_net("resnet18", assigned=True), small_net("resnet18", seed=1)
    assert "kernel_of" not in str(other.state_dict().keys())
    other.load_state_dict(net.state_dict())
    clip = clip_of(5)
    with torch.no_grad():
        assert torch.equal(other(clip).logits, net(clip).logits)
    before = list(other.parameters())
    other.load_state_dict(net.state_dict())
    assert all(one is two for one, two in zip(before, other.parameters(), strict=True))


@pytest.mark.parametrize("kernel_of", [[0] * 7, [0] * 7 + [2], [0] * 7 + [-1]])
def test_channels_cannot_have_kernels_that_are_not_there(kernel_of):
    with pytest.raises(ValueError, match="8 channels need a kernel each, 0 to 1"):
        MixTConv(8, (1, 3), (1, 1), causal=True).assign(torch.tensor(kernel_of))


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.5, 0.4), r"add up to 1: got \(0.5, 0.4\), 0.9 in all"),
        ((0.5, 0.25, 0.25), "one per kernel"),
        ((1.5, -0.5), "add up to 1"),
        ((0.99, 0.01), "a share of 0.01 of 8 channels leaves kernel 3 without a channel"),
        ((0.0, 1.0), "leaves kernel 1 without a channel"),
    ],
)
def test_shares_that_make_no_sense_are_refused(shares, said):
    with pytest.raises(ValueError, match=said):
        TemporalConfig("mixtconv", (1, 3), shares=shares).build(8)


def test_a_centred_network_refuses_to_stream():
    net = small_net(causal=False)
    with pytest.raises(ValueError, match="reads future frames"):
        net.step(torch.zeros(1, 32, 32, 3, dtype=torch.uint8))
    assert net(clip_of(4)).logits.shape == (1, 4, 5)


@pytest.mark.parametrize(
    ("kernels", "dilations", "causal", "channels"),
    [
        ((3, 1), (1,), True, 8),
        ((2,), (1,), False, 8),
        ((1, 3), (1, 2, 3), True, 8),
        ((1, 3, 5, 7), (1,), True, 3),
        ((0, 3), (1,), True, 8),
        ((3,), (0,), True, 8),
    ],
)
def test_kernels_that_make_no_sense_are_refused(kernels, dilations, causal, channels):
    with pytest.raises(ValueError, match="got"):
        TemporalConfig("mixtconv", kernels, dilations, causal).build(channels)
