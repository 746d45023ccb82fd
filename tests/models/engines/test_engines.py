"""The properties of every engine, compared with the network run on the complete clip."""

import json
import subprocess
import sys
from collections import deque
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from networks import LABELS, small_net, small_spec

from models.engines import load_engine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import EngineError, ModelFileError, SpentStateError
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.spec import SPEC_KEY
from training.export.stream_export import export

ENGINES = [".pt", ".onnx", ".plan"]
ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "models" / "weights" / "mstnet_small.onnx"


@pytest.fixture(params=ENGINES, ids=["torch", "onnxruntime", "tensorrt"])
def engine(request, small_model):
    if request.param == ".plan":
        request.getfixturevalue("machine")()  # a stand-in
        loaded = load_engine(small_model, "tensorrt")
    else:
        loaded = load_engine(small_model.with_suffix(request.param))
    yield loaded
    loaded.close()


def pictures(steps, size=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (steps, 1, size, size, 3), dtype=np.uint8)


def reference(small_model, stream):
    """The network's logits and embeddings for the complete stream."""
    net, _ = load_checkpoint(small_model.with_suffix(".pt"))
    clip = torch.from_numpy(stream[:, 0]).permute(0, 3, 1, 2)[None].float()
    with torch.no_grad():
        output = net(clip)
    return output.logits[0].numpy(), output.embedding[0].numpy()


def run(engine, stream, state=None):
    state, logits, embeddings = state or engine.start(), [], []
    for picture in stream:
        output, state = engine.step(picture, state)
        logits.append(output.logits[0])
        embeddings.append(output.embedding[0])
    return np.stack(logits), np.stack(embeddings)


def test_the_stream_equals_the_clip(engine, small_model):
    stream = pictures(30)  # four turns of the ring
    logits, embeddings = run(engine, stream)
    expected_logits, expected_embeddings = reference(small_model, stream)
    assert np.abs(logits - expected_logits).max() <= 1e-3
    assert np.abs(embeddings - expected_embeddings).max() <= 1e-3


def test_a_new_stream_equals_the_first(engine):
    stream = pictures(9)
    first, _ = run(engine, stream)
    run(engine, pictures(5, seed=1))
    again, _ = run(engine, stream)
    np.testing.assert_array_equal(first, again)


def test_two_streams_do_not_touch_each_other(engine):
    one, other = pictures(9), pictures(9, seed=1)
    alone, _ = run(engine, one)
    states, mixed = [engine.start(), engine.start()], []
    for a, b in zip(one, other, strict=True):
        output, states[0] = engine.step(a, states[0])
        mixed.append(output.logits[0])
        _, states[1] = engine.step(b, states[1])
    np.testing.assert_array_equal(alone, np.stack(mixed))


def test_an_output_is_not_overwritten_by_the_next_step(engine):
    stream = pictures(2)
    first, state = engine.step(stream[0], engine.start())
    kept = first.logits.copy()
    engine.step(stream[1], state)
    np.testing.assert_array_equal(first.logits, kept)


def test_the_callers_picture_may_be_reused(engine):
    stream = pictures(3)
    expected, _ = run(engine, stream)
    buffer, state, got = np.empty_like(stream[0]), engine.start(), []
    for picture in stream:
        buffer[:] = picture
        output, state = engine.step(buffer, state)
        buffer[:] = 0
        got.append(output.logits[0])
    np.testing.assert_array_equal(np.stack(got), expected)


def test_a_forgotten_stream_starts_again(engine):
    before, stream = pictures(9, seed=1), pictures(9)
    state = engine.start()
    for picture in before:
        _, state = engine.step(picture, state)
    got, _ = run(engine, stream, engine.forget(0, state))
    expected, _ = run(engine, stream)
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_divided_lags_look_less_far_back_alike_in_every_engine(engine, small_model):
    """The lags 1 to 6 of this network cannot be divided and stay apart; the torch network is the reference."""
    stream = pictures(12)
    wanted, _ = run(load_engine(small_model.with_suffix(".pt")), stream)
    state = engine.start(lag_divisor=2)
    got, _ = run(engine, stream, state)
    np.testing.assert_allclose(got, wanted, atol=1e-3)


def test_a_stream_with_divided_lags_equals_the_model_on_the_stream_played_slowly(tmp_path):
    """All lags of this network can be halved, so the equation is exact."""
    net = small_net("mobilenet_v2", "mixtconv", (3,), (2,))
    export(net, small_spec(net), tmp_path / "model.onnx")
    save_checkpoint(tmp_path / "model.pt", net, small_spec(net))
    assert all(lag % 2 == 0 for memory in small_spec(net).memories for lag in memory.lags)
    stream = pictures(20)
    for name in ("model.pt", "model.onnx"):
        engine = load_engine(tmp_path / name)
        slowly, _ = run(engine, np.repeat(stream, 2, axis=0))
        got, _ = run(engine, stream, engine.start(lag_divisor=2))
        np.testing.assert_allclose(got, slowly[1::2], atol=1e-4)


def test_the_shipped_model_with_halved_lags_sees_a_stream_as_if_played_slowly():
    engine = load_engine(SHIPPED, "onnxruntime")
    stream = pictures(20, 112)
    slowly, _ = run(engine, np.repeat(stream, 2, axis=0))
    got, _ = run(engine, stream, engine.start(lag_divisor=2))
    np.testing.assert_allclose(got, slowly[1::2], atol=1e-4)


def test_a_state_is_used_once(engine):
    state = engine.start()
    picture = pictures(1)[0]
    engine.step(picture, state)
    with pytest.raises(SpentStateError, match="stepped from already"):
        engine.step(picture, state)


