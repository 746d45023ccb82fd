"""The initial taps of temporal kernels."""

from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.nets.taps import NOISE, Start, StartRule, initial_taps, kernel_lags

SUMS, AVERAGES = Start("sums"), Start("averages")
RULES = [rule for rule in get_args(StartRule) if rule != "usual"]


def test_the_papers_start_of_a_centred_kernel():
    assert initial_taps(16, 3, False, SUMS)[[0, 2, 4]].tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert initial_taps(16, 7, False, SUMS)[0].tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert kernel_lags(7, 1, causal=False) == [-3, -2, -1, 0, 1, 2, 3]  # so those three look back


@given(st.integers(1, 64), st.integers(1, 9), st.sampled_from(("averages", "one_lag", "one_lag_and_now")))
def test_these_starts_keep_the_scale(channels, kernel, rule):
    torch.testing.assert_close(initial_taps(channels, kernel, True, Start(rule)).sum(1), torch.ones(channels))


@given(st.integers(1, 8), st.integers(2, 9))
def test_averages_look_at_both_halves_of_the_past(eighth, kernel):
    taps = initial_taps(8 * eighth, kernel, True, AVERAGES)
    nearer, farther, rest = taps[:eighth], taps[eighth : 2 * eighth], taps[2 * eighth :]
    assert (rest == torch.eye(kernel)[0]).all(), "the other channels are identity"
    for half in (nearer, farther):
        assert (half == half[0]).all()
        assert half[0, 0] == 0, "these look only at the past"
        assert len(half[0][half[0] > 0].unique()) == 1, "and average it"
    lags = [set(half[0].nonzero().flatten().tolist()) for half in (nearer, farther)]
    assert lags[0] | lags[1] == set(range(1, kernel))
    if kernel > 2:  # else the past is one frame, and both see it
        assert max(lags[0]) < min(lags[1])
        assert 0 <= len(lags[1]) - len(lags[0]) <= 1


def test_one_lag_a_channel_goes_through_the_past_again_and_again():
    taps = initial_taps(12, 3, True, Start("one_lag", 0.25))
    assert taps[:4].tolist() == [[0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
    centred = initial_taps(8, 5, False, Start("one_lag", 0.5))
    assert centred[:5].argmax(1).tolist() == [3, 1, 4, 0, 2], "one back, one ahead, two back, two ahead, now"


def test_the_other_rules_join_that_frame_with_now():
    assert initial_taps(4, 3, True, Start("one_lag_and_now", 0.25))[0].tolist() == [0.5, 0.5, 0]
    assert initial_taps(8, 3, True, Start("differences", 0.25))[:3].tolist() == [[1, -1, 0], [1, 0, -1], [1, 0, 0]]


def test_small_taps_lie_everywhere_but_in_a_kernel_of_one():
    torch.manual_seed(0)
    noise = initial_taps(400, 5, True, Start("one_lag_noisy")) - initial_taps(400, 5, True, Start("one_lag"))
    assert noise.std().item() == pytest.approx(NOISE, rel=0.1)
    assert (initial_taps(400, 1, True, Start("one_lag_noisy")) == 1).all()


@given(st.integers(1, 64), st.sampled_from(RULES), st.integers(1, 3), st.floats(0.01, 1), st.booleans())
def test_a_least_number_of_channels_looks_elsewhere(channels, rule, least, share, causal):
    taps = initial_taps(channels, 5, causal, Start(rule, share, least))
    identity = torch.eye(5)[0 if causal else 2]
    assert (taps != identity).any(1).sum() >= min(least, channels)


@given(st.integers(1, 64), st.sampled_from(RULES), st.booleans())
def test_a_kernel_of_one_is_identity(channels, rule, causal):
    assert (initial_taps(channels, 1, causal, Start(rule, 0.5, 1)) == 1).all() or rule == "one_lag_noisy"


@pytest.mark.parametrize("causal", [False, True])
def test_without_a_word_it_is_the_usual_one_of_its_form(causal):
    usual = Start().resolved(causal)
    assert usual.rule != "usual"
    assert torch.equal(initial_taps(16, 5, causal, Start()), initial_taps(16, 5, causal, usual))
    assert AVERAGES.resolved(causal) == AVERAGES


@pytest.mark.parametrize(("share", "least"), [(0, 0), (1.1, 0), (0.5, -1)])
def test_a_start_that_makes_no_sense_is_refused(share, least):
    with pytest.raises(ValueError, match="got"):
        Start("one_lag", share, least)
