"""docs/architecture.md agrees with the import contracts, which include every module."""

import ast
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


SAME_THING = {"jester", "packages"}
"""Names of modules that mean the same in every package that has one: a data set, what has to be installed."""
BY_PACKAGE = {"__init__", "__main__", "base", "errors", "opening", "option_types", "settings"}
"""Names of modules that say what they are for their package: its errors, how what it makes is opened, and so on."""
ENTRY_POINTS = {"mstnet.commands", "benchmarks.app_cpu"}
"""What starts whole commands: an installation's, and the benchmark of the whole app."""
ROOM_FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
        path.read_text(encoding="utf-8")
    )
    for path in [ROOT / "main.py", *(file for room in there() for file in room.rglob("*.py"))]
}


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


def test_every_package_is_the_home_of_a_change():
    homes = " ".join(row[1] for row in table("a change of", "belongs in"))
    packages = {path.parent.relative_to(ROOT).as_posix() for room in there() for path in room.rglob("__init__.py")}
    assert [package for package in packages if not re.search(rf"`{package}/", homes)] == []


def homes():
    """The places that the table of changes names; a bare name lies at the top, or in the folder named before it."""
    for _, home in table("a change of", "belongs in"):
        folder = ROOT
        for place in re.findall(r"`([^`]+)`", home):
            yield place, (ROOT / place, folder / place)
            if "/" in place:
                folder = ROOT / place if place.endswith("/") else (ROOT / place).parent


def test_every_home_of_a_change_exists():
    assert [place for place, paths in homes() if not any(path.exists() for path in paths)] == []


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


def repeated(pairs):
    """The names that several modules have, with these modules."""
    found = {}
    for name, module in pairs:
        found.setdefault(name, []).append(module)
    return {name: modules for name, modules in found.items() if len(modules) > 1}


def test_no_two_modules_of_one_name_mean_different_things():
    modules = [module for module in ROOM_FILES if "." in module and not (ROOT / module.replace(".", "/")).is_dir()]
    names = [(module.rpartition(".")[2], module) for module in modules]
    assert {name: found for name, found in repeated(names).items() if name not in SAME_THING | BY_PACKAGE} == {}


def test_no_two_classes_of_one_name_mean_different_things():
    classes = (
        (node.name, module)
        for module, tree in ROOM_FILES.items()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    )
    assert repeated(classes) == {}


def is_command(tree):
    return any(isinstance(node, ast.If) and "__main__" in ast.unparse(node.test) for node in tree.body)


def test_no_library_imports_a_command():
    commands = {module for module, tree in ROOM_FILES.items() if is_command(tree)}
    assert {"main", "calibration.__main__", "training.train"} <= commands
    imports = [
        (module, name)
        for module, tree in ROOM_FILES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported(node)
    ]
    assert [each for each in imports if each[1] in commands and each[0] not in ENTRY_POINTS] == []


def imported(node):
    """The modules that an import may name."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}


def texts(tree):
    """The string constants of a module that are not its documentation."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node.value for node in strings if id(node) not in documentation]


def test_messages_of_what_own_programs_use_name_no_option_of_a_command():
    used = ("models.", "app.camera", "app.chosen_networks")
    option = re.compile(r"(?<![\w-])--(?!system-site-packages)[a-z]")  # that one is venv's
    written = [text for name, tree in ROOM_FILES.items() if name.startswith(used) for text in texts(tree)]
    assert [text for text in written if option.search(text)] == []
