from dataclasses import replace

import numpy as np
import torch
from networks import small_net, small_spec

import training.judge
from models.nets.checkpoint import save_checkpoint
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.temporal import TemporalConfig
from models.spec import Decoding, Rule
from training.distillation.stream_batches import training_recordings
from training.evaluation.held_out_streams import tuning_streams
from training.evaluation.idle_recordings import IDLE_SOURCES, idle_for_test, idle_for_tuning
from training.evaluation.inference import CHUNK
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth
from training.judge import count_right_at_end, main, probabilities, seen_by_camera
from training.recording_list import hold_out, read_recordings


def test_a_clip_is_right_if_its_last_step_is() -> None:
    rises = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    takes = [LabelledStream("clips", np.zeros((2, 2, 2, 3), np.uint8), (Truth("Thumb Up", 0, 1),))] * 2
    assert count_right_at_end(takes, [rises, rises[::-1]], ("No gesture", "Thumb Up", "Thumb Down")) == 1


def test_chunks_do_not_change_the_probabilities() -> None:
    torch.manual_seed(0)
    config = MSTNetConfig(3, "shufflenet", temporal=TemporalConfig(kernels=(3,)))
    net, random = MSTNet(config).eval(), np.random.default_rng(0)
    pictures = random.integers(0, 256, (CHUNK + 5, 32, 32, 3), dtype=np.uint8)
    with torch.no_grad():
        whole = net(torch.from_numpy(pictures).permute(0, 3, 1, 2)[None]).logits[0].softmax(-1)
    np.testing.assert_allclose(probabilities(net, pictures), whole.numpy(), atol=1e-5)


def test_evaluation_recordings_are_not_used_for_training_or_tuning(tmp_path, monkeypatch) -> None:
    """With any other training folder, and with any split of a quiet recording in the list."""
    head = "path,label,split,source,fps,start,end\n"
    for folder, first in (("a", 0), ("b", 100)):
        rows = [
            f"{first + k}.avi,No gesture,{'val' if k % 3 else 'train'},{IDLE_SOURCES[k % 2]},12,0,9\n"
            for k in range(22)
        ]
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "clips.csv").write_text(head + "".join(rows))
    trained = set(training_recordings([tmp_path / "a", tmp_path / "b"]))
    recordings = read_recordings(tmp_path / "b")
    evaluated, tuned = set(idle_for_test(recordings)), set(idle_for_tuning(recordings))
    assert evaluated | tuned == hold_out(recordings, IDLE_SOURCES)
    assert {r.source for r in evaluated} == {r.source for r in tuned} == set(IDLE_SOURCES[:2])
    assert not evaluated & tuned
    assert trained
    assert not trained & (evaluated | tuned)
    monkeypatch.setattr("training.evaluation.held_out_streams.recording_stream", lambda *given: given[:2])
    assert {recording for recording, group in tuning_streams(tmp_path / "b", None) if group == "quiet"} == tuned


def test_other_cameras_are_reproducible_and_a_mirror_swaps_left_and_right() -> None:
    ramp = np.repeat(np.arange(0, 224, 7, dtype=np.uint8)[None, None, :, None], 32, axis=1).repeat(3, axis=3)
    takes = [
        LabelledStream("clips", ramp.repeat(4, axis=0), (Truth("Swiping Left", 0.0, 1.0), Truth("Thumb Up", 0.0, 1.0)))
    ]
    mirrors = set()
    for seed in range(8):
        ((one,), (same,)) = seen_by_camera(takes, seed, 24), seen_by_camera(takes, seed, 24)
        assert one.pictures.shape == (4, 24, 24, 3)
        assert np.array_equal(one.pictures, same.pictures)
        falls = bool(one.pictures[:, :, 13:].mean() < one.pictures[:, :, :11].mean())
        mirrors.add(falls)
        assert [t.label for t in one.truths] == ["Swiping Right" if falls else "Swiping Left", "Thumb Up"]
    assert mirrors == {True, False}


def test_the_decoding_of_another_checkpoint_can_be_used(tmp_path, monkeypatch, capsys) -> None:
    net = small_net()
    for name, enter in (("own", 0.9), ("other", 0.2)):
        spec = replace(small_spec(net), temperature=enter, decoding=Decoding(rule=Rule(enter=enter, exit=enter / 2)))
        save_checkpoint(tmp_path / f"{name}.pt", net, spec)
    monkeypatch.setattr(training.judge, "test_streams", lambda *_: [])
    monkeypatch.setattr(training.judge, "report", lambda _, spec, __: f"{spec.temperature} {spec.decoding.rule.enter}")
    for more in ([], ["--decoding", str(tmp_path / "other.pt")], ["--reading", str(tmp_path / "other.pt")]):
        assert main([str(tmp_path / "own.pt"), "--data", str(tmp_path), *more]) == 0
    out, err = capsys.readouterr()
    assert out == "0.9 0.9\n0.2 0.2\n0.2 0.2\n"
    assert err == "mstnet: --reading is now --decoding; use that\n"


def test_a_missing_checkpoint_gives_one_line(tmp_path, capsys) -> None:
    assert main([str(tmp_path / "none.pt"), "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
