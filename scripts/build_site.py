"""Builds the documents as a site: ``python scripts/build_site.py`` writes ``build/site``; a warning ends it with 1.

The pages are those of ``docs/``, and of the repository those that these send a reader to (``ELSEWHERE``). They are
copied to ``build/pages`` with three changes: links follow the pages to their new places (a link to a file that is no
page becomes plain text), formulas become MathML, which browsers draw without a script, and ``<!-- options -->`` becomes
the table of ``segmask.Options``.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "build" / "pages"
ELSEWHERE = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "benchmarks/RESULTS.md": "measured.md",
    "segmask/models/weights/README.md": "model-card.md",
    "training/README.md": "training.md",
    "training/FUSION.md": "training-fusion.md",
    "training/EXPERIMENTS.md": "training-experiments.md",
}
"""Pages outside of ``docs/`` and their names on the site."""
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:)([^)#\s]*)(#[^)\s]*)?\)")
CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
FORMULA = re.compile(r"\$([^$\n]+)\$")


def site_paths() -> dict[str, str]:
    """Where each page and picture goes, by its path in the repository."""
    docs = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*") if path.is_file()]
    pictures = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("benchmarks/plots/*.png")]
    pictures += [path.relative_to(ROOT).as_posix() for path in ROOT.glob("training/*.png")]
    moved = {path: path.removeprefix("docs/") for path in docs} | ELSEWHERE
    return moved | {path: f"images/{Path(path).name}" for path in pictures}


def with_links(text: str, source: str, places: dict[str, str]) -> str:
    """A page's text with its relative links as they must be on the site.

    >>> with_links("[why](../CHANGELOG.md#a), [code](../segmask)", "docs/a.md", {"docs/a.md": "a.md", **ELSEWHERE})
    '[why](changes.md#a), code'
    """
    here = posixpath.dirname(places[source])

    def moved(link: re.Match[str]) -> str:
        picture, words, path, anchor = link.groups()
        if not path:
            return link[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        place = "decisions/index.md" if target == "docs/decisions" else places.get(target)
        if place is None:
            return words if (ROOT / target).exists() else link[0]  # the build stops at what is nowhere
        return f"{picture}[{words}]({posixpath.relpath(place, here or '.')}{anchor or ''})"

    return LINK.sub(moved, text)


def with_formulas(text: str) -> str:
    """The text with each formula between dollars as MathML on one line; ``|`` as an entity, for tables.

    >>> with_formulas("`$HOME` and $t$")[:37]
    '`$HOME` and <math xmlns="http://www.w'
    """
    from latex2mathml.converter import convert

    parts = CODE.split(text)
    parts[::2] = [FORMULA.sub(lambda found: convert(found[1]).replace("|", "&#124;"), part) for part in parts[::2]]
    return "".join(parts)


def table_of_options() -> str:
    """What ``segmask.Options`` has: name, option in the shell, default, meaning."""
    from segmask.options import Options

    rows = ["| Python | shell | default | meaning |", "|---|---|---|---|"]
    for option in fields(Options):
        flag, negative = "--" + option.name.replace("_", "-"), "--no-" + option.name.replace("_", "-")
        shell = f"`{flag}`, `{negative}`" if isinstance(option.default, bool) else f"`{flag}`"
        meaning = option.metadata["help"].replace("|", "&#124;")
        rows.append(f"| `{option.name}` | {shell} | `{option.default}` | {meaning} |")
    return "\n".join(rows)


def list_of_decisions() -> str:
    """The page that lists the decisions by number and title."""
    rows = [f"| {page.name[:4]} | [{title_of(page)}]({page.name}) |" for page in decisions()]
    words = "What a newcomer would question: context, decision, consequences."
    return "\n".join(["# Decisions", "", words, "", "| | |", "|---|---|", *rows, ""])


def decisions() -> list[Path]:
    """The pages of decisions, by number."""
    return sorted((ROOT / "docs" / "decisions").glob("*.md"))


def title_of(page: Path) -> str:
    """A page's title without its number."""
    first = page.read_text(encoding="utf-8").partition("\n")[0]
    return re.sub(r"^# (?:\d+[.:]? )?", "", first)


def write_pages() -> None:
    """Copies pages and pictures to ``build/pages``."""
    shutil.rmtree(PAGES, ignore_errors=True)
    places, options = site_paths(), table_of_options()
    for source, place in places.items():
        path = PAGES / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            text = (ROOT / source).read_text(encoding="utf-8")
            text = with_formulas(with_links(text, source, places)).replace("<!-- options -->", options)
            path.write_text(text, encoding="utf-8")
        else:
            shutil.copyfile(ROOT / source, path)
    (PAGES / "decisions" / "index.md").write_text(list_of_decisions(), encoding="utf-8")


def main() -> int:
    """Writes the pages and builds the site; zensical's exit code."""
    write_pages()
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
