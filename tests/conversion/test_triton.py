"""The model repository for Triton: by Triton's own schema, and what a client of it gets."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conversion.__main__ import main
from conversion.triton import ServerLimits, write_repository
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import EngineError
from models.spec import ModelSpec

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "models" / "weights" / "mstnet_small.onnx"
DEMO = ROOT / "app" / "demo" / "demo.mp4"
CLIENT = ROOT / "examples" / "triton_client.py"

needs_schema = pytest.mark.skipif(
    importlib.util.find_spec("tritonclient") is None, reason="needs tritonclient[grpc], which holds Triton's schema"
)


@pytest.fixture(scope="module")
def repository(small_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("triton") / "repository"
    write_repository(small_model, folder)
    write_repository(SHIPPED, folder, limits=ServerLimits(batch=8, streams=100))
    return folder


@pytest.fixture(scope="module")
def url(repository):
    from triton_server import serve

    server, address = serve(repository)
    yield address
    server.stop(0).wait()


@pytest.fixture
def client():
    specified = importlib.util.spec_from_file_location("triton_client", CLIENT)
    module = importlib.util.module_from_spec(specified)
    specified.loader.exec_module(module)
    return module


def config_of(repository, name):
    from triton_server import read_config

    return read_config(repository / name)


@needs_schema
def test_the_configuration_is_one_by_tritons_schema(repository):
    config = config_of(repository, "mstnet_small")
    batching = config.sequence_batching
    assert (config.name, config.backend, config.max_batch_size) == ("mstnet_small", "onnxruntime", 8)
    assert batching.WhichOneof("strategy_choice") == "oldest"
    assert batching.oldest.max_candidate_sequences == 100
    assert batching.max_sequence_idle_microseconds == 5_000_000
    assert all(state.initial_state[0].zero_data for state in batching.state)
    assert not batching.control_input, "zeros at the start come from initial_state; the graph has no control inputs"


@needs_schema
def test_it_carries_the_models_own_description_and_labels(repository):
    spec = OnnxRuntimeEngine(SHIPPED).spec
    config = config_of(repository, "mstnet_small")
    assert ModelSpec.from_json(config.parameters["mstnet_spec"].string_value, "it") == spec
    labels = (repository / "mstnet_small" / config.output[0].label_filename).read_text(encoding="utf-8")
    assert tuple(labels.splitlines()) == spec.labels


@needs_schema
def test_states_are_paired_alike_by_name_and_by_alphabet(repository):
    states = config_of(repository, "mstnet_small").sequence_batching.state
    by_input = sorted(states, key=lambda state: state.input_name)
    assert by_input == sorted(states, key=lambda state: state.output_name)


@needs_schema
@pytest.mark.parametrize("name", ["small", "mstnet_small"])
def test_sequences_on_the_server_agree_with_rings(repository, small_model, name):
    from triton_server import Model

    engine = OnnxRuntimeEngine(SHIPPED if name == "mstnet_small" else small_model)
    random, model = np.random.default_rng(0), Model(repository / name)
    states = {sequence: engine.start() for sequence in (7, 8)}
    for step in range(engine.spec.ring_phases() + 3):
        for sequence, state in states.items():
            picture = random.integers(0, 256, engine.spec.picture_shape, dtype=np.uint8)
            response = model.step(sequence, step == 0, {"picture": picture})
            output, states[sequence] = engine.step(picture, state)
            np.testing.assert_allclose(response["logits"], output.logits, atol=1e-3)
            np.testing.assert_allclose(response["embedding"], output.embedding, atol=1e-3)


@needs_schema
def test_the_client_sees_over_the_wire_what_the_engine_sees_here(url, client, small_model):
    local, remote = OnnxRuntimeEngine(small_model), client.TritonEngine(url, "small")
    assert remote.spec == local.spec
    random = np.random.default_rng(0)
    for _ in range(2):  # the second stream also starts from an empty past on the server
        ours, theirs = local.start(), remote.start()
        for _ in range(local.spec.ring_phases() + 3):
            picture = random.integers(0, 256, local.spec.picture_shape, dtype=np.uint8)
            (expected, ours), (got, theirs) = local.step(picture, ours), remote.step(picture, theirs)
            np.testing.assert_allclose(got.logits, expected.logits, atol=1e-3)
    remote.close()


@needs_schema
def test_the_example_prints_the_lines_of_the_app(url, short_demo):
    command = [sys.executable, str(CLIENT), "--url", url, "--camera", str(short_demo)]
    lines = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout.splitlines()
    messages = [json.loads(line) for line in lines]
    assert [messages[0]["type"], messages[-1]["type"]] == ["header", "summary"]
    assert messages[0]["engine"] == f"triton:{url}"
    assert sum(message["type"] == "gesture" for message in messages) == 2


@needs_schema
def test_a_client_reports_in_one_line_what_is_missing(url, client):
    with pytest.raises(EngineError, match=r"no model ghost at .*unknown model"):
        client.TritonEngine(url, "ghost")
    with pytest.raises(EngineError, match="is tritonserver running"):
        client.TritonEngine("127.0.0.1:9", "small")


def test_the_command_says_where_it_is_and_how_to_serve_it(small_model, tmp_path, capsys):
    assert (
        main(
            [
                "triton",
                str(small_model),
                str(tmp_path / "models"),
                "--name",
                "kiosk",
                "--max-batch",
                "4",
                "--streams",
                "9",
            ]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "kiosk: up to 9 cameras, 4 in a step" in out
    assert f"tritonserver --model-repository={tmp_path / 'models'}" in out
    assert (tmp_path / "models" / "kiosk" / "1" / "model.onnx").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.onnx", "out"], "no model file missing.onnx"),
        (["damaged.onnx", "out"], "damaged.onnx is not a model"),
        (["plain.onnx", "out"], "plain.onnx keeps no state between two pictures"),
        (["small.onnx", "taken"], "exists already; remove it"),
        (["small.onnx", "file"], "cannot write"),
        (["small.onnx", "out", "--name", "../up"], "is not a valid model name"),
    ],
)
def test_what_cannot_be_used_is_reported_in_one_line_and_leaves_nothing(
    small_model, plain_model, tmp_path, monkeypatch, capsys, arguments, said
):
    monkeypatch.chdir(tmp_path)
    for name, content in (("small", small_model), ("plain", plain_model)):
        Path(f"{name}.onnx").write_bytes(content.read_bytes())
    Path("damaged.onnx").write_bytes(b"no graph")
    Path("file").write_text("in the way")
    Path("taken/small").mkdir(parents=True)
    assert main(["triton", *arguments]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
    assert not list(Path().glob("out/*"))
    assert not list(Path("taken/small").iterdir())
