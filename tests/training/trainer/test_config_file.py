from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from training.trainer.config_file import ConfigError, differences, from_values, merged, override_values, read_config


@dataclass(frozen=True, slots=True)
class Wheel:
    spokes: int = 28
    size: float = 622.0

    def __post_init__(self) -> None:
        if self.spokes < 1:
            raise ValueError(f"a wheel has spokes; got {self.spokes}")


@dataclass(frozen=True, slots=True)
class Bicycle:
    name: str
    wheel: Wheel = field(default_factory=Wheel)
    brake: Literal["rim", "disc"] = "rim"
    gears: tuple[int, ...] = (11, 13)
    seat: tuple[float, float] = (0.0, 1.0)
    lamp: bool = False


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_file_is_merged_over_another_and_overrides_over_both(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", 'name = "base"\nlamp = true\n[wheel]\nspokes = 32\nsize = 559')
    path = write(tmp_path, "mine.toml", 'extends = "base.toml"\nname = "mine"\n[wheel]\nspokes = 36')
    read = read_config(Bicycle, path, ["gears=[9]", "wheel.size=584", "brake=disc", "name=not TOML"])
    assert read == Bicycle("not TOML", Wheel(36, 584.0), "disc", (9,), lamp=True)
    assert isinstance(read.wheel.size, float)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({}, "the key name is missing"),
        ({"name": "a", "weel": {}}, "there is no key weel; did you mean wheel?"),
        ({"name": "a", "wheel": {"spoke": 3}}, "there is no key wheel.spoke; did you mean wheel.spokes?"),
        ({"name": "a", "wheel": 3}, "wheel is a table; got 3"),
        ({"name": "a", "wheel": {"spokes": 0}}, r"\[wheel\] a wheel has spokes; got 0"),
        ({"name": "a", "wheel": {"spokes": 2.5}}, "wheel.spokes is a whole number; got 2.5"),
        ({"name": "a", "wheel": {"size": float("nan")}}, "wheel.size is a finite number; got NaN"),
        ({"name": "a", "wheel": {"size": float("-inf")}}, "wheel.size is a finite number; got -Infinity"),
        ({"name": "a", "wheel": {"size": 10**400}}, "wheel.size is a finite number; got 1000"),
        ({"name": "a", "wheel": {"size": True}}, "wheel.size is a finite number; got true"),
        ({"name": 3}, "name is a string; got 3"),
        ({"name": "a", "lamp": 1}, "lamp is true or false; got 1"),
        ({"name": "a", "brake": "disk"}, 'brake is one of "rim", "disc"; got "disk"; did you mean .disc.'),
        ({"name": "a", "gears": ["x"]}, "gears is a list of whole numbers"),
        ({"name": "a", "seat": [1]}, "seat is a list of 2 finite numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_refused(values: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError, match=f"^here: .*{complaint}"):
        from_values(Bicycle, values, "here")


def test_files_that_extend_one_another_in_a_ring(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", 'extends = "b.toml"')
    path = write(tmp_path, "b.toml", 'extends = "a.toml"')
    with pytest.raises(ConfigError, match="extends itself"):
        read_config(Bicycle, path)


@pytest.mark.parametrize(
    ("text", "complaint"), [("name = ", "no TOML file"), ("extends = 3", "must name a file; got 3")]
)
def test_a_file_that_is_no_config(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        read_config(Bicycle, write(tmp_path, "a.toml", text))


@pytest.mark.parametrize("word", ["lamp", "=true", "wheel..size=3"])
def test_a_word_that_overrides_nothing(word: str) -> None:
    with pytest.raises(ConfigError, match="give key=value"):
        override_values(word)


def test_merging_joins_tables_and_replaces_the_rest() -> None:
    assert merged({"a": {"x": 1, "y": [1]}, "b": 1}, {"a": {"y": [2]}, "b": {"z": 1}}) == {
        "a": {"x": 1, "y": [2]},
        "b": {"z": 1},
    }


def test_differences_are_reported_by_key() -> None:
    assert list(differences(Bicycle("a"), Bicycle("b", Wheel(size=1.0)))) == [
        ("name", "a", "b"),
        ("wheel.size", 622.0, 1.0),
    ]
