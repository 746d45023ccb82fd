"""The claim's experiment: what is run, that it goes on where it stopped, and what is made of the results."""

import csv

import pytest
import torch

from common.whole_file import WriteError
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.taps import Start
from models.nets.temporal import Operation, TemporalConfig
from training import claim
from training.claim import CONFIG, OPERATIONS, Trial, main, trials
from training.claim_results import (
    ClaimResult,
    as_usual,
    draw,
    gesture_table,
    spread,
    table,
    variant_table,
    write_results,
)
from training.datasets.motions import LABELS, MotionSet
from training.trainer.config import Config, OptimConfig
from training.trainer.config_file import read_config
from training.trainer.distributed import Processes
from training.trainer.learner import Learner
from training.trainer.precision import choose_precision

TINY = ("data.clips=32", "data.val_clips=16", "data.size=16", "net.width=0.03")


def claim_at(out, *words: str) -> int:
    return main(["--out", str(out), "--rows", "tsn", "ks1357", "--seeds", "0", *words, "--set", *TINY])


def test_every_operation_is_tried_in_both_forms_with_every_seed():
    tried = list(trials(list(OPERATIONS), (0, 1, 2)))
    assert len(tried) == len({trial.name for trial in tried}) == 3 * (1 + 2 * 9)
    assert [trial.name for trial in trials(["tsn", "ks3"], [4])] == ["tsn-seed4", "ks3-seed4", "ks3-causal-seed4"]


def test_starts_budgets_and_forms_are_chosen_and_make_runs_of_their_own():
    starts = [Start(), Start("one_lag", 0.5, 1)]
    names = [trial.name for trial in trials(["tsn", "tsm", "ks3"], [1], [True], starts, 64)]
    assert names == ["tsm-causal-64clips-seed1", "ks3-causal-64clips-seed1", "ks3-causal-one_lag-0.5-1-64clips-seed1"]
    usual, other = (
        trial.config(read_config(Config, CONFIG)) for trial in list(trials(["ks3"], [1], [True], starts, 64))
    )
    assert usual.data.clips == 64
    assert usual.net.temporal.start == Start().resolved(causal=True)
    assert other.net.temporal.start == Start("one_lag", 0.5, 1)


