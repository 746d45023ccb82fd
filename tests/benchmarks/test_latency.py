"""What the benchmark of latency compares, and how it reports it. No figure is tested here."""

import json
import sys
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace

import cv2
import numpy as np
import onnx
import onnxruntime as ort
import pytest
from networks import small_net, small_spec
from onnx import TensorProto, helper

from benchmarks.compared_networks import Contender, contenders, export_clip
from benchmarks.latency import chosen, main, measure
from benchmarks.memory import STATUS, peak_mb
from benchmarks.plots import draw_latency
from benchmarks.runners import open_clip, open_hands, open_stream
from benchmarks.timing import Costs, in_turns, ratio
from common.errors import UserError
from models.engines.torch_engine import TorchEngine

FRAMES = 9


@pytest.fixture(scope="module")
def clip_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip network with input float32 [n, 3, 4, 8, 8]: the mean of every channel."""
    clip = helper.make_tensor_value_info("clip", TensorProto.FLOAT, ["n", 3, 4, 8, 8])
    means = helper.make_tensor_value_info("means", TensorProto.FLOAT, ["n", 3])
    node = helper.make_node("ReduceMean", ["clip"], ["means"], axes=[2, 3, 4], keepdims=0)
    graph = helper.make_graph([node], "clips", [clip], [means])
    path = tmp_path_factory.mktemp("clips") / "other_clips.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_a_clip_that_is_run_again_gives_the_output_of_the_stream(tmp_path):
    net = small_net()
    export_clip(net, FRAMES, 32, tmp_path / "clip.onnx")
    session = ort.InferenceSession(tmp_path / "clip.onnx", providers=["CPUExecutionProvider"])
    pictures = np.random.default_rng(0).integers(0, 256, (FRAMES, 32, 32, 3), dtype=np.uint8)
    (logits,) = session.run(None, {session.get_inputs()[0].name: pictures})
    engine = TorchEngine(net, small_spec(net))
    state = engine.start()
    for picture, expected in zip(pictures, logits, strict=True):
        output, state = engine.step(picture[None], state)
        np.testing.assert_allclose(output.logits[0], expected, atol=1e-3)


def test_every_one_steps_once_a_turn_and_the_first_turns_do_not_count():
    calls: list[str] = []
    costs = in_turns({name: partial(calls.append, name) for name in "abc"}, turns=5)
    assert {name: len(cost.wall_ms) for name, cost in costs.items()} == dict.fromkeys("abc", 5)
    turns = [calls[k : k + 3] for k in range(0, len(calls), 3)]
    assert len(turns) > 5
    assert all(sorted(turn) == ["a", "b", "c"] for turn in turns)
    assert len({tuple(turn) for turn in turns}) > 1, "always in the same order, after the same neighbour"


def test_a_ratio_is_of_the_same_turn():
    assert ratio([2, 20, 300], [1, 10, 100]) == 2


def test_the_networks_of_the_table():
    everybody = list(contenders())
    names = [one.name for one in everybody]
    assert len(set(names)) == len(names)
    for family in ("mobilenet_v2-128", "mobilenet_v2-224", "resnet50-224"):
        assert {f"{family}-{form}" for form in ("plain", "tsm", "mixtconv")} <= set(names)
    assert {"shipped:mstnet_small.onnx", "mobilenet_v2-224-mixtconv-clip8", "mediapipe_hands_lite"} <= set(names)
    assert {one.plain for one in everybody} - {None} <= set(names)


def test_a_chosen_one_brings_the_plain_network_that_it_is_held_against():
    names = [one.name for one in chosen(contenders(), "128-tsm")]
    assert names == ["mobilenet_v2-128-plain", "mobilenet_v2-128-tsm"]


@pytest.mark.skipif(not STATUS.is_file(), reason="needs Linux's /proc")
def test_memory_is_that_of_a_fresh_process(small_model):
    runner = open_stream(small_model)
    peak = peak_mb(partial(open_stream, small_model))
    assert peak is not None
    assert runner.past_bytes / 1e6 < peak < 100


def test_one_that_needs_a_missing_package_is_left_out_and_reported(capsys, clip_model):
    def missing(path):
        def open_nothing():
            raise ModuleNotFoundError("No module named 'mediapipe'", name="mediapipe")

        return open_nothing

    there = Contender("there", "there", lambda _: partial(open_clip, clip_model))
    rows = measure([there, Contender("hands", None, missing)], turns=2)
    assert [row["name"] for row in rows] == ["there"]
    assert rows[0]["ratio_to_plain"] == 1
    output = capsys.readouterr().err
    assert output.count("\n") == 1
    assert "hands left out" in output
    assert "mediapipe" in output


def test_json_is_a_list_of_objects_with_machine_and_versions(capsys, clip_model, tmp_path):
    given = ["--only", clip_model.stem, "--clip-model", str(clip_model), "--turns", "2", "--json"]
    assert main([*given, "--plot", str(tmp_path / "plots" / "latency.svg")]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == {"other_clips", "shufflenet-112-plain"}
    wanted = {"p50_ms", "p95_ms", "p99_ms", "ratio_to_plain", "cpu_ms_per_video_second", "peak_mb", "past_mb"}
    for row in rows.values():
        assert wanted | {"date", "processor", "load", "onnxruntime", "turns"} <= row.keys()
        assert 0 < row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"]
    assert rows["shufflenet-112-plain"]["ratio_to_plain"] == 1
    assert "other_clips" in (tmp_path / "plots" / "latency.svg").read_text()


def test_another_model_file_is_held_against_the_shipped_one(capsys, small_model, tmp_path):
    other = tmp_path / "other.onnx"
    other.write_bytes(small_model.read_bytes())
    assert main(["--only", "other", "--model", str(other), "--turns", "2", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == {"other", "shipped:mstnet_small.onnx"}
    assert rows["other"]["ratio_to_plain"] > 0


def test_the_plot_is_the_same_for_the_same_figures(tmp_path):
    rows = [{"name": "one", "p50_ms": 2.0, "p95_ms": 3.0}, {"name": "two", "p50_ms": 200.0, "p95_ms": 210.0}]
    for name in ("a.svg", "b.svg"):
        draw_latency(rows, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "nothing of this name"], "no network has 'nothing of this name'"),
        (["--clip-model", "missing.onnx"], "no clip network missing.onnx"),
        (["--model", "missing.onnx"], "missing.onnx"),
        (["--clip-model", "{small_model}"], "clip networks take one float32"),
        (["--clip-model", "{text}"], "is not a model that ONNX Runtime can run"),
    ],
)
def test_unusable_input_is_one_line(capsys, arguments, said, small_model, tmp_path):
    (tmp_path / "text.onnx").write_text("no network")
    filled = [part.format(small_model=small_model, text=tmp_path / "text.onnx") for part in arguments]
    assert main(filled) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert said in output.err


def test_costs_count_every_call():
    costs, calls = Costs(), []
    costs.take(lambda: calls.append(1))
    assert len(costs.wall_ms) == len(costs.cpu_ms) == len(calls) == 1


def test_mediapipe_follows_a_hand_or_says_that_it_sees_none(monkeypatch, tmp_path):
    class Hands:
        """Finds a hand in bright pictures."""

        def __init__(self, **options):
            assert options == {"model_complexity": 0, "max_num_hands": 1}

        def process(self, image):
            assert image.shape == (480, 640, 3)
            return SimpleNamespace(multi_hand_landmarks=["a hand"] if image.min() > 200 else None)

    monkeypatch.setitem(sys.modules, "mediapipe.python.solutions.hands", SimpleNamespace(Hands=Hands))
    for parent in ("mediapipe", "mediapipe.python", "mediapipe.python.solutions"):
        monkeypatch.setitem(sys.modules, parent, ModuleType(parent))
    bright, dark, missing = (tmp_path / f"{name}.png" for name in ("bright", "dark", "missing"))
    for path, level in ((bright, 255), (dark, 0)):
        cv2.imwrite(str(path), np.full((20, 20, 3), level, np.uint8))
    assert open_hands(bright).step().multi_hand_landmarks
    assert not open_hands(None).step().multi_hand_landmarks
    with pytest.raises(UserError, match=r"no hand in .*dark\.png"):
        open_hands(dark)
    with pytest.raises(UserError, match=r"missing\.png is no picture"):
        open_hands(missing)
