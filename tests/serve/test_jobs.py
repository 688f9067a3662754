"""Many pictures over HTTP: pairs by name, the bytes of ``segmask batch``, corrections, and limits."""

from __future__ import annotations

import asyncio
import csv
import io as streams
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.serve.archive import unpacked
from segmask.serve.jobs import Job, Jobs
from segmask.serve.pool import Hand, Pool
from segmask.serve.problems import Problem
from segmask.serve.settings import Settings
from tests.serve.conftest import Service
from tests.serve.test_api import DIFF


def sent(drawn: dict[str, Path], *names: str) -> list[tuple[str, tuple[str, bytes]]]:
    """Pairs of these names, and a picture without a partner."""
    original, edited = drawn["original"].read_bytes(), drawn["edited"].read_bytes()
    files = [("pictures", (f"{name}.png", original)) for name in names]
    files += [("pictures", (f"{name}_edited.png", edited)) for name in names]
    return [*files, ("pictures", ("lonely.png", drawn["mask"].read_bytes()))]


def finished(client: Any, job: str) -> dict[str, Any]:
    state = client.get(f"/v1/jobs/{job}").json()
    while state["state"] == "running":
        state = client.get(f"/v1/jobs/{job}", params={"seen": state["version"]}).json()
    return state


@pytest.fixture(scope="module")
def job(client: Any, drawn: dict[str, Path]) -> str:
    answer = client.post("/v1/jobs", files=sent(drawn, "coat", "shop/dress"), data={**DIFF, "sides": "mask,report"})
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['id']}"
    finished(client, answer.json()["id"])
    return answer.json()["id"]


def test_a_job_gives_what_a_batch_of_the_shell_gives(
    client: Any, drawn: dict[str, Path], job: str, tmp_path: Path
) -> None:
    for name, (file, data) in sent(drawn, "coat", "shop/dress"):
        assert name == "pictures"
        (tmp_path / "in" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / file).write_bytes(data)
    segmask.batch(tmp_path / "in", tmp_path / "out", sides=("mask",), workers=1, thumbnails=False, strategy="diff")
    state = client.get(f"/v1/jobs/{job}").json()
    assert [(row["output"], row["state"] in ("ok", "review")) for row in state["rows"]] == [
        ("coat.png", True),
        ("shop/dress.png", True),
    ]
    assert state["unmatched"] == ["lonely.png"]
    with zipfile.ZipFile(BytesIO(client.get(f"/v1/jobs/{job}/results.zip").content)) as archive:
        assert archive.testzip() is None
        for name in ("coat.png", "coat.mask.png", "shop/dress.png"):
            assert archive.read(name) == (tmp_path / "out" / name).read_bytes()
        rows = list(csv.DictReader(streams.StringIO(archive.read("results.csv").decode())))
        assert archive.read("unmatched.txt") == b"lonely.png\n"
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        shell = list(csv.DictReader(file))
    for name in ("output", "verdict", "confidence", "share", "sha256", "code", "version"):
        assert [row[name] for row in rows] == [row[name] for row in shell], name
    assert client.get(f"/v1/jobs/{job}/rows/0/thumbnail").content[:2] == b"\xff\xd8"


def test_a_pair_of_a_job_is_opened_corrected_and_put_back(client: Any, job: str) -> None:
    opened = client.post(f"/v1/jobs/{job}/rows/0/open")
    assert opened.status_code == 201
    assert opened.json()["names"] == {"original": "coat.png", "edited": "coat_edited.png"}
    pair = opened.json()["id"]
    before = client.get(f"/v1/jobs/{job}/rows/0/composite").content
    everything = io.encode_png(np.full((160, 200), 255, np.uint8))
    client.post(f"/v1/pairs/{pair}/apply", data=DIFF, files={"exclude": everything})
    row = client.put(f"/v1/jobs/{job}/rows/0", params={"pair": pair})
    assert (row.status_code, row.json().get("corrected")) == (200, True), row.text
    after = client.get(f"/v1/jobs/{job}/rows/0/composite").content
    assert after != before
    assert after == client.get(f"/v1/pairs/{pair}/files/composite.png").content
    with zipfile.ZipFile(BytesIO(client.get(f"/v1/jobs/{job}/results.zip").content)) as archive:
        assert archive.read("coat.png") == after
    other = client.put(f"/v1/jobs/{job}/rows/0", params={"pair": "none"})
    assert (other.status_code, other.json()["code"]) == (404, "unknown-pair")


def test_a_zip_is_sent_in_pieces_and_started(client: Any, drawn: dict[str, Path]) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for _, (name, data) in sent(drawn, "one"):
            archive.writestr(f"set/{name}", data)
        archive.writestr("__MACOSX/set/._one.png", b"x")
        archive.writestr("set/notes.txt", b"x")
    made = client.post("/v1/jobs", files={"archive": packed.getvalue()}, data={**DIFF, "start": "false"}).json()
    assert (made["state"], made["pictures"]) == ("collecting", 4)
    more = client.post(f"/v1/jobs/{made['id']}/pictures", files=sent(drawn, "two"))
    assert more.json()["pictures"] == 7
    assert client.post(f"/v1/jobs/{made['id']}/pictures", files=sent(drawn, "two")).json()["code"] == "malformed"
    assert client.post(f"/v1/jobs/{made['id']}/start").status_code == 202
    assert client.post(f"/v1/jobs/{made['id']}/start").status_code == 409
    state = finished(client, made["id"])
    assert [row["output"] for row in state["rows"]] == ["set/one.png", "two.png"]
    assert state["others"] == ["set/notes.txt"]
    assert client.delete(f"/v1/jobs/{made['id']}").status_code == 204
    gone = client.get(f"/v1/jobs/{made['id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown-job")


