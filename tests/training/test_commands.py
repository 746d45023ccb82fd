"""Commands in a shell: without packages, with wrong options, into a closed pipe, stopped, on a full disk."""

import errno
import os
import subprocess
import sys
from importlib import import_module
from itertools import product
from pathlib import Path

import pytest
from parsers import parser_of

from common.command import command
from training.errors import DataError

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "training").rglob("*.py")
    if 'if __name__ == "__main__"' in path.read_text(encoding="utf-8")
)


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **options,
    )


@pytest.mark.parametrize("module", COMMANDS)
def test_without_torch_one_line_names_the_requirements(module):
    done = run("-S", "-m", module)  # -S leaves out what is installed
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "requirements-training.txt" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no folder that is in use")
@pytest.mark.parametrize("run_it", ["from mstnet.commands import train; train()", "load_engine(Path('net.pt'))"])
def test_a_deleted_working_folder_is_one_line(tmp_path, run_it):
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"import os, sys; sys.path.insert(0, {str(ROOT)!r}); os.chdir({str(gone)!r}); os.rmdir({str(gone)!r})\n"
    script += f"from pathlib import Path\nfrom models.engines import load_engine\n{run_it}\n"
    done = run("-c", script)
    assert done.returncode != 0
    assert "the working folder no longer exists" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_a_closed_pipe_is_no_error(arguments):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = run("-c", "from common.command import command; import argparse\n"
                   "@command('talk')\n"
                   "def main(arguments):\n"
                   "    argparse.ArgumentParser().parse_args(arguments); print('x'); return 0\n"
                   f"raise SystemExit(main({arguments}))", stdout=closed)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_goes_through_here_and_is_called_as_its_module():
    for name in COMMANDS:
        called = name.removesuffix(".__main__").rpartition(".")[2]
        assert f'@command("{called}")' in (ROOT / f"{name.replace('.', '/')}.py").read_text(), name


@pytest.mark.parametrize("module", COMMANDS)
def test_a_number_that_makes_no_sense_is_one_line(module, monkeypatch, capsys):
    parsed = [a for a in parser_of(module, monkeypatch)._actions if a.type not in (None, str, Path)]
    for action, value in product(parsed, ["-3", "nan", "many"]):
        assert import_module(module).main([action.option_strings[0], value]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert f"argument {action.option_strings[0]}: " in error


@pytest.mark.parametrize("module", COMMANDS)
def test_an_unknown_option_is_one_line(module, capsys):
    assert import_module(module).main(["--no-such-option", *20 * ["x"]]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("raised", "status", "message"),
    [
        (DataError("no index x; give one"), 2, "try: no index x; give one\n"),
        (OSError(errno.ENOSPC, "No space left on device", "out.npz"), 2, "No space left on device: 'out.npz'\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_a_user_error_is_one_line(raised, status, message, capsys):
    @command("try")
    def main(arguments):
        raise raised

    assert main([]) == status
    assert capsys.readouterr().err.endswith(message)


def test_other_exceptions_are_raised():
    @command("try")
    def main(arguments):
        raise KeyError("bug")

    with pytest.raises(KeyError):
        main([])
