"""Files: takes, profiles, exported gestures, and their commands."""

import json
import os
import shutil
import stat
import sys
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from people import SPEC, a_minute_of_work, takes_of

from calibration.__main__ import main
from calibration.errors import ProfileError, TakeError
from calibration.person_files import file_stem
from calibration.personal_head import PersonalHead
from calibration.take import Kind, Take
from calibration.take_folder import TakeFolder
from calibration.user_profile import find_profile, profile_path
from common.errors import UserError
from common.user_folders import data_folder


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MSTNET_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def ann(home):
    """A user with two own gestures, recorded and fitted."""
    recordings = TakeFolder("ann")
    for take in (*takes_of("Circle", 0, 3), *takes_of("Cross", 4, 3), a_minute_of_work()):
        recordings.add(take)
    assert main(["fit", "--profile", "ann"]) == 0
    return find_profile("ann")


def refused(capsys, *words):
    capsys.readouterr()
    assert main(list(words)) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1, errors
    return errors


def test_a_take_comes_back_as_it_was(home):
    (take,) = takes_of("Circle", 0, 1)
    path = TakeFolder("ann").add(take)
    loaded = Take.load(path)
    assert (loaded.kind, loaded.label, loaded.begins, loaded.spec) == (Kind.GESTURE, "Circle", 30, SPEC)
    for name in ("times_s", "pictures", "logits", "embeddings"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(take, name))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_what_is_recorded_is_no_one_elses_to_read(home, ann):
    for folder, _, names in os.walk(data_folder()):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        for name in names:
            assert stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"words", b"PK\x03\x04 half a zip"])
def test_a_damaged_take_is_reported_by_its_file(home, content):
    path = TakeFolder("ann").folder / "work" / "1.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(TakeError, match=r"1\.npz is not a take"):
        list(TakeFolder("ann").takes())


def test_names_that_differ_in_case_have_files_that_differ_in_more(home):
    (take,) = takes_of("Circle", 0, 1)
    people = ["Ann", "ann", "Élise", "e\u0301lise"]
    for person in people:
        TakeFolder(person).add(take)
    folders = [TakeFolder(person).folder for person in people]
    assert folders[0].name == "Ann"
    assert len({folder.name.casefold() for folder in folders}) == 4
    shutil.rmtree(folders[0])
    assert TakeFolder("ann").folder == folders[1]


def test_a_name_in_another_encoding_is_one_line(home, capsys):
    assert "is not UTF-8 text" in refused(capsys, "gestures", "list", "--profile", os.fsdecode(b"Ren\xe9"))


def test_takes_are_numbered_and_never_overwritten(home):
    recordings = TakeFolder("ann")
    paths = [recordings.add(take) for take in takes_of("Draw a circle!", 0, 11)]
    assert paths[-1].relative_to(recordings.folder).as_posix() == "gestures/Draw_a_circle/11.npz"
    assert [path for path, _ in recordings.takes()] == paths


def test_a_profile_comes_back_as_it_was(ann):
    again = find_profile("ann")
    assert (again.temperature, again.decoding, again.thresholds) == (ann.temperature, ann.decoding, ann.thresholds)
    for one, other in zip(ann.gestures, again.gestures, strict=True):
        np.testing.assert_array_equal(one.whitening.axes, other.whitening.axes)
        np.testing.assert_array_equal(one.prototype, other.prototype)


def test_a_profile_of_another_model_is_refused_with_what_to_do(ann):
    with pytest.raises(ProfileError, match=r"made for model toy \(abababab\).*calibration fit --profile ann"):
        PersonalHead(ann, replace(SPEC, weights_sha256="cd" * 32))


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"version": 1}', b'{"version": 9}', b"\xff\xfe"])
def test_a_damaged_profile_is_reported(home, damage):
    path = profile_path("ann")
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)
    with pytest.raises(ProfileError, match=r"ann\.json"):
        find_profile("ann")


def test_a_profile_that_is_not_there_names_those_that_are(ann):
    with pytest.raises(ProfileError, match="known are ann"):
        find_profile("bob")


def test_a_profile_that_cannot_be_written_leaves_the_old_one(ann, monkeypatch):
    before = profile_path("ann").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left"):
        replace(ann, temperature=2.0).save(profile_path("ann"))
    assert profile_path("ann").read_bytes() == before
    assert [each.name for each in profile_path("ann").parent.iterdir()] == ["ann.json"]


def test_names_that_are_none_are_reported():
    assert file_stem("Zoom/../in ü") == "Zoom_in_ü"
    with pytest.raises(UserError, match="not a name"):
        file_stem("../..")


