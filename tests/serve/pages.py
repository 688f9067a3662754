"""What tests of the page do again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PATIENT = 240_000  # milliseconds: a loaded machine


def drop(page: Any, *, original: Path, edited: Path | list[Path]) -> None:
    page.set_input_files("#file-original", original)
    page.set_input_files("#file-edited", edited)


def settled(page: Any) -> None:
    """Nothing is being worked on."""
    page.locator("#busy").wait_for(state="hidden", timeout=PATIENT)
    page.locator("#verdict:not([data-state=busy])").wait_for(timeout=PATIENT)


def decided_by_change(page: Any) -> None:
    page.locator("#advanced summary").click()
    page.select_option("#strategy", "diff")
    page.locator("body[data-strategy=diff]").wait_for()
    settled(page)


def downloaded(page: Any, selector: str) -> bytes:
    with page.expect_download(timeout=PATIENT) as waiting:
        page.click(selector)
    return Path(waiting.value.path()).read_bytes()
