"""A model describes itself, and a damaged description is told in one line."""

import json

import pytest

from models.errors import ModelFileError
from models.spec import Decoding, MemorySpec, ModelSpec, Rule

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
    trained="on nothing",
    weights_sha256="00ff",
)


def test_it_survives_json():
    assert ModelSpec.from_json(SPEC.to_json(), "somewhere") == SPEC


def test_names_of_inputs_and_outputs():
    memory = SPEC.memories[0]
    assert [memory.past(lag) for lag in memory.lags] == [f"layer1.0.temporal.lag{k}" for k in (1, 2, 6)]
    assert memory.newest == "layer1.0.temporal.now"


def test_the_ring_holds_the_largest_lag_and_the_slot_being_written():
    assert SPEC.ring_length == 7
    assert SPEC.past_bytes == 7 * 4 * (6 * 8 * 8 + 3 * 4 * 4)


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
    with pytest.raises(ModelFileError, match="version 2"):
        ModelSpec.from_json(damaged(version=2), "model.onnx")
