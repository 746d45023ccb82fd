"""The description in a model file; a damaged description is reported in one line."""

import json
from dataclasses import replace

import pytest

from models.errors import ModelFileError
from models.spec import READABLE_VERSIONS, Decoding, FastPass, MemorySpec, ModelSpec, Rule

SPEC = ModelSpec(
    name="small",
    labels=("No gesture", "Thumb Up"),
    height=32,
    width=48,
    mean=(1.0, 2.0, 3.0),
    std=(4.0, 5.0, 6.0),
    rate_hz=12.0,
    memories=(
        MemorySpec("layer1.0.temporal", (1, 6, 8, 8), (1, 2, 6)),
        MemorySpec("layer2.0.pool", (1, 3, 4, 4), (4,)),
    ),
    receptive_field=11,
    embedding_width=512,
    temperature=1.3,
    decoding=Decoding(0.1, Rule(0.7), {"Thumb Up": Rule(0.9, 0.5)}),
    fast_pass=FastPass(2, 0.8, Decoding(0.05, Rule(0.8), {"Thumb Up": Rule(0.9, 0.6)})),
    trained="on nothing",
    weights_sha256="00ff",
)


def test_it_survives_json():
    assert ModelSpec.from_json(SPEC.to_json(), "somewhere") == SPEC


def test_names_of_inputs_and_outputs():
    memory = SPEC.memories[0]
    assert [memory.past(lag) for lag in memory.lags] == [f"layer1.0.temporal.lag{k}" for k in (1, 2, 6)]
    assert memory.newest == "layer1.0.temporal.now"


def test_a_ring_holds_its_largest_lag_and_the_slot_being_written():
    assert SPEC.ring_slots() == (7, 7), "5 slots would do for the second, but all turn together"
    assert SPEC.past_bytes == 7 * 4 * (6 * 8 * 8 + 3 * 4 * 4)


@pytest.mark.parametrize(
    ("lags", "divisor", "back"),
    [((8, 16), 4, (2, 4)), ((2, 4), 4, (1, 2)), ((8, 9, 16), 4, (2, 3, 4)), ((5, 6, 7), 9, (1, 2, 3))],
)
def test_divided_lags_stay_apart(lags, divisor, back):
    assert MemorySpec("layer", (1, 2, 3, 3), lags).steps_back(divisor) == back


def test_a_ring_with_divided_lags_is_as_much_shorter():
    assert SPEC.ring_slots(2) == (4, 4)
    assert (SPEC.ring_phases(2), SPEC.ring_phases()) == (4, 7)


def test_version_1_is_read_where_it_holds_no_graph_and_refused_elsewhere():
    old = json.dumps({k: v for k, v in json.loads(SPEC.to_json()).items() if k != "fast_pass"} | {"version": 1})
    assert ModelSpec.from_json(old, "net.pt", READABLE_VERSIONS) == replace(SPEC, fast_pass=None)
    with pytest.raises(ModelFileError, match=r"old\.onnx is a model file of version 1.*python -m training\.export"):
        ModelSpec.from_json(old, "old.onnx")


def damaged(**changes):
    return json.dumps(json.loads(SPEC.to_json()) | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"version": 1}',
        damaged(memories=None),
        damaged(memories=[{"layer": "x"}]),
        damaged(extra=1),
        damaged(decoding={"rule": {}}),
        damaged(decoding={"smooth_s": 0, "rule": {"enter": 7}, "per_label": {}}),
        damaged(labels=None),
        damaged(rate_hz=0),
        damaged(rate_hz="fast"),
        damaged(labels=[]),
        damaged(height=-1),
        damaged(memories=[{"layer": "x", "shape": [1, 2, 3, 4], "lags": [0]}]),
        damaged(temperature=0),
    ],
)
def test_a_damaged_description_is_one_line(text):
    with pytest.raises(ModelFileError, match=r"model\.onnx") as caught:
        ModelSpec.from_json(text, "model.onnx")
    assert "\n" not in str(caught.value)


def test_another_version_says_which():
    with pytest.raises(ModelFileError, match="version 3"):
        ModelSpec.from_json(damaged(version=3), "model.onnx")
