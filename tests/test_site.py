"""The site that is built from the documents: complete, without warnings, and nothing on it comes from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.serve.conftest import CHROMIUM

ROOT = Path(__file__).resolve().parents[1]
CONFIG = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
LOADS = re.compile(r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>")
needs_zensical = pytest.mark.skipif(
    find_spec("zensical") is None or find_spec("latex2mathml") is None, reason="the extra docs is not installed"
)


def pages_of(entries: list[Any]) -> Iterator[str]:
    """The pages of a navigation, with those of its sections."""
    for entry in entries:
        for value in entry.values():
            yield from [value] if isinstance(value, str) else pages_of(value)


def test_every_page_can_be_reached() -> None:
    """The navigation has each page of docs/, and no page that is not there."""
    written = {path.name for path in (ROOT / "docs").glob("*.md")}
    named = set(pages_of(CONFIG["nav"]))
    from scripts.build_site import ELSEWHERE

    assert written - named == set()
    assert named - written - set(ELSEWHERE.values()) == {"decisions/index.md"}


def test_links_follow_the_pages() -> None:
    from scripts.build_site import with_links

    places = {"docs/a.md": "a.md", "docs/decisions/1.md": "decisions/1.md", "CHANGELOG.md": "changes.md"}
    text = "[a](../CHANGELOG.md#x) [b](decisions) [c](../segmask) [d](decisions/1.md) [e](nowhere.md) [f](#here)"
    assert with_links(text, "docs/a.md", places) == (
        "[a](changes.md#x) [b](decisions/index.md) c [d](decisions/1.md) [e](nowhere.md) [f](#here)"
    )
    assert with_links("[a](../a.md)", "docs/decisions/1.md", places) == "[a](../a.md)"


@pytest.fixture(scope="module")
def site() -> Path:
    """The site, built anew; a warning is an error."""
    done = subprocess.run([sys.executable, "scripts/build_site.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "build" / "site"


@needs_zensical
def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(set(pages_of(CONFIG["nav"])))
    asked = [tag for page in pages for tag in LOADS.findall(page.read_text(encoding="utf-8"))]
    assert [tag for tag in asked if 'rel="canonical"' not in tag] == []


@needs_zensical
def test_formulas_examples_and_options_are_there(site: Path) -> None:
    assert "<math" in (site / "metrics" / "index.html").read_text(encoding="utf-8")
    api = (site / "api" / "index.html").read_text(encoding="utf-8")
    assert "&gt;&gt;&gt;" in api
    assert all(f'id="{name}"' in api for name in ("segmask.api.apply", "segmask.masker.Masker"))
    assert "--tone-match" in api


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@needs_zensical
def test_a_browser_asks_nobody_else(site: Path) -> None:
    """Chromium opens pages, follows a link and searches; every request goes to the site's own server."""
    api = pytest.importorskip("playwright.sync_api")
    found = next((path for path in CHROMIUM if path.exists()), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    asked, told = [], []
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server,
        api.sync_playwright() as p,
    ):
        Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{server.server_port}/"
        browser = p.chromium.launch(executable_path=str(found), args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: told.append(str(error)))
        for path in ("", "metrics/", "api/", "decisions/"):
            page.goto(home + path)
        page.goto(home)
        page.get_by_role("link", name="By symptom").first.click()
        page.get_by_role("heading", name="The face changed").wait_for()
        page.keyboard.press("Control+K")
        page.keyboard.type("halo at the collar")
        page.get_by_text("A halo at the collar").last.wait_for()
        browser.close()
        server.shutdown()
    assert [url for url in asked if not url.startswith((home, "data:", "blob:"))] == []
    assert told == []


def test_the_page_of_python_has_every_public_name() -> None:
    import segmask

    shown = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    named = {line.rpartition(".")[2] for line in shown.splitlines() if line.startswith("::: ")}
    errors = {name for name in segmask.__all__ if name.endswith("Error")}
    assert {name for name in segmask.__all__ if name not in ("__version__", "Source")} - errors <= named
    assert all(name in shown for name in errors)
