"""A running service, a small pair, and a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from segmask import io
from tests.serve.pages import PATIENT

if find_spec("fastapi") is None or find_spec("httpx") is None:  # the extras serve and test-serve
    collect_ignore_glob = ["test_*.py"]
CHROMIUM = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome"))


class Service:
    """``segmask serve`` in a process of its own, on a free port."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "segmask", "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        found = re.search(r"http://[\d.]+:\d+", self.process.stderr.readline())
        assert found, "the service did not say where it listens"
        self.url = found[0]
        self.logged: list[str] = []
        # Read all the time: a pipe that is full holds the service up.
        self.reader = Thread(target=self.logged.extend, args=(self.process.stderr,), daemon=True)
        self.reader.start()

    def client(self, **headers: str) -> Any:
        import httpx

        return httpx.Client(base_url=self.url, timeout=120, headers=headers)

    def stop(self) -> str:
        """End it by SIGTERM; returns what it logged."""
        self.process.terminate()
        self.process.wait(timeout=60)
        self.reader.join(timeout=60)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return "".join(self.logged)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    running = Service("--verbose")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def client(service: Service) -> Iterator[Any]:
    with service.client() as client:
        yield client


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A pair without a person, as files: a bright square is drawn into soft noise; and masks for it."""
    folder, rng = tmp_path_factory.mktemp("drawn"), np.random.default_rng(3)
    original = rng.integers(90, 130, (160, 200, 3)).astype(np.uint8)
    edited = original.copy()
    edited[40:100, 60:140] = (230, 40, 60)
    mask = np.zeros((160, 200), np.uint8)
    mask[10:30, 10:60] = 255
    paths = {name: folder / f"{name}.png" for name in ("original", "edited", "mask")}
    for name, values in (("original", original), ("edited", edited), ("mask", mask)):
        io.write_png(paths[name], values)
    return paths


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    found = next((path for path in CHROMIUM if path.exists()), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, service: Service) -> Iterator[Any]:
    """The page, freshly opened; every request that it makes is to the service, and no error is logged."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    context.set_default_timeout(PATIENT)
    page = context.new_page()
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(service.url)
    yield page
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith((service.url, "blob:", "data:"))] == []
