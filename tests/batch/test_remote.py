"""Object stores and archives: a real S3 server on loopback, a zip file, and this process's memory."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import segmask
from segmask.batch import places
from segmask.batch.journals import read_journal
from segmask.core.errors import InputError, OptionError, OutputError
from tests.batch.conftest import outputs

fsspec = pytest.importorskip("fsspec")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A bucket on a server of moto's; workers find it by the environment, as they would a real one."""
    pytest.importorskip("s3fs")
    server_module = pytest.importorskip("moto.server")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "loopback")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        fsspec.filesystem("s3").mkdir("shop")
        yield "s3://shop"
    server.stop()


def upload(folder: Path, url: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            places.write({places.join(url, path.relative_to(folder).as_posix()): path.read_bytes()})


def far_outputs(url: str) -> dict[str, str]:
    names = (name for name in places.listing(url) if name.endswith(".png"))
    return {name: hashlib.sha256(places.read(places.join(url, name))).hexdigest() for name in names}


def test_a_bucket_gives_and_takes(s3: str, pairs, tmp_path: Path) -> None:
    originals, edits = pairs(4)
    upload(originals, f"{s3}/in")
    upload(edits, f"{s3}/edits")
    run: dict[str, Any] = {"edited": f"{s3}/edits", "strategy": "diff", "workers": 2, "sides": ("mask",)}
    first = segmask.batch(f"{s3}/in", f"{s3}/out", **run)
    segmask.batch(originals, tmp_path / "out", **{**run, "edited": edits})
    assert far_outputs(f"{s3}/out") == outputs(tmp_path / "out")
    assert {"report.html", "results.csv", "journal/000000.jsonl"} <= set(places.listing(f"{s3}/out"))
    places.write({f"{s3}/out/1.png": b"another"})
    again = segmask.batch(f"{s3}/in", f"{s3}/out", **run)
    assert (first.kept, again.kept, again.exit_code()) == (0, 3, 0)
    with read_journal(f"{s3}/out") as journal:
        assert len(journal) == 4
    assert far_outputs(f"{s3}/out") == outputs(tmp_path / "out")


def test_a_manifest_in_a_bucket_names_files_beside_it(s3: str, pairs, tmp_path: Path) -> None:
    originals, edits = pairs(1)
    upload(originals, f"{s3}/set/in")
    upload(edits, f"{s3}/set/edits")
    row = {"original": "in/sub/0.png", "edited": "edits/sub/0_edited.png"}
    places.write({f"{s3}/set/set.jsonl": json.dumps(row).encode()})
    result = segmask.batch(f"{s3}/set/set.jsonl", tmp_path / "out", strategy="diff", workers=1)
    assert result.exit_code() == 0, list(result.rows())
    assert list(outputs(tmp_path / "out")) == ["in/sub/0.png"]


def test_what_is_not_there_is_a_row_or_an_error(s3: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        segmask.batch(f"{s3}/nothing", tmp_path / "out", strategy="diff")
    with pytest.raises(InputError):
        places.read(f"{s3}/missing.png")
    with pytest.raises(OutputError):
        places.write({"s3://no-such-bucket/a.png": b"a"})
    assert places.stamp(f"{s3}/missing.png") is None
    places.write({f"{s3}/full/mine.png": b"mine"})
    (tmp_path / "set.csv").write_text("original,edited\na.jpg,b.jpg\n")
    with pytest.raises(OutputError):
        segmask.batch(tmp_path / "set.csv", f"{s3}/full", strategy="diff")


def test_an_archive_gives(pairs, tmp_path: Path) -> None:
    pairs(2)
    with zipfile.ZipFile(tmp_path / "shoot.zip", "w") as archive:
        for path in sorted(tmp_path.rglob("*.png")):
            archive.write(path, path.relative_to(tmp_path).as_posix())
    source, edits = f"zip://in::{tmp_path}/shoot.zip", f"zip://edits::{tmp_path}/shoot.zip"
    result = segmask.batch(source, tmp_path / "out", edited=edits, strategy="diff", workers=1)
    assert result.exit_code() == 0, list(result.rows())
    assert sorted(outputs(tmp_path / "out")) == ["1.png", "sub/0.png"]
    with pytest.raises(OutputError):
        segmask.batch(source, f"zip://out::{tmp_path}/new.zip", edited=edits, strategy="diff", workers=1)


def test_memory_is_worked_on_in_this_process(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(2)
    upload(originals, "memory://m/in")
    upload(edits, "memory://m/edits")
    run: dict[str, Any] = {"edited": "memory://m/edits", "strategy": "diff"}
    refused: list[dict[str, Any]] = [{"workers": 2}, {"timeout": 5.0}, {"engine": "ray"}]
    for option in refused:
        with pytest.raises(OptionError):
            segmask.batch("memory://m/in", "memory://m/out", **run, **option)
    assert segmask.batch("memory://m/in", "memory://m/out", **run).exit_code() == 0
    segmask.batch(originals, tmp_path / "out", edited=edits, strategy="diff", workers=1)
    assert far_outputs("memory://m/out") == outputs(tmp_path / "out")
    assert segmask.batch("memory://m/in", "memory://m/out", **run).kept == 2


def test_elsewhere_a_file_is_written_aside_and_moved(tmp_path: Path) -> None:
    """``dir::`` and other file systems without whole puts: nobody sees half a file, and nothing is left over."""
    url = f"local://{tmp_path}/out/a.png"
    places.write({url: b"first"})
    places.write({url: b"second"})
    assert places.read(url) == b"second"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]


@pytest.mark.parametrize("url", ["nonsense://a/b.png", "s4://a.png"])
def test_an_unknown_protocol_is_named(url: str) -> None:
    with pytest.raises(InputError):
        places.read(url)
