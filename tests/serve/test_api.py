"""The HTTP API: the same bytes as in Python, errors that say what is wrong, pairs that are opened once."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.io.disclosure import is_marked

DIFF = {"strategy": "diff"}


def files(drawn: dict[str, Path], *names: str, **more: Path) -> dict[str, bytes]:
    given = {name: drawn[name] for name in ("original", "edited", *names)} | more
    return {name: path.read_bytes() for name, path in given.items()}


@pytest.fixture(scope="module")
def opened(client: Any, drawn: dict[str, Path]) -> str:
    answer = client.post("/v1/pairs", files=files(drawn), data=DIFF)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/pairs/{answer.json()['id']}"
    return answer.json()["id"]


def test_apply_gives_the_bytes_of_the_python_call(client: Any, drawn: dict[str, Path]) -> None:
    made = segmask.apply(drawn["original"], drawn["edited"], strategy="diff", include=drawn["mask"], feather=0)
    sent = {**files(drawn), "include": drawn["mask"].read_bytes()}
    answer = client.post("/v1/apply", files=sent, data={"options": json.dumps({**DIFF, "feather": 0})})
    assert answer.status_code == 200
    assert answer.content == made.encoded(".png")[0]
    assert answer.headers["segmask-verdict"] == made.report.verdict
    assert json.loads(answer.headers["segmask-report"])["mask"]["share"] == made.report.mask.share


@pytest.mark.parametrize(("kind", "suffix"), [("image/tiff", ".tif"), ("image/webp", ".webp")])
def test_accept_chooses_the_format(client: Any, drawn: dict[str, Path], kind: str, suffix: str) -> None:
    made = segmask.apply(drawn["original"], drawn["edited"], strategy="diff")
    answer = client.post("/v1/apply", files=files(drawn), data=DIFF, headers={"accept": kind})
    assert answer.headers["content-type"] == kind
    assert answer.content == made.encoded(suffix)[0]


def test_json_and_multipart_hold_composite_mask_and_report(client: Any, drawn: dict[str, Path]) -> None:
    made = segmask.apply(drawn["original"], drawn["edited"], strategy="diff")
    whole = client.post("/v1/apply", files=files(drawn), data=DIFF, headers={"accept": "application/json"}).json()
    assert base64.b64decode(whole["composite"]) == made.encoded(".png")[0]
    np.testing.assert_array_equal(io.read_gray(base64.b64decode(whole["mask"])), made.mask)
    assert whole["report"]["mask"] == made.report.to_dict()["mask"] | {"box": list(made.report.mask.box or ())}
    parts = client.post("/v1/apply", files=files(drawn), data=DIFF, headers={"accept": "multipart/mixed"})
    assert parts.headers["content-type"].startswith("multipart/mixed; boundary=")
    assert made.encoded(".png")[0] in parts.content


def test_a_marked_composite_says_so(client: Any, drawn: dict[str, Path]) -> None:
    answer = client.post("/v1/apply", files=files(drawn), data={**DIFF, "mark": "true"})
    assert is_marked(io.read_picture(answer.content).metadata.xmp)


def test_mask_and_parsing_of_one_picture(client: Any, pair: tuple[Path, Path]) -> None:
    photo = pair[0].read_bytes()
    made = client.post("/v1/mask", files={"image": photo}, data={"target": "hair", "grow": "4", "invert": "true"})
    expected = segmask.mask(photo, target="hair", grow=4)
    np.testing.assert_array_equal(io.read_gray(made.content), 255 - expected.mask)
    parsed = client.post("/v1/parse", files={"image": photo})
    np.testing.assert_array_equal(io.read_labels(parsed.content), segmask.parse(photo).label_map)
    assert json.loads(parsed.headers["segmask-report"])["parts"]["face"] > 0.01


def test_a_parsing_of_ones_own(client: Any, drawn: dict[str, Path]) -> None:
    labels = np.zeros((160, 200), np.uint8)
    labels[30:120, 50:150] = 4
    stored = io.encode_indexed(labels, [(index, index, index) for index in range(14)])
    sent = [(name, data) for name, data in files(drawn).items()] + [("parsing", stored), ("parsing", stored)]
    answer = client.post("/v1/apply", files=sent, data={"target": "upper"})
    made = segmask.apply(drawn["original"], drawn["edited"], parsing=(labels, labels), target="upper")
    assert answer.content == made.encoded(".png")[0]


def test_an_open_pair_is_applied_again_and_again(client: Any, drawn: dict[str, Path], opened: str) -> None:
    first = client.post(f"/v1/pairs/{opened}/apply", data=DIFF).json()
    masks = {"exclude": drawn["mask"].read_bytes()}
    second = client.post(f"/v1/pairs/{opened}/apply", data={**DIFF, "feather": "3.5"}, files=masks).json()
    assert first["report"]["mask"]["share"] > 0
    assert second["command"] == [
        *("segmask", "apply", "{original}", "{edited}", "-o", "{composite}"),
        *("--strategy", "diff", "--feather", "3.5", "--exclude", "{exclude}"),
    ]
    made = segmask.apply(drawn["original"], drawn["edited"], strategy="diff", feather=3.5, exclude=drawn["mask"])
    assert client.get(f"/v1/pairs/{opened}/files/composite.png").content == made.encoded(".png")[0]


@pytest.mark.parametrize("name", ["original", "aligned", "edited", "composite", "change", "mask", "protected", "doubt"])
def test_views_fit_the_side_that_is_asked_for(client: Any, opened: str, name: str) -> None:
    answer = client.get(f"/v1/pairs/{opened}/views/{name}", params={"side": 100})
    assert io.read_picture(answer.content).size_wh == (100, 80)


def test_files_that_are_not_there(client: Any, opened: str) -> None:
    for path in ("views/parsing", "views/nothing", "files/nothing.png", "files/composite.bmp", "files/layers.xcf"):
        assert client.get(f"/v1/pairs/{opened}/{path}").status_code in (404, 422), path


def test_a_closed_pair_is_gone(client: Any, drawn: dict[str, Path]) -> None:
    pair = client.post("/v1/pairs", files=files(drawn), data=DIFF).json()["id"]
    assert client.delete(f"/v1/pairs/{pair}").status_code == 204
    for answer in (client.delete(f"/v1/pairs/{pair}"), client.post(f"/v1/pairs/{pair}/apply", data=DIFF)):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-pair")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"tarket": "upper"}, "option-unusable"),
        ({"target": "trousers"}, "option-unusable"),
        ({"strategy": "diff", "target": "upper"}, "option-unusable"),
        ({"feather": "wide"}, "option-unusable"),
        ({"feather": "nan"}, "option-unusable"),
        ({"parser": "/etc/passwd"}, "option-unusable"),
        ({"face_detector": "/etc/model.onnx"}, "option-unusable"),
        ({"labels": "/etc/passwd"}, "option-unusable"),
        ({"device": "cuda"}, "option-unusable"),
        ({"options": "{"}, "malformed"),
        ({"options": "[1]"}, "malformed"),
        ({"options": '{"feather": true}'}, "option-unusable"),
        ({"prompt": "do something nice"}, "option-unusable"),
    ],
)
def test_options_that_cannot_be_used(client: Any, drawn: dict[str, Path], data: dict[str, str], code: str) -> None:
    answer = client.post("/v1/apply", files=files(drawn), data=data)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_pictures_that_cannot_be_used(client: Any, drawn: dict[str, Path]) -> None:
    good = files(drawn)
    for wrong in (b"", b"no picture", good["edited"][:200], b"%PDF-1.7 ..."):
        answer = client.post("/v1/apply", files={**good, "edited": wrong}, data=DIFF)
        assert (answer.status_code, answer.json()["code"]) == (422, "picture-unusable")
        assert "Traceback" not in answer.text


def test_parts_that_are_missing_or_not_asked_for(client: Any, drawn: dict[str, Path]) -> None:
    good = files(drawn)
    for sent in ({"original": good["original"]}, {**good, "photo": good["original"]}):
        assert client.post("/v1/apply", files=sent, data=DIFF).json()["code"] == "malformed"
    assert client.post("/v1/apply", json={"original": "http://example.org/a.png"}).status_code == 422
    assert client.post("/v1/apply", content=b"", headers={"content-type": "image/png"}).status_code == 415
    assert client.post("/v1/apply", files=good, data=DIFF, headers={"accept": "text/plain"}).status_code == 406


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(client: Any, drawn: dict[str, Path]) -> None:
    """A PNG of a few kilobytes that declares 400 million pixels."""
    from segmask.io.png_chunks import chunk, header

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(*header(20000, 20000, 8, 2)) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    answer = client.post("/v1/apply", files={**files(drawn), "edited": bomb}, data=DIFF)
    assert (answer.status_code, answer.json()["code"]) == (422, "picture-unusable")


def test_health_readiness_metrics_and_description(client: Any, opened: str) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200
    client.post(f"/v1/pairs/{opened}/apply", data=DIFF)
    text = client.get("/metrics").text
    for name in (
        "segmask_results_total{",
        "segmask_stage_seconds_bucket{",
        "segmask_queue_length ",
        "segmask_resident",
    ):
        assert name in text
    described = client.get("/openapi.json").json()
    schema = described["paths"]["/v1/apply"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"original", "edited", "include", "target", "strategy"} <= set(schema["properties"])
    assert "device" not in schema["properties"]


def test_a_zip_holds_all(client: Any, opened: str) -> None:
    import zipfile

    with zipfile.ZipFile(BytesIO(client.get(f"/v1/pairs/{opened}/files/all.zip").content)) as archive:
        assert {"composite.png", "mask.png", "report.json", "command.txt"} <= set(archive.namelist())
