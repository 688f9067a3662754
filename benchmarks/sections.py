"""RESULTS.md is shared: each benchmark rewrites its own section and leaves the others alone."""

from __future__ import annotations

from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
HEADING = "# Measured\n\nEach section is written by the script that its text names.\n"


def replace_section(name: str, text: str, path: Path = RESULTS) -> None:
    """Put ``text`` between the markers of a section; a new section comes last."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    page = path.read_text("utf-8") if path.is_file() else HEADING
    if begin in page and end in page:
        before, rest = page.split(begin, 1)
        after = rest.split(end, 1)[1]
        page = before + section + after
    else:
        page = f"{page.rstrip()}\n\n{section}\n"
    path.write_text(page, "utf-8")