def test_list(ann, capsys):
    capsys.readouterr()
    assert main(["gestures", "list", "--profile", "ann"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Circle", "Cross"]
    assert "3 takes" in lines[0]


def test_the_profile_is_given_before_or_after_the_action(ann, capsys):
    for words in (["--profile", "ann", "list"], ["list", "--profile", "ann"]):
        capsys.readouterr()
        assert main(["gestures", *words]) == 0
        assert capsys.readouterr().out.startswith("Circle: 3 takes")


def test_one_take_is_listed_and_deleted_by_its_number(ann, capsys):
    capsys.readouterr()
    assert main(["gestures", "--profile", "ann", "takes", "Circle"]) == 0
    lines = capsys.readouterr().out.splitlines()
    folder = TakeFolder("ann").folder / "gestures" / "Circle"
    assert [line.split(", ")[::2] for line in lines] == [
        [f"Circle: take {k}", str(folder / f"{k}.npz")] for k in (1, 2, 3)
    ]
    assert main(["gestures", "delete", "--profile", "ann", "Circle", "--take", "2"]) == 0
    assert str(folder / "2.npz") in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["1.npz", "3.npz"]
    assert "has no take 2; it has: 1, 3" in refused(
        capsys, "gestures", "--profile", "ann", "delete", "Circle", "--take", "1", "--take", "2"
    )
    assert len(list(folder.iterdir())) == 2
    assert main(["gestures", "--profile", "ann", "takes"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 + 3 + 1


def test_work_is_listed_with_its_date_and_deleted_by_its_number(home, capsys):
    recorded(*takes_of("Circle", 0, 3))  # and a minute of work
    folder = TakeFolder("bob").folder / "work"
    os.utime(folder / "1.npz", (0, 0))
    assert main(["gestures", "--profile", "bob", "takes"]) == 0
    saved = datetime.fromtimestamp(0).astimezone()
    expected = f"Work without gestures: take 1, 60.0 s, {folder / '1.npz'}, {saved:%Y-%m-%d %H:%M}"
    lines = capsys.readouterr().out.splitlines()
    assert expected in lines
    for words, message in (
        (["--work", "7"], "work has no take 7; it has: 1"),
        ([], "delete needs a gesture"),
        (["Circle", "--work", "1"], "delete needs a gesture"),
        (["--take", "1"], "delete needs a gesture"),
    ):
        assert message in refused(capsys, "gestures", "--profile", "bob", "delete", *words)
    assert main(["gestures", "--profile", "bob", "delete", "--work", "1"]) == 0
    assert list(folder.iterdir()) == []
    assert main(["gestures", "--profile", "bob", "takes"]) == 0
    assert "Work" not in capsys.readouterr().out


def test_a_take_is_deleted_before_there_is_a_profile_and_errors_name_its_file(home, capsys):
    recorded(*takes_of("Circle", 0, 3), *takes_of("Circle", 8, 1))
    message = refused(capsys, "fit", "--profile", "bob")
    last = TakeFolder("bob").folder / "gestures" / "Circle" / "4.npz"
    assert f"least similar is take 4 ({last})" in message
    assert "recorded gestures: Circle" in refused(capsys, "gestures", "--profile", "bob", "takes", "Square")
    assert main(["gestures", "--profile", "bob", "delete", "Circle", "--take", "4"]) == 0
    assert main(["fit", "--profile", "bob"]) == 0


def test_numbers_of_takes_are_those_of_their_files(home, capsys):
    recorded(*takes_of("Circle", 0, 3), *takes_of("Circle", 8, 1))
    assert main(["gestures", "--profile", "bob", "delete", "Circle", "--take", "2"]) == 0
    assert "take 4 (" in refused(capsys, "fit", "--profile", "bob")


def test_a_renamed_gesture_stays_renamed_after_the_next_fit(ann):
    assert main(["gestures", "rename", "--profile", "ann", "Circle", "Round"]) == 0
    profile = find_profile("ann")
    assert {gesture.label for gesture in profile.gestures} == {"Round", "Cross"}
    assert profile.decoding.rule_for("Round") == ann.decoding.rule_for("Circle")
    assert main(["fit", "--profile", "ann"]) == 0
    assert {gesture.label for gesture in find_profile("ann").gestures} == {"Round", "Cross"}


def test_a_deleted_gesture_leaves_nothing_behind(ann):
    assert main(["gestures", "delete", "--profile", "ann", "Circle"]) == 0
    assert [gesture.label for gesture in find_profile("ann").gestures] == ["Cross"]
    assert "Circle" not in profile_path("ann").read_text()
    assert "Circle" not in {take.label for _, take in TakeFolder("ann").takes()}


def test_an_exported_gesture_is_someone_elses_to_import_and_survives_their_fit(ann, home):
    file = home / "circle.json"
    assert main(["gestures", "export", "--profile", "ann", "Circle", str(file)]) == 0
    assert "pictures" not in json.loads(file.read_text())
    TakeFolder("bob").add(a_minute_of_work(5))
    assert main(["fit", "--profile", "bob"]) == 0
    assert main(["gestures", "import", "--profile", "bob", str(file), "--name", "Anns circle"]) == 0
    (gesture,) = find_profile("bob").gestures
    assert gesture.label == "Anns circle"
    np.testing.assert_array_equal(gesture.prototype, ann.gestures[0].prototype)
    assert main(["fit", "--profile", "bob"]) == 0
    assert [each.label for each in find_profile("bob").gestures] == ["Anns circle"]


def test_what_cannot_be_done_with_gestures_is_reported_in_one_line(ann, home, capsys):
    assert "it has: Circle, Cross" in refused(capsys, "gestures", "delete", "--profile", "ann", "Square")
    assert "already" in refused(capsys, "gestures", "rename", "--profile", "ann", "Circle", "Cross")
    assert "already" in refused(capsys, "gestures", "rename", "--profile", "ann", "Circle", "Thumb Up")
    (home / "words.json").write_text("words")
    assert "no exported gesture" in refused(capsys, "gestures", "import", "--profile", "ann", str(home / "words.json"))
    file = home / "circle.json"
    main(["gestures", "export", "--profile", "ann", "Circle", str(file)])
    file.write_text(file.read_text().replace("ab" * 32, "cd" * 32))
    assert "other weights" in refused(capsys, "gestures", "import", "--profile", "ann", str(file), "--name", "New")


def test_fitting_nothing_is_reported(home, capsys):
    assert "nothing is recorded" in refused(capsys, "fit", "--profile", "unknown")


def recorded(*takes):
    for take in (*takes, a_minute_of_work()):
        TakeFolder("bob").add(take)


def test_one_gesture_that_cannot_be_learnt_leaves_the_rest(home, capsys):
    recorded(*takes_of("Circle", 0, 1) * 3, *takes_of("Cross", 4, 3))
    assert main(["fit", "--profile", "bob"]) == 0
    (error,) = capsys.readouterr().err.splitlines()
    assert error.startswith("mstnet: not learnt (other gestures are saved): ")
    assert "Circle" in error
    assert [each.label for each in find_profile("bob").gestures] == ["Cross"]


def test_where_no_gesture_can_be_learnt_nothing_is_saved(home, capsys):
    recorded(*takes_of("Circle", 0, 1) * 3)
    assert "nothing is saved" in refused(capsys, "fit", "--profile", "bob")
    assert not profile_path("bob").exists()


@pytest.mark.parametrize("name", ["../../x", "folder/x", "/x"])
def test_a_path_is_no_ones_name(home, capsys, name):
    with pytest.raises(UserError, match="is a path"):
        TakeFolder(name)
    assert "is a path" in refused(capsys, "fit", "--profile", name)


def test_takes_of_two_models_need_a_word(ann, capsys):
    other = replace(a_minute_of_work(), spec=replace(SPEC, weights_sha256="cd" * 32))
    TakeFolder("ann").add(other)
    assert "--model" in refused(capsys, "fit", "--profile", "ann")


PERSONS = [
    "ann",
    "Ann",
    "a b",
    "a_b",
    "a.b",
    "a-b",
    "a  b",
    "Mé",
    "Me",
    "x" * 60,
    "x" * 300,
    "x" * 299,
    "客厅",
    "厨房",
    "CON!",
]


def test_persons_whose_names_differ_have_files_of_their_own(home):
    files = [profile_path(name) for name in PERSONS]
    folders = [TakeFolder(name).folder for name in PERSONS]
    assert len(set(files)) == len(set(folders)) == len(PERSONS)
    assert all(len(file.name.encode()) < 255 for file in files)


def test_one_name_is_one_person_however_its_accents_are_typed(home):
    assert profile_path("Caf\u00e9") == profile_path("Cafe\u0301") == profile_path(" Caf\u00e9 ")


def test_names_of_earlier_versions_are_found(home, ann):
    for name, file in {"ann": "ann", "Ann Lee": "Ann_Lee", "ann-lee": "ann-lee", "Zoë": "Zoë"}.items():
        assert profile_path(name).stem == file
    replace(ann, name="ann.lee").save(data_folder() / "profiles" / "ann_lee.json")
    assert find_profile("ann.lee").name == "ann.lee"
    assert profile_path("ann/../lee") != profile_path("ann.lee")


def test_one_name_is_one_gesture_however_its_accents_are_typed(home):
    recordings = TakeFolder("ann")
    for label in ("Caf\u00e9", "Cafe\u0301"):
        recordings.add(takes_of(label, 0, 1)[0])
    assert [take.label for _, take in recordings.takes()] == ["Caf\u00e9"] * 2
    assert recordings.delete("Caf\u00e9") == 2


def test_a_gesture_may_have_a_long_name(home):
    path = TakeFolder("ann").add(takes_of("x" * 300, 0, 1)[0])
    assert path.is_file()
    assert TakeFolder("ann").add(takes_of("x" * 299, 0, 1)[0]).parent != path.parent