def test_a_picture_that_is_broken_fails_alone(client: Any, drawn: dict[str, Path]) -> None:
    files = [("pictures", ("bad.png", b"no picture")), ("pictures", ("bad_edited.png", b"none"))]
    made = client.post("/v1/jobs", files=[*files, *sent(drawn, "good")], data=DIFF).json()
    rows = finished(client, made["id"])["rows"]
    assert rows[0]["state"] == "failed"
    assert rows[0]["error"]["code"] == "input"
    assert rows[1]["state"] in ("ok", "review")
    assert client.get(f"/v1/jobs/{made['id']}/rows/0/composite").status_code == 404


@pytest.mark.parametrize(
    ("files", "data", "code"),
    [
        ([("pictures", ("a.png", b"x"))], DIFF, "picture-unusable"),
        ([("archive", ("a.zip", b"no zip"))], DIFF, "malformed"),
        ([("pictures", ("..", b"x"))], DIFF, "malformed"),
        ([("pictures", ("a.png", b"x")), ("pictures", ("./a.png", b"x"))], DIFF, "malformed"),
        ([("pictures", ("a.png", b"x"))], {"target": "trousers"}, "option-unusable"),
        ([("pictures", ("a.png", b"x"))], {**DIFF, "file_format": "bmp"}, "option-unusable"),
        ([("pictures", ("a.png", b"x"))], {**DIFF, "sides": "layers"}, "option-unusable"),
        ([("pictures", ("a.png", b"x"))], {"max_pixels": "9999999999"}, "option-unusable"),
    ],
)
def test_what_no_job_is_made_of(client: Any, files: Any, data: dict[str, str], code: str) -> None:
    answer = client.post("/v1/jobs", files=files, data=data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_zip_that_unpacks_to_more_than_there_is_room_for_is_refused() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(4 << 20))
    with pytest.raises(Problem) as told:
        unpacked(packed.getvalue(), 1 << 20, 10)
    assert told.value.code == "too-large"
    with pytest.raises(Problem):
        unpacked(packed.getvalue()[:-40], 8 << 20, 10)


def test_jobs_have_a_cap_and_a_lifetime() -> None:
    now = [0.0]
    settings = Settings(jobs_mib=1, lifetime=1)
    jobs = Jobs(settings, Pool(settings), clock=lambda: now[0])
    first = jobs.new(Job("", {}))
    jobs.add(first, {"a.png": bytes(700_000)})
    with pytest.raises(Problem) as too_large:
        jobs.add(first, {"b.png": bytes(700_000)})
    assert too_large.value.status == 413
    with pytest.raises(Problem) as full:
        jobs.add(Job("", {}), {"b.png": bytes(700_000)})
    assert full.value.status == 503
    assert "Retry-After" in full.value.headers
    now[0] = 61
    jobs.sweep()
    assert jobs.jobs == {}


def test_a_worker_that_is_killed_costs_a_job_nothing(drawn: dict[str, Path]) -> None:
    """The pair is tried once more by the next worker; one that dies over it again is set aside."""
    pictures = {"a.png": drawn["original"].read_bytes(), "a_edited.png": drawn["edited"].read_bytes()}

    def deadly(hand: Hand, kills: int) -> Any:
        """Asks the worker as ever, and kills it as soon as it has a task, so often."""
        ask, left = hand.ask, [kills]

        def asked(task: Any, timeout: float) -> Any:
            hand.start()
            pipe: Any = hand.connection
            if left[0]:
                left[0] -= 1
                pipe.send = lambda value: (type(pipe).send(pipe, value), hand.process.kill())
            return ask(task, timeout)

        return asked

    async def run(kills: int) -> str:
        settings = Settings()
        pool = Pool(settings)
        jobs = Jobs(settings, pool)
        await pool.start()
        job = jobs.new(Job("", dict(DIFF)))
        jobs.add(job, pictures)
        jobs.start(job)
        pool.hands[0].ask = deadly(pool.hands[0], kills)
        while job.state == "running":
            await jobs.news(job, job.version)
        await pool.close()
        return job.entries[0].state

    assert asyncio.run(run(1)) in ("ok", "review")
    assert asyncio.run(run(2)) == "quarantined"


def test_a_service_that_is_told_to_end_lets_the_running_pair_end(drawn: dict[str, Path]) -> None:
    service = Service()
    with service.client() as client:
        client.post("/v1/jobs", files=sent(drawn, *(f"coat {number}" for number in range(6))), data=DIFF)
        service.stop()
    assert service.process.returncode == 0
