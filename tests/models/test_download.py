"""Downloads: exactly once, whole or not at all, each fault with a clear message and an untouched cache."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest

from segmask.core.errors import ModelError, OptionError
from segmask.models import http
from segmask.models.catalog import CATALOG, ModelEntry
from segmask.models.download import download, remove, verify
from segmask.models.http import CHUNK
from tests.models.toys import BODY, OTHER, TOY, files

LONG, OTHER_LONG = BODY * 10, OTHER * 10
RESTRICTED = "Example licence: non-commercial"

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "RETRY_PAUSE_S", 0.0)


@pytest.fixture
def toy() -> ModelEntry:
    return TOY


@pytest.fixture
def long_toy(toy) -> ModelEntry:
    return replace(toy, sha256=hashlib.sha256(LONG).hexdigest(), size=len(LONG))


def test_a_model_is_fetched_once_and_then_taken_from_the_cache(toy, site, home):
    entry = replace(toy, urls=(site.serve("toy.onnx", BODY),))
    first, second = download(entry), download(entry)
    assert first.path.read_bytes() == BODY
    assert (first.source, second.source) == (entry.urls[0], "")
    assert site.asked == ["/toy.onnx"]
    assert files(home) == ["toy.lock.json", "toy.onnx"]
    assert verify(entry).state == "ok"


def test_a_server_in_trouble_is_asked_again(toy, site):
    trouble = site.page(b"busy", status=503)
    entry = replace(toy, urls=(site.serve("toy.onnx", trouble, trouble, BODY),))
    assert download(entry).path.read_bytes() == BODY
    assert len(site.asked) == 3


def test_a_body_that_breaks_off_is_asked_for_again(toy, site):
    entry = replace(toy, urls=(site.serve("toy.onnx", site.page(BODY[:100], announced=len(BODY)), BODY),))
    assert download(entry).path.read_bytes() == BODY


def test_a_broken_download_goes_on_where_it_broke_off(long_toy, site):
    """Four connections, one more than attempts: each brings something new."""
    part = len(LONG) // 3
    entry = replace(long_toy, urls=(site.serve("toy.onnx", site.page(LONG, etag='"1"', breaks_after=part)),))
    assert download(entry).path.read_bytes() == LONG
    starts = [int(str(wanted).removeprefix("bytes=").removesuffix("-")) for wanted in site.ranges[1:]]
    assert site.ranges[0] is None
    assert len(starts) == 3
    assert all(0 <= part - (b - a) < CHUNK for a, b in pairwise([0, *starts]))


def test_a_file_that_changed_meanwhile_is_fetched_whole(long_toy, site):
    old, new = site.page(OTHER_LONG, etag='"old"', breaks_after=99000), site.page(LONG, etag='"new"')
    entry = replace(long_toy, urls=(site.serve("toy.onnx", old, new),))
    assert download(entry).path.read_bytes() == LONG
    assert [bool(wanted) for wanted in site.ranges] == [False, True]


@pytest.mark.parametrize("etag", ["", 'W/"1"'])
def test_without_a_version_that_can_be_trusted_all_is_asked_for_again(long_toy, site, etag):
    broken, whole = site.page(OTHER_LONG, etag=etag, breaks_after=99000), site.page(LONG, etag=etag)
    entry = replace(long_toy, urls=(site.serve("toy.onnx", broken, whole),))
    assert download(entry).path.read_bytes() == LONG
    assert site.ranges == [None, None]


def test_a_rest_that_does_not_fit_is_found_by_its_checksum(long_toy, site, home):
    first, second = site.page(OTHER_LONG, etag='"1"', breaks_after=99000), site.page(LONG, etag='"1"')
    with pytest.raises(ModelError, match="wrong checksum"):
        download(replace(long_toy, urls=(site.serve("toy.onnx", first, second),)))
    assert files(home) == []


def test_the_bar_shows_all_of_a_download_in_two_parts(long_toy, site):
    seen = []
    broken = site.page(LONG, etag='"1"', breaks_after=99000)
    download(replace(long_toy, urls=(site.serve("toy.onnx", broken),)), progress=lambda *told: seen.append(told))
    done, totals = zip(*seen, strict=True)
    assert set(totals) == {len(LONG)}
    assert list(done) == sorted(done)
    assert done[-1] == len(LONG)


def test_the_next_address_serves_where_the_first_one_fails(toy, site):
    entry = replace(toy, urls=(f"{site.url}/gone.onnx", site.serve("toy.onnx", BODY)))
    assert download(entry).source.endswith("/toy.onnx")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"body": OTHER[: len(BODY)].ljust(len(BODY), b".")}, "wrong checksum: expected sha256"),
        ({"body": BODY[:100]}, f"expected {len(BODY)} bytes, got 100"),
        ({"body": BODY[:100], "announced": len(BODY)}, "connection failed or broke off"),
        ({"body": b"gone", "status": 404}, "the server answered 404"),
        ({"body": b"no", "status": 403}, "the server answered 403"),
        ({"body": b"busy", "status": 503}, "the server answered 503"),
        ({"body": b"<!DOCTYPE html><html>log in</html>", "kind": "text/html"}, "got a web page"),
    ],
)
def test_a_fault_leaves_the_cache_as_it_was(toy, site, home, fault, message):
    entry = replace(toy, urls=(site.serve("toy.onnx", site.page(**fault)),))
    with pytest.raises(ModelError, match=message):
        download(entry)
    assert files(home) == []


def test_a_fault_keeps_the_damaged_file_that_it_could_not_replace(toy, site, home):
    home.mkdir(parents=True)
    (home / "toy.onnx").write_bytes(BODY[:-1])
    with pytest.raises(ModelError, match="404"):
        download(replace(toy, urls=(f"{site.url}/gone",)))
    assert verify(replace(toy, urls=("x",))).state == "damaged"


def test_a_damaged_file_is_replaced(toy, site, home):
    home.mkdir(parents=True)
    (home / "toy.onnx").write_bytes(OTHER)
    entry = replace(toy, urls=(site.serve("toy.onnx", BODY),))
    assert download(entry).path.read_bytes() == BODY


def test_no_network(toy, home):
    with pytest.raises(ModelError, match="check the network, or see --from DIR"):
        download(replace(toy, urls=("http://127.0.0.1:9/toy.onnx",)))
    assert files(home) == []


def test_a_full_disk(site, home):
    """A limit on the size of files makes the write fail as a full disk does."""
    url = site.serve("toy.onnx", BODY)
    script = (
        "import resource, sys\n"
        "from dataclasses import replace\n"
        "from segmask.models.catalog import CATALOG\n"
        "from segmask.models.download import download\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        f"download(replace(CATALOG[1], name='toy', file='toy.onnx', licence='MIT', urls=({url!r},)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ModelError" in done.stderr
    assert "can't write the model" in done.stderr
    assert files(home) == []


def test_a_cache_that_cant_be_made(toy, site, home):
    home.parent.parent.joinpath("home").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="can't write the model"):
        download(replace(toy, urls=(site.serve("toy.onnx", BODY),)))


def test_a_cache_that_cant_be_read(toy, site, tmp_path, monkeypatch):
    """A name that is too long fails as a folder without permission does, for every user."""
    monkeypatch.setenv("SEGMASK_HOME", str(tmp_path / ("x" * 300)))
    entry = replace(toy, urls=(site.serve("toy.onnx", BODY),))
    assert verify(entry).state == "damaged"
    with pytest.raises(ModelError):
        download(entry)


@pytest.mark.parametrize("by_option", [True, False])
def test_offline_nothing_is_asked_of_the_network(toy, site, monkeypatch, by_option):
    monkeypatch.setenv("SEGMASK_OFFLINE", "0" if by_option else "1")
    with pytest.raises(ModelError, match="here by hand"):
        download(replace(toy, urls=(site.serve("toy.onnx", BODY),)), offline=by_option)
    assert site.asked == []


def test_offline_what_is_in_the_cache_serves(toy, site, monkeypatch):
    entry = replace(toy, urls=(site.serve("toy.onnx", BODY),))
    download(entry)
    monkeypatch.setenv("SEGMASK_OFFLINE", "1")
    assert download(entry).source == ""


def test_a_mirror_takes_the_place_of_the_addresses(toy, site, monkeypatch):
    site.serve("mirror/toy.onnx", BODY)
    monkeypatch.setenv("SEGMASK_MODEL_URL", f"{site.url}/mirror/")
    assert download(replace(toy, urls=("http://127.0.0.1:9/toy.onnx",))).source == f"{site.url}/mirror/toy.onnx"


def test_a_mirror_in_a_folder_serves_offline(toy, tmp_path, monkeypatch):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "toy.onnx").write_bytes(BODY)
    monkeypatch.setenv("SEGMASK_MODEL_URL", (tmp_path / "mirror").as_uri())
    monkeypatch.setenv("SEGMASK_OFFLINE", "1")
    assert download(replace(toy, urls=("http://127.0.0.1:9/toy.onnx",))).path.read_bytes() == BODY


def test_a_mirror_of_no_known_kind_is_refused(toy, monkeypatch):
    monkeypatch.setenv("SEGMASK_MODEL_URL", "ftp://example.org")
    with pytest.raises(OptionError, match="SEGMASK_MODEL_URL"):
        download(replace(toy, urls=("http://127.0.0.1:9/toy.onnx",)))


def test_without_a_published_checksum_the_first_file_is_what_later_ones_are_held_to(toy, site, home):
    entry = replace(toy, sha256=None, size=None, urls=(site.serve("toy.onnx", BODY, OTHER),))
    first = download(entry)
    assert first.trusted_on_first_use
    assert json.loads((home / "toy.lock.json").read_text())["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert not download(entry).trusted_on_first_use
    assert remove(entry)
    with pytest.raises(ModelError, match="wrong checksum"):
        download(entry)
    assert files(home) == ["toy.lock.json"]


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"version https://git-lfs.github.com/spec/v1"])
def test_without_a_published_checksum_what_is_no_network_is_refused(toy, site, home, body):
    with pytest.raises(ModelError, match="expected"):
        download(replace(toy, sha256=None, size=None, urls=(site.serve("toy.onnx", body),)))
    assert files(home) == []


def test_a_damaged_lock_file_is_named(toy, site, home):
    entry = replace(toy, sha256=None, size=None, urls=(site.serve("toy.onnx", BODY),))
    home.mkdir(parents=True)
    (home / "toy.lock.json").write_text("{")
    with pytest.raises(ModelError, match=r"toy\.lock\.json"):
        download(entry)


def test_a_licence_that_restricts_use_is_asked_for_once(toy, site):
    entry = replace(toy, licence=RESTRICTED, urls=(site.serve("toy.onnx", BODY),))
    with pytest.raises(OptionError, match=r"non-commercial.*--accept-license"):
        download(entry)
    assert site.asked == []
    download(entry, accept_license=True)
    remove(entry)
    assert download(entry).path.is_file()


def test_another_licence_is_asked_for_again(toy, site):
    entry = replace(toy, licence=RESTRICTED, urls=(site.serve("toy.onnx", BODY),))
    download(entry, accept_license=True)
    remove(entry)
    with pytest.raises(OptionError):
        download(replace(entry, licence="Another licence"))


def _fetch(entry: ModelEntry) -> str:
    return download(entry).sha256


def test_two_processes_at_once(toy, site, home):
    entry = replace(toy, urls=(site.serve("toy.onnx", BODY),))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        got = pool.map(_fetch, [entry] * 4)
    assert set(got) == {entry.sha256}
    assert files(home) == ["toy.lock.json", "toy.onnx"]


@pytest.mark.shared
@pytest.mark.parametrize("entry", [entry for entry in CATALOG if entry.task != "parser"], ids=lambda entry: entry.name)
def test_the_real_files_match_the_table(shared, site, monkeypatch, entry):
    path = shared / "models" / "face" / entry.file
    if not path.is_file():
        pytest.skip(f"no {entry.file}")
    site.serve(entry.file, path.read_bytes())
    monkeypatch.setenv("SEGMASK_MODEL_URL", site.url)
    obtained = download(entry)
    assert obtained.path.read_bytes() == path.read_bytes()
    assert not obtained.trusted_on_first_use