@pytest.mark.parametrize("word", ["twice", "one_lag:x", "one_lag:0.5:x", "one_lag:2", "one_lag:0.5:-1"])
def test_a_start_that_makes_no_sense_is_told(word, tmp_path, capsys):
    assert main(["--out", str(tmp_path), "--starts", word]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "a start" in line


def test_trials_differ_in_operation_and_seed_only():
    base = read_config(Config, CONFIG)
    start = Start("one_lag")
    dilated, plain = (Trial(OPERATIONS[row], True, 2, start).config(base) for row in ("ks3-dilated", "tsn"))
    assert dilated.net.temporal == TemporalConfig("mixtconv", (3, 3, 3), (1, 2, 3), causal=True, start=start)
    assert (dilated.seed, dilated.data, dilated.optim, dilated.schedule) == (2, plain.data, plain.optim, plain.schedule)
    assert base.net.classes == len(LABELS)


def test_what_is_finished_is_not_run_again_and_what_was_stopped_goes_on(tmp_path, capsys, monkeypatch):
    begun = []
    train = claim.train
    monkeypatch.setattr(
        claim, "train", lambda config, folder, *rest: (begun.append(folder.name), train(config, folder, *rest))
    )

    def stopping_at_the_last(config, folder, *rest):
        if folder.name == "ks1357-causal-seed0":
            raise KeyboardInterrupt
        train(config, folder, *rest)

    with monkeypatch.context() as stopped:
        stopped.setattr(claim, "train", stopping_at_the_last)
        assert claim_at(tmp_path) == 130
    weights = {path: path.read_bytes() for path in tmp_path.glob("*/last.pt")}
    assert len(read(tmp_path)) == len(weights) == 2
    assert claim_at(tmp_path) == 0
    assert {path: path.read_bytes() for path in weights} == weights
    assert [row["row"] for row in read(tmp_path)] == ["tsn", "ks1357", "ks1357"]
    for row in read(tmp_path):  # what the trainer's own validation says
        causal = "-causal" * (row["causal"] == "True")
        (said,) = validations(tmp_path / f"{row['row']}{causal}-seed0")
        assert float(row["top1"]) == pytest.approx(said)
    out = capsys.readouterr().out
    assert "| ks1357 | causal |" in out
    assert "tsn-seed0 is finished" in out
    assert "run.folder" not in out  # which this command has not
    assert (tmp_path / "claim.svg").read_text().startswith("<?xml")


def read(out) -> list[dict[str, str]]:
    with open(out / "results.csv", newline="") as file:
        return list(csv.DictReader(file))


def validations(folder) -> list[float]:
    with open(folder / "metrics.csv", newline="") as file:
        return [float(row["val_top1"]) for row in csv.DictReader(file) if row["val_top1"]]


def test_results_of_several_commands_are_kept(tmp_path, capsys):
    for words in (["--seeds", "0"], ["--seeds", "1"], ["--seeds", "0", "--starts", "one_lag"], ["--clips", "48"]):
        assert main(["--out", str(tmp_path), "--rows", "ks3", "--forms", "causal", *words, "--set", *TINY]) == 0
    assert [(row["start"], row["clips"], row["seed"]) for row in read(tmp_path)] == [
        (str(Start().resolved(causal=True)), "32", "0"),
        (str(Start().resolved(causal=True)), "32", "1"),
        ("one_lag:0.25:0", "32", "0"),
        *((str(Start().resolved(causal=True)), "48", seed) for seed in "012"),
    ]
    last = capsys.readouterr().out.split("| operation | parameters")[-1]
    assert last.count("| ks3 | causal | one_lag:0.25:0 | 32 |") == 1
    assert "(2) |" in last.splitlines()[2], "the main table has the usual start and the smaller budget"


def test_another_budget_does_not_go_on_with_what_is_there(tmp_path, capsys):
    assert main(["--out", str(tmp_path), "--rows", "tsn", "--seeds", "0", "--set", *TINY]) == 0
    assert main(["--out", str(tmp_path), "--rows", "tsn", "--seeds", "0", "--set", *TINY, "optim.lr=0.2"]) == 2
    assert "optim.lr" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["data.sise=3", "data.val_clips=8", "data.set=jester", "optim.lr=fast"])
def test_an_unusable_word_is_one_line(word, tmp_path, capsys):
    assert main(["--out", str(tmp_path), "--set", word]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("claim: ")
    assert word.partition("=")[0] in line


def test_a_folder_that_cannot_be_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert claim_at(tmp_path / "file") == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def result(row: str, causal: bool, seed: int, top1: float, start: str = "", clips: int = 4000) -> ClaimResult:
    return ClaimResult(row, causal, start, clips, seed, 178_488, 12_345_678, top1 - 0.1, top1 + 0.1, top1, top1)


RESULTS = [
    result("tsn", False, 0, 0.25),
    result("ks3", False, 0, 0.8),
    result("ks3", False, 1, 0.9),
    result("ks3", True, 0, 0.7),
]


def test_the_table_holds_means_and_spreads():
    assert table(RESULTS).splitlines()[2:] == [
        "| tsn | 178,488 | 12.35 | 25.0 | - |",
        "| ks3 | 178,488 | 12.35 | 85.0 ± 7.1 (2) | 70.0 |",
    ]
    assert spread(()) == "-"


def test_other_starts_and_budgets_have_a_table_of_their_own():
    usual = str(Start().resolved(causal=True))
    tried = [result("ks3", True, seed, 0.6 + 0.1 * seed, "one_lag:0.5:0") for seed in (1, 0)]
    tried += [
        result("ks3", True, 0, 0.7, usual),
        result("ks3", True, 0, 0.8, usual, 8000),
        result("tsn", False, 0, 0.2),
    ]
    assert variant_table(tried).splitlines()[2:] == [
        f"| ks3 | causal | {usual} | 4000 | 70.0 |",
        "| ks3 | causal | one_lag:0.5:0 | 4000 | 65.0 ± 7.1 (2) |",
        f"| ks3 | causal | {usual} | 8000 | 80.0 |",
    ]
    assert [(each.row, each.top1) for each in as_usual(tried)] == [("ks3", 0.7), ("tsn", 0.2)]


def test_the_other_table_holds_each_gestures_means():
    assert gesture_table(RESULTS).splitlines() == [
        "| operation | form | circle | swipe | push | tap |",
        "|---|---|---|---|---|---|",
        "| tsn | centred | 15 | 35 | 25 | 25 |",
        "| ks3 | centred | 75 | 95 | 85 | 85 |",
        "| ks3 | causal | 60 | 80 | 70 | 70 |",
    ]


def test_the_same_results_draw_the_same_picture(tmp_path):
    one, other, more = (tmp_path / name for name in ("one.svg", "other.svg", "more.svg"))
    draw(one, RESULTS)
    draw(other, RESULTS)
    draw(more, [*RESULTS, result("ks3", True, 1, 0.1)])
    assert one.read_bytes() == other.read_bytes() != more.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["more.svg", "one.svg", "other.svg"]


def test_results_are_shown_again_from_their_file(tmp_path, capsys):
    write_results(tmp_path / "results.csv", RESULTS)
    assert main(["--out", str(tmp_path), "--results", str(tmp_path / "results.csv")]) == 0
    tables = f"{table(RESULTS)}\n\n{gesture_table(RESULTS)}\n\n{variant_table(RESULTS)}\n"
    assert capsys.readouterr().out == tables
    draw(tmp_path / "direct.svg", RESULTS)
    assert (tmp_path / "claim.svg").read_bytes() == (tmp_path / "direct.svg").read_bytes()


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "row,causal,seed\ntsn,False,x\n"])
def test_another_file_than_results_is_one_line(text, tmp_path, capsys):
    (tmp_path / "other.csv").write_text(text)
    assert main(["--out", str(tmp_path), "--results", str(tmp_path / "other.csv")]) == 2
    assert "holds no results" in capsys.readouterr().err


