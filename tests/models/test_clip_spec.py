"""The description in a clip network's file; a damaged description is reported in one line."""

import json
from dataclasses import replace

import pytest

from models.clip_spec import ClipFusion, ClipSpec
from models.errors import ModelFileError
from models.spec import Decoding, Rule

SPEC = ClipSpec(
    name="clip",
    labels=("No gesture", "Thumb Up"),
    pictures=16,
    height=32,
    width=48,
    mean=(1.0, 2.0, 3.0),
    std=(4.0, 5.0, 6.0),
    rate_hz=6.0,
    windows_s=(2.5, 1.0),
    embedding_width=480,
    temperature=0.8,
    trained="on nothing",
    weights_sha256="00ff",
)


def test_it_survives_json():
    assert ClipSpec.from_json(SPEC.to_json(), "somewhere") == SPEC
    both = replace(SPEC, fusion=ClipFusion(0.4, decoding=Decoding(0.1, Rule(0.7))))
    assert ClipSpec.from_json(both.to_json(), "somewhere") == both
    assert both.longest_s == 2.5


def test_shapes():
    assert SPEC.inputs == {"clip": (16, 32, 48, 3)}
    assert SPEC.outputs == {"logits": (1, 2), "embedding": (1, 480)}


def damaged(**changes):
    return json.dumps(json.loads(SPEC.to_json()) | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 2}',
        damaged(labels="No gesture"),
        damaged(labels=["Thumb Up", "Thumb Up"]),
        damaged(pictures=16.0),
        damaged(pictures=0),
        damaged(windows_s=[]),
        damaged(windows_s=[0]),
        damaged(windows_s=["1"]),
        damaged(temperature=float("nan")),
        damaged(mean=[1.0]),
        damaged(unknown=1),
        damaged(fusion={"weight": 2}),
        damaged(fusion={"decoding": 3}),
    ],
)
def test_a_damaged_description_is_one_line(text):
    with pytest.raises(ModelFileError, match=r"^there has a damaged description") as caught:
        ClipSpec.from_json(text, "there")
    assert "\n" not in str(caught.value)


def test_another_version_says_so():
    with pytest.raises(ModelFileError, match="version 9"):
        ClipSpec.from_json(damaged(version=9), "there")


def test_a_number_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        replace(SPEC, rate_hz=-1.0)
