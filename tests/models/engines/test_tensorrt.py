"""The TensorRT engine's own logic, on a stand-in that is as strict as the real one: phases, cache, check, fall-back."""

import errno
import json
import logging
import os
import re
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from cuda_stand_in import StandInCuda
from films import grey, write_film
from streams import until

from common.whole_file import WriteError, write_whole
from conversion.__main__ import main
from models.engines import load_engine
from models.engines.build_progress import Progress
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.parity import TOLERANCES, generated_clip, largest_difference, refusal
from models.errors import EngineError, ModelFileError, UnavailableError

SHIPPED = Path(__file__).resolve().parents[3] / "models" / "weights" / "mstnet_small.onnx"
VERSIONS = [("tensorrt", "10.3.0"), ("tensorrt", "10.16.2"), ("tensorrt", "11.4.0"), ("tensorrt_rtx", "1.7.1")]


def pictures(steps, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (steps, 1, 32, 32, 3), dtype=np.uint8)


def logits(engine, stream):
    state, got = engine.start(), []
    for picture in stream:
        output, state = engine.step(picture, state)
        got.append(output.logits[0])
    return np.stack(got)


@pytest.fixture
def said(caplog):
    """The log messages, from warnings up; call it with a level for more."""
    caplog.set_level(logging.INFO, "mstnet")
    return lambda level=logging.WARNING: [r.getMessage() for r in caplog.records if r.levelno >= level]


@pytest.fixture
def cache(tmp_path):
    return lambda suffix: sorted((tmp_path / "cache").glob(f"*{suffix}"))


@pytest.mark.parametrize(("name", "version"), VERSIONS)
def test_every_version_agrees_with_onnxruntime(machine, small_model, name, version):
    machine(name=name, version=version)
    engine = load_engine(small_model)
    stream = pictures(30)  # four turns of the ring
    np.testing.assert_array_equal(logits(engine, stream), logits(OnnxRuntimeEngine(small_model), stream))
    flavour = name.replace("_", "-")
    assert engine.name == f"{flavour}:{version} fp32 on Orin (SM 8.7)"
    engine.close()


def test_a_step_copies_the_picture_in_and_the_output_out_and_nothing_else(machine, small_model):
    cuda = machine().cuda
    engine = load_engine(small_model)
    state = engine.start()
    cuda.copies.clear()
    engine.step(pictures(1)[0], state)
    (way_in, size_in), (way_out, size_out) = cuda.copies
    assert (way_in, size_in) == ("in", 32 * 32 * 3)
    assert way_out == "out"
    assert size_out <= 256 + 4 * engine.spec.embedding_width + 256


def test_a_stream_gives_its_memory_back(machine, small_model):
    cuda = machine().cuda
    engine = load_engine(small_model)
    before = len(cuda.device), len(cuda.host)
    state = engine.start()
    assert sum(map(len, cuda.device.values())) >= engine.spec.past_bytes
    _, state = engine.step(pictures(1)[0], state)
    del state
    assert (len(cuda.device), len(cuda.host)) == before


def test_the_second_start_neither_builds_nor_needs_onnxruntime(machine, small_model, monkeypatch, said):
    module = machine()
    first = logits(load_engine(small_model), pictures(9))
    assert module.builds == 1
    assert [line for line in said(logging.INFO) if "building" in line][-1] == "building: 100 %"
    monkeypatch.setattr("models.engines._load_onnxruntime", None)
    np.testing.assert_array_equal(logits(load_engine(small_model), pictures(9)), first)
    assert module.builds == 1
    assert said() == []


def test_the_description_beside_the_plan_is_the_spec(machine, small_model, cache):
    machine()
    engine = load_engine(small_model)
    described = json.loads(cache(".json")[0].read_text())
    assert described.pop("built")["precision"] == "fp32"
    assert json.loads(engine.spec.to_json()) == described
    assert engine.spec == OnnxRuntimeEngine(small_model).spec


