"""Who may ask, how much, and what happens when work is too much or breaks off."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from segmask.core.errors import OptionError
from segmask.serve.app import create_app
from segmask.serve.pool import Pool
from segmask.serve.problems import Problem
from segmask.serve.settings import Settings
from segmask.serve.shelf import Shelf
from segmask.serve.work import Open, Recipe
from tests.serve.conftest import Service
from tests.serve.test_api import DIFF, files

TOKEN = "a-token-of-enough-characters"


def asked(settings: Settings, path: str, host: str = "127.0.0.1:8765", method: str = "GET", **headers: str) -> Any:
    """One request to an application that has no worker running."""

    async def ask() -> Any:
        transport = httpx.ASGITransport(create_app(settings))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


def test_other_machines_only_with_a_token() -> None:
    for token in (None, "short"):
        with pytest.raises(OptionError):
            Settings(host="0.0.0.0", token=token)
    Settings(host="0.0.0.0", token=TOKEN)


def test_a_name_that_was_rebound_to_this_machine_is_refused() -> None:
    assert asked(Settings(), "/healthz", host="evil.example").json()["code"] == "foreign"
    assert asked(Settings(allowed_hosts=("pictures.example",)), "/healthz", host="pictures.example").status_code == 200
    assert asked(Settings(), "/healthz", host="localhost:9000").status_code == 200


def test_other_sites_cannot_ask_from_a_browser() -> None:
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ):
        assert asked(Settings(), "/v1/about", **headers).status_code == 403
    assert asked(Settings(), "/v1/about", origin="http://127.0.0.1:8765").status_code == 200


def test_the_token_is_asked_for() -> None:
    settings = Settings(host="0.0.0.0", token=TOKEN)
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}):
        answer = asked(settings, "/v1/about", host="10.0.0.7:8765", **headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert asked(settings, "/v1/about", host="10.0.0.7:8765", authorization=f"Bearer {TOKEN}").status_code == 200
    assert asked(settings, "/metrics", host="10.0.0.7").status_code == 401
    assert asked(settings, "/healthz", host="10.0.0.7").status_code == 200
    assert asked(settings, "/", host="10.0.0.7").status_code == 200


def test_what_is_sent_is_limited_whatever_the_head_says() -> None:
    assert asked(Settings(max_mib=1), "/v1/apply", method="POST", **{"content-length": "2000000"}).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="original"; filename="a"\r\n\r\n'
        for _ in range(40):
            yield bytes(100_000)

    async def ask() -> Any:
        transport = httpx.ASGITransport(create_app(Settings(max_mib=1)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            kind = {"content-type": "multipart/form-data; boundary=x"}
            return await client.post("/v1/apply", content=endless(), headers=kind)

    assert asyncio.run(ask()).json()["code"] == "too-large"


def test_every_answer_forbids_what_the_page_has_no_use_for() -> None:
    for path in ("/", "/healthz", "/nothing"):
        headers = asked(Settings(), path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert asked(Settings(), "/page/../app.py").status_code == 404
    assert asked(Settings(), "/page/%2e%2e%2fapp.py").status_code == 404


def test_a_shelf_has_a_cap_and_a_lifetime() -> None:
    now = [0.0]
    shelf = Shelf(Settings(memory_mib=1, lifetime=1), clock=lambda: now[0])
    half = bytes(300_000)
    first, second = (Recipe(half, half, 1, shelf.new_id()) for _ in range(2))
    assert shelf.put(first) == []
    assert shelf.put(second) == [first.key]
    with pytest.raises(Problem):
        shelf.put(Recipe(bytes(2_000_000), half, 1, "large"))
    now[0] = 61
    with pytest.raises(Problem):
        shelf.get(str(second.key))
    assert shelf.expired() == [second.key]
    assert shelf.size == 0


def test_more_than_the_queue_takes_is_answered_503(drawn: dict[str, Path]) -> None:
    recipe = Recipe(drawn["original"].read_bytes(), drawn["edited"].read_bytes(), 10**6, None, dict(DIFF))

    async def many() -> list[Any]:
        pool = Pool(Settings(queue=2))
        await pool.start()
        done = await asyncio.gather(*(pool.do(Open(recipe)) for _ in range(6)), return_exceptions=True)
        await pool.close()
        return done

    done = asyncio.run(many())
    refused = [answer for answer in done if isinstance(answer, Problem)]
    assert {problem.status for problem in refused} == {503}
    assert all(int(problem.headers["Retry-After"]) > 0 for problem in refused)
    assert len(done) - len(refused) in (2, 3)


def test_a_worker_that_is_killed_or_too_slow_is_replaced(drawn: dict[str, Path]) -> None:
    recipe = Recipe(drawn["original"].read_bytes(), drawn["edited"].read_bytes(), 10**6, "pair", dict(DIFF))

    async def killed() -> None:
        pool = Pool(Settings())
        await pool.do(Open(recipe))
        first = pool.hands[0].process.pid
        os.kill(first, signal.SIGKILL)
        pool.hands[0].process.join(10)
        assert (await pool.do(Open(recipe)))["original_size"] == (200, 160)
        assert pool.hands[0].process.pid != first
        pool.settings = Settings(timeout=0.0001)
        with pytest.raises(Problem) as told:
            await pool.do(Open(Recipe(recipe.original, recipe.edited, 10**6, "other", dict(DIFF))))
        assert told.value.code == "timed-out"
        pool.settings = Settings()
        assert (await pool.do(Open(recipe)))["original_size"] == (200, 160)
        await pool.close()

    asyncio.run(killed())


def test_it_drains_at_sigterm_and_logs_no_names(drawn: dict[str, Path]) -> None:
    """What runs is answered; the log has no id, no name and nothing of a body."""
    service = Service("--verbose", "--workers", "1")
    answers: list[int] = []
    with service.client() as client:
        pair = client.post("/v1/pairs", files={**files(drawn)}, data=DIFF).json()["id"]
        sent = {name: ("secret-name.png", data) for name, data in files(drawn).items()}
        ask = threading.Thread(
            target=lambda: answers.append(client.post("/v1/apply", files=sent, data=DIFF).status_code)
        )
        ask.start()
        while "segmask_running 1.0" not in httpx.get(f"{service.url}/metrics").text and ask.is_alive():
            pass
        logged = service.stop()
        ask.join(30)
    assert answers == [200]
    assert service.process.returncode == 0
    assert "secret" not in logged
    assert pair not in logged
    assert "POST /v1/apply 200" in logged
