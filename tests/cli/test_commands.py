"""The list of commands says what they say themselves, and needs none of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from segmask.cli.commands import COMMANDS, load_command


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_holds_the_first_paragraph_of_each_commands_help(name: str) -> None:
    command = load_command(name)
    assert command.name == name or hasattr(command, "commands")
    assert " ".join(command.help.split("\n\n")[0].split()) == COMMANDS[name][1]


def test_help_is_shown_without_numpy_and_opencv() -> None:
    code = "import sys; from segmask.cli.main import app; app(['--help'], standalone_mode=False); "
    code += "print(sorted({'numpy', 'cv2', 'PIL', 'segmask.io'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "[]"
    assert all(f" {name} " in shown for name in COMMANDS)