def damage(path, how):
    content = path.read_bytes()
    path.write_bytes({"empty": b"", "half": content[: len(content) // 2], "other": content[:-1] + b"?"}[how])


@pytest.mark.parametrize("suffix", [".plan", ".json"])
@pytest.mark.parametrize("how", ["empty", "half", "other"])
def test_a_damaged_cache_is_built_again_and_said(machine, small_model, cache, said, suffix, how):
    module = machine()
    load_engine(small_model)
    damage(cache(suffix)[0], how)
    assert load_engine(small_model).name.startswith("tensorrt:")
    assert module.builds == 2
    (line,) = said()
    assert "damaged" in line
    assert "built again" in line
    load_engine(small_model)
    assert module.builds == 2


def test_a_plan_that_was_deleted_is_built_again(machine, small_model, cache, said):
    module = machine()
    load_engine(small_model)
    cache(".plan")[0].unlink()
    load_engine(small_model)
    assert module.builds == 2
    assert len(said()) == 1


def test_another_version_builds_its_own_and_says_what_was_there(machine, small_model, cache, said):
    machine(version="10.3.0")
    load_engine(small_model)
    newer = machine(version="10.16.2")
    load_engine(small_model)
    assert newer.builds == 1
    assert any("built by tensorrt 10.3.0, which is no longer here" in line for line in said(logging.INFO))
    assert len(cache(".plan")) == 1


def test_another_gpu_and_another_file_have_engines_of_their_own(machine, small_model, tmp_path, cache):
    machine()
    load_engine(small_model)
    machine(cuda=StandInCuda("NVIDIA RTX 4090", (8, 9)))
    assert "RTX 4090 (SM 8.9)" in load_engine(small_model).name
    model = onnx.load(small_model)
    model.doc_string = "another file"
    onnx.save(model, tmp_path / "small.onnx")
    load_engine(tmp_path / "small.onnx")
    assert len(cache(".plan")) == len(cache(".json")) == 3


@pytest.mark.parametrize("failing", [".plan", ".json"])
def test_a_full_disk_is_reported_and_it_runs(machine, small_model, monkeypatch, cache, said, failing):
    def write(path, data):
        if path.suffix == failing:
            raise WriteError.of(path, OSError(errno.ENOSPC, "No space left on device"))
        write_whole(path, data)

    module = machine()
    monkeypatch.setattr("models.engines.plan_file.write_whole", write)
    assert load_engine(small_model).name.startswith("tensorrt:")
    (line,) = said()
    assert "No space left on device" in line
    assert "MSTNET_CACHE" in line
    assert cache(".json") == []
    load_engine(small_model)
    assert module.builds == 2


def test_rtx_keeps_its_kernels_and_replaces_those_of_another_driver(machine, small_model, cache):
    machine(name="tensorrt_rtx", version="1.7.1")
    load_engine(small_model)
    (kernels,) = cache(".kernels")
    assert kernels.read_bytes() == b"kernels of 1.7.1"
    kernels.write_bytes(b"old")
    load_engine(small_model)
    assert kernels.read_bytes() == b"kernels of 1.7.1"


def test_an_engine_that_gives_wrong_outputs_is_refused_and_onnxruntime_takes_over(machine, small_model, cache, said):
    module = machine(wrong=30.0)
    engine = load_engine(small_model)
    assert engine.name == "onnxruntime:CPUExecutionProvider"
    (line,) = said()
    assert "built wrongly" in line
    assert "Running on onnxruntime:CPUExecutionProvider instead" in line
    assert cache(".plan") == []
    load_engine(small_model)
    assert (module.builds, len(said())) == (1, 2), "it is reported at every start, and not built again"
    with pytest.raises(EngineError, match="built wrongly"):
        load_engine(small_model, "tensorrt")


def test_outputs_that_are_no_numbers_are_refused(machine, small_model, said):
    machine(wrong=float("nan"))
    assert load_engine(small_model).name.startswith("onnxruntime:")
    assert "off by inf%" in said()[0]


@pytest.mark.parametrize("precision", TOLERANCES)
def test_the_gate_lets_its_tolerance_pass_and_no_more(precision):
    assert refusal(TOLERANCES[precision], precision) == ""
    assert precision in refusal(1.01 * TOLERANCES[precision], precision)
    assert refusal(float("nan"), precision)


def test_the_generated_clip_turns_every_ring_twice(small_model):
    spec = OnnxRuntimeEngine(small_model).spec
    clip = list(generated_clip(spec))
    assert len(clip) >= 2 * spec.ring_phases()
    assert all(picture.shape == spec.picture_shape and picture.dtype == np.uint8 for picture in clip)


class Forgetful:
    """An engine that runs every picture as the first of a stream."""

    def __init__(self, engine):
        self._engine, self.spec, self.start = engine, engine.spec, engine.start

    def step(self, picture, state):
        output, _ = self._engine.step(picture, self.start())
        return output, state


def test_a_trained_network_that_forgets_its_past_does_not_pass():
    reference = OnnxRuntimeEngine(SHIPPED)
    clip = list(generated_clip(reference.spec))[:20]
    assert largest_difference(OnnxRuntimeEngine(SHIPPED), reference, clip) == 0.0
    assert largest_difference(Forgetful(reference), reference, clip) > max(TOLERANCES.values())


TROUBLES = {
    "an operator that it does not know": ({"unsupported": ("Conv",)}, "Conv: UNSUPPORTED_NODE"),
    "a driver that is too old": ({"cuda": StandInCuda(driver=11040)}, "driver is too old: it knows CUDA 11.4"),
    "no memory for a stream": ({"cuda": StandInCuda(capacity=2000)}, "out of memory"),
    "no memory for the engine": ({"cuda": StandInCuda(capacity=10)}, "OutOfMemory"),
    "a version that is too old": ({"version": "8.6.1"}, "10.3 is needed"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_is_reported_in_one_line_and_onnxruntime_takes_over(machine, small_model, said, trouble):
    options, words = TROUBLES[trouble]
    machine(**options)
    assert load_engine(small_model).name == "onnxruntime:CPUExecutionProvider"
    (line,) = said()
    assert words in line
    assert "\n" not in line
    with pytest.raises((EngineError, ModelFileError), match=words):
        load_engine(small_model, "tensorrt")


def test_cuda_bindings_that_are_missing_are_reported(machine, small_model, monkeypatch, said):
    machine()
    monkeypatch.setitem(sys.modules, "cuda.bindings", None)
    assert load_engine(small_model).name.startswith("onnxruntime:")
    assert "requirements-tensorrt.txt" in said()[0]


@pytest.mark.parametrize("missing", ["gpu", "driver", "tensorrt"])
def test_where_there_is_no_gpu_or_no_tensorrt_auto_says_nothing(machine, small_model, monkeypatch, said, missing):
    machine(cuda=StandInCuda(devices=0, driver=0 if missing == "driver" else 13000))
    if missing == "tensorrt":
        monkeypatch.setitem(sys.modules, "tensorrt", None)
    assert load_engine(small_model).name == "onnxruntime:CPUExecutionProvider"
    assert said() == []
    with pytest.raises(UnavailableError, match=r"no NVIDIA GPU|not installed"):
        load_engine(small_model, "tensorrt")


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_ctrl_c_stops_a_build_and_leaves_nothing(ctrl_c, machine, small_model, cache, monkeypatch):
    module = machine()
    steps, builds = [], []

    class Watched(Progress):
        def __init__(self, tell):
            super().__init__(tell)
            builds.append(self)

    def build_step():
        steps.append(1)
        if len(steps) == 3:
            os.kill(os.getpid(), signal.SIGINT)
            until(lambda: builds[0].cancelled)

    monkeypatch.setattr("models.engines.onnx_to_plan.Progress", Watched)
    module.hook = build_step
    with pytest.raises(KeyboardInterrupt):
        load_engine(small_model)
    assert len(steps) == 3, "it stopped at its next step"
    assert cache("") == []


def test_a_version_without_a_progress_monitor_builds_too(machine, small_model):
    del machine().IProgressMonitor
    assert load_engine(small_model).name.startswith("tensorrt:")


@pytest.fixture
def plan(machine, small_model, tmp_path, capsys):
    """A `.plan` with its `.json`, as the command makes them."""
    machine()
    assert main(["tensorrt", str(small_model), "--out", str(tmp_path / "mine.plan")]) == 0
    assert "0.00% of their range" in capsys.readouterr().out
    return tmp_path / "mine.plan"


def test_the_command_writes_a_plan_that_model_takes(plan, small_model, cache):
    assert cache("") == []
    stream = pictures(9)
    np.testing.assert_array_equal(logits(load_engine(plan), stream), logits(OnnxRuntimeEngine(small_model), stream))


def test_what_the_command_builds_is_what_auto_finds(machine, small_model, capsys):
    module = machine()
    assert main(["tensorrt", str(small_model), "--precision", "fp32"]) == 0
    load_engine(small_model)
    assert module.builds == 1


def test_a_plan_of_another_version_is_reported(plan, machine):
    machine(version="10.16.2")
    with pytest.raises(EngineError, match=r"by tensorrt 10.3.0 for Orin .*; here is tensorrt 10.16.2 .*conversion"):
        load_engine(plan)


def test_a_plan_of_another_gpu_gives_way_to_the_onnx_beside_it(plan, machine, small_model, said):
    machine(cuda=StandInCuda("NVIDIA Thor", (11, 0)))
    shutil.copy(small_model, plan.with_suffix(".onnx"))
    assert load_engine(plan).name == "onnxruntime:CPUExecutionProvider"
    assert "for Orin (SM 8.7); here is tensorrt 10.3.0 on NVIDIA Thor" in said()[0]


@pytest.mark.parametrize("how", ["no plan", "no json", "half a plan", "half a json", "another network", "no GPU"])
def test_a_plan_that_cannot_be_used_is_one_line(plan, machine, how):
    description = plan.with_suffix(".json")
    if how.startswith("no "):
        {"no plan": plan.unlink, "no json": description.unlink,
         "no GPU": lambda: machine(cuda=StandInCuda(devices=0))}[how]()  # fmt: skip
    elif how.startswith("half"):
        damage(plan if how == "half a plan" else description, "half")
    else:
        description.write_text(description.read_text().replace('"height": 32', '"height": 64'))
    with pytest.raises((EngineError, ModelFileError)) as caught:
        load_engine(plan)
    assert "\n" not in str(caught.value)


def test_a_plan_that_someone_else_made_needs_only_the_spec(plan):
    description = json.loads(plan.with_suffix(".json").read_text())
    del description["built"]
    plan.with_suffix(".json").write_text(json.dumps(description))
    assert logits(load_engine(plan), pictures(3)).shape == (3, 5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--precision", "int8"], r"small\.int8\.onnx is not there.*calibration\.quantize .*small\.onnx RECORDINGS"),
        (["--clip", "nothere.mp4"], r"nothere\.mp4 cannot be read as a video"),
        (["--out", "/proc/nowhere/x.plan"], r"cannot write /proc/nowhere/x\.plan"),
        (["--check", "SM86"], r"does not build ahead of time for SM86"),
    ],
)
def test_what_the_command_cannot_use_is_one_line(machine, small_model, capsys, caplog, arguments, words):
    machine()
    with caplog.at_level(logging.ERROR):
        assert main(["tensorrt", str(small_model), *arguments]) == 2
    assert re.search(words, capsys.readouterr().err.splitlines()[-1])


def test_a_file_named_for_a_precision_that_it_has_not_is_reported(machine, small_model, tmp_path, capsys):
    machine()
    shutil.copy(small_model, tmp_path / "small.fp16.onnx")
    assert main(["tensorrt", str(tmp_path / "small.onnx"), "--precision", "fp16"]) == 2
    assert "computes in fp32, not in fp16" in capsys.readouterr().err


def test_the_command_compares_on_a_given_clip(machine, small_model, tmp_path, capsys):
    clip = write_film(tmp_path / "clip.avi", grey(range(0, 240, 20)))
    machine(wrong=30.0)
    assert main(["tensorrt", str(small_model), "--clip", str(clip)]) == 2
    assert "built wrongly" in capsys.readouterr().err


def test_two_streams_in_two_threads_do_not_meet(machine, small_model):
    machine()
    engine = load_engine(small_model)
    streams = [pictures(20, seed) for seed in range(4)]
    alone = [logits(engine, stream) for stream in streams]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda stream: logits(engine, stream), streams))
    np.testing.assert_array_equal(alone, together)