def test_results_that_cannot_be_written_are_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot write"):
        write_results(tmp_path / "file" / "results.csv", RESULTS)


def test_swipes_to_either_side_are_learnt_in_seconds():
    """Two classes that mirror each other in time, until nine of ten are named."""
    learner = learner_of("mixtconv")
    clips, labels = swipes(MotionSet("train", 0, clips=2048, size=16))
    held_out, wanted = swipes(MotionSet("val", 0, clips=512, size=16))
    accuracy = 0.0
    for step in range(160):
        part = slice(16 * step % len(clips), 16 * step % len(clips) + 16)
        learner.learn([(clips[part], labels[part])], 0.05, step)
        if step % 16 == 15:
            accuracy = (answers(learner.net, held_out).argmax(1) == wanted).float().mean().item()
        if accuracy > 0.9:
            return
    pytest.fail(f"only {accuracy:.0%} after 160 updates")


def test_without_a_temporal_operation_a_clip_and_its_reversal_get_the_same_answer():
    clips, _ = swipes(MotionSet("val", 0, clips=64, size=16))
    plain, mixed = (learner_of(operation).net for operation in ("none", "mixtconv"))
    torch.testing.assert_close(answers(plain, clips), answers(plain, clips.flip(1)))
    assert not torch.allclose(answers(mixed, clips), answers(mixed, clips.flip(1)))


def learner_of(operation: Operation) -> Learner:
    torch.manual_seed(0)
    cpu = torch.device("cpu")
    net = MSTNet(MSTNetConfig(2, "resnet18", 0.06, TemporalConfig(operation, causal=False)))
    config = OptimConfig(clip=5.0, policy="uniform")
    return Learner(net, config, Processes(0, 1, cpu), choose_precision("fp32", cpu), seed=0)


@torch.no_grad()
def answers(net: MSTNet, clips: torch.Tensor) -> torch.Tensor:
    return net.eval()(clips).logits.mean(1)


def swipes(data: MotionSet) -> tuple[torch.Tensor, torch.Tensor]:
    """The clips of the two slow swipes, labelled 0 and 1, one after the other."""
    wanted = [LABELS.index("swipe slowly"), LABELS.index("swipe slowly, backwards")]
    clips = torch.stack([data[first + label][0] for first in range(0, len(data), len(LABELS)) for label in wanted])
    return clips, torch.arange(len(clips)) % 2
