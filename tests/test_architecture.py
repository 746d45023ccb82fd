"""docs/architecture.md says what the import contracts say, and the contracts leave nothing out."""

import re
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def contracts(kind):
    return [contract for contract in LINTER["contracts"] if contract["type"] == kind]


def there():
    """The folders of the rooms."""
    return [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]


def side_by_side(layer):
    return {name.strip() for name in re.split(r"[|:]", layer)}


def table(*heading):
    """The rows below a heading row, a list of cells each."""
    (rows,) = re.findall(rf"\| {re.escape(' | '.join(heading))} \|\n\|[-|]+\n((?:\|.*\n)+)", DOCUMENT)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows.splitlines()]


def as_module(path):
    return path.strip("` ").removesuffix(".py").strip("/").replace("/", ".")


@pytest.fixture(scope="module")
def rooms():
    """The layers of the one contract that is about whole rooms, highest first."""
    (contract,) = (contract for contract in contracts("layers") if "containers" not in contract)
    return [side_by_side(layer) for layer in contract["layers"]]


def test_every_room_is_looked_at(rooms):
    names = {room.name for room in there()}
    assert set(LINTER["root_packages"]) == names
    assert set().union(*rooms) == names
    (acyclic,) = contracts("acyclic_siblings")
    assert set(acyclic["ancestors"]) == names
    assert "skip_descendants" not in acyclic


def test_no_module_can_be_forgotten(rooms):
    """Layers inside a package list all of it, and what is forbidden is forbidden to whole rooms."""
    inside = [contract for contract in contracts("layers") if "containers" in contract]
    packages = {".".join(path.parent.relative_to(ROOT).parts) for room in there() for path in room.rglob("__init__.py")}
    assert {container for contract in inside for container in contract["containers"]} == packages
    assert [c["name"] for c in inside if not c.get("exhaustive") or "exhaustive_ignores" in c] == []
    forbidden = [module for contract in contracts("forbidden") for module in contract["source_modules"]]
    assert set(forbidden) <= set().union(*rooms)


def test_the_table_of_rooms_is_the_contract(rooms):
    rows = table("room", "what", "may import")
    allowed = {as_module(room): {name.strip() for name in may.split(",") if name} for room, _, may in rows}
    assert allowed.pop("main") == {"everything"}
    assert allowed == {room: set().union(*rooms[depth + 1 :]) for depth, side in enumerate(rooms) for room in side}


def test_the_chain_inside_models_is_the_contract():
    (contract,) = (contract for contract in contracts("layers") if contract.get("containers") == ["models"])
    (chain,) = re.findall(r"\n\n((?: {4}.*->.*\n)+)\nWhat every room needs", DOCUMENT)
    assert [layer.strip() for layer in " ".join(chain.split()).split("->")] == contract["layers"]


def test_the_table_of_packages_is_the_contracts():
    said = {
        package.strip(): {as_module(path) for path in importers.split(",")}
        for packages, importers in table("package", "imported only in")
        for package in packages.split(",")
    }
    found = {
        package: set(contract["allowed_importers"])
        for contract in contracts("protected")
        for package in contract["protected_modules"]
        if package.split(".")[0] not in LINTER["root_packages"]
    }
    assert said == found
