"""The documents name what there is: findings, files, pages, commands and their options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from segmask.cli.main import app
from segmask.core.findings import CODES

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.fixture(params=PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def page(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_every_finding_is_described_with_its_level() -> None:
    """One row for each code of ``CODES``, and no row for another."""
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", text, re.MULTILINE)) == {
        code: level for code, (level, _) in CODES.items()
    }


def test_links_lead_to_pages_and_pictures(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_files_that_are_named_exist(page: Path) -> None:
    """Paths in the repository, as `training/FUSION.md`, or in the package, as `compose/hair.py`."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"\b((?:segmask|training|benchmarks|scripts|tests)/[\w./-]*\w)", text)
    named += re.findall(r"`([a-z_]+/[\w/]+\.py)`", text)
    assert [name for name in named if not any((home / name).exists() for home in (ROOT, ROOT / "segmask"))] == []


def test_commands_have_the_options_that_are_shown(page: Path) -> None:
    """Every line of an example that begins with ``segmask``."""
    lines = re.findall(r"^(?:\$ )?(segmask .*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        command: Any = typer.main.get_command(app)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        used = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert used <= {*known, "--debug", "--help"}, line
