"""Reads a dataclass from a TOML file that may extend another, with `key=value` overrides.

Every key is checked against the dataclass. The error for an unknown key names the nearest known one, the error for a
wrong type the expected one.
"""

import dataclasses
import difflib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from common.errors import UserError, first_line

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXTENDS = "extends"
"""The key that names the extended file, relative to the folder of the file."""

T = TypeVar("T")
Values = dict[str, Any]


class ConfigError(UserError):
    """A config is missing, or has an unknown key or an unusable value."""


def read_config(cls: type[T], path: Path, overrides: Sequence[str] = ()) -> T:
    """Read a file and the files it extends into a dataclass, then apply overrides such as `optim.lr=0.02`.

    Raises:
        ConfigError: a file or value is unusable.
    """
    values = read_values(path)
    for override in overrides:
        values = merged(values, override_values(override))
    return from_values(cls, values, str(path))


def read_values(path: Path, seen: tuple[Path, ...] = ()) -> Values:
    """The values of a file, merged over those of the file that it extends."""
    if path.resolve() in seen:
        raise ConfigError(f"{path} extends itself, by way of {seen[-1]}; remove one `{EXTENDS}`")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"no config {path} ({error.strerror}){_nearest_file(path)}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is no TOML file ({first_line(error)})") from error
    base = values.pop(EXTENDS, None)
    if base is None:
        return values
    if not isinstance(base, str):
        raise ConfigError(f"{path}: `{EXTENDS}` must name a file; got {base!r}")
    return merged(read_values(path.parent / base, (*seen, path.resolve())), values)


def _nearest_file(path: Path) -> str:
    files = Path(__file__).parents[1].glob("configs/*/*.toml")
    there = {f"{file.parent.name}/{file.stem}": os.path.relpath(file) for file in sorted(files)}
    near = difflib.get_close_matches(f"{path.parent.name}/{path.stem}", there, n=1, cutoff=0.0)
    return f"; did you mean {there[near[0]]}?" if near else ""


def merged(base: Values, upon: Values) -> Values:
    """Merge `upon` over `base`; tables are merged, other values replaced."""
    result = base | upon
    for key in base.keys() & upon.keys():
        if isinstance(base[key], dict) and isinstance(upon[key], dict):
            result[key] = merged(base[key], upon[key])
    return result


def override_values(override: str) -> Values:
    """The values set by a word such as `net.temporal.kernels=[3, 5]`; text that is not TOML is a string."""
    key, equals, text = override.partition("=")
    if not equals or not all(key.split(".")):
        raise ConfigError(f"{override!r} is no override; give key=value, such as optim.lr=0.02")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    for name in reversed(key.split(".")):
        value = {name: value}
    return value


def from_values(cls: type[T], values: Mapping[str, Any], source: str, prefix: str = "") -> T:
    """Build a dataclass from a table and check every key and type.

    Args:
        cls: the dataclass.
        values: the table.
        source: the origin of the table, for error messages.
        prefix: the dotted key of the table.

    Raises:
        ConfigError: a key is unknown or missing, or a value does not fit.
    """
    types = get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    for key in values.keys() - fields.keys():
        (near,) = difflib.get_close_matches(key, fields, n=1, cutoff=0.0)
        raise ConfigError(f"{source}: there is no key {prefix}{key}; did you mean {prefix}{near}?")
    for name, field in fields.items():
        no_default = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if no_default and name not in values and not dataclasses.is_dataclass(types[name]):
            raise ConfigError(f"{source}: the key {prefix}{name} is missing; add it, or {prefix}{name}=...")
    tables: Values = {name: {} for name in fields if dataclasses.is_dataclass(types[name])}
    given = {
        key: _fitted(types[key], value, source, prefix + key) for key, value in merged(tables, dict(values)).items()
    }
    try:
        return cls(**given)
    except ValueError as error:
        raise ConfigError(f"{source}: {prefix and f'[{prefix[:-1]}] '}{first_line(error)}") from error


def _fitted(wanted: Any, value: Any, source: str, key: str) -> Any:
    """The value converted to the wanted type."""
    if dataclasses.is_dataclass(wanted) and isinstance(value, dict):
        return from_values(wanted, value, source, f"{key}.")  # type: ignore[arg-type]
    if fits(wanted, value):
        return tuple(value) if isinstance(value, list) else float(value) if wanted is float else value
    hint = _nearest_choice(wanted, value)
    raise ConfigError(f"{source}: {key} is {_named(wanted)}; got {json.dumps(value, default=str)}{hint}")


def fits(wanted: Any, value: Any) -> bool:
    """Whether a TOML value has a type: plain, `Literal` or tuple. An integer is a float as well; infinity is not."""
    if get_origin(wanted) is Literal:
        return value in get_args(wanted)
    if get_origin(wanted) is tuple:
        items = get_args(wanted)
        if not isinstance(value, (list, tuple)) or (items[-1] is not ... and len(items) != len(value)):
            return False
        return all(fits(items[0] if items[-1] is ... else items[k], item) for k, item in enumerate(value))
    if wanted is float:
        return (isinstance(value, float) or type(value) is int) and abs(value) <= sys.float_info.max
    return type(value) is wanted


def _nearest_choice(wanted: Any, value: Any) -> str:
    if get_origin(wanted) is not Literal or not isinstance(value, str):
        return ""
    near = difflib.get_close_matches(value, get_args(wanted), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _named(wanted: Any) -> str:
    """A description of a type for error messages."""
    if dataclasses.is_dataclass(wanted):
        return "a table"
    if get_origin(wanted) is Literal:
        return "one of " + ", ".join(json.dumps(choice) for choice in get_args(wanted))
    if get_origin(wanted) is tuple:
        items = [item for item in get_args(wanted) if item is not ...]
        return f"a list of {'' if len(items) == 1 else f'{len(items)} '}{_PLURAL[items[0]]}"
    return _SINGULAR[wanted]


_SINGULAR = {int: "a whole number", float: "a finite number", str: "a string", bool: "true or false"}
_PLURAL = {int: "whole numbers", float: "finite numbers", str: "strings"}


def differences(one: Any, other: Any, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The dotted keys in which two dataclasses of the same type differ, with both values."""
    for field in dataclasses.fields(one):
        a, b, key = getattr(one, field.name), getattr(other, field.name), prefix + field.name
        if dataclasses.is_dataclass(a):
            yield from differences(a, b, f"{key}.")
        elif a != b:
            yield key, a, b
