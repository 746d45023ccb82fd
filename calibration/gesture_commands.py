"""The actions of `python -m calibration gestures`: list, rename, delete, export and import own gestures and takes."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from calibration.errors import ProfileError, TakeError
from calibration.packing import export_gesture, import_gesture
from calibration.person_files import file_stem, normalized_name
from calibration.personal_gesture import PersonalGesture
from calibration.take import Kind, Take, take_numbers
from calibration.take_folder import TakeFolder
from calibration.user_profile import UserProfile, find_profile, profile_path


def list_gestures(profile_name: str) -> None:
    """Print the name, takes and thresholds of each gesture."""
    profile = find_profile(profile_name)
    for gesture in profile.gestures:
        rule = profile.decoding.rule_for(gesture.label)
        print(f"{gesture.label}: {gesture.takes} takes, enters at {rule.enter:g}, exits at {rule.exit:g}")
    if not profile.gestures:
        print(f"profile {profile.name} has no own gestures; record one with python -m calibration record")


def rename(profile_name: str, gesture_name: str, new_name: str) -> None:
    """Rename a gesture in the profile and in its takes."""
    profile = find_profile(profile_name)
    gesture, name = _one(profile, gesture_name), normalized_name(new_name)
    _check_free(profile, name)
    renamed = tuple(g.renamed(name) if g is gesture else g for g in profile.gestures)
    _save(_relabelled(profile, {gesture.label: name}, renamed), profile_name)
    TakeFolder(profile.name).rename(gesture.label, name)
    print(f"{gesture.label} is now {name}")


def delete(profile_name: str, gesture_name: str) -> None:
    """Delete a gesture and its takes."""
    profile = find_profile(profile_name)
    gesture = _one(profile, gesture_name)
    left = tuple(each for each in profile.gestures if each is not gesture)
    _save(_relabelled(profile, {gesture.label: None}, left), profile_name)
    count = TakeFolder(profile.name).delete(gesture.label)
    print(f"deleted {gesture.label} and its {count} takes")


def list_takes(profile_name: str, gesture_name: str | None = None) -> None:
    """Print the number, length, file and date of each take of a gesture, or of all gestures and of work."""
    recordings = TakeFolder(profile_name)
    labels = [normalized_name(gesture_name)] if gesture_name else recordings.gestures()
    work = {} if gesture_name else _numbered_work(recordings)
    if not (labels or work):
        raise TakeError(f"nothing is recorded in {recordings.folder}; record with python -m calibration record")
    for label in labels:
        for number, taken in _numbered_takes(recordings, label).items():
            print(f"{label}: take {number}, {_described(*taken)}")
    for number, taken in work.items():
        print(f"Work without gestures: take {number}, {_described(*taken)}")


def delete_takes(profile_name: str, gesture_name: str, wanted: Collection[int]) -> None:
    """Delete single takes of a gesture, by their numbers; the profile changes with the next fit."""
    label = normalized_name(gesture_name)
    _delete(profile_name, repr(label), _numbered_takes(TakeFolder(profile_name), label), wanted)


def delete_work(profile_name: str, wanted: Collection[int]) -> None:
    """Delete recordings of work, by their numbers; the profile changes with the next fit."""
    _delete(profile_name, "work", _numbered_work(TakeFolder(profile_name)), wanted)


def _delete(profile_name: str, name: str, takes: Mapping[int, tuple[Path, Take]], wanted: Collection[int]) -> None:
    if unknown := set(wanted) - set(takes):
        there = ", ".join(map(str, takes)) or "none"
        raise TakeError(f"{name} has no take {min(unknown)}; it has: {there}")
    for number in sorted(set(wanted)):
        takes[number][0].unlink()
        print(f"deleted take {number} of {name}: {takes[number][0]}")
    print(f"Next: python -m calibration fit --profile {shlex.quote(profile_name)}")


def _described(path: Path, take: Take) -> str:
    """Length, file and date of a take."""
    saved = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    return f"{take.duration_s:.1f} s, {path}, {saved:%Y-%m-%d %H:%M}"


def _numbered_work(recordings: TakeFolder) -> dict[int, tuple[Path, Take]]:
    """The takes of work, by number."""
    return _numbered([(path, take) for path, take in recordings.takes() if take.kind is Kind.WORK])


def _numbered_takes(recordings: TakeFolder, label: str) -> dict[int, tuple[Path, Take]]:
    """The takes in which a gesture is made, by number.

    Raises:
        TakeError: there is none, or one is damaged.
    """
    takes = [(path, take) for path, take in recordings.takes_of(label) if take.kind is Kind.GESTURE]
    if not takes:
        there = ", ".join(recordings.gestures()) or "none"
        raise TakeError(f"no take of {label!r} is in {recordings.folder}; recorded gestures: {there}")
    return _numbered(takes)


def _numbered(takes: Sequence[tuple[Path, Take]]) -> dict[int, tuple[Path, Take]]:
    return dict(zip(take_numbers([take for _, take in takes]), takes, strict=True))


def export(profile_name: str, gesture_name: str, file: Path | None = None) -> None:
    """Write a gesture to a file that another profile can import; it holds no picture."""
    profile = find_profile(profile_name)
    gesture = _one(profile, gesture_name)
    path = file or Path(f"{file_stem(gesture.label)}.gesture.json")
    export_gesture(gesture, profile.decoding.rule_for(gesture.label), profile.weights_sha256, path)
    print(f"wrote {path}")


def import_(profile_name: str, file: Path, new_name: str | None = None) -> None:
    """Add a gesture from a file to the profile."""
    profile = find_profile(profile_name)
    gesture, rule = import_gesture(file, profile.weights_sha256)
    gesture = gesture.renamed(normalized_name(new_name or gesture.label))
    _check_free(profile, gesture.label)
    rules = profile.decoding.per_label | {gesture.label: rule}
    decoding = replace(profile.decoding, per_label=rules)
    _save(replace(profile, gestures=(*profile.gestures, gesture), decoding=decoding), profile_name)
    print(f"{gesture.label} is in profile {profile.name}")


def _one(profile: UserProfile, label: str) -> PersonalGesture:
    for gesture in profile.gestures:
        if normalized_name(gesture.label) == normalized_name(label):
            return gesture
    there = ", ".join(gesture.label for gesture in profile.gestures) or "none"
    raise ProfileError(f"profile {profile.name!r} has no own gesture {label!r}; it has: {there}")


def _check_free(profile: UserProfile, label: str) -> None:
    """Check that no gesture of the profile or of the model has this name."""
    if label in {each.label for each in profile.thresholds} | {gesture.label for gesture in profile.gestures}:
        raise ProfileError(f"profile {profile.name!r} has a gesture {label!r} already; choose another name")


def _relabelled(
    profile: UserProfile, names: dict[str, str | None], gestures: tuple[PersonalGesture, ...]
) -> UserProfile:
    """The profile with rules and thresholds under new names; a name of None removes them."""
    rules = {names.get(k, k): rule for k, rule in profile.decoding.per_label.items()}
    per_label = {label: rule for label, rule in rules.items() if label is not None}
    renamed = ((names.get(each.label, each.label), each) for each in profile.thresholds)
    thresholds = tuple(replace(each, label=label) for label, each in renamed if label is not None)
    decoding = replace(profile.decoding, per_label=per_label)
    return replace(profile, decoding=decoding, gestures=gestures, thresholds=thresholds)


def _save(profile: UserProfile, name: str) -> None:
    profile.save(profile_path(name))
