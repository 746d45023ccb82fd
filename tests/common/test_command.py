import io
import sys

from common.command import command


def test_a_name_that_the_outputs_encoding_lacks_is_printed_as_numbers(monkeypatch):
    """As standard output is on Windows if it is not a terminal."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", output)

    @command("example")
    def main(arguments):
        print("Café 客厅")
        return 0

    assert main() == 0
    assert output.buffer.getvalue().decode("cp1252") == "Café \\u5ba2\\u5385\n"