@pytest.mark.parametrize("picture", [np.zeros((1, 31, 32, 3), np.uint8), np.zeros((1, 32, 32, 3), np.float32)])
def test_a_picture_of_another_kind_is_refused(engine, picture):
    with pytest.raises(ValueError, match=r"uint8 \(1, 32, 32, 3\)"):
        engine.step(picture, engine.start())


def test_it_says_what_it_is(engine):
    assert engine.spec.labels == LABELS
    assert engine.name in (
        "torch:cpu", "onnxruntime:CPUExecutionProvider", "tensorrt:10.3.0 fp32 on Orin (SM 8.7)"
    )  # fmt: skip


@pytest.mark.parametrize("backbone", ["resnet18", "resnet50", "mobilenet_v2", "shufflenet"])
@pytest.mark.parametrize("operation", ["none", "shift", "mixtconv", "conv1d"])
def test_every_network_runs_on_onnxruntime_as_in_torch(backbone, operation, exported_net):
    model = exported_net(backbone, operation)  # the export refuses a file that differs from the network
    net = small_net(backbone, operation)
    stream = pictures(small_spec(net).ring_phases() + 4)
    with torch.no_grad():
        expected = net(torch.from_numpy(stream[:, 0]).permute(0, 3, 1, 2)[None].float()).logits[0].numpy()
    got, _ = run(OnnxRuntimeEngine(model), stream)
    assert np.abs(got - expected).max() <= 1e-3


def test_the_past_is_never_copied(small_model):
    """Seven slots per layer with fixed addresses; every phase reads and writes only these."""
    engine = OnnxRuntimeEngine(small_model)
    state = engine.start()
    ring = state._past
    addresses = {layer: [slot.data_ptr() for slot in slots] for layer, slots in ring.slots.items()}
    assert all(len(set(slots)) == 7 for slots in addresses.values())
    assert len({a for slots in addresses.values() for a in slots}) == 7 * len(engine.spec.memories)
    stream = pictures(20)
    for k, picture in enumerate(stream):
        before = {layer: [slot.numpy().copy() for slot in slots] for layer, slots in ring.slots.items()}
        _, state = engine.step(picture, state)
        assert state._past is ring
        for layer, slots in ring.slots.items():
            assert [slot.data_ptr() for slot in slots] == addresses[layer]
            for phase, slot in enumerate(slots):
                changed = not np.array_equal(slot.numpy(), before[layer][phase])
                assert changed == (phase == k % 7), "a step writes the slot of its phase and no other"


def test_ten_thousand_steps_do_not_drift(small_model):
    engine = OnnxRuntimeEngine(small_model)
    kept = engine.spec.receptive_field  # a reference that keeps this many pictures keeps everything
    stream, state, recent, checked = pictures(97), engine.start(), deque(maxlen=kept), 0
    for k in range(10_000):
        picture = stream[k * k % len(stream)]
        output, state = engine.step(picture, state)
        recent.append(picture)
        if k % 2_500 == 2_499:
            expected, _ = reference(small_model, np.stack(recent))
            assert np.abs(output.logits[0] - expected[-1]).max() <= 1e-3
            checked += 1
    assert checked == 4


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's own account of memory")
def test_ten_thousand_steps_do_not_grow(small_model):
    """In a separate process, so that memory freed by other tests has no effect."""
    script = f"""
import sys
from pathlib import Path
import numpy as np
from models.engines.onnxruntime_engine import OnnxRuntimeEngine

engine = OnnxRuntimeEngine(Path({str(small_model)!r}))
stream, state = np.random.default_rng(0).integers(0, 256, (97, 1, 32, 32, 3), dtype=np.uint8), engine.start()
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4
for k in range(10_000):
    _, state = engine.step(stream[k % 97], state)
    if k == 1_000:
        before = resident()
print(resident() - before)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 3_000, "kilobytes that 9,000 steps took for good"


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("suffix", [".pt", ".onnx"])
def test_a_model_file_cut_short_is_one_line(small_model, tmp_path, suffix, share):
    whole = small_model.with_suffix(suffix).read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelFileError) as caught:
        load_engine(cut)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "version", "said"),
    [
        (SPEC_KEY, 1, "a model file of version 1; this program reads version 2"),
        ("mstnet_batched_spec", 1, "a batched form of version 1; a model file now serves one stream and many"),
        ("mstnet_rolled_spec", 2, "a rolled export"),
        ("other", 2, "does not describe itself"),
    ],
)
def test_a_file_of_another_form_says_what_to_do(small_model, tmp_path, key, version, said):
    model = onnx.load(small_model)
    (spec,) = (entry.value for entry in model.metadata_props if entry.key == SPEC_KEY)
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {key: json.dumps(json.loads(spec) | {"version": version})})
    onnx.save(model, tmp_path / "old.onnx")
    with pytest.raises(ModelFileError, match=said) as caught:
        load_engine(tmp_path / "old.onnx")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["missing.onnx", "missing.pt", "model.txt", "folder.onnx"])
def test_a_model_that_is_none_is_one_line(tmp_path, name):
    (tmp_path / "folder.onnx").mkdir()
    (tmp_path / "model.txt").write_text("hello")
    with pytest.raises(ModelFileError) as caught:
        load_engine(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_provider_that_is_not_there_is_named(small_model):
    with pytest.raises(EngineError, match=r"no NoSuchProvider; it has .*CPUExecutionProvider"):
        OnnxRuntimeEngine(small_model, providers=("NoSuchProvider",))


@pytest.mark.parametrize(("suffix", "engine"), [(".onnx", "torch"), (".pt", "onnxruntime"), (".onnx", "tensorrt")])
def test_an_engine_that_does_not_take_the_file_is_refused(small_model, suffix, engine):
    with pytest.raises(EngineError):
        load_engine(small_model.with_suffix(suffix), engine)
